//! Every address of the console, with who may come in. The list is all there is: what registers the routes reads it, and so does
//! the test that walks every route with every role.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};

use super::guard::{Guard, watch_over};
use super::{
    account, act, audit, bulk, enrollment, enrollments, facilities, help, home, installation, issue, join,
    letters, live, mail, operators, recover, selection, settings, sign_in, step_up, subscribers,
};
use crate::directory::{Act, InstallationAct};
use crate::http::address::at;
use crate::http::{assets, health, look};

/// How a route is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// `GET` and `HEAD`: changes nothing.
    Reads,
    /// `POST`: a form.
    Writes,
}

/// One line of the list.
pub struct Row {
    /// How it is asked for.
    pub manner: Manner,
    /// Its address, with the names of its parts in braces.
    pub path: &'static str,
    /// Who may come in.
    pub guard: Guard,
    route: Box<dyn Fn(Method) -> Route>,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} {:?}", self.manner, self.path, self.guard)
    }
}

fn row<F, Args>(manner: Manner, path: &'static str, guard: Guard, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route = Box::new(move |method| web::method(method).to(handler.clone()));
    Row { manner, path, guard, route }
}

/// A page that is read.
fn reads<F, Args>(path: &'static str, guard: Guard, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    row(Manner::Reads, path, guard, handler)
}

/// A form that is sent.
fn posts<F, Args>(path: &'static str, guard: Guard, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    row(Manner::Writes, path, guard, handler)
}

