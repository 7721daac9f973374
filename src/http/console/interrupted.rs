//! A form in whose way something came: the session ended, a passkey must be shown once more, the page was of an earlier session.
//! Nothing is done then, and nothing that was typed is lost: the page that says so carries it along, and once the way is clear it
//! is one click to send it.

use actix_web::HttpResponse;
use askama::Template;
use serde::{Deserialize, Serialize};

use super::desk::Guest;
use super::frame::ConsoleFrame;
use super::refusal::Trouble;
use super::sign_in;
use super::step_up;
use super::typed::Typed;
use crate::directory::AccountId;
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::page::Problem;

/// The most that is carried along, in bytes of names and values.
const MOST: usize = 96 * 1024;

/// Fields of which only is shown that they are there.
const HIDDEN: [&str; 6] = ["code", "secret", "password", "credential", "ceremony", "ticket"];
/// So many fields are shown, and so much of each.
const SHOWN: (usize, usize) = (40, 300);

/// What came in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// Nobody is signed in.
    SignedOut,
    /// The form is not one of this session for this address, or too old.
    OtherForm,
    /// A passkey must be shown once more.
    StepUp,
}

/// A form that is carried along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Where it is sent.
    pub path: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
    /// Who typed it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
}

impl Kept {
    /// The form of this request, typed by whoever is signed in or whose session `left` off; `None` where there is none, or too much of it.
    #[must_use]
    pub fn of(guest: &Guest, left: Option<AccountId>) -> Option<Self> {
        if !guest.has_typed() {
            return None;
        }
        let fields = guest.typed().fields().filter(|(name, _)| *name != "form");
        let fields: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let size: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        let by = guest.standing().map(|standing| standing.account.id).or(left);
        (size <= MOST).then(|| Self { path: guest.path().to_owned(), fields, by })
    }

    /// What will be sent, to be looked at first: another site may have filled it in.
    #[must_use]
    pub fn shown(&self) -> Vec<(&str, String)> {
        let filled = self.fields.iter().filter(|(_, value)| !value.trim().is_empty()).take(SHOWN.0);
        filled
            .map(|(name, value)| {
                let hidden = HIDDEN.contains(&name.as_str());
                let shown = if hidden { "…".to_owned() } else { value.chars().take(SHOWN.1).collect() };
                (name.as_str(), shown)
            })
            .collect()
    }

    /// As one hidden field carries it.
    #[must_use]
    pub fn to_field(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What a hidden field carried.
    #[must_use]
    pub fn from_field(typed: &Typed) -> Option<Self> {
        let kept: Self = serde_json::from_str(typed.filled("kept")?).ok()?;
        is_local(&kept.path).then_some(kept)
    }
}

/// Whether an address is a path of this site, so that nobody is led away from it.
#[must_use]
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 4_000
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// The page that a form which is carried along is sent from.
#[derive(Debug, Template)]
#[template(path = "console/resume.html")]
pub struct ResumePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What came in the way, where it still needs saying.
    pub problem: Option<Problem>,
    /// The form; none where it could not be kept.
    pub kept: Option<Kept>,
    /// Whether somebody else typed it than who is signed in now.
    pub others: bool,
    /// The page to begin anew from.
    pub back: String,
}

/// The answer to a request in whose way something came; `left` is whose session ended in this browser.
///
/// # Errors
/// None but an unexpected one.
pub fn answer(
    guest: &Guest,
    interruption: Interruption,
    left: Option<AccountId>,
) -> Result<HttpResponse, HttpError> {
    if guest.is_reading() {
        let back: String = url::form_urlencoded::byte_serialize(guest.query().address().as_bytes()).collect();
        return Ok(match interruption {
            Interruption::StepUp => guest.go(&format!("/step-up?back={back}")),
            _ if back == "%2F" => guest.go("/sign-in"),
            _ => guest.go(&format!("/sign-in?back={back}")),
        });
    }
    let kept = Kept::of(guest, left);
    let trouble = match interruption {
        Interruption::SignedOut => Trouble::SignedOut,
        Interruption::OtherForm => Trouble::OtherForm,
        Interruption::StepUp => Trouble::StepUp,
    };
    guest.visit.refused_with(trouble.code());
    match interruption {
        Interruption::SignedOut => sign_in::interrupted(guest, kept.as_ref()),
        Interruption::StepUp => step_up::interrupted(guest, kept.as_ref()),
        Interruption::OtherForm => {
            let problem = Problem::explain(guest.words(), trouble.code());
            let frame = guest.frame("resume", &problem.title);
            let back = guest.path().to_owned();
            page(trouble.status(), &ResumePage { frame, problem: Some(problem), kept, others: false, back })
        }
    }
}

/// The page from which a form goes on, once nothing is in its way any more. `guest` is whoever is signed in now.
///
/// # Errors
/// None but an unexpected one.
pub fn resume(guest: &Guest, kept: Kept) -> Result<HttpResponse, HttpError> {
    let frame = guest.frame("resume", &guest.words().say("resume-title"));
    let back = kept.path.clone();
    let me = guest.standing().map(|standing| standing.account.id);
    let others = kept.by.is_some() && kept.by != me;
    guest.page(&ResumePage { frame, problem: None, kept: Some(kept), others, back })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_along_leads_nowhere_else() {
        for (path, local) in [
            ("/o/x/issue", true),
            ("/", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example/", false),
            ("", false),
            ("/a b", false),
            ("/a\r\nb", false),
        ] {
            assert_eq!(is_local(path), local, "{path:?}");
        }
        let kept = Kept { path: "//evil.example".to_owned(), fields: Vec::new(), by: None };
        let encoded: String = url::form_urlencoded::byte_serialize(kept.to_field().as_bytes()).collect();
        assert_eq!(Kept::from_field(&Typed::parse(format!("kept={encoded}").as_bytes()).unwrap()), None);
    }
}
