//! The log as a page.

use actix_web::HttpResponse;
use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::deed::deed;
use super::field::{ChangeLine, changes};
use crate::directory::{About, Act, Deed};
use crate::enrollment::{JOBS_KEPT, Line, LogQuery, Told};
use crate::http::console::desk::Desk;
use crate::http::console::enrollment::actor;
use crate::http::console::flash::Tone;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::console::{routes, telling};
use crate::http::error::HttpError;
use crate::http::words::Words;

/// Lines of a page.
const LINES: usize = 50;
/// What the log can be narrowed by.
const FILTERS: [&str; 7] = ["who", "kind", "enrollment", "subscriber", "facility", "from", "to"];

/// Kinds that people look for together: a name, its text, and their stable names.
pub(super) const GROUPS: [(&str, &str, &[&str]); 9] = [
    (
        "issuing",
        "audit-kind-issuing",
        &["invited", "redrawn", "relinked", "reissued", "replaced", "noted", "job-begun", "job-stopped"],
    ),
    (
        "receiving",
        "audit-kind-receiving",
        &[
            "claimed",
            "issued",
            "abandoned",
            "fetch-started",
            "fetch-continued",
            "fetched",
            "installed",
            "wrong-secret",
            "locked",
            "unlocked",
        ],
    ),
    ("ending", "audit-kind-ending", &["cancelled", "revoked", "retired"]),
    ("mailing", "audit-kind-mailing", &["mailed", "unmailed"]),
    ("changing", "audit-kind-changing", &["created", "changed", "ended", "reopened"]),
    ("operators", "audit-kind-operators", &["welcomed", "welcome-withdrawn", "joined"]),
    (
        "entering",
        "audit-kind-entering",
        &[
            "signed-in",
            "sign-in-failed",
            "stepped-up",
            "signed-out",
            "sessions-ended",
            "recovery-code-made",
            "wrong-recovery-code",
            "recovery-locked",
            "recovered",
            "passkey-added",
            "passkey-removed",
        ],
    ),
    ("exported", "audit-kind-exported", &["exported"]),
    ("refused", "audit-kind-refused", &["refused"]),
];

/// A line of the log.
#[derive(Debug)]
pub struct AuditLine {
    /// When.
    pub at: Timestamp,
    /// Its stable name.
    pub kind: &'static str,
    /// What.
    pub what: String,
    /// How it is meant.
    pub tone: Tone,
    /// What was changed.
    pub changes: Vec<ChangeLine>,
    /// By whom.
    pub who: String,
    /// About whom or what, as it is called.
    pub whom: String,
    /// Its identifier.
    pub id: String,
    /// Its page.
    pub href: Option<String>,
    /// From which address, where it is known.
    pub from: Option<String>,
}

/// The log.
#[derive(Debug, Template)]
#[template(path = "console/audit.html")]
pub struct AuditPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// Whether it is the installation's.
    pub of_installation: bool,
    /// Choices of kinds.
    pub kinds: Vec<(&'static str, String)>,
    /// What was typed into a filter and names nothing, by the texts of the fields.
    pub unreadable: Vec<String>,
    /// The lines.
    pub lines: Vec<AuditLine>,
    /// The next page.
    pub next: Option<String>,
    /// Whether there may be more behind `next` although the page is not full.
    pub cut_short: bool,
    /// Whether anything narrows the log.
    pub narrowed: bool,
    /// The log as a file, for those who may take it away.
    pub file: Option<String>,
}

/// What an address asks for.
pub(super) struct Asked {
    pub(super) query: LogQuery,
    /// The keys of filters that name nothing.
    pub(super) unreadable: Vec<&'static str>,
}

/// The beginning of a day in Japan, `later` days after the one that is written.
fn day(text: &str, later: i64) -> Option<Timestamp> {
    let japan = TimeZone::get("Asia/Tokyo").ok()?;
    let day = text.parse::<Date>().ok()?.checked_add(later.days()).ok()?;
    day.to_zoned(japan).ok().map(|at| at.timestamp())
}

