//! An act on one enrollment: what it will do, then that it was done.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::desk::Desk;
use super::enrollment::{Line, failed, line, named};
use super::entered::Entered;
use super::flash::Flash;
use super::frame::ConsoleFrame;
use super::handover;
use super::refusal::Trouble;
use super::telling;
use crate::enrollment::{Asked, Carrier, EnrollmentAct, Once, OperatorError, Preview, ReissueReason, Seen};
use crate::http::error::HttpError;
use crate::ledger::RevocationReason;

/// A choice with what it is for.
#[derive(Debug)]
pub struct Choice {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub key: &'static str,
    /// What it does.
    pub hint: &'static str,
}

/// What an act will do, or why it makes no sense.
#[derive(Debug, Template)]
#[template(path = "console/act.html")]
pub struct ActPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The act's word.
    pub act: &'static str,
    /// What it will do.
    pub effects: Vec<String>,
    /// Why it makes no sense as things stand.
    pub hint: Option<&'static str>,
    /// What somebody else did since the page was shown.
    pub changed: Vec<Line>,
    /// Whether it ends something for good, so that the name is asked for.
    pub ends: Option<String>,
    /// The answers to "what happened?", where one must be given first.
    pub questions: Vec<Choice>,
    /// The reasons for a revocation.
    pub reasons: Vec<(&'static str, String)>,
    /// The answer that was given.
    pub why: Option<&'static str>,
    /// What goes with the act, so that it does nothing else.
    pub seen: u64,
    /// What was typed.
    pub entered: Entered,
    /// Back to the enrollment.
    pub back: String,
}

/// The last part of the address.
fn word(path: &str) -> &'static str {
    match path.rsplit('/').next() {
        Some("renew") => "renew",
        Some("resend") => "resend",
        Some("cancel") => "cancel",
        Some("unlock") => "unlock",
        Some("revoke") => "revoke",
        Some("reissue") => "reissue",
        _ => "note",
    }
}

/// What the form, or the address, asks for; none where the question has no answer yet.
fn act(word: &'static str, entered: &Entered) -> Option<EnrollmentAct> {
    Some(match word {
        "renew" => EnrollmentAct::Renew(Carrier::Screen),
        "resend" => EnrollmentAct::Resend,
        "cancel" => EnrollmentAct::Cancel,
        "unlock" => EnrollmentAct::Unlock,
        "revoke" => {
            let reason = entered.value("reason").parse().unwrap_or(RevocationReason::Unspecified);
            EnrollmentAct::Revoke(reason)
        }
        "reissue" => {
            EnrollmentAct::Reissue(entered.value("why").parse::<ReissueReason>().ok()?, Carrier::Screen)
        }
        _ => EnrollmentAct::Note(Some(entered.value("note").to_owned()).filter(|note| !note.is_empty())),
    })
}

const fn title(word: &str) -> &'static str {
    match word.as_bytes() {
        b"renew" => "act-renew",
        b"resend" => "act-resend",
        b"cancel" => "act-cancel",
        b"unlock" => "act-unlock",
        b"revoke" => "act-revoke",
        b"reissue" => "act-reissue",
        _ => "act-note",
    }
}

fn ends(act: &EnrollmentAct) -> bool {
    match act {
        EnrollmentAct::Revoke(_) => true,
        EnrollmentAct::Reissue(why, _) => why.revokes().is_some(),
        _ => false,
    }
}

