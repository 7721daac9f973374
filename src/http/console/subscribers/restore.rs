//! A retired person comes back.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::{below, named, news, page_of};
use crate::directory::{DirectoryError, Subscriber, Version};
use crate::enrollment::{OperatorError, Person};
use crate::http::console::audit::HistoryLine;
use crate::http::console::change::ChangePage;
use crate::http::console::desk::Desk;
use crate::http::console::enrollment::failed;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::error::HttpError;

fn page(desk: &Desk, person: &Person, changed: Vec<HistoryLine>) -> ChangePage {
    let words = desk.words();
    ChangePage {
        frame: below(desk, "change", "subscriber-restore", &person.subscriber),
        act: "restore",
        effects: ["restore-issue", "restore-stays"].map(|key| words.say(key).to_string()).into(),
        items: Vec::new(),
        changed,
        reasons: Vec::new(),
        confirm: None,
        version: person.version.0,
        entered: Entered::default(),
        back: page_of(desk, &person.subscriber.id),
    }
}

fn done(desk: &Desk, subscriber: &Subscriber) -> HttpResponse {
    let said = Flash::good("subscriber-restored").with("name", &subscriber.name);
    desk.done(&page_of(desk, &subscriber.id), &said)
}

/// `GET /o/{organization}/subscribers/{subscriber}/restore`: what it will do.
///
/// # Errors
/// [`HttpError::NotFound`] for one who is not within reach.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let person = named(&desk, &path.1).await?;
    if person.subscriber.retired_at.is_none() {
        return Ok(desk.go(&page_of(&desk, &person.subscriber.id)));
    }
    desk.page(&page(&desk, &person, Vec::new()))
}

/// `POST /o/{organization}/subscribers/{subscriber}/restore`: does it, once, as it was shown.
///
/// # Errors
/// As [`show`].
pub async fn restore(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let person = named(&desk, &path.1).await?;
    if person.subscriber.retired_at.is_none() {
        return Ok(done(&desk, &person.subscriber));
    }
    let seen = Version(desk.typed().get("version").parse().unwrap_or_default());
    match desk.authority().restore_person(&desk.caller()?, &person.subscriber.id, seen).await {
        Ok(subscriber) => Ok(done(&desk, &subscriber)),
        Err(OperatorError::Directory(DirectoryError::Changed(changed))) => {
            let now = named(&desk, &path.1).await?;
            desk.page_again(&page(&desk, &now, news(&desk, &changed)))
        }
        Err(other) => Err(failed(other)),
    }
}
