//! One enrollment: where it stands, what the person sees right now, its certificate, and everything that happened to it.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use jiff::Timestamp;

use super::desk::Desk;
use super::flash::Tone;
use super::frame::ConsoleFrame;
use super::mail::MailLine;
use super::progress::ProgressView;
use super::telling;
use crate::directory::{Act, Actor};
use crate::enrollment::{EnrollmentDetail, EnrollmentId, LifeEvent, OperatorError};
use crate::http::error::HttpError;
use crate::http::words::Words;

/// A line of the history.
#[derive(Debug)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// Who.
    pub who: String,
    /// From which address, where it is known.
    pub from: Option<String>,
}

/// A button.
#[derive(Debug)]
pub struct Button {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub key: &'static str,
    /// Whether it ends something.
    pub ends: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/enrollment.html")]
pub struct EnrollmentPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The enrollment.
    pub detail: EnrollmentDetail,
    /// Its state, as an element.
    pub state: String,
    /// The kind of device, once it is known.
    pub device: Option<String>,
    /// What the person sees under the link: a text and its code.
    pub sees: (String, Option<&'static str>),
    /// What can be done.
    pub buttons: Vec<Button>,
    /// The history, newest first.
    pub lines: Vec<Line>,
    /// How far the person is, and where that is told as it happens; nothing where nothing more will come.
    pub progress: Option<(ProgressView, String)>,
    /// The mails about it.
    pub mails: Vec<MailLine>,
    /// The enrollments before and after it.
    pub predecessor: Option<(String, String)>,
    /// As above.
    pub successor: Option<(String, String)>,
}

/// The enrollment that an address names.
pub(super) fn named(request: &HttpRequest) -> Result<EnrollmentId, HttpError> {
    request.match_info().get("enrollment").and_then(|text| text.parse().ok()).ok_or(HttpError::NotFound)
}

/// An operator's request that did not work for a reason that is no fault of the form.
pub(super) fn failed(error: OperatorError) -> HttpError {
    match error {
        OperatorError::NoSuchEnrollment(_)
        | OperatorError::NoSuchSubscriber(_)
        | OperatorError::BeyondReach(_) => HttpError::NotFound,
        other => HttpError::internal(other),
    }
}

/// Who did something, in words.
pub(super) fn actor(words: Words, actor: &Actor) -> String {
    match actor {
        Actor::Operator(name) | Actor::Account { name, .. } => name.clone(),
        Actor::CommandLine => words.say("actor-command-line").to_string(),
        Actor::Subscriber => words.say("actor-person").to_string(),
        Actor::System => words.say("actor-system").to_string(),
    }
}

pub(super) fn line(words: Words, event: &LifeEvent) -> Line {
    Line {
        at: event.at,
        what: telling::happening(words, event),
        who: actor(words, &event.actor),
        from: event.from.map(|address| address.to_string()),
    }
}

/// `GET /o/{organization}/enrollments/{enrollment}`.
///
/// # Errors
/// [`HttpError::NotFound`] for one that is not within reach.
pub async fn show(desk: Desk, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let (id, words) = (named(&request)?, desk.words());
    let caller = desk.caller()?;
    let detail = desk.authority().show(&caller, &id).await.map_err(failed)?;
    let progress = desk.authority().progress_of(&caller, &id).await.map_err(failed)?;
    let progress = ProgressView::of(words, &progress, None, desk.now());
    let mails = desk.authority().mails_of(&caller, &id).await.map_err(failed)?;
    let here = desk.at(&format!("enrollments/{id}"));
    let button = |act: Act, below: &str, key: &'static str, ends: bool| {
        desk.may(act).then(|| Button { href: format!("{here}/{below}"), key, ends })
    };
    let buttons = [
        button(Act::ShowCredentials, "renew", "act-renew", false),
        button(Act::Resend, "resend", "act-resend", false),
        button(Act::Unlock, "unlock", "act-unlock", false),
        button(Act::Reissue, "reissue", "act-reissue", false),
        button(Act::Note, "note", "act-note", false),
        button(Act::Cancel, "cancel", "act-cancel", true),
        button(Act::Revoke, "revoke", "act-revoke", true),
    ];
    let sees = match &detail.link_refuses {
        Some(refusal) => (words.explain(refusal.code(), "title").to_string(), Some(refusal.code())),
        None => (words.say("sees-open").to_string(), None),
    };
    let beside = |id: &Option<EnrollmentId>| {
        id.as_ref().map(|id| (desk.at(&format!("enrollments/{id}")), id.to_string()))
    };
    let frame = desk
        .frame("enrollment", &detail.summary.name)
        .under(&words.say("nav-enrollments"), desk.at("enrollments"));
    let (state, tone) = telling::standing(detail.summary.state);
    let own = detail.summary.by_person.then(|| frame.badge("own-change", Tone::Plain).0);
    let page = EnrollmentPage {
        state: [Some(frame.badge(state, tone).0), own].into_iter().flatten().collect::<Vec<_>>().join(" "),
        frame,
        device: detail.summary.platform.map(|platform| words.device(platform)),
        sees,
        buttons: buttons.into_iter().flatten().collect(),
        lines: detail.events.iter().rev().map(|event| line(words, event)).collect(),
        progress: (!progress.over).then(|| (progress, format!("{here}/live"))),
        mails: mails.iter().map(|mail| MailLine::of(&desk, mail)).collect(),
        predecessor: beside(&detail.summary.predecessor),
        successor: beside(&detail.summary.successor),
        detail,
    };
    desk.page(&page)
}
