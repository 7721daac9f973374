//! Every code with its explanation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::error::HttpError;
use super::frame::page;
use super::page::{Frame, Problem};
use super::probe;
use super::ticket::check_url;
use super::visit::Visit;

/// Every code that a page can show, in order. Never renumbered, never used again.
pub const CODES: [&str; 44] = [
    "T-101", "T-102", "T-103", "T-104", "T-105", "T-106", "T-107", "T-108", "T-109", "T-110", "T-111",
    "T-112", "T-113", "T-114", "T-115", "T-116", "T-117", "T-118", "T-190", "T-201", "T-202", "T-203",
    "T-204", "T-205", "T-206", "T-207", "T-208", "T-209", "T-211", "T-290", "T-291", "T-301", "T-302",
    "T-303", "T-304", "T-305", "T-306", "T-307", "T-308", "T-310", "T-311", "T-312", "T-313", "T-390",
];

/// Codes for what no page can see but people meet, each with a page like the others'. Never renumbered, never used again.
pub const TOPICS: [&str; 10] =
    ["T-401", "T-402", "T-403", "T-404", "T-405", "T-406", "T-407", "T-408", "T-409", "T-410"];

/// The topics that help further where a page shows `code`.
#[must_use]
pub fn topics_of(code: &str) -> &'static [&'static str] {
    match code {
        "T-108" | "T-112" | "T-113" => &["T-401", "T-409"],
        "T-109" | "T-110" | "T-305" | "T-310" | "T-311" | "T-312" | "T-313" => &["T-410"],
        "T-301" => &["T-408", "T-407", "T-405", "T-402"],
        "T-302" | "T-306" => &["T-408"],
        "T-308" => &["T-402"],
        "T-402" => &["T-403"],
        "T-403" | "T-290" | "T-291" => &["T-404"],
        _ => &[],
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct HelpEntry {
    /// The code.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// Its own page.
    pub href: String,
}

/// The list of codes.
#[derive(Debug, Template)]
#[template(path = "help.html")]
pub struct HelpPage {
    /// What stands around it.
    pub frame: Frame,
    /// The topics and the codes, each group under the key of its heading.
    pub groups: Vec<(&'static str, Vec<HelpEntry>)>,
}

/// What a page about networks looks for the cause with.
#[derive(Debug, Clone)]
pub struct Probe {
    /// What its script asks.
    pub address: String,
    /// The check page, for whoever has no script.
    pub check: String,
}

/// One code.
#[derive(Debug, Template)]
#[template(path = "code.html")]
pub struct CodePage {
    /// What stands around it.
    pub frame: Frame,
    /// Its explanation.
    pub problem: Problem,
    /// What this installation knows to it: the key of a heading, and values.
    pub facts: Vec<(&'static str, Vec<String>)>,
    /// Where the page can find out by itself whether the network is the cause.
    pub probe: Option<Probe>,
    /// The list.
    pub all: String,
}

/// `GET /help`: every code.
///
/// # Errors
/// None but an unexpected one.
pub async fn list(visit: Visit) -> Result<HttpResponse, HttpError> {
    let words = visit.words();
    let frame = visit.frame("help", &words.say("help-title"));
    let groups = groups(&frame);
    page(StatusCode::OK, &HelpPage { frame, groups })
}

/// Topics first: who has a code has come by the link beside it.
pub(super) fn groups(frame: &Frame) -> Vec<(&'static str, Vec<HelpEntry>)> {
    let entries = |codes: &[&'static str]| {
        let entry = |code: &&'static str| HelpEntry {
            code,
            title: frame.words.explain(code, "title").to_string(),
            href: frame.explanation(code),
        };
        codes.iter().map(entry).collect()
    };
    vec![("help-topics", entries(&TOPICS)), ("help-codes", entries(&CODES))]
}

/// What this installation knows to a topic.
fn facts(visit: &Visit, code: &str) -> Vec<(&'static str, Vec<String>)> {
    let settings = &visit.site().settings;
    match code {
        "T-308" | "T-402" | "T-403" | "T-404" => {
            let hosts = [&settings.public_url, &settings.check_url];
            let mut hosts: Vec<_> =
                hosts.into_iter().filter_map(|url| url.host_str()).map(str::to_owned).collect();
            hosts.dedup();
            vec![("topic-hosts", hosts)]
        }
        "T-406" => {
            let values = visit.site().authority.root_fingerprints();
            if values.is_empty() { Vec::new() } else { vec![("topic-fingerprint", values)] }
        }
        _ => Vec::new(),
    }
}

/// What the page of a code about networks looks for the cause with. Its script may ask the check site from now on.
fn probe(visit: &Visit, code: &str) -> Option<Probe> {
    if !matches!(code, "T-308" | "T-402" | "T-403") {
        return None;
    }
    visit.asks_the_check_site();
    let mut address = visit.site().settings.check_url.clone();
    address.set_path(probe::PATH);
    address.set_query(None);
    Some(Probe { address: address.into(), check: check_url(visit) })
}

/// `GET /help/{code}`: one code, in either case.
///
/// # Errors
/// [`HttpError::NotFound`].
pub async fn explain(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let asked = request.match_info().get("code").unwrap_or_default();
    let mut known = CODES.into_iter().chain(TOPICS);
    let code = known.find(|code| code.eq_ignore_ascii_case(asked)).ok_or(HttpError::NotFound)?;
    let problem = Problem::explain(visit.words(), code);
    let frame = visit.frame("code", &problem.title);
    let (facts, probe) = (facts(&visit, code), probe(&visit, code));
    page(StatusCode::OK, &CodePage { frame, problem, facts, probe, all: visit.there("/help") })
}
