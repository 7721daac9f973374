//! A facility is closed, or opened again.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::list::people;
use super::named;
use crate::directory::{Changed, DirectoryError, Facility, Version};
use crate::http::console::audit::{HistoryLine, told};
use crate::http::console::change::{ChangePage, Confirm};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::refusal::Trouble;
use crate::http::error::HttpError;

/// Which of the two an address asks for.
fn closes(desk: &Desk) -> bool {
    desk.path().ends_with("/close")
}

async fn page(
    desk: &Desk,
    (facility, version): &(Facility, Version),
    entered: Entered,
    changed: Vec<HistoryLine>,
) -> Result<ChangePage, HttpError> {
    let (words, back) = (desk.words(), desk.at(&format!("facilities/{}", facility.code)));
    let people = people(desk, facility).await?;
    let (act, title, effects, confirm) = if closes(desk) {
        let effects = vec![
            words.say("facility-close-issue").to_string(),
            words.say("facility-close-people").with("people", people).to_string(),
            words.say("facility-close-managers").to_string(),
            words.say("facility-close-back").to_string(),
        ];
        let confirm = Confirm { words: facility.code.to_string(), returns: true };
        ("close", "facility-close", effects, Some(confirm))
    } else {
        ("reopen", "facility-reopen", vec![words.say("facility-reopen-issue").to_string()], None)
    };
    Ok(ChangePage {
        frame: desk
            .frame("change", &words.say(title))
            .under(&words.say("nav-facilities"), desk.at("facilities"))
            .under(&facility.name, back.clone()),
        act,
        effects,
        items: Vec::new(),
        changed,
        reasons: Vec::new(),
        confirm,
        version: version.0,
        entered,
        back,
    })
}

/// Says that it is as was asked for.
fn done(desk: &Desk, facility: &Facility) -> HttpResponse {
    let said = if closes(desk) { "facility-closed" } else { "facility-reopened" };
    let said = Flash::good(said).with("name", &facility.name);
    desk.done(&desk.at(&format!("facilities/{}", facility.code)), &said)
}

/// `GET /o/{organization}/facilities/{facility}/close` and `…/reopen`: what it will do.
///
/// # Errors
/// [`HttpError::NotFound`] for one that is not there.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let found = named(&desk, &path.1).await?;
    if found.0.closed_at.is_some() == closes(&desk) {
        return Ok(desk.go(&desk.at(&format!("facilities/{}", found.0.code))));
    }
    desk.page(&page(&desk, &found, Entered::default(), Vec::new()).await?)
}

/// `POST /o/{organization}/facilities/{facility}/close` and `…/reopen`: does it, once, as it was shown.
///
/// # Errors
/// As [`show`].
pub async fn perform(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (found, words) = (named(&desk, &path.1).await?, desk.words());
    // Sent twice, or somebody else has done the same.
    if found.0.closed_at.is_some() == closes(&desk) {
        return Ok(done(&desk, &found.0));
    }
    let mut entered = Entered::of(desk.typed());
    if closes(&desk) {
        entered.must_confirm(found.0.code.as_str(), words);
    }
    if !entered.is_sound() {
        return desk.page_again(&page(&desk, &found, entered, Vec::new()).await?);
    }
    let seen = Version(entered.value("version").parse().unwrap_or_default());
    let (organization, code, doer) = (desk.organization_id()?, &found.0.code, desk.doer());
    let outcome = if closes(&desk) {
        desk.access().close_facility(organization, code, seen, &doer).await
    } else {
        desk.access().reopen_facility(organization, code, seen, &doer).await
    };
    match outcome {
        Ok(facility) => Ok(done(&desk, &facility)),
        Err(DirectoryError::Ended) => Ok(done(&desk, &found.0)),
        Err(DirectoryError::Changed(changed)) => {
            let Changed { news, .. } = *changed;
            let now = named(&desk, &path.1).await?;
            if now.0.closed_at.is_some() == closes(&desk) {
                return Ok(done(&desk, &now.0));
            }
            desk.visit.refused_with(Trouble::Changed.code());
            let news = news.iter().map(|event| told(words, event)).collect();
            desk.page_again(&page(&desk, &now, entered, news).await?)
        }
        Err(error) => Err(error.into()),
    }
}
