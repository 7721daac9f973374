//! A person leaves: what ends with that, then that it has ended.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::{below, named, news, page_of};
use crate::directory::{DirectoryError, Version};
use crate::enrollment::{EnrollmentSummary, OperatorError, Retirement};
use crate::http::console::audit::HistoryLine;
use crate::http::console::change::{ChangePage, Confirm, Item};
use crate::http::console::desk::Desk;
use crate::http::console::enrollment::failed;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::telling;
use crate::http::error::HttpError;
use crate::ledger::RevocationReason;

/// Why somebody leaves, the usual reason first.
const REASONS: [RevocationReason; 5] = [
    RevocationReason::PrivilegeWithdrawn,
    RevocationReason::AffiliationChanged,
    RevocationReason::CessationOfOperation,
    RevocationReason::KeyCompromise,
    RevocationReason::Unspecified,
];

fn page(desk: &Desk, planned: &Retirement, entered: Entered, changed: Vec<HistoryLine>) -> ChangePage {
    let (words, person) = (desk.words(), &planned.subscriber);
    let (revoked, cancelled) = (planned.revoked.len(), planned.cancelled.len());
    let mut effects = Vec::new();
    if revoked > 0 {
        effects.push(words.say("retire-revoked").with("count", revoked).to_string());
    }
    if cancelled > 0 {
        effects.push(words.say("retire-cancelled").with("count", cancelled).to_string());
    }
    if revoked + cancelled == 0 {
        effects.push(words.say("retire-nothing").to_string());
    }
    effects.push(words.say("retire-issue").to_string());
    effects.push(words.say("retire-stays").to_string());
    let frame = below(desk, "change", "subscriber-retire", person);
    let item = |it: &EnrollmentSummary| {
        let (state, tone) = telling::standing(it.state);
        let device = it.platform.map(|platform| words.device(platform)).unwrap_or_default();
        Item {
            href: desk.at(&format!("enrollments/{}", it.enrollment)),
            text: format!("{} {device}", it.enrollment),
            state: frame.badge(state, tone).0,
        }
    };
    ChangePage {
        items: planned.revoked.iter().chain(&planned.cancelled).map(item).collect(),
        frame,
        act: "retire",
        effects,
        changed,
        reasons: REASONS.map(|reason| (reason.name(), words.say(telling::reason(reason)).plain())).into(),
        confirm: Some(Confirm { words: person.name.clone(), returns: false }),
        version: planned.version.0,
        entered,
        back: page_of(desk, &person.id),
    }
}

async fn planned(desk: &Desk, text: &str) -> Result<Retirement, HttpError> {
    let person = named(desk, text).await?;
    desk.authority().retirement(&desk.caller()?, &person.subscriber.id).await.map_err(failed)
}

/// Whether everything has ended already.
fn is_over(planned: &Retirement) -> bool {
    planned.subscriber.retired_at.is_some() && planned.revoked.is_empty() && planned.cancelled.is_empty()
}

/// `GET /o/{organization}/subscribers/{subscriber}/retire`: what it will end.
///
/// # Errors
/// [`HttpError::NotFound`] for one who is not within reach.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let planned = planned(&desk, &path.1).await?;
    if is_over(&planned) {
        return Ok(desk.go(&page_of(&desk, &planned.subscriber.id)));
    }
    desk.page(&page(&desk, &planned, Entered::default(), Vec::new()))
}

/// `POST /o/{organization}/subscribers/{subscriber}/retire`: ends it, once; sent again, it ends what an interruption left.
///
/// # Errors
/// As [`show`].
pub async fn retire(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let planned = planned(&desk, &path.1).await?;
    let (words, person) = (desk.words(), &planned.subscriber);
    let back = page_of(&desk, &person.id);
    if is_over(&planned) {
        return Ok(desk.done(&back, &Flash::good("subscriber-retired-already").with("name", &person.name)));
    }
    let mut entered = Entered::of(desk.typed());
    let reason = entered.value("reason").parse().ok().filter(|reason| REASONS.contains(reason));
    if reason.is_none() {
        entered.wrong("reason", &words.say("flaw-empty"));
    }
    entered.must_confirm(&person.name, words);
    let (Some(reason), true) = (reason, entered.is_sound()) else {
        return desk.page_again(&page(&desk, &planned, entered, Vec::new()));
    };
    let seen = Version(entered.value("version").parse().unwrap_or_default());
    match desk.authority().retire_subscriber(&desk.caller()?, &person.id, seen, reason).await {
        Ok(done) => {
            let said = Flash::good("subscriber-retired")
                .with("name", &person.name)
                .with("count", done.revoked.len())
                .with("failed", done.cancelled.len());
            Ok(desk.done(&back, &said))
        }
        Err(OperatorError::Directory(DirectoryError::Changed(changed))) => {
            let now = desk.authority().retirement(&desk.caller()?, &person.id).await.map_err(failed)?;
            let changed = news(&desk, &changed);
            desk.page_again(&page(&desk, &now, entered, changed))
        }
        Err(other) => Err(failed(other)),
    }
}
