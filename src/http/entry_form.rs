//! The form that claims, and why it is shown again.

use actix_web::http::StatusCode;
use askama::Template;

use super::error::{HttpError, refusal_status};
use super::nonce::NonceProblem;
use super::page::{CHOOSABLE, Choice, Frame, Problem};
use super::refusal::explain;
use super::visit::Visit;
use crate::device::{Device, Platform};
use crate::enrollment::{Code, OpenedInvitation, Refusal, Resumable};
use crate::profile::PasswordMode;

/// The device as the form names it.
#[derive(Debug, Clone)]
pub struct RecognisedDevice {
    /// Its kind.
    pub platform: Platform,
    /// Its name with the version where that is known.
    pub name: String,
    /// Whether the person chose it; then the form repeats the choice.
    pub chosen: bool,
}

/// The form that claims. `data-page` is `number` or `secret`.
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// What stands around it.
    pub frame: Frame,
    /// Where the form is sent, relative to the page.
    pub action: String,
    /// The form's nonce.
    pub nonce: String,
    /// What is handed out, where a link told it.
    pub offer: Option<String>,
    /// Whether the number is asked for.
    pub asks_number: bool,
    /// The facility under which the number is asked for.
    pub facility: Option<String>,
    /// The way to the facility's code, where somebody wants it first.
    pub by_facility: Option<String>,
    /// The number that was typed before, so that nobody types it twice.
    pub number: String,
    /// Whether the person chooses the bundle password.
    pub asks_password: bool,
    /// Why the form is shown again.
    pub problem: Option<Problem>,
    /// How many wrong secrets are left, where that should be told.
    pub attempts: Option<u32>,
    /// What is said of a claim that was made already and can be taken up again.
    pub resumable: Option<String>,
    /// Whether that was surely on another kind of device.
    pub claimed_elsewhere: bool,
    /// Until when the invitation is open, and how long that is.
    pub open_until: Option<(String, String)>,
    /// The device; nothing where the form cannot know it.
    pub device: Option<RecognisedDevice>,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

impl EntryPage {
    /// Whether the form is shown again for this reason; then the fields that it is about are marked.
    fn is_wrong(&self, code: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.code == code)
    }
}

/// The form's name where no link names an invitation.
pub(super) const NUMBER_FORM: &str = "number";
/// From how many attempts on a mistake is announced before it happens.
const FEW_ATTEMPTS: u32 = 3;

/// The form's name for the invitation behind a link.
pub(super) fn link_form(code: &Code) -> String {
    format!("code {}", code.expose())
}

/// Whether trying again on the same form is the way on.
pub(super) const fn shows_form(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::WrongSecret { .. }
            | Refusal::MalformedSecret
            | Refusal::WeakPassword
            | Refusal::OtherDevice { .. }
    )
}

/// Why a form did not lead on.
#[derive(Debug)]
pub(super) enum Wrong {
    /// The form itself.
    Nonce(NonceProblem),
    /// What was typed, or how things stand.
    Refused(Refusal),
}

impl Wrong {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Nonce(_) => StatusCode::BAD_REQUEST,
            Self::Refused(refusal) => refusal_status(refusal),
        }
    }

    /// Its stable code.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Nonce(NonceProblem::Forged) => "T-201",
            Self::Nonce(NonceProblem::Expired) => "T-202",
            Self::Refused(refusal) => refusal.code(),
        }
    }

    fn problem(&self, visit: &Visit, asks_number: bool) -> Problem {
        match self {
            Self::Nonce(_) => Problem::explain(visit.words(), self.code()),
            Self::Refused(refusal) => {
                let problem = explain(visit.words(), refusal, visit.site().now());
                match refusal {
                    Refusal::WrongSecret { .. } if asks_number => {
                        Problem { title: visit.words().say("number-wrong").to_string(), ..problem }
                    }
                    _ => problem,
                }
            }
        }
    }
}

/// What the form is drawn from.
#[derive(Debug, Default)]
pub(super) struct EntryForm<'a> {
    pub(super) link: Option<(&'a Code, OpenedInvitation)>,
    pub(super) number: &'a str,
    /// The facility under whose code the form stands.
    pub(super) facility: Option<String>,
    /// Whether there are organizations that ask for the facility first.
    pub(super) by_facility: bool,
    pub(super) asks_password: bool,
    pub(super) wrong: Option<&'a Wrong>,
}

