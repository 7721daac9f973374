//! The pages about operators in the states that matter.

use jiff::SignedDuration;
use zeroize::Zeroizing;

use super::end::EndPage;
use super::invite::{InvitePage, Link, LinkPage, roles};
use super::list::{InvitedRow, OperatorRow, OperatorsPage};
use super::one::OperatorPage;
use super::picker::{Choice, Picker};
use crate::directory::{Change, Role};
use crate::http::console::audit::sample_history;
use crate::http::console::entered::Entered;
use crate::http::console::frame::role_name;
use crate::http::console::query::Query;
use crate::http::console::samples::{Rendered, Sampled, now, render, within};
use crate::http::words::Words;

/// Draws all of them.
pub fn draw(pages: &mut Vec<Rendered>) {
    render::<OperatorsPage>(pages);
    render::<InvitePage>(pages);
    render::<LinkPage>(pages);
    render::<OperatorPage>(pages);
    render::<EndPage>(pages);
}

const BACK: &str = "/o/midori/operators";

fn ago(hours: i64) -> jiff::Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn picker(searched: bool) -> Picker {
    let choice = |code: &str, name: &str| Choice { code: code.to_owned(), name: name.to_owned() };
    Picker {
        chosen: vec![choice("G13B", "みどり医院"), choice("G14", "みどり訪問看護ステーション《みどり》")],
        found: if searched {
            vec![choice("K02", "あおば薬局"), choice("K03", "あおば薬局 駅前店")]
        } else {
            Vec::new()
        },
        more: searched,
        searched,
    }
}

impl Sampled for OperatorsPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let row = |name: &str, role: Role, facilities: &str, seen: Option<i64>| OperatorRow {
            href: format!("{BACK}/kxvqnn2vv6lhrkmvmxnv3uzkrp"),
            name: name.to_owned(),
            is_self: false,
            is_program: false,
            role: role_name(words, role),
            facilities: facilities.to_owned(),
            since: Some(ago(4_000)),
            seen: seen.map(ago),
            ended: None,
        };
        let rows = vec![
            OperatorRow { is_self: true, ..row("佐藤 明子", Role::Operator, "", Some(1)) },
            OperatorRow { is_program: true, since: None, ..row("admin", Role::Operator, "", None) },
            row("鈴木 健", Role::FacilityManager, "G13B, G14, K02 +9", Some(30)),
            row("Maria Fernanda", Role::HelpDesk, "", Some(900)),
            OperatorRow { ended: Some(ago(700)), ..row("山本 太郎", Role::Auditor, "", Some(2_000)) },
        ];
        let invited = vec![InvitedRow {
            id: "0f".repeat(32),
            name: "高橋 みどり".to_owned(),
            role: role_name(words, Role::FacilityManager),
            facilities: "G13B".to_owned(),
            email: Some("midori.takahashi@example.jp".to_owned()),
            until: now() + SignedDuration::from_hours(50),
        }];
        let page = |role: Role, query: &str, rows, invited| Self {
            frame: within(words, role, "operators", &words.say("nav-operators")),
            query: Query::read(BACK, query),
            roles: Role::ALL.map(|role| (role.name(), role_name(words, role))).into(),
            rows,
            next: query.is_empty().then(|| "50".to_owned()),
            invited,
            narrowed: !query.is_empty(),
            base: BACK.to_owned(),
            withdraw: format!("{BACK}/withdraw"),
        };
        vec![
            ("operators", page(Role::Operator, "", rows, invited)),
            ("operators-nothing", page(Role::Auditor, "q=nobody", Vec::new(), Vec::new())),
        ]
    }
}

impl Sampled for InvitePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |entered: Entered, picker| Self {
            frame: within(words, Role::Operator, "operator-invite", &words.say("operators-invite"))
                .under(&words.say("nav-operators"), BACK),
            entered: entered.with("role", &"facility-manager"),
            roles: roles(words),
            picker,
            back: BACK.to_owned(),
        };
        let mut wrong = Entered::default().with("name", &"").with("search", &"あおば");
        wrong.wrong("name", &words.say("flaw-empty"));
        wrong.wrong("facilities", &words.say("picker-unfit"));
        vec![
            ("operator-invite", page(Entered::default(), Picker::default())),
            ("operator-invite-wrong", page(wrong, picker(true))),
        ]
    }
}

impl Sampled for LinkPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: within(words, Role::Operator, "operator-link", &words.say("link-title"))
                .under(&words.say("nav-operators"), BACK),
            link: Link {
                address: Zeroizing::new(format!(
                    "https://console.example.jp/join/{}",
                    "7kq4m2xw9ab3c".repeat(4)
                )),
                name: "高橋 みどり".to_owned(),
                role: role_name(words, Role::FacilityManager),
                email: Some("midori.takahashi@example.jp".to_owned()),
                until: now() + SignedDuration::from_hours(72),
            },
            back: BACK.to_owned(),
        };
        vec![("operator-link", page)]
    }
}

impl Sampled for OperatorPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let change = |before: &str, after: &str| Change {
            field: "role".to_owned(),
            before: before.into(),
            after: after.into(),
        };
        let history = sample_history(words, &[change("help-desk", "facility-manager")]);
        let page = |role: Role, changed| Self {
            frame: within(words, role, "operator", &"鈴木 健").under(&words.say("nav-operators"), BACK),
            role: role_name(words, Role::FacilityManager),
            facilities: vec![("G13B".to_owned(), "みどり医院".to_owned()), ("G14".to_owned(), String::new())],
            is_program: false,
            is_self: false,
            since: Some(ago(4_000)),
            seen: Some(ago(30)),
            ended: None,
            account_ended: false,
            changed,
            entered: Entered::default().with("role", &"facility-manager"),
            roles: roles(words),
            picker: picker(false),
            version: 17,
            history: history.clone(),
            here: format!("{BACK}/kxvqnn2vv6lhrkmvmxnv3uzkrp"),
            deeds: "/o/midori/audit?who=x".to_owned(),
        };
        let program = Self {
            is_program: true,
            facilities: Vec::new(),
            role: role_name(words, Role::Operator),
            since: None,
            roles: Vec::new(),
            history: Vec::new(),
            frame: within(words, Role::Operator, "operator", &"admin")
                .under(&words.say("nav-operators"), BACK),
            ..page(Role::Operator, Vec::new())
        };
        let over = Self { ended: Some(ago(3)), roles: Vec::new(), ..page(Role::Auditor, Vec::new()) };
        vec![
            ("operator", page(Role::Operator, Vec::new())),
            ("operator-changed", page(Role::Operator, history.clone())),
            ("operator-program", program),
            ("operator-over", over),
        ]
    }
}

impl Sampled for EndPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |entered, is_over| Self {
            frame: within(words, Role::Operator, "operator-end", &words.say("operator-end"))
                .under(&words.say("nav-operators"), BACK)
                .under(&"鈴木 健", format!("{BACK}/x")),
            name: "鈴木 健".to_owned(),
            is_program: false,
            is_self: true,
            is_over,
            entered,
            back: format!("{BACK}/x"),
        };
        let mut wrong = Entered::default().with("confirm", &"鈴木");
        wrong.must_confirm("鈴木 健", words);
        vec![("operator-end", page(wrong, false)), ("operator-end-over", page(Entered::default(), true))]
    }
}
