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
    account, act, bulk, enrollment, enrollments, help, home, issue, join, letters, live, mail, recover,
    selection, sign_in, step_up,
};
use crate::directory::Act;
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
    use Guard::{In, InSteppedUp, Member, Open, SignedIn, SignedInSteppedUp};
    vec![
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
        posts("/o/{organization}/enrollments/{enrollment}/renew", In(Act::ShowCredentials), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/resend", In(Act::Resend), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/resend", In(Act::Resend), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/unlock", In(Act::Unlock), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/unlock", In(Act::Unlock), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/cancel", In(Act::Cancel), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/cancel", In(Act::Cancel), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/revoke", In(Act::Revoke), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/revoke", In(Act::Revoke), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/reissue", In(Act::Reissue), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/reissue", In(Act::Reissue), act::perform),
        reads("/o/{organization}/enrollments/{enrollment}/note", In(Act::Note), act::show),
        posts("/o/{organization}/enrollments/{enrollment}/note", In(Act::Note), act::perform),
        reads("/o/{organization}/issue", In(Act::Issue), issue::show),
        posts("/o/{organization}/issue", In(Act::Issue), issue::issue),
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
        posts("/o/{organization}/bulk/{job}/begin", In(Act::Bulk), bulk::begin),
        posts("/o/{organization}/bulk/{job}/cancel", In(Act::Bulk), bulk::cancel),
        reads("/o/{organization}/bulk/{job}/result.csv", In(Act::Bulk), bulk::result),
        // Letters
        reads("/o/{organization}/bulk/{job}/letters", In(Act::ShowCredentials), letters::order),
        posts("/o/{organization}/bulk/{job}/letters", InSteppedUp(Act::ShowCredentials), letters::print),
        reads("/o/{organization}/letters", In(Act::ShowCredentials), letters::list),
        reads("/o/{organization}/letters/{print}", In(Act::ShowCredentials), letters::show),
        reads("/o/{organization}/letters/{print}/letters.pdf", In(Act::ShowCredentials), letters::first),
        reads("/o/{organization}/letters/{print}/secrets.pdf", In(Act::ShowCredentials), letters::second),
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
            let of_organization = matches!(guard, Guard::Member | Guard::In(_) | Guard::InSteppedUp(_));
            assert_eq!(path.starts_with("/o/{organization}"), of_organization, "{path}: {guard:?}");
            let of_installation = matches!(guard, Guard::Installation(_) | Guard::InstallationSteppedUp(_));
            assert_eq!(path.starts_with("/installation/"), of_installation, "{path}: {guard:?}");
        }
    }
}
