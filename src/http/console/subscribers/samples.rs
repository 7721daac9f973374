//! The pages of people in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use serde_json::json;

use super::form::SubscriberFormPage;
use super::list::{Row, SubscribersPage};
use super::movement::MovePage;
use super::one::SubscriberPage;
use crate::directory::{Change, Role, Subscriber, Version};
use crate::enrollment::{Person, Standing};
use crate::http::console::audit::{HistoryLine, sample_history};
use crate::http::console::change::{ChangePage, Confirm, Item};
use crate::http::console::enrollment_samples::{facility_field, rows, searched};
use crate::http::console::entered::Entered;
use crate::http::console::query::Query;
use crate::http::console::samples::{Rendered, Sampled, now, render, within};
use crate::http::console::telling;
use crate::http::words::Words;
use crate::ledger::RevocationReason;

/// Draws all of them.
pub fn draw(pages: &mut Vec<Rendered>) {
    render::<SubscribersPage>(pages);
    render::<SubscriberPage>(pages);
    render::<SubscriberFormPage>(pages);
    render::<MovePage>(pages);
    render::<ChangePage>(pages);
}

const HERE: &str = "/o/midori/subscribers/10234";

fn changes(words: Words) -> Vec<HistoryLine> {
    let change = Change { field: "facility".to_owned(), before: json!("K02"), after: json!("G13B") };
    sample_history(words, &[change])
}

fn person(retired: bool, living: usize) -> Person {
    Person {
        subscriber: Subscriber {
            id: "10234".parse().unwrap(),
            name: "田中 花子".to_owned(),
            kana: Some("たなか はなこ".to_owned()),
            email: Some("hanako@example.jp".to_owned()),
            facility: Some("G13B".parse().unwrap()),
            retired_at: retired.then(now),
        },
        version: Version(7),
        enrollments: Vec::new(),
        more: living > 1,
        living,
        most: Some(2),
    }
}

impl Sampled for SubscribersPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |role: Role, query: &str, rows: Vec<Row>| {
            let query = Query::read("/o/midori/subscribers", query);
            Self {
                frame: within(words, role, "subscribers", &words.say("nav-subscribers")),
                next: (!rows.is_empty()).then(|| "*/i/31".to_owned()),
                cut_short: rows.len() == 1,
                narrowed: query.filters(&["q", "facility", "state"]),
                query,
                rows,
            }
        };
        let row = |name: &str, kana: &str, id: &str, facility: &str, retired| Row {
            href: HERE.to_owned(),
            name: name.to_owned(),
            kana: kana.to_owned(),
            id: id.to_owned(),
            facility: facility.to_owned(),
            facility_href: format!("/o/midori/facilities/{facility}"),
            retired,
        };
        let some = || {
            vec![
                row("田中 花子", "たなか はなこ", "10234", "G13B", false),
                row("鈴木《すずき》 健", "", "a7k2m9x4qp", "", true),
                row("Maria Lopez", "マリア ロペス", "m.lopez@example.jp", "K02", false),
            ]
        };
        let one = vec![row("田中 花子", "たなか はなこ", "10234", "G13B", true)];
        vec![
            ("subscribers", page(Role::Operator, "", some())),
            ("subscribers-cut-short", page(Role::HelpDesk, "state=retired&q=%E3%81%9F", one)),
            ("subscribers-none", page(Role::Operator, "", Vec::new())),
            ("subscribers-none-auditor", page(Role::Auditor, "", Vec::new())),
            ("subscribers-nothing", page(Role::Operator, "q=%3Cx%3E", Vec::new())),
        ]
    }
}

impl Sampled for SubscriberPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |role: Role, person: Person| Self {
            frame: within(words, role, "subscriber", &person.subscriber.name)
                .under(&words.say("nav-subscribers"), "/o/midori/subscribers"),
            facility: Some("みどり医院".to_owned()),
            rows: if person.living > 0 { rows(words) } else { Vec::new() },
            enrollments_href: "/o/midori/enrollments?q=10234".to_owned(),
            issue_href: "/o/midori/issue?subscriber=10234".to_owned(),
            history: changes(words),
            here: HERE.to_owned(),
            person,
        };
        let nothing = Person { most: None, ..person(false, 0) };
        let nothing = Subscriber { kana: None, email: None, facility: None, ..nothing.subscriber.clone() };
        let nothing = Person { subscriber: nothing, most: None, ..person(false, 0) };
        vec![
            ("subscriber", page(Role::Operator, person(false, 1))),
            ("subscriber-at-the-cap", page(Role::FacilityManager, person(false, 2))),
            ("subscriber-retired", page(Role::Operator, person(true, 1))),
            ("subscriber-new-here", page(Role::HelpDesk, nothing)),
        ]
    }
}

