//! Somebody is invited: a one-time link that is shown once.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::picker::{Picker, chosen};
use crate::directory::{DirectoryError, FacilityCode, Invited, Role, Welcome, WelcomeToken};
use crate::http::console::desk::{Desk, Guest};
use crate::http::console::entered::Entered;
use crate::http::console::frame::{ConsoleFrame, role_name};
use crate::http::error::HttpError;
use crate::http::words::Words;

/// A role, with what it is for.
#[derive(Debug)]
pub struct RoleChoice {
    /// Its stable name.
    pub name: &'static str,
    /// What it is called.
    pub text: String,
    /// The key of what it may do.
    pub about: &'static str,
}

/// Every role.
pub(super) fn roles(words: Words) -> Vec<RoleChoice> {
    let about = |role: Role| match role {
        Role::Operator => "role-operator-about",
        Role::FacilityManager => "role-facility-manager-about",
        Role::HelpDesk => "role-help-desk-about",
        Role::Auditor => "role-auditor-about",
    };
    Role::ALL
        .map(|role| RoleChoice { name: role.name(), text: role_name(words, role), about: about(role) })
        .into()
}

/// The form.
#[derive(Debug, Template)]
#[template(path = "console/invite.html")]
pub struct InvitePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed.
    pub entered: Entered,
    /// The roles.
    pub roles: Vec<RoleChoice>,
    /// The facilities to choose from.
    pub picker: Picker,
    /// The list.
    pub back: String,
}

/// The one-time link.
pub struct Link {
    /// The link itself.
    pub address: Zeroizing<String>,
    /// Whom it is for.
    pub name: String,
    /// As what.
    pub role: String,
    /// Where it was to go.
    pub email: Option<String>,
    /// Until when it is open.
    pub until: Timestamp,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link(..)")
    }
}

/// The page that shows it once.
#[derive(Debug, Template)]
#[template(path = "console/link.html")]
pub struct LinkPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The link.
    pub link: Link,
    /// Where to go on.
    pub back: String,
}

/// The link that a token opens.
pub fn joining(guest: &Guest, token: &WelcomeToken, welcome: &Welcome) -> Link {
    let words = guest.words();
    let site = guest.visit.site().url.as_str().trim_end_matches('/');
    Link {
        address: Zeroizing::new(format!("{site}/join/{}", token.expose())),
        name: welcome.name.clone(),
        role: match &welcome.invited {
            Invited::Operator { role, .. } => role_name(words, *role),
            Invited::Founder { .. } | Invited::Administrator => words.say("role-administrator").to_string(),
        },
        email: welcome.email.clone(),
        until: welcome.until,
    }
}

async fn form(desk: &Desk, entered: Entered) -> Result<InvitePage, HttpError> {
    let (words, back) = (desk.words(), desk.at("operators"));
    Ok(InvitePage {
        frame: desk
            .frame("operator-invite", &words.say("operators-invite"))
            .under(&words.say("nav-operators"), back.clone()),
        picker: Picker::of(desk, &entered).await?,
        entered,
        roles: roles(words),
        back,
    })
}

/// The role and the facilities of a form; what does not do is noted at its field.
pub(super) fn post(entered: &mut Entered, words: Words) -> Option<(Role, BTreeSet<FacilityCode>)> {
    let role = entered.value("role").parse::<Role>();
    let (facilities, unfit) = chosen(entered);
    if role.is_err() {
        entered.wrong("role", &words.say("role-needed"));
    }
    if unfit {
        entered.wrong("facilities", &words.say("picker-unfit"));
    }
    let role = role.ok()?;
    if role == Role::FacilityManager && facilities.is_empty() && !unfit {
        entered.wrong("facilities", &words.say("picker-needed"));
        return None;
    }
    (!unfit).then_some((role, if role == Role::FacilityManager { facilities } else { BTreeSet::new() }))
}

/// `GET /o/{organization}/operators/invite`.
///
/// # Errors
/// When the store fails.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    let entered = Entered::default().with("role", &Role::FacilityManager.name());
    desk.page(&form(&desk, entered).await?)
}

/// `POST /o/{organization}/operators/invite`: makes the link, once, however often the same form is sent; or looks for
/// facilities, where that was asked for.
///
/// # Errors
/// When the store fails.
pub async fn invite(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    if entered.has("find", "yes") {
        return desk.page(&form(&desk, entered).await?);
    }
    let Some((role, facilities)) = post(&mut entered, words) else {
        return desk.page_again(&form(&desk, entered).await?);
    };
    let invited = Invited::Operator { organization: desk.organization_id()?.clone(), role, facilities };
    let (name, email) = (entered.value("name").to_owned(), entered.value("email").to_owned());
    let made = desk.access().invite_once(&desk.key(), invited, &name, Some(&email), &desk.doer()).await;
    match made {
        Ok((token, welcome)) => {
            let back = desk.at("operators");
            desk.page(&LinkPage {
                frame: desk
                    .frame("operator-link", &words.say("link-title"))
                    .under(&words.say("nav-operators"), back.clone()),
                link: joining(&desk, &token, &welcome),
                back,
            })
        }
        Err(DirectoryError::Unfit(unfit)) => {
            entered.unfit(&unfit, words);
            desk.page_again(&form(&desk, entered).await?)
        }
        Err(error) => Err(error.into()),
    }
}
