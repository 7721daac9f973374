//! The log in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::net::IpAddr;

use jiff::SignedDuration;
use serde_json::json;

use super::page::{AuditLine, AuditPage, asked, kinds, line};
use crate::directory::{About, AccountId, Actor, Change, Deed, Role};
use crate::enrollment::{Happening, Line, Told, Whom};
use crate::entropy::SystemEntropy;
use crate::http::console::query::Query;
use crate::http::console::samples::{Rendered, Sampled, now, render, within};
use crate::http::words::Words;
use crate::ledger::RevocationReason;

/// Draws all of them.
pub fn draw(pages: &mut Vec<Rendered>) {
    render::<AuditPage>(pages);
}

fn lines(words: Words, base: Option<&str>) -> Vec<AuditLine> {
    let account =
        |name: &str| Actor::Account { id: AccountId::draw(&SystemEntropy).unwrap(), name: name.to_owned() };
    let (akiko, ken) = (account("佐藤 明子"), account("鈴木 健"));
    let hanako = Whom {
        name: "田中 花子《はなこ》".to_owned(),
        subscriber: Some("10234".parse().unwrap()),
        facility: Some("G13B".parse().unwrap()),
    };
    let clinic =
        Whom {
            name: "みどり医院".to_owned(), facility: Some("G13B".parse().unwrap()), ..Whom::default()
        };
    let named = |name: &str| Whom { name: name.to_owned(), ..Whom::default() };
    let life = |happening| Told::Life { enrollment: "7q2k9x4m1abc".parse().unwrap(), happening };
    let told = |about, deed| Told::Directory { about, deed };
    let change = |field: &str, before, after| Change { field: field.to_owned(), before, after };
    let serial = "5f1d0c2b3a49586776859403122130ff".parse().unwrap();
    let v4: IpAddr = "203.0.113.7".parse().unwrap();
    let v6: IpAddr = "2001:db8:0:f0f0:1234:5678:9abc:def0".parse().unwrap();
    let organization = || About::Organization("midori".parse().unwrap());
    let refused = |code: &str| Deed::Refused {
        act: "issue".to_owned(),
        role: Some(Role::HelpDesk),
        code: Some(code.to_owned()),
    };
    let phone = change("contact.phone", json!("03-1234-5678"), json!("03-8765-4321"));
    let offers = change("policy.offers", json!(null), json!(["standard", "minimal"]));
    let told = vec![
        (
            akiko.clone(),
            Some(v4),
            told(organization(), Deed::Exported { what: "audit".to_owned() }),
            named("みどり会"),
        ),
        (ken, Some(v6), told(About::Enrollment("7q2k9x4m1abc".to_owned()), refused("T-503")), hanako.clone()),
        (
            Actor::System,
            None,
            life(Happening::Revoked { serial, reason: RevocationReason::Superseded }),
            hanako.clone(),
        ),
        (Actor::Subscriber, Some(v6), life(Happening::WrongSecret { attempts_left: 4 }), hanako.clone()),
        (
            akiko.clone(),
            Some(v4),
            told(organization(), Deed::Changed { changes: vec![phone, offers] }),
            named("みどり会"),
        ),
        (
            akiko.clone(),
            Some(v4),
            told(
                About::Job("7q2k9x4m1a".to_owned()),
                Deed::JobBegun {
                    what: "issue".to_owned(),
                    rows: 500,
                    source: Some("利用者一覧.csv".to_owned()),
                },
            ),
            Whom::default(),
        ),
        (
            Actor::CommandLine,
            None,
            told(About::Facility("G13B".parse().unwrap()), Deed::Created { called: "みどり医院".to_owned() }),
            clinic,
        ),
        (
            akiko,
            Some(v4),
            told(
                About::Operator("kxvqnn2vv6lhrkmvmxnv3uzkrp".to_owned()),
                Deed::Joined {
                    role: Some(Role::FacilityManager),
                    facilities: ["G13B".parse().unwrap()].into(),
                },
            ),
            named("鈴木 健"),
        ),
    ];
    let drawn = told.into_iter().zip(1..).map(|((actor, from, told, whom), number)| {
        let at = now() - SignedDuration::from_mins(37 * number);
        let it = Line { position: 1, at, actor, from, told, whom };
        line(words, &it, now(), base)
    });
    drawn.collect()
}

impl Sampled for AuditPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |query: &str, lines: Vec<AuditLine>, of_installation: bool| {
            let query = Query::read("/o/midori/audit", query);
            let (name, title) = if of_installation {
                ("installation-audit", "nav-installation-audit")
            } else {
                ("audit", "nav-audit")
            };
            Self {
                frame: within(words, Role::Auditor, name, &words.say(title)),
                of_installation,
                kinds: kinds(words, of_installation),
                unreadable: asked(&query, 1)
                    .unreadable
                    .into_iter()
                    .map(|key| words.say(key).to_string())
                    .collect(),
                next: (lines.len() > 4).then(|| "1734".to_owned()),
                cut_short: query.filled("facility").is_some(),
                narrowed: query.filters(&["who", "facility", "enrollment"]),
                lines,
                file: Some(query.under("/o/midori/audit.csv")),
                query,
            }
        };
        let base = Some("/o/midori");
        let mut found = lines(words, base);
        found.truncate(3);
        vec![
            ("audit", page("", lines(words, base), false)),
            ("audit-found", page("who=%E4%BD%90%E8%97%A4&facility=G13B&kind=refused", found, false)),
            ("audit-nothing", page("who=nobody", Vec::new(), false)),
            ("audit-unreadable", page("enrollment=x&from=soon", Vec::new(), false)),
            ("audit-empty", page("", Vec::new(), false)),
            ("installation-audit", page("", lines(words, None), true)),
        ]
    }
}