impl Sampled for SubscriberFormPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |name: &'static str, entered: Entered| Self {
            frame: within(words, Role::Operator, name, &words.say(name))
                .under(&words.say("nav-subscribers"), "/o/midori/subscribers"),
            entered,
            facilities: Some(facility_field(words)),
            id: None,
            version: 7,
            changed: Vec::new(),
            back: "/o/midori/subscribers".to_owned(),
        };
        let mut wrong = Entered::default().with("id", &"あ").with("facility", &"みどり").with("email", &"x");
        wrong.wrong("name", &words.say("flaw-empty"));
        wrong.wrong_but("id", &words.say("issue-id-unfit"), &words.say("issue-id-right"));
        wrong.wrong("email", &words.say("flaw-address"));
        wrong.wrong_but("facility", &words.say("facility-unknown"), &words.say("facility-look"));
        let edit = Self {
            facilities: None,
            id: Some("10234".to_owned()),
            changed: changes(words),
            ..page("subscriber-edit", Entered::default().with("name", &"田中 花子"))
        };
        vec![
            ("subscriber-form", page("subscriber-new", Entered::default())),
            ("subscriber-form-wrong", Self { facilities: Some(searched()), ..page("subscriber-new", wrong) }),
            ("subscriber-edit-changed", edit),
        ]
    }
}

impl Sampled for MovePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |entered: Entered| Self {
            frame: within(words, Role::Operator, "move", &words.say("subscriber-move"))
                .under(&words.say("nav-subscribers"), "/o/midori/subscribers")
                .under(&"田中 花子", HERE),
            entered,
            facilities: facility_field(words),
            from: Some("K02 あおば薬局".to_owned()),
            effects: None,
            to: String::new(),
            changed: Vec::new(),
            version: 7,
            back: HERE.to_owned(),
        };
        let effects = vec![
            words.say("move-next").to_string(),
            words.say("move-stays").with("count", 2).to_string(),
            words.say("move-reissue").to_string(),
            words.say("move-managers").to_string(),
        ];
        let title = words.say("move-to").with("name", "G13B みどり医院").to_string();
        let shown = Self {
            effects: Some((title, effects)),
            to: "G13B".to_owned(),
            changed: changes(words),
            ..page(Entered::default().with("facility", &"G13B"))
        };
        let mut wrong = Entered::default().with("facility", &"みどり");
        wrong.wrong_but("facility", &words.say("facility-unknown"), &words.say("facility-look"));
        vec![
            ("move", page(Entered::default())),
            ("move-shown", shown),
            ("move-wrong", Self { facilities: searched(), ..page(wrong) }),
        ]
    }
}

impl Sampled for ChangePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |act: &'static str, title: &str, effects: &[&str]| Self {
            frame: within(words, Role::Operator, "change", &words.say(title)).under(&"田中 花子", HERE),
            act,
            effects: effects
                .iter()
                .map(|key| words.say(key).with("count", 2).with("people", "12").to_string())
                .collect(),
            items: Vec::new(),
            changed: Vec::new(),
            reasons: Vec::new(),
            confirm: None,
            version: 7,
            entered: Entered::default(),
            back: HERE.to_owned(),
        };
        let item = |standing: Standing| {
            let (key, tone) = telling::standing(standing);
            let frame = within(words, Role::Operator, "change", &"");
            Item {
                href: "/o/midori/enrollments/7q2k9x4m1abc".to_owned(),
                text: "7q2k9x4m1abc iPhone".to_owned(),
                state: frame.badge(key, tone).0,
            }
        };
        let mut wrong = Entered::default().with("confirm", &"たなか");
        wrong.must_confirm("田中 花子", words);
        let reason = RevocationReason::PrivilegeWithdrawn;
        let retire = Self {
            items: [Standing::Installed, Standing::Invited].map(item).into(),
            reasons: vec![(reason.name(), words.say(telling::reason(reason)).plain())],
            confirm: Some(Confirm { words: "田中 花子".to_owned(), returns: false }),
            entered: wrong,
            ..page(
                "retire",
                "subscriber-retire",
                &["retire-revoked", "retire-cancelled", "retire-issue", "retire-stays"],
            )
        };
        let close = Self {
            changed: changes(words),
            confirm: Some(Confirm { words: "G13B".to_owned(), returns: true }),
            ..page(
                "close",
                "facility-close",
                &[
                    "facility-close-issue",
                    "facility-close-people",
                    "facility-close-managers",
                    "facility-close-back",
                ],
            )
        };
        vec![
            ("change-retire", retire),
            ("change-close", close),
            ("change-restore", page("restore", "subscriber-restore", &["restore-issue", "restore-stays"])),
        ]
    }
}
