//! The ways through the console: what a role may open, and nothing else.

use super::routes;
use super::standing::Standing;
use crate::directory::Act;
use crate::http::visit::Visit;

/// A way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub text: String,
    /// Whether this page lies there.
    pub current: bool,
}

/// Some ways under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavigationGroup {
    /// The heading.
    pub heading: String,
    /// The ways.
    pub ways: Vec<Way>,
}

/// A page of an organization: the part of the address behind its name, the text, and what must be allowed.
type Page = (&'static str, &'static str, Option<Act>);

/// What an organization has, in the order of a day's work.
const ORGANIZATION: [(&str, &[Page]); 3] = [
    (
        "nav-work",
        &[
            ("", "nav-home", None),
            ("issue", "nav-issue", Some(Act::Issue)),
            ("enrollments", "nav-enrollments", Some(Act::ReadEnrollments)),
            ("bulk", "nav-bulk", Some(Act::Bulk)),
            ("letters", "nav-letters", Some(Act::ShowCredentials)),
            ("mail", "nav-mail", Some(Act::ReadEnrollments)),
        ],
    ),
    (
        "nav-directory",
        &[
            ("subscribers", "nav-subscribers", Some(Act::ReadSubscribers)),
            ("facilities", "nav-facilities", Some(Act::ReadFacilities)),
        ],
    ),
    (
        "nav-organization",
        &[
            ("operators", "nav-operators", Some(Act::ReadOperators)),
            ("audit", "nav-audit", Some(Act::ReadAudit)),
            ("settings", "nav-settings", Some(Act::ReadSettings)),
        ],
    ),
];

/// What an administrator of the installation has.
const INSTALLATION: [(&str, &str); 3] = [
    ("/installation/organizations", "nav-organizations"),
    ("/installation/administrators", "nav-administrators"),
    ("/installation/audit", "nav-installation-audit"),
];

/// The ways of somebody, as seen from the page that is asked for.
#[must_use]
pub fn of(standing: &Standing, visit: &Visit) -> Vec<NavigationGroup> {
    let (words, path) = (visit.words(), visit.path());
    let way =
        |href: String, key: &str, current: bool| Way { href, text: words.say(key).to_string(), current };
    let mut groups = Vec::new();
    if let Some(place) = &standing.place {
        let base = format!("/o/{}", place.organization.id);
        for (heading, pages) in ORGANIZATION {
            let open = pages.iter().filter(|(below, _, act)| {
                routes::has(&pattern(below)) && act.is_none_or(|act| place.operator.may(act))
            });
            let ways = open.map(|(below, key, _)| {
                let href = if below.is_empty() { base.clone() } else { format!("{base}/{below}") };
                let inside = !below.is_empty() && path.starts_with(&format!("{href}/"));
                let current = path == href || inside;
                way(href, key, current)
            });
            let group = NavigationGroup { heading: words.say(heading).to_string(), ways: ways.collect() };
            groups.push(group);
        }
    }
    if standing.account.administrator {
        let ways = INSTALLATION.iter().filter(|(href, _)| routes::has(href));
        let ways = ways.map(|(href, key)| way((*href).to_owned(), key, path.starts_with(href)));
        let heading = words.say("nav-installation").to_string();
        groups.push(NavigationGroup { heading, ways: ways.collect() });
    }
    groups.retain(|group| !group.ways.is_empty());
    groups
}

fn pattern(below: &str) -> String {
    if below.is_empty() { "/o/{organization}".to_owned() } else { format!("/o/{{organization}}/{below}") }
}
