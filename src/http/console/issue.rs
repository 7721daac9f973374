//! An enrollment is issued for the person beside the desk.

use actix_web::HttpResponse;
use askama::Template;

use super::desk::Desk;
use super::enrollments::offers;
use super::entered::Entered;
use super::flash::Flash;
use super::frame::ConsoleFrame;
use super::handover;
use crate::device::Platform;
use crate::enrollment::{Carrier, Invite, Once, OperatorError, SubscriberInvite};
use crate::http::error::HttpError;
use crate::http::words::Words;

/// The form.
#[derive(Debug, Template)]
#[template(path = "console/issue.html")]
pub struct IssuePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed.
    pub entered: Entered,
    /// The offers.
    pub offers: Vec<(String, String)>,
    /// The kinds of device.
    pub devices: Vec<(String, String)>,
}

fn form(desk: &Desk, entered: Entered) -> IssuePage {
    let words = desk.words();
    let any = (String::new(), words.say("issue-any-device").plain());
    let device = |it: Platform| (it.as_str().to_owned(), words.device(it));
    IssuePage {
        frame: desk.frame("issue", &words.say("nav-issue")),
        entered,
        offers: offers(desk),
        devices: std::iter::once(any).chain(Platform::ALL.into_iter().map(device)).collect(),
    }
}

/// What was typed as an invitation; what does not do is noted at its field.
fn invite(entered: &mut Entered, words: Words) -> Option<Invite> {
    let filled = |field: &'static str| Some(entered.value(field).to_owned()).filter(|it| !it.is_empty());
    let (id, facility, device) = (filled("id"), filled("facility"), filled("device"));
    let name = filled("name");
    let invite = Invite {
        subscriber: SubscriberInvite {
            id: None,
            name: name.clone().unwrap_or_default(),
            kana: filled("kana"),
            email: filled("email"),
        },
        facility: None,
        offer: filled("offer").unwrap_or_default(),
        platforms: device.and_then(|device| device.parse().ok()).into_iter().collect(),
        note: filled("note"),
        carrier: Carrier::Screen,
    };
    if name.is_none() {
        entered.wrong_but("name", &words.say("issue-name-needed"), &words.say("issue-name-right"));
    }
    let id = id.map(|id| id.parse()).transpose();
    let facility = facility.map(|code| code.to_ascii_uppercase().parse()).transpose();
    match (id, facility) {
        (Ok(id), Ok(facility)) => {
            Some(Invite { subscriber: SubscriberInvite { id, ..invite.subscriber }, facility, ..invite })
        }
        (id, facility) => {
            if id.is_err() {
                entered.wrong_but("id", &words.say("issue-id-unfit"), &words.say("issue-id-right"));
            }
            if facility.is_err() {
                let right = words.say("issue-facility-right");
                entered.wrong_but("facility", &words.say("issue-facility-unfit"), &right);
            }
            None
        }
    }
}

/// The field that a refusal is about, and what it says there.
const fn about(what: &str) -> (&'static str, &'static str) {
    match what.as_bytes() {
        b"the subscriber's name" | b"the names in the certificate" => ("name", "issue-name-unfit"),
        b"the reading of the name" => ("kana", "issue-text-unfit"),
        b"the e-mail address" => ("email", "issue-text-unfit"),
        b"the note" => ("note", "issue-text-unfit"),
        b"the facility" => ("facility", "issue-facility-closed"),
        b"the offer" => ("offer", "issue-offer-unfit"),
        b"the kind of device" => ("device", "issue-device-unfit"),
        _ => ("name", "issue-refused"),
    }
}

/// `GET /o/{organization}/issue`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    let filled = ["id", "name", "kana", "facility"].into_iter();
    let filled = filled.fold(Entered::default(), |entered, name| entered.with(name, &desk.query().get(name)));
    desk.page(&form(&desk, filled))
}

/// `POST /o/{organization}/issue`: issues once, however often the same form is sent, and hands over.
///
/// # Errors
/// None but an unexpected one.
pub async fn issue(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    let wanted = invite(&mut entered, words).filter(|_| entered.is_sound());
    let Some(wanted) = wanted else { return desk.page_again(&form(&desk, entered)) };
    let name = wanted.subscriber.name.clone();
    match desk.authority().invite_once(&desk.caller()?, wanted, Some(Once(desk.key()))).await {
        Ok(issued) => return handover::page(&desk, &issued, &name).await,
        Err(OperatorError::Unfit { what, .. }) => {
            let (field, key) = about(what);
            entered.wrong(field, &words.say(key));
        }
        Err(OperatorError::BeyondReach(_)) => {
            entered.wrong("facility", &words.say("issue-facility-beyond"));
        }
        Err(OperatorError::NoSuchOffer { .. }) => entered.wrong("offer", &words.say("issue-offer-unfit")),
        Err(OperatorError::SentBefore(id) | OperatorError::LinkRenewed(id)) => {
            let here = desk.at(&format!("enrollments/{id}"));
            return Ok(desk.done(&here, &Flash::warning("issued-before")));
        }
        Err(other) => return Err(HttpError::internal(other)),
    }
    desk.page_again(&form(&desk, entered))
}