/// What the address asks for. What cannot be read narrows to nothing, and is told.
pub(super) fn asked(query: &Query, limit: usize) -> Asked {
    let mut unreadable = Vec::new();
    let mut bad = |key: &'static str| unreadable.push(key);
    let kind = query.get("kind");
    let group = GROUPS.into_iter().find(|(name, ..)| *name == kind).map(|(_, _, kinds)| kinds);
    let kinds = match group {
        Some(kinds) => kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        None => query.filled("kind").map(str::to_owned).into_iter().collect(),
    };
    macro_rules! read {
        ($name:literal, $key:literal, $text:ident => $value:expr) => {
            match query.filled($name) {
                None => None,
                Some($text) => {
                    let value = $value;
                    if value.is_none() {
                        bad($key);
                    }
                    value
                }
            }
        };
    }
    let query = LogQuery {
        who: query.filled("who").map(|who| who.chars().take(100).collect()),
        kinds,
        since: read!("from", "audit-from", text => day(text, 0)),
        until: read!("to", "audit-to", text => day(text, 1)),
        enrollment: read!("enrollment", "enrollment-id", text => text.parse().ok()),
        subscriber: read!("subscriber", "col-subscriber", text => text.parse().ok()),
        facility: read!("facility", "col-facility", text => text.parse().ok()),
        before: query.filled("after").and_then(|place| place.parse().ok()),
        limit,
    };
    Asked { query, unreadable }
}

/// A line in words; `base` is the organization's address, where it is an organization's log.
pub(super) fn line(words: Words, line: &Line, now: Timestamp, base: Option<&str>) -> AuditLine {
    let (what, tone, changed) = match &line.told {
        Told::Life { happening, .. } => (telling::happened(words, happening), Tone::Plain, Vec::new()),
        Told::Directory { deed: it, .. } => {
            let (what, tone) = deed(words, it);
            let changed = match it {
                Deed::Changed { changes: changed } => changes(words, changed),
                _ => Vec::new(),
            };
            (what, tone, changed)
        }
    };
    let (id, below) = place(line, now);
    let whom = match &line.told {
        Told::Directory { about: About::Job(_), .. } => words.say("nav-bulk").plain(),
        Told::Directory { about: About::Installation, .. } => words.say("nav-installation").plain(),
        Told::Directory { about: About::Organization(_), .. } if base.is_some() => {
            words.say("nav-organization").plain()
        }
        _ => line.whom.name.clone(),
    };
    let href = match (&line.told, base) {
        (_, Some(base)) => below.map(|below| format!("{base}/{below}")),
        (Told::Directory { about: About::Organization(id), .. }, None) => {
            Some(format!("/installation/organizations/{id}"))
        }
        _ => None,
    };
    AuditLine {
        at: line.at,
        kind: line.kind(),
        what,
        tone,
        changes: changed,
        who: actor(words, &line.actor),
        whom,
        id,
        href,
        from: line.from.map(|address| address.to_string()),
    }
}

/// The identifier of what a line is about, and its page below the organization's address.
fn place(line: &Line, now: Timestamp) -> (String, Option<String>) {
    let below = |part: &str, id: &str| {
        routes::has_below(&format!("/o/{{organization}}/{part}/")).then(|| format!("{part}/{id}"))
    };
    let about = match &line.told {
        Told::Life { enrollment, .. } => &About::Enrollment(enrollment.to_string()),
        Told::Directory { about, .. } => about,
    };
    match about {
        About::Installation | About::Organization(_) => (String::new(), None),
        About::Account(id) => (id.to_string(), None),
        About::Enrollment(id) => (id.clone(), below("enrollments", id)),
        // The record of somebody who was never there leads nowhere.
        About::Subscriber(id) => {
            let there = !line.whom.name.is_empty();
            (id.to_string(), below("subscribers", id.as_str()).filter(|_| there))
        }
        About::Facility(code) => {
            let there = !line.whom.name.is_empty();
            (code.to_string(), below("facilities", code.as_str()).filter(|_| there))
        }
        // An account's identifier tells nobody anything who sees a name.
        About::Operator(name) => {
            let id = if line.whom.name.is_empty() { name.clone() } else { String::new() };
            (id, below("operators", name))
        }
        About::Job(id) => {
            let kept = line.at.checked_add(JOBS_KEPT).is_ok_and(|until| now < until);
            (id.clone(), below("bulk", id).filter(|_| kept))
        }
    }
}

