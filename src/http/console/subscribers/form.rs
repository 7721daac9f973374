//! A person's record is made, or changed.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::{below, named, news, page_of};
use crate::directory::{DirectoryError, Subscriber, SubscriberForm, SubscriberId, Unfit, Version};
use crate::enrollment::{Once, OperatorError, Person};
use crate::http::console::audit::HistoryLine;
use crate::http::console::desk::Desk;
use crate::http::console::enrollment::failed;
use crate::http::console::entered::Entered;
use crate::http::console::facility_field::{Choice, FacilityField, chosen};
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// The form.
#[derive(Debug, Template)]
#[template(path = "console/subscriber_form.html")]
pub struct SubscriberFormPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed, or is there.
    pub entered: Entered,
    /// The facility to choose, for somebody new.
    pub facilities: Option<FacilityField>,
    /// The identifier of somebody who is there.
    pub id: Option<String>,
    /// The version that is shown.
    pub version: u64,
    /// What somebody else did since the page was shown.
    pub changed: Vec<HistoryLine>,
    /// Back to where one came from.
    pub back: String,
}

fn typed(entered: &Entered) -> SubscriberForm {
    let text = |name: &str| entered.filled(name).map(str::to_owned);
    SubscriberForm {
        name: entered.value("name").to_owned(),
        kana: text("kana"),
        email: text("email"),
        facility: None,
    }
}

async fn new_form(desk: &Desk, entered: Entered) -> Result<SubscriberFormPage, HttpError> {
    let words = desk.words();
    Ok(SubscriberFormPage {
        frame: desk
            .frame("subscriber-new", &words.say("subscriber-new"))
            .under(&words.say("nav-subscribers"), desk.at("subscribers")),
        facilities: Some(FacilityField::of(desk, &entered).await?),
        entered,
        id: None,
        version: 0,
        changed: Vec::new(),
        back: desk.at("subscribers"),
    })
}

fn edit_form(
    desk: &Desk,
    person: &Person,
    entered: Entered,
    changed: Vec<HistoryLine>,
) -> SubscriberFormPage {
    SubscriberFormPage {
        frame: below(desk, "subscriber-edit", "subscriber-edit", &person.subscriber),
        entered,
        facilities: None,
        id: Some(person.subscriber.id.to_string()),
        version: person.version.0,
        changed,
        back: page_of(desk, &person.subscriber.id),
    }
}

/// `GET /o/{organization}/subscribers/~new`. (No identifier of a person has a `~`.)
///
/// # Errors
/// When the store fails.
pub async fn show_new(desk: Desk) -> Result<HttpResponse, HttpError> {
    let entered = Entered::default().with("facility", &desk.query().get("facility"));
    desk.page(&new_form(&desk, entered).await?)
}

/// `POST /o/{organization}/subscribers/~new`. The same form sent twice makes one person.
///
/// # Errors
/// When the store fails.
pub async fn create(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    let Choice::Made(facility) = chosen(&desk, &mut entered).await? else {
        return desk.page(&new_form(&desk, entered).await?);
    };
    let id = entered.filled("id").map(str::parse::<SubscriberId>).transpose();
    if id.is_err() {
        entered.wrong_but("id", &words.say("issue-id-unfit"), &words.say("issue-id-right"));
    }
    let (Ok(id), true) = (id, entered.is_sound()) else {
        return desk.page_again(&new_form(&desk, entered).await?);
    };
    let form = SubscriberForm { facility, ..typed(&entered) };
    match desk.authority().create_person(&desk.caller()?, id, &form, Once(desk.key())).await {
        Ok(made) => return Ok(saved(&desk, &made, "subscriber-made")),
        Err(OperatorError::Directory(DirectoryError::Unfit(unfit))) => entered.unfit(&unfit, words),
        Err(OperatorError::Directory(DirectoryError::Exists(_))) => {
            let taken = entered.value("id").to_owned();
            entered.wrong("id", &words.say("flaw-taken").with("name", taken));
        }
        Err(OperatorError::BeyondReach(_)) => {
            entered.wrong("facility", &words.say("issue-facility-beyond"));
        }
        Err(other) => return Err(failed(other)),
    }
    desk.page_again(&new_form(&desk, entered).await?)
}

fn saved(desk: &Desk, subscriber: &Subscriber, said: &'static str) -> HttpResponse {
    desk.done(&page_of(desk, &subscriber.id), &Flash::good(said).with("name", &subscriber.name))
}

/// `GET /o/{organization}/subscribers/{subscriber}/edit`.
///
/// # Errors
/// [`HttpError::NotFound`] for one who is not within reach.
pub async fn show_edit(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let person = named(&desk, &path.1).await?;
    let Subscriber { name, kana, email, .. } = person.subscriber.clone();
    let entered = Entered::default()
        .with("name", &name)
        .with("kana", &kana.unwrap_or_default())
        .with("email", &email.unwrap_or_default());
    desk.page(&edit_form(&desk, &person, entered, Vec::new()))
}

/// `POST /o/{organization}/subscribers/{subscriber}/edit`.
///
/// # Errors
/// As [`show_edit`].
pub async fn edit(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (person, words) = (named(&desk, &path.1).await?, desk.words());
    let mut entered = Entered::of(desk.typed());
    let form = SubscriberForm { facility: person.subscriber.facility.clone(), ..typed(&entered) };
    let seen = Version(entered.value("version").parse().unwrap_or_default());
    let id = &person.subscriber.id;
    match desk.authority().edit_person(&desk.caller()?, id, seen, &form).await {
        Ok(subscriber) => Ok(saved(&desk, &subscriber, "directory-saved")),
        Err(OperatorError::Directory(DirectoryError::Unfit(unfit))) => {
            entered.unfit(&unfit, words);
            // A facility is not among the fields.
            debug_assert!(unfit.iter().all(|Unfit { field, .. }| *field != "facility"), "{unfit:?}");
            desk.page_again(&edit_form(&desk, &person, entered, Vec::new()))
        }
        Err(OperatorError::Directory(DirectoryError::Changed(changed))) => {
            let now = named(&desk, &path.1).await?;
            let Subscriber { name, kana, email, .. } = &now.subscriber;
            // The same form, sent twice.
            if (name, kana, email) == (&form.name, &form.kana, &form.email) {
                return Ok(saved(&desk, &now.subscriber, "directory-saved"));
            }
            desk.page_again(&edit_form(&desk, &now, entered, news(&desk, &changed)))
        }
        Err(other) => Err(failed(other)),
    }
}
