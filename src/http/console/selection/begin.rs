//! A selection is begun, once, with what was decided on its page.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::show::{draw, expected, load};
use crate::enrollment::{BulkAct, JobStanding, OperatorError};
use crate::http::console::bulk::trouble;
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::refusal::Trouble;
use crate::http::error::HttpError;

/// `POST /o/{organization}/selection/{job}/begin`: an act that can be made good again.
///
/// # Errors
/// [`HttpError::NotFound`] where there is no such selection, or it ends certificates; [`Trouble::NotYourRole`].
pub async fn begin(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    go(desk, &path.1, false).await
}

/// `POST /o/{organization}/selection/{job}/end`: an act that ends certificates. A passkey was shown just before.
///
/// # Errors
/// As [`begin`].
pub async fn end(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    go(desk, &path.1, true).await
}

async fn go(desk: Desk, name: &str, ends: bool) -> Result<HttpResponse, HttpError> {
    let (job, act) = load(&desk, name).await?;
    if act.ends() != ends {
        return Err(HttpError::NotFound);
    }
    if !desk.may(act.demands()) {
        return Err(Trouble::NotYourRole.into());
    }
    let at = desk.at(&format!("bulk/{}", job.id));
    if job.standing != JobStanding::Draft {
        // The same form sent twice: it runs, or has run.
        return Ok(desk.go(&at));
    }
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    if let Some(expected) = expected(&desk, &job, &act).await? {
        entered.must_confirm(&expected, words);
    }
    let decided = match act.clone() {
        BulkAct::Revoke { reason } => {
            BulkAct::Revoke { reason: entered.value("reason").parse().unwrap_or(reason) }
        }
        BulkAct::Note { .. } => BulkAct::Note { note: Some(entered.value("note").to_owned()) },
        other => other,
    };
    if entered.is_sound() {
        match desk.authority().begin_act(&desk.caller()?, &job.id, decided).await {
            Ok(job) => return Ok(desk.done(&at, &Flash::good("bulk-begun").with("count", job.total))),
            Err(OperatorError::Unfit { what: "the note", .. }) => {
                entered.wrong("note", &words.say("note-unfit"));
            }
            Err(error) => return Err(trouble(error)),
        }
    }
    desk.page_again(&draw(&desk, &job, &act, entered).await?)
}