/// The list.
#[must_use]
#[rustfmt::skip]
pub fn rows() -> Vec<Row> {
    use Guard::{In, InShown, InSteppedUp, Member, Open, SignedIn, SignedInSteppedUp};
    let mut rows = vec![
        // Entrance
        reads("/", SignedIn, home::first),
        reads("/sign-in", Open, sign_in::show),
        posts("/sign-in", Open, sign_in::enter),
        posts("/sign-out", SignedIn, sign_in::leave),
        reads("/join/{token}", Open, join::show),
        posts("/join/{token}", Open, join::take),
        reads("/recover", Open, recover::show),
        posts("/recover", Open, recover::begin),
        posts("/recover/passkey", Open, recover::finish),
        reads("/step-up", SignedIn, step_up::show),
        posts("/step-up", SignedIn, step_up::confirm),
        // One's own account
        reads("/account", SignedIn, account::show),
        posts("/account", SignedIn, account::edit),
        posts("/account/passkeys", SignedInSteppedUp, account::add_passkey),
        posts("/account/passkeys/name", SignedIn, account::rename_passkey),
        posts("/account/passkeys/remove", SignedInSteppedUp, account::remove_passkey),
        posts("/account/recovery-code", SignedInSteppedUp, account::renew_code),
        posts("/account/sessions/end", SignedIn, account::end_sessions),
        // Everybody
        reads("/help", Open, help::list),
        reads("/help/{code}", Open, help::explain),
        // An organization
        reads("/o/{organization}", Member, home::organization),
        reads("/o/{organization}/enrollments", In(Act::ReadEnrollments), enrollments::list),
        reads("/o/{organization}/enrollments.csv", In(Act::Export), enrollments::file),
        reads("/o/{organization}/enrollments/{enrollment}", In(Act::ReadEnrollments), enrollment::show),
        reads("/o/{organization}/enrollments/{enrollment}/live", In(Act::ReadEnrollments), live::stream),
        reads("/o/{organization}/enrollments/{enrollment}/renew", In(Act::ShowCredentials), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/renew", InShown(Act::ShowCredentials), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/resend", In(Act::Resend), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/resend", In(Act::Resend), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/unlock", In(Act::Unlock), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/unlock", In(Act::Unlock), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/cancel", In(Act::Cancel), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/cancel", In(Act::Cancel), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/revoke", In(Act::Revoke), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/revoke", InSteppedUp(Act::Revoke), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/reissue", In(Act::Reissue), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/reissue", InSteppedUp(Act::Reissue), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/note", In(Act::Note), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/note", In(Act::Note), act::perform),
        reads("/o/{organization}/issue", In(Act::Issue), issue::show),
        posts("/o/{organization}/issue", InShown(Act::Issue), issue::issue),
        // A selection
        posts("/o/{organization}/selection", In(Act::Bulk), selection::choose),
        reads("/o/{organization}/selection/{job}", In(Act::Bulk), selection::show),
        posts("/o/{organization}/selection/{job}/begin", In(Act::Bulk), selection::begin),
        posts("/o/{organization}/selection/{job}/end", InSteppedUp(Act::Revoke), selection::end),
        // Mail
        reads("/o/{organization}/mail", In(Act::ReadEnrollments), mail::list),
        posts("/o/{organization}/mail/{mail}/retry", In(Act::Resend), mail::retry),
        // Lists of people
        reads("/o/{organization}/bulk", In(Act::Bulk), bulk::list),
        posts("/o/{organization}/bulk", In(Act::Bulk), bulk::bring),
        reads("/o/{organization}/bulk/people.csv", In(Act::Bulk), bulk::people_template),
        reads("/o/{organization}/bulk/{job}", In(Act::Bulk), bulk::show),
        posts("/o/{organization}/bulk/{job}/begin", InSteppedUp(Act::Bulk), bulk::begin),
        posts("/o/{organization}/bulk/{job}/cancel", In(Act::Bulk), bulk::cancel),
        reads("/o/{organization}/bulk/{job}/result.csv", In(Act::Bulk), bulk::result),
        // Letters
        reads("/o/{organization}/bulk/{job}/letters", In(Act::ShowCredentials), letters::order),
        posts("/o/{organization}/bulk/{job}/letters", InSteppedUp(Act::ShowCredentials), letters::print),
        reads("/o/{organization}/letters", In(Act::ShowCredentials), letters::list),
        reads("/o/{organization}/letters/{print}", In(Act::ShowCredentials), letters::show),
        reads("/o/{organization}/letters/{print}/letters.pdf", In(Act::ShowCredentials), letters::first),
        reads("/o/{organization}/letters/{print}/secrets.pdf", In(Act::ShowCredentials), letters::second),
    ];
    rows.extend(directory());
    rows.extend(governing());
    rows.extend(installation());
    rows
}

/// Those of an organization's people and facilities.
#[rustfmt::skip]
fn directory() -> Vec<Row> {
    use Guard::{In, InSteppedUp};
    vec![
        // People
        reads("/o/{organization}/subscribers", In(Act::ReadSubscribers), subscribers::list),
        reads("/o/{organization}/subscribers/~new", In(Act::EditSubscriber), subscribers::show_new),
        posts("/o/{organization}/subscribers/~new", In(Act::EditSubscriber), subscribers::create),
        reads("/o/{organization}/subscribers/{subscriber}", In(Act::ReadSubscribers), subscribers::show),
        reads("/o/{organization}/subscribers/{subscriber}/edit", In(Act::EditSubscriber), subscribers::show_edit),
        posts("/o/{organization}/subscribers/{subscriber}/edit", In(Act::EditSubscriber), subscribers::edit),
        reads("/o/{organization}/subscribers/{subscriber}/move", In(Act::EditSubscriber), subscribers::show_move),
        posts("/o/{organization}/subscribers/{subscriber}/move", In(Act::EditSubscriber), subscribers::move_on),
        reads("/o/{organization}/subscribers/{subscriber}/retire", In(Act::RetireSubscriber), subscribers::show_retire),
        posts("/o/{organization}/subscribers/{subscriber}/retire", InSteppedUp(Act::RetireSubscriber), subscribers::retire),
        reads("/o/{organization}/subscribers/{subscriber}/restore", In(Act::EditSubscriber), subscribers::show_restore),
        posts("/o/{organization}/subscribers/{subscriber}/restore", In(Act::EditSubscriber), subscribers::restore),
        // Facilities
        reads("/o/{organization}/facilities", In(Act::ReadFacilities), facilities::list),
        reads("/o/{organization}/facilities/new", In(Act::EditFacility), facilities::show_new),
        posts("/o/{organization}/facilities/new", In(Act::EditFacility), facilities::create),
        reads("/o/{organization}/facilities/import", In(Act::ImportFacilities), facilities::show_import),
        posts("/o/{organization}/facilities/import", In(Act::ImportFacilities), facilities::bring),
        reads("/o/{organization}/facilities/facilities.csv", In(Act::ImportFacilities), facilities::facilities_template),
        reads("/o/{organization}/facilities/{facility}", In(Act::ReadFacilities), facilities::show),
        reads("/o/{organization}/facilities/{facility}/edit", In(Act::EditFacility), facilities::show_edit),
        posts("/o/{organization}/facilities/{facility}/edit", In(Act::EditFacility), facilities::edit),
        reads("/o/{organization}/facilities/{facility}/close", In(Act::EditFacility), facilities::show_act),
        posts("/o/{organization}/facilities/{facility}/close", In(Act::EditFacility), facilities::perform),
        reads("/o/{organization}/facilities/{facility}/reopen", In(Act::EditFacility), facilities::show_act),
        posts("/o/{organization}/facilities/{facility}/reopen", In(Act::EditFacility), facilities::perform),
    ]
}

/// Those of an organization's operators, settings and log.
#[rustfmt::skip]
fn governing() -> Vec<Row> {
    use Guard::{In, InSteppedUp};
    vec![
        // Operators
        reads("/o/{organization}/operators", In(Act::ReadOperators), operators::list),
        reads("/o/{organization}/operators/invite", In(Act::InviteOperator), operators::show_invite),
        posts("/o/{organization}/operators/invite", InSteppedUp(Act::InviteOperator), operators::invite),
        posts("/o/{organization}/operators/withdraw", In(Act::InviteOperator), operators::withdraw),
        reads("/o/{organization}/operators/{operator}", In(Act::ReadOperators), operators::show),
        posts("/o/{organization}/operators/{operator}", InSteppedUp(Act::ChangeOperator), operators::change),
        reads("/o/{organization}/operators/{operator}/end", In(Act::ChangeOperator), operators::show_end),
        posts("/o/{organization}/operators/{operator}/end", InSteppedUp(Act::ChangeOperator), operators::end),
        // Settings
        reads("/o/{organization}/settings", In(Act::ReadSettings), settings::overview),
        reads("/o/{organization}/settings/name", In(Act::EditOrganization), settings::show),
        posts("/o/{organization}/settings/name", In(Act::EditOrganization), settings::change),
        reads("/o/{organization}/settings/look", In(Act::EditOrganization), settings::show),
        posts("/o/{organization}/settings/look", In(Act::EditOrganization), settings::change),
        posts("/o/{organization}/settings/logo", In(Act::EditOrganization), settings::bring_logo),
        posts("/o/{organization}/settings/logo/remove", In(Act::EditOrganization), settings::remove_logo),
        reads("/o/{organization}/settings/entry", In(Act::EditOrganization), settings::show),
        posts("/o/{organization}/settings/entry", In(Act::EditOrganization), settings::change),
        reads("/o/{organization}/settings/offers", In(Act::EditOrganization), settings::show),
        posts("/o/{organization}/settings/offers", In(Act::EditOrganization), settings::change),
        reads("/o/{organization}/settings/limits", In(Act::EditOrganization), settings::show),
        posts("/o/{organization}/settings/limits", InSteppedUp(Act::EditOrganization), settings::change),
        reads("/o/{organization}/settings/mail", In(Act::EditOrganization), settings::show),
        posts("/o/{organization}/settings/mail", InSteppedUp(Act::EditOrganization), settings::change),
        reads("/o/{organization}/settings/close", In(Act::EditOrganization), settings::show_close),
        posts("/o/{organization}/settings/close", InSteppedUp(Act::EditOrganization), settings::close),
        posts("/o/{organization}/settings/reopen", InSteppedUp(Act::EditOrganization), settings::reopen),
        // The log
        reads("/o/{organization}/audit", In(Act::ReadAudit), audit::organization),
        reads("/o/{organization}/audit.csv", In(Act::ReadAudit), audit::organization_file),
    ]
}

/// Those of the installation.
#[rustfmt::skip]
fn installation() -> Vec<Row> {
    use Guard::{Installation, InstallationSteppedUp};
    use InstallationAct::{
        CloseOrganization, CreateOrganization, InviteFirstOperator, ManageAdministrators, ReadInstallationAudit,
        ReadOrganizations,
    };
    vec![
        reads("/installation/organizations", Installation(ReadOrganizations), installation::organizations),
        reads("/installation/organizations/new", Installation(CreateOrganization), installation::show_found),
        posts("/installation/organizations/new", InstallationSteppedUp(CreateOrganization), installation::found),
        reads("/installation/organizations/{tenant}", Installation(ReadOrganizations), installation::show),
        reads("/installation/organizations/{tenant}/invite", Installation(InviteFirstOperator), installation::show_invite),
        posts("/installation/organizations/{tenant}/invite", InstallationSteppedUp(InviteFirstOperator), installation::invite),
        posts("/installation/organizations/{tenant}/withdraw", Installation(InviteFirstOperator), installation::withdraw),
        reads("/installation/organizations/{tenant}/close", Installation(CloseOrganization), installation::show_close),
        posts("/installation/organizations/{tenant}/close", InstallationSteppedUp(CloseOrganization), installation::close),
        posts("/installation/organizations/{tenant}/reopen", InstallationSteppedUp(CloseOrganization), installation::reopen),
        reads("/installation/administrators", Installation(ManageAdministrators), installation::administrators),
        reads("/installation/administrators/invite", Installation(ManageAdministrators), installation::show_invite_administrator),
        posts("/installation/administrators/invite", InstallationSteppedUp(ManageAdministrators), installation::invite_administrator),
        posts("/installation/administrators/withdraw", Installation(ManageAdministrators), installation::withdraw_administrator),
        reads("/installation/administrators/{account}/end", Installation(ManageAdministrators), installation::show_end_administrator),
        posts("/installation/administrators/{account}/end", InstallationSteppedUp(ManageAdministrators), installation::end_administrator),
        reads("/installation/audit", Installation(ReadInstallationAudit), audit::installation),
        reads("/installation/audit.csv", Installation(ReadInstallationAudit), audit::installation_file),
    ]
}

/// What the list says of every route, for whoever walks it: `GET` or `POST`, address, guard.
#[must_use]
pub fn facts() -> Vec<(Manner, &'static str, Guard)> {
    rows().into_iter().map(|row| (row.manner, row.path, row.guard)).collect()
}

static PATHS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    rows().into_iter().filter(|row| row.manner == Manner::Reads).map(|row| row.path).collect()
});

