//! An organization is founded, with the link for its first operator.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use askama::Template;

use crate::directory::{DirectoryError, Flaw, Invited, OrganizationId, Role, Unfit, address, line};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::operators::{LinkPage, joining};
use crate::http::error::HttpError;
use crate::http::words::Words;

/// Where organizations are listed.
pub(super) const LIST: &str = "/installation/organizations";

/// The form.
#[derive(Debug, Template)]
#[template(path = "console/found.html")]
pub struct FoundPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed.
    pub entered: Entered,
}

fn form(desk: &Desk, entered: Entered) -> FoundPage {
    let words = desk.words();
    let frame =
        desk.frame("found", &words.say("organization-found")).under(&words.say("nav-organizations"), LIST);
    FoundPage { frame, entered }
}

/// A name and an e-mail address of somebody who is invited; what does not do is noted under the fields' own names.
pub(super) fn person(entered: &mut Entered, field: &'static str, words: Words) -> (String, Option<String>) {
    let mut unfit = Vec::new();
    let (name, email) = (entered.value(field).to_owned(), entered.value("email").to_owned());
    if let Err(flaw) = line(&name) {
        unfit.push(Unfit { field, flaw });
    }
    let email = Some(email).filter(|email| !email.is_empty());
    if let Some(Err(flaw)) = email.as_deref().map(address) {
        unfit.push(Unfit { field: "email", flaw });
    }
    entered.unfit(&unfit, words);
    (name, email)
}

/// `GET /installation/organizations/new`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&form(&desk, Entered::default()))
}

/// `POST /installation/organizations/new`: founds it once, however often the same form is sent.
///
/// # Errors
/// When the store fails.
pub async fn found(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    let id = entered.value("id").parse::<OrganizationId>();
    if id.is_err() {
        entered.wrong_but("id", &words.say("organization-id-unfit"), &words.say("organization-id-right"));
    }
    if let Err(flaw) = line(entered.value("name")) {
        entered.unfit(&[Unfit { field: "name", flaw }], words);
    }
    let (operator, email) = person(&mut entered, "operator", words);
    let (Ok(id), true) = (id, entered.is_sound()) else { return desk.page_again(&form(&desk, entered)) };
    let (access, doer, once) = (desk.access(), desk.doer(), desk.key());
    let made = match access.create_organization(&id, entered.value("name"), &doer).await {
        Ok(_) => {
            let invited = Invited::Operator {
                organization: id.clone(),
                role: Role::Operator,
                facilities: BTreeSet::new(),
            };
            Some(access.invite_once(&once, invited, &operator, email.as_deref(), &doer).await?)
        }
        // The same form, sent twice.
        Err(DirectoryError::Exists(_)) => access.invited_before(&once, Some(&id)).await?,
        Err(DirectoryError::Unfit(unfit)) => {
            entered.unfit(&unfit, words);
            return desk.page_again(&form(&desk, entered));
        }
        Err(error) => return Err(error.into()),
    };
    let Some((token, welcome)) = made else {
        entered.unfit(&[Unfit { field: "id", flaw: Flaw::Taken(id.to_string()) }], words);
        return desk.page_again(&form(&desk, entered));
    };
    desk.page(&LinkPage {
        frame: desk
            .frame("operator-link", &words.say("organization-founded"))
            .under(&words.say("nav-organizations"), LIST),
        link: joining(&desk, &token, &welcome),
        back: format!("{LIST}/{id}"),
    })
}