impl EntryForm<'_> {
    pub(super) fn draw(self, visit: &Visit, device: &Device) -> Result<EntryPage, HttpError> {
        let words = visit.words();
        let now = visit.site().now();
        let asks_number = self.link.is_none();
        let scope = self.link.as_ref().map_or_else(|| NUMBER_FORM.to_owned(), |(code, _)| link_form(code));
        let nonce = visit.site().nonces.issue(&scope).map_err(HttpError::internal)?;
        let frame = if asks_number {
            visit.frame("number", &words.say("number-title"))
        } else {
            visit.frame("secret", &words.say("secret-title"))
        };
        let frame = if self.wrong.is_some() { frame.with_reference() } else { frame };
        let opened = self.link.map(|(_, opened)| opened);
        let told = match self.wrong {
            Some(Wrong::Refused(Refusal::WrongSecret { attempts_left })) => Some(*attempts_left),
            _ => opened.as_ref().map(|opened| opened.attempts_left).filter(|left| *left <= FEW_ATTEMPTS),
        };
        let claim = opened.as_ref().and_then(|opened| opened.resumable);
        let platforms = opened.as_ref().map_or(&[][..], |opened| &opened.platforms);
        Ok(EntryPage {
            frame: match &opened {
                None => frame,
                Some(opened) => frame.of(opened.organization.clone(), (&opened.contact).into()),
            },
            action: visit.here(|_| {}),
            nonce,
            offer: opened.as_ref().map(|opened| opened.offer.get(words.0.bcp47()).to_owned()),
            asks_number,
            by_facility: (self.by_facility || self.facility.is_some()).then(|| visit.there("/f")),
            facility: self.facility,
            number: echoed(self.number),
            asks_password: self.asks_password
                || opened.as_ref().is_some_and(|opened| opened.password == PasswordMode::Chosen),
            problem: self.wrong.map(|wrong| wrong.problem(visit, asks_number)),
            attempts: told,
            resumable: claim.map(|claim| resumable(visit, &claim, device.platform)),
            claimed_elsewhere: claim.is_some_and(|claim| device.platform.is_surely_not(claim.platform)),
            open_until: opened.as_ref().map(|opened| words.until(opened.open_until, now)),
            choices: choices(visit, device, platforms),
            device: (device.platform != Platform::Unknown).then(|| RecognisedDevice {
                platform: device.platform,
                name: words.device_with_version(device.platform, device.os_version.as_ref()),
                chosen: visit.parameters().device == Some(device.platform),
            }),
        })
    }
}

/// What the holder of a link is told of a claim that was made already, here or elsewhere.
fn resumable(visit: &Visit, claim: &Resumable, here: Platform) -> String {
    let words = visit.words();
    let key = if here.is_surely_not(claim.platform) { "secret-resume-elsewhere" } else { "secret-resume" };
    words
        .say(key)
        .with("at", words.moment(claim.at, visit.site().now()))
        .with("device", words.device(claim.platform))
        .with("here", words.device(here))
        .with("until", words.time_of_day(claim.until))
        .to_string()
}

/// No more of a typed number comes back in the form.
const LONGEST_NUMBER: usize = 40;

/// What was typed as a number, to be shown again: letters, digits and what people put between them, in any script.
fn echoed(typed: &str) -> String {
    let kept = typed.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    kept.take(LONGEST_NUMBER).collect()
}

/// What the device can be corrected to: the kinds that the invitation is for, else all that something is made for.
pub(super) fn choices(visit: &Visit, device: &Device, meant_for: &[Platform]) -> Vec<Choice> {
    let offered = if meant_for.is_empty() { &CHOOSABLE[..] } else { meant_for };
    offered
        .iter()
        .map(|platform| Choice {
            platform: *platform,
            name: visit.words().device(*platform),
            href: visit.here(|parameters| {
                parameters.device = Some(*platform);
                parameters.anyway = false;
            }),
            current: *platform == device.platform,
        })
        .collect()
}