/// Whether there is a page under this address, as the list writes it.
#[must_use]
pub fn has(path: &str) -> bool {
    PATHS.contains(path)
}

/// Whether there are pages of single things below this address, as the list writes it with its `/` at the end.
#[must_use]
pub fn has_below(path: &str) -> bool {
    let below = format!("{path}{{");
    PATHS.iter().any(|found| found.starts_with(&below))
}

/// Registers the list, and what needs no guard since it is the same for everybody.
pub fn register(config: &mut ServiceConfig) {
    config
        .service(at(["/assets/{name}"]).reads(assets::serve).done())
        .service(at(["/logo/{name}.png"]).reads(look::logo).done())
        .service(at(["/healthz"]).reads(health::live).done())
        .service(at(["/readyz"]).reads(health::ready).done());
    let mut rows = rows();
    while let Some(first) = rows.first() {
        let path = first.path;
        let (here, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.path == path);
        rows = rest;
        let mut address = at([path]);
        let mut guards = Vec::new();
        for row in here {
            match row.manner {
                Manner::Reads => {
                    guards.push((Method::GET, row.guard));
                    address = address
                        .takes_route("GET", (row.route)(Method::GET))
                        .takes_route("HEAD", (row.route)(Method::HEAD));
                }
                Manner::Writes => {
                    guards.push((Method::POST, row.guard));
                    address = address.takes_route("POST", (row.route)(Method::POST));
                }
            }
        }
        let guards: Rc<[(Method, Guard)]> = guards.into();
        config.service(
            address.done().wrap(from_fn(move |request, next| watch_over(Rc::clone(&guards), request, next))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_stands_twice_and_an_organizations_routes_ask_for_a_role_there() {
        let mut seen = BTreeSet::new();
        for (manner, path, guard) in facts() {
            assert!(seen.insert((manner, path)), "{manner:?} {path} stands twice");
            let of_organization =
                matches!(guard, Guard::Member | Guard::In(_) | Guard::InShown(_) | Guard::InSteppedUp(_));
            assert_eq!(path.starts_with("/o/{organization}"), of_organization, "{path}: {guard:?}");
            let of_installation = matches!(guard, Guard::Installation(_) | Guard::InstallationSteppedUp(_));
            assert_eq!(path.starts_with("/installation/"), of_installation, "{path}: {guard:?}");
        }
    }
}
