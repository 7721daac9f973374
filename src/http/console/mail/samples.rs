//! The outbox in the states that matter.

use super::line::{kind, standing};
use super::list::NEED;
use super::{MailLine, MailPage};
use crate::directory::Role;
use crate::enrollment::{MailKind, MailStanding};
use crate::http::console::query::Query;
use crate::http::console::samples::{Sampled, now, within};
use crate::http::words::Words;

/// A mail in this state.
pub(in crate::http::console) fn line(of: MailKind, state: MailStanding) -> MailLine {
    let (word, tone) = standing(state);
    let is_lost = matches!(state, MailStanding::Failed | MailStanding::Bounced);
    let waits = state == MailStanding::Waiting;
    MailLine {
        id: "8r3m0y5n2bcd".to_owned(),
        created_at: now(),
        kind: kind(of),
        name: "田中 花子".to_owned(),
        href: "/o/midori/enrollments/7q2k9x4m1abc".to_owned(),
        to: "hanako.tanaka@midori-clinic.example.jp".to_owned(),
        mark: state.name(),
        standing: word,
        tone,
        why: is_lost.then_some("mail-why-address").or_else(|| waits.then_some("mail-why-reach")),
        said: (is_lost || waits).then(|| "550 5.1.1 <hanako.tanaka@…>: User unknown".to_owned()),
        next: waits.then(|| (now(), now())),
        ended_at: (!waits).then(now),
        attempts: 3,
        retry: waits.then(|| "/o/midori/mail/8r3m0y5n2bcd/retry".to_owned()),
        resend: is_lost.then(|| "/o/midori/enrollments/7q2k9x4m1abc/resend".to_owned()),
    }
}

impl Sampled for MailPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |query: &str, role: Role, mails: Vec<MailLine>| {
            let query = Query::read("/o/midori/mail", query);
            Self {
                frame: within(words, role, "mail", &words.say("nav-mail")),
                states: vec![(NEED, words.say("mail-need").plain())],
                next: (mails.len() > 1).then(|| "000000000000001-a".to_owned()),
                more: query.get("state") == NEED,
                sends: true,
                narrowed: query.filters(&["state"]),
                query,
                mails,
            }
        };
        let all = MailStanding::ALL.map(|state| line(MailKind::Invitation, state)).into();
        let lost = vec![line(MailKind::Invitation, MailStanding::Bounced)];
        let kinds = [
            MailKind::Secret,
            MailKind::Fetched,
            MailKind::Installed,
            MailKind::Reissued,
            MailKind::Revoked,
            MailKind::ChangeBegun,
        ];
        let kinds = kinds.map(|kind| line(kind, MailStanding::Sent)).into();
        vec![
            ("mail", page("", Role::Operator, all)),
            ("mail-kinds", page("", Role::Auditor, kinds)),
            ("mail-need", page("state=need", Role::HelpDesk, lost)),
            ("mail-empty", page("", Role::Operator, Vec::new())),
            ("mail-nothing", page("state=bounced", Role::Operator, Vec::new())),
            ("mail-none-sent", Self { sends: false, ..page("", Role::Operator, Vec::new()) }),
        ]
    }
}