async fn draw(
    desk: &Desk,
    request: &HttpRequest,
    mut entered: Entered,
    changed: Vec<Line>,
) -> Result<ActPage, HttpError> {
    let (id, words, word) = (named(request)?, desk.words(), word(desk.path()));
    let act = act(word, &entered);
    let asked = act.clone().unwrap_or(EnrollmentAct::Note(Some(String::new())));
    let Preview { summary, effects, seen: Seen(seen) } =
        desk.authority().preview(&desk.caller()?, &id, &asked).await.map_err(failed)?;
    if word == "note" && !desk.has_typed() && entered.value("note").is_empty() {
        entered = entered.with("note", &summary.note.clone().unwrap_or_default());
    }
    let back = desk.at(&format!("enrollments/{id}"));
    let (effects, hint) = match effects {
        // The note is yet to be written.
        _ if word == "note" || act.is_none() => (Vec::new(), None),
        Ok(effects) => (effects.iter().map(|effect| telling::effect(words, effect)).collect(), None),
        Err(hint) => (Vec::new(), Some(telling::hint(hint))),
    };
    let question = |why: ReissueReason| {
        let (key, hint) = telling::reissue(why);
        Choice { href: format!("{}?why={}", desk.path(), why.name()), key, hint }
    };
    let is_answered = act.is_some();
    Ok(ActPage {
        frame: desk
            .frame("act", &words.say(title(word)))
            .under(&words.say("nav-enrollments"), desk.at("enrollments"))
            .under(&summary.name, back.clone()),
        act: word,
        effects,
        hint,
        changed,
        ends: act.as_ref().filter(|act| ends(act)).map(|_| summary.name.clone()),
        questions: if is_answered { Vec::new() } else { ReissueReason::ALL.map(question).into() },
        reasons: RevocationReason::ALL
            .map(|reason| (reason.name(), words.say(telling::reason(reason)).plain()))
            .into(),
        why: match &act {
            Some(EnrollmentAct::Reissue(why, _)) => Some(why.name()),
            _ => None,
        },
        seen,
        entered,
        back,
    })
}

/// `GET /o/{organization}/enrollments/{enrollment}/ACT`: what it will do. Changes nothing.
///
/// # Errors
/// [`HttpError::NotFound`] for an enrollment that is not within reach.
pub async fn show(desk: Desk, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let entered = Entered::default().with("why", &desk.query().get("why"));
    let page = draw(&desk, &request, entered, Vec::new()).await?;
    desk.page(&page)
}

/// `POST /o/{organization}/enrollments/{enrollment}/ACT`: does it, once, as it was shown.
///
/// # Errors
/// As [`show`].
pub async fn perform(desk: Desk, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let (id, caller, word) = (named(&request)?, desk.caller()?, word(desk.path()));
    let mut entered = Entered::of(desk.typed());
    let Some(act) = act(word, &entered) else {
        let page = draw(&desk, &request, entered, Vec::new()).await?;
        return desk.page_again(&page);
    };
    if ends(&act) {
        let shown = desk.authority().show(&caller, &id).await.map_err(failed)?;
        entered.must_confirm(&shown.summary.name, desk.words());
    }
    if !entered.is_sound() {
        let page = draw(&desk, &request, entered, Vec::new()).await?;
        return desk.page_again(&page);
    }
    let seen = entered.value("seen").parse().ok().map(Seen);
    let asked = Asked { seen, once: Some(Once(desk.key())) };
    match desk.authority().perform(&caller, &id, &act, asked).await {
        Ok(done) => match done.issued {
            Some(issued) => handover::page(&desk, &issued, &done.summary.name).await,
            None => {
                let flash = Flash::good(match word {
                    "resend" => "done-resend",
                    "cancel" => "done-cancel",
                    "unlock" => "done-unlock",
                    "revoke" => "done-revoke",
                    _ => "done-note",
                });
                let back = desk.at(&format!("enrollments/{id}"));
                Ok(desk.done(&back, &flash.with("name", &done.summary.name)))
            }
        },
        Err(OperatorError::Changed { since, .. }) => {
            desk.visit.refused_with(Trouble::Changed.code());
            let changed = since.iter().map(|event| line(desk.words(), event)).collect();
            let page = draw(&desk, &request, entered, changed).await?;
            desk.page_again(&page)
        }
        Err(OperatorError::NotNow { .. }) => {
            desk.visit.refused_with(Trouble::NotNow.code());
            let page = draw(&desk, &request, entered, Vec::new()).await?;
            desk.page_again(&page)
        }
        Err(OperatorError::Unfit { .. }) => {
            entered.wrong("note", &desk.words().say("note-unfit"));
            let page = draw(&desk, &request, entered, Vec::new()).await?;
            desk.page_again(&page)
        }
        Err(OperatorError::LinkRenewed(id) | OperatorError::SentBefore(id)) => {
            let flash = Flash::warning("issued-before");
            Ok(desk.done(&desk.at(&format!("enrollments/{id}")), &flash))
        }
        Err(other) => Err(failed(other)),
    }
}