fn drawn(desk: &Desk, asked: &Asked, found: (Vec<Line>, Option<u64>), file: Option<String>) -> AuditPage {
    let (words, query) = (desk.words(), desk.query().clone());
    let base = desk.organization_id().is_ok().then(|| desk.at(""));
    let (lines, next) = found;
    let of_installation = base.is_none();
    let (name, title) = if of_installation {
        ("installation-audit", "nav-installation-audit")
    } else {
        ("audit", "nav-audit")
    };
    AuditPage {
        frame: desk.frame(name, &words.say(title)),
        of_installation,
        kinds: kinds(words, of_installation),
        unreadable: asked.unreadable.iter().map(|key| words.say(key).to_string()).collect(),
        cut_short: next.is_some() && lines.len() < LINES,
        lines: lines.iter().map(|it| line(words, it, desk.now(), base.as_deref())).collect(),
        next: next.map(|place| place.to_string()),
        narrowed: query.filters(&FILTERS),
        file,
        query,
    }
}

/// The kinds to choose from.
pub(super) fn kinds(words: Words, of_installation: bool) -> Vec<(&'static str, String)> {
    let of_people = ["issuing", "receiving", "ending", "mailing"];
    let shown = GROUPS.into_iter().filter(|(name, ..)| !of_installation || !of_people.contains(name));
    shown.map(|(name, key, _)| (name, words.say(key).plain())).collect()
}

/// `GET /o/{organization}/audit`.
///
/// # Errors
/// When the store fails.
pub async fn organization(desk: Desk) -> Result<HttpResponse, HttpError> {
    let asked = asked(desk.query(), LINES);
    let found = if asked.unreadable.is_empty() {
        let page = desk.authority().log(&desk.caller()?, &asked.query).await.map_err(HttpError::internal)?;
        (page.lines, page.next)
    } else {
        (Vec::new(), None)
    };
    let file = desk.may(Act::Export).then(|| desk.query().under(&desk.at("audit.csv")));
    desk.page(&drawn(&desk, &asked, found, file))
}

/// `GET /installation/audit`.
///
/// # Errors
/// When the store fails.
pub async fn installation(desk: Desk) -> Result<HttpResponse, HttpError> {
    let asked = asked(desk.query(), LINES);
    let found = if asked.unreadable.is_empty() {
        let page = desk.authority().installation_log(&asked.query).await.map_err(HttpError::internal)?;
        (page.lines, page.next)
    } else {
        (Vec::new(), None)
    };
    let file = Some(desk.query().under("/installation/audit.csv"));
    desk.page(&drawn(&desk, &asked, found, file))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::enrollment::Happening;

    #[test]
    fn every_kind_of_line_is_found_under_one_choice() {
        let grouped: Vec<_> = GROUPS.iter().flat_map(|(_, _, kinds)| kinds.iter().copied()).collect();
        let known: BTreeSet<_> = Happening::NAMES.into_iter().chain(Deed::NAMES).collect();
        assert_eq!(grouped.len(), known.len());
        assert_eq!(grouped.into_iter().collect::<BTreeSet<_>>(), known);
    }

    #[test]
    fn days_are_japans_and_the_last_one_belongs_to_them() {
        let query =
            Query::read("/l", "from=2026-11-01&to=2026-11-30&kind=refused&facility=g13b&who=%20Sato%20");
        let Asked { query, unreadable } = asked(&query, 10);
        assert_eq!(query.since.unwrap().to_string(), "2026-10-31T15:00:00Z");
        assert_eq!(query.until.unwrap().to_string(), "2026-11-30T15:00:00Z");
        assert_eq!((query.kinds, query.who.as_deref()), (vec!["refused".to_owned()], Some("Sato")));
        assert_eq!(query.facility.unwrap().as_str(), "G13B");
        assert!(unreadable.is_empty());
        let bad = Query::read("/l", "from=yesterday&enrollment=%E7%94%B0&after=x&kind=nonsense");
        let Asked { query, unreadable } = asked(&bad, 10);
        assert_eq!(unreadable, ["audit-from", "enrollment-id"]);
        assert_eq!((query.before, query.kinds), (None, vec!["nonsense".to_owned()]));
    }
}
