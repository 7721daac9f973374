//! The pages of facilities in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;

use serde_json::json;

use super::form::FacilityFormPage;
use super::import::{ImportPage, looked};
use super::list::{FacilitiesPage, Row};
use super::one::FacilityPage;
use crate::directory::{Change, Contact, Facility, Role};
use crate::enrollment::{FacilityVerdict, LeftOut};
use crate::http::console::audit::{HistoryLine, sample_history};
use crate::http::console::bulk::left_out;
use crate::http::console::entered::Entered;
use crate::http::console::query::Query;
use crate::http::console::samples::{Rendered, Sampled, now, render, within};
use crate::http::words::Words;
use crate::roster::facilities;

/// Draws all of them.
pub fn draw(pages: &mut Vec<Rendered>) {
    render::<FacilitiesPage>(pages);
    render::<FacilityPage>(pages);
    render::<FacilityFormPage>(pages);
    render::<ImportPage>(pages);
}

fn facility() -> Facility {
    Facility {
        contact: Contact {
            name: Some("総務課 佐藤".to_owned()),
            phone: Some("03-1234-5678".to_owned()),
            email: None,
            hours: Some("平日 9:00～17:00".to_owned()),
        },
        ..Facility::new("G13B".parse().unwrap(), "みどり医院".to_owned())
    }
}

fn changes(words: Words) -> Vec<HistoryLine> {
    let change = |field: &str, before, after| Change { field: field.to_owned(), before, after };
    sample_history(
        words,
        &[
            change("contact.phone", json!("03-1234-0000"), json!("03-1234-5678")),
            change("offers", json!(null), json!(["minimal"])),
        ],
    )
}

impl Sampled for FacilitiesPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |role: Role, query: &str, rows: Vec<Row>| Self {
            frame: within(words, role, "facilities", &words.say("nav-facilities")),
            next: (rows.len() > 2).then(|| "K09/e3".to_owned()),
            query: Query::read("/o/midori/facilities", query),
            rows,
        };
        let row = |code: &str, name: &str, closed, people: &str| Row {
            href: format!("/o/midori/facilities/{code}"),
            code: code.to_owned(),
            name: name.to_owned(),
            closed,
            people: people.to_owned(),
            people_href: format!("/o/midori/subscribers?facility={code}"),
        };
        let rows = vec![
            row("G13B", "みどり医院", false, "12"),
            row("G14", "みどり訪問看護ステーション 北《きた》", true, "0"),
            row("K02", "Aoba Pharmacy", false, "100+"),
        ];
        vec![
            ("facilities", page(Role::Operator, "", rows)),
            ("facilities-none", page(Role::Operator, "", Vec::new())),
            ("facilities-none-auditor", page(Role::Auditor, "", Vec::new())),
            ("facilities-nothing", page(Role::Operator, "q=%3Cx%3E", Vec::new())),
        ]
    }
}

impl Sampled for FacilityPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |role: Role, facility: Facility, managers: Option<Vec<(String, String)>>| Self {
            frame: within(words, role, "facility", &facility.name)
                .under(&words.say("nav-facilities"), "/o/midori/facilities"),
            offers: facility.offers.as_ref().map(|offers| offers.iter().cloned().collect()),
            people: "12".to_owned(),
            people_href: "/o/midori/subscribers?facility=G13B".to_owned(),
            enrollments_href: "/o/midori/enrollments?facility=G13B".to_owned(),
            issue_href: "/o/midori/issue?facility=G13B".to_owned(),
            managers,
            history: changes(words),
            here: "/o/midori/facilities/G13B".to_owned(),
            facility,
        };
        let closed = Facility {
            contact: Contact::default(),
            offers: Some(BTreeSet::from(["minimal".to_owned()])),
            closed_at: Some(now()),
            ..facility()
        };
        let managers = vec![("鈴木 健".to_owned(), "/o/midori/operators/abc".to_owned())];
        vec![
            ("facility", page(Role::Operator, facility(), Some(managers))),
            ("facility-closed", page(Role::Operator, closed, Some(Vec::new()))),
            ("facility-manager", page(Role::FacilityManager, facility(), None)),
        ]
    }
}

impl Sampled for FacilityFormPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let offers =
            vec![("minimal".to_owned(), "証明書".to_owned()), ("wifi".to_owned(), "Wi-Fi".to_owned())];
        let page = |name: &'static str, title: &str, entered: Entered| Self {
            frame: within(words, Role::Operator, name, &words.say(title))
                .under(&words.say("nav-facilities"), "/o/midori/facilities"),
            entered,
            code: None,
            offers: offers.clone(),
            version: 7,
            changed: Vec::new(),
            back: "/o/midori/facilities".to_owned(),
        };
        let mut wrong = Entered::default().with("code", &"施設").with("name", &"");
        wrong.wrong_but("code", &words.say("issue-facility-unfit"), &words.say("facility-code-right"));
        wrong.wrong("name", &words.say("flaw-empty"));
        wrong.wrong("offers", &words.say("flaw-empty"));
        let typed =
            Entered::default().with("name", &"みどり医院").with("only", &"yes").with("offers", &"wifi");
        let edit = Self {
            code: Some("G13B".to_owned()),
            changed: changes(words),
            ..page("facility-edit", "facility-edit", typed)
        };
        vec![
            ("facility-new", page("facility-new", "facility-new", Entered::default())),
            ("facility-wrong", page("facility-new", "facility-new", wrong)),
            ("facility-edit-changed", edit),
        ]
    }
}

impl Sampled for ImportPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let roster = facilities(
            "施設コード,施設名\nG13B,みどり医院\nK02,あおば薬局\nK03,\"あおば <北>\"\nK04,閉じた所\n施設,x\nK05,=1+1\n"
                .as_bytes(),
        )
        .unwrap();
        let verdicts = [
            FacilityVerdict::Same,
            FacilityVerdict::New,
            FacilityVerdict::Renamed { from: "あおば".to_owned() },
            FacilityVerdict::Closed,
        ];
        let faults: Vec<_> = roster.faults.iter().map(|it| left_out(words, &LeftOut::from(it))).collect();
        assert_eq!((roster.rows.len(), faults.len()), (verdicts.len(), 2));
        let page = |entered: Entered| Self {
            frame: within(words, Role::Operator, "import", &words.say("import-title"))
                .under(&words.say("nav-facilities"), "/o/midori/facilities"),
            entered,
            faults: Vec::new(),
            more: 0,
            looked: None,
            back: "/o/midori/facilities".to_owned(),
        };
        let found = |done| Self {
            looked: Some(looked(&roster.rows, &verdicts, done)),
            faults: faults.clone(),
            ..page(Entered::default())
        };
        let same = Self {
            looked: Some(looked(&roster.rows[..1], &verdicts[..1], false)),
            ..page(Entered::default())
        };
        let mut wrong = Entered::default();
        wrong.wrong_but("file", &words.say("import-all-wrong"), &words.say("list-mend"));
        vec![
            ("import", page(Entered::default())),
            ("import-refused", Self { faults: faults.clone(), more: 12, ..page(wrong) }),
            ("import-found", found(false)),
            ("import-same", same),
            ("import-done", found(true)),
        ]
    }
}
