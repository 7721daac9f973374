//! The installation's pages in the states that matter.

use jiff::SignedDuration;

use super::administrators::{AdministratorEndPage, AdministratorRow, AdministratorsPage};
use super::found::FoundPage;
use super::organization::{TenantClosePage, TenantInvitePage, TenantPage};
use super::organizations::{OrganizationsPage, TenantRow};
use crate::http::console::audit::sample_history;
use crate::http::console::entered::Entered;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::navigation::{NavigationGroup, Way};
use crate::http::console::operators::InvitedRow;
use crate::http::console::query::Query;
use crate::http::console::samples::{Rendered, Sampled, now, outside, render};
use crate::http::words::Words;

/// Draws all of them.
pub fn draw(pages: &mut Vec<Rendered>) {
    render::<OrganizationsPage>(pages);
    render::<FoundPage>(pages);
    render::<TenantPage>(pages);
    render::<TenantInvitePage>(pages);
    render::<TenantClosePage>(pages);
    render::<AdministratorsPage>(pages);
    render::<AdministratorEndPage>(pages);
}

const LIST: &str = "/installation/organizations";

fn frame(words: Words, name: &'static str, key: &str) -> ConsoleFrame {
    let way = |below: &str, key: &str| Way {
        href: format!("/installation/{below}"),
        text: words.say(key).to_string(),
        current: name == below,
    };
    let ways = vec![
        way("organizations", "nav-organizations"),
        way("administrators", "nav-administrators"),
        way("audit", "nav-installation-audit"),
    ];
    ConsoleFrame {
        person: Some("管理 花子".to_owned()),
        navigation: vec![NavigationGroup { heading: words.say("nav-installation").to_string(), ways }],
        ..outside(words, name, &words.say(key))
    }
}

fn invited(words: Words) -> Vec<InvitedRow> {
    vec![InvitedRow {
        id: "0f".repeat(32),
        name: "高橋 みどり".to_owned(),
        role: words.say("role-operator").to_string(),
        facilities: String::new(),
        email: None,
        until: now() + SignedDuration::from_hours(50),
    }]
}

impl Sampled for OrganizationsPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let row = |id: &str, name: &str, closed| TenantRow {
            href: format!("{LIST}/{id}"),
            name: name.to_owned(),
            id: id.to_owned(),
            closed,
        };
        let page = |query: &str, rows: Vec<TenantRow>| Self {
            frame: frame(words, "organizations", "nav-organizations"),
            query: Query::read(LIST, query),
            next: (rows.len() > 1).then(|| "midori".to_owned()),
            cut_short: rows.len() > 1,
            rows,
            narrowed: !query.is_empty(),
        };
        let rows = vec![
            row("aoba", "あおば会", Some(now())),
            row("midori", "みどり医療介護連携センター《みどり》", None),
        ];
        vec![
            ("organizations", page("", rows)),
            ("organizations-nothing", page("q=x", Vec::new())),
            ("organizations-empty", page("", Vec::new())),
        ]
    }
}

impl Sampled for FoundPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |entered| Self {
            frame: frame(words, "found", "organization-found").under(&words.say("nav-organizations"), LIST),
            entered,
        };
        let mut wrong = Entered::default().with("id", &"みどり").with("name", &"みどり会");
        wrong.wrong_but("id", &words.say("organization-id-unfit"), &words.say("organization-id-right"));
        wrong.wrong("operator", &words.say("flaw-empty"));
        vec![("found", page(Entered::default())), ("found-wrong", page(wrong))]
    }
}

impl Sampled for TenantPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |operators, closed| Self {
            frame: ConsoleFrame {
                title: "みどり会".to_owned(),
                ..frame(words, "tenant", "nav-organizations")
            }
            .under(&words.say("nav-organizations"), LIST),
            id: "midori".to_owned(),
            closed,
            operators,
            invited: if operators == 0 { invited(words) } else { Vec::new() },
            history: sample_history(words, &[]),
            here: format!("{LIST}/midori"),
            withdraw: format!("{LIST}/midori/withdraw"),
            reopen: format!("{LIST}/midori/reopen"),
        };
        vec![("tenant", page(0, None)), ("tenant-closed", page(2, Some(now())))]
    }
}

impl Sampled for TenantInvitePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(words, "administrator-invite", "administrator-invite")
                .under(&words.say("nav-administrators"), "/installation/administrators"),
            lead: "administrator-invite-lead",
            entered: Entered::default(),
            back: "/installation/administrators".to_owned(),
        };
        vec![("administrator-invite", page)]
    }
}

impl Sampled for TenantClosePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let mut entered = Entered::default().with("confirm", &"みどり");
        entered.must_confirm("みどり会", words);
        let page = Self {
            frame: frame(words, "tenant-close", "settings-close")
                .under(&words.say("nav-organizations"), LIST),
            name: "みどり会".to_owned(),
            closed: None,
            entered,
            reopen: format!("{LIST}/midori/reopen"),
            back: format!("{LIST}/midori"),
        };
        vec![("tenant-close", page)]
    }
}

impl Sampled for AdministratorsPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let row = |name: &str, is_self, seen| AdministratorRow {
            href: "/installation/administrators/x/end".to_owned(),
            name: name.to_owned(),
            email: Some("hanako@example.jp".to_owned()),
            is_self,
            since: now() - SignedDuration::from_hours(9_000),
            seen,
        };
        let page = |invited| Self {
            frame: frame(words, "administrators", "nav-administrators"),
            rows: vec![row("管理 花子", true, Some(now())), row("佐藤 明子", false, None)],
            invited,
            withdraw: "/installation/administrators/withdraw".to_owned(),
        };
        vec![("administrators", page(invited(words))), ("administrators-quiet", page(Vec::new()))]
    }
}

impl Sampled for AdministratorEndPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: frame(words, "administrator-end", "administrator-end")
                .under(&words.say("nav-administrators"), "/installation/administrators"),
            name: "管理 花子".to_owned(),
            is_self: true,
            entered: Entered::default(),
            back: "/installation/administrators".to_owned(),
        };
        vec![("administrator-end", page)]
    }
}
