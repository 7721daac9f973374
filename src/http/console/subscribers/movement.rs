//! A person goes to another facility: which one, what that means, then that it was done.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::{below, named, news, page_of};
use crate::directory::{DirectoryError, FacilityCode, Subscriber, SubscriberForm, Version};
use crate::enrollment::{OperatorError, Person};
use crate::http::console::audit::HistoryLine;
use crate::http::console::desk::Desk;
use crate::http::console::enrollment::failed;
use crate::http::console::entered::Entered;
use crate::http::console::facility_field::{Choice, FacilityField, chosen};
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/move.html")]
pub struct MovePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed.
    pub entered: Entered,
    /// The facility to choose.
    pub facilities: FacilityField,
    /// The facility now, by code and name; none where there is none.
    pub from: Option<String>,
    /// Where the person would go and what that means, once it was asked for.
    pub effects: Option<(String, Vec<String>)>,
    /// The code that `effects` are about.
    pub to: String,
    /// What somebody else did since the page was shown.
    pub changed: Vec<HistoryLine>,
    /// The version that is shown.
    pub version: u64,
    /// Back to the person.
    pub back: String,
}

async fn called(desk: &Desk, code: Option<&FacilityCode>) -> Result<Option<String>, HttpError> {
    let Some(code) = code else { return Ok(None) };
    let found = desk.directory().find_facility(desk.organization_id()?, code).await?;
    Ok(Some(found.map_or_else(|| code.to_string(), |facility| format!("{code} {}", facility.name))))
}

async fn page(
    desk: &Desk,
    person: &Person,
    entered: Entered,
    to: &Choice,
    changed: Vec<HistoryLine>,
) -> Result<MovePage, HttpError> {
    let words = desk.words();
    let effects = match to {
        Choice::Made(to) => {
            let name =
                called(desk, to.as_ref()).await?.unwrap_or_else(|| words.say("facility-without").plain());
            let mut effects = vec![words.say("move-next").to_string()];
            if person.living > 0 {
                effects.push(words.say("move-stays").with("count", person.living).to_string());
                effects.push(words.say("move-reissue").to_string());
            }
            if person.subscriber.facility.is_some() {
                effects.push(words.say("move-managers").to_string());
            }
            Some((words.say("move-to").with("name", name).to_string(), effects))
        }
        Choice::Looking => None,
    };
    let to = match to {
        Choice::Made(Some(code)) => code.to_string(),
        _ => String::new(),
    };
    Ok(MovePage {
        frame: below(desk, "move", "subscriber-move", &person.subscriber),
        facilities: FacilityField::of(desk, &entered).await?,
        entered,
        from: called(desk, person.subscriber.facility.as_ref()).await?,
        effects,
        to,
        changed,
        version: person.version.0,
        back: page_of(desk, &person.subscriber.id),
    })
}

/// `GET /o/{organization}/subscribers/{subscriber}/move`.
///
/// # Errors
/// [`HttpError::NotFound`] for one who is not within reach.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let person = named(&desk, &path.1).await?;
    desk.page(&page(&desk, &person, Entered::default(), &Choice::Looking, Vec::new()).await?)
}

fn moved(desk: &Desk, subscriber: &Subscriber) -> HttpResponse {
    let said = Flash::good("subscriber-moved").with("name", &subscriber.name);
    desk.done(&page_of(desk, &subscriber.id), &said)
}

/// `POST /o/{organization}/subscribers/{subscriber}/move`: says what it means, and then, sent again from there, does it once.
///
/// # Errors
/// As [`show`].
pub async fn perform(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (person, words) = (named(&desk, &path.1).await?, desk.words());
    let mut entered = Entered::of(desk.typed());
    let Choice::Made(facility) = chosen(&desk, &mut entered).await? else {
        return desk.page(&page(&desk, &person, entered, &Choice::Looking, Vec::new()).await?);
    };
    let shown = entered.filled("sure").is_some()
        && entered.value("to") == facility.as_ref().map(FacilityCode::as_str).unwrap_or_default();
    if entered.is_sound() && facility == person.subscriber.facility {
        // Sent twice: it is there already.
        if shown {
            return Ok(moved(&desk, &person.subscriber));
        }
        entered.wrong("facility", &words.say("move-is-there"));
    }
    if !entered.is_sound() {
        return desk.page_again(&page(&desk, &person, entered, &Choice::Looking, Vec::new()).await?);
    }
    if !shown {
        return desk.page(&page(&desk, &person, entered, &Choice::Made(facility.clone()), Vec::new()).await?);
    }
    let Subscriber { name, kana, email, .. } = person.subscriber.clone();
    let form = SubscriberForm { name, kana, email, facility: facility.clone() };
    let seen = Version(entered.value("version").parse().unwrap_or_default());
    match desk.authority().edit_person(&desk.caller()?, &person.subscriber.id, seen, &form).await {
        Ok(subscriber) => Ok(moved(&desk, &subscriber)),
        Err(OperatorError::Directory(DirectoryError::Changed(changed))) => {
            let (now, changed) = (named(&desk, &path.1).await?, news(&desk, &changed));
            desk.page_again(&page(&desk, &now, entered, &Choice::Made(facility.clone()), changed).await?)
        }
        Err(OperatorError::Directory(DirectoryError::Unfit(unfit))) => {
            entered.unfit(&unfit, words);
            desk.page_again(&page(&desk, &person, entered, &Choice::Looking, Vec::new()).await?)
        }
        Err(other) => Err(failed(other)),
    }
}
