//! The pages about enrollments in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use jiff::{SignedDuration, Timestamp};

use super::act::{ActPage, Choice};
use super::enrollment::{Button, EnrollmentPage, Line};
use super::enrollments::{EnrollmentsPage, NeedTile, Row};
use super::entered::Entered;
use super::facility_field::{FacilityField, Found};
use super::handover::HandoverPage;
use super::issue::{ChosenPerson, FoundPerson, IssuePage};
use super::mail::sample_line as mail;
use super::progress::ProgressView;
use super::query::Query;
use super::samples::{Sampled, now, within};
use super::telling;
use crate::device::Platform;
use crate::directory::Role;
use crate::enrollment::{
    Attempts, CertificateSummary, Count, Effect, EnrollmentDetail, EnrollmentSummary, Hint, MailKind,
    MailStanding, Need, Progress, ReissueReason, Seen, Standing,
};
use crate::http::scan::Scan;
use crate::http::words::Words;
use crate::ledger::{CertificateStatus, RevocationReason};

const BACK: &str = "/o/midori/enrollments/7q2k9x4m1abc";

fn serial() -> crate::pki::serial::SerialNumber {
    "5f1d0c2b3a49586776859403122130ff".parse().unwrap()
}

fn summary() -> EnrollmentSummary {
    EnrollmentSummary {
        enrollment: "7q2k9x4m1abc".parse().unwrap(),
        state: Standing::Installed,
        subscriber: "10234".parse().unwrap(),
        name: "田中 花子".to_owned(),
        facility: Some("G13B".parse().unwrap()),
        offer: "standard".to_owned(),
        platform: Some(Platform::Ios),
        note: Some("2階の予備《スペア》".to_owned()),
        invited_at: now(),
        link_expires_at: now(),
        expires_at: now(),
        locked_until: Some(now()),
        claimed_at: Some(now()),
        fetched_at: Some(now()),
        installed_at: Some(now()),
        serial: Some(serial()),
        not_after: Some(now()),
        predecessor: None,
        successor: None,
        by_person: false,
    }
}

/// Somebody who has come so far.
pub fn followed(state: Standing) -> Progress {
    let order = [Standing::Claimed, Standing::Fetched, Standing::Installed];
    let come = order.iter().position(|it| *it == state).map_or(0, |place| place + 1);
    let at = |step: usize| (come >= step).then(now);
    let summary = EnrollmentSummary {
        state,
        link_expires_at: now().checked_add(SignedDuration::from_mins(10)).unwrap(),
        locked_until: (state == Standing::Locked).then(now),
        claimed_at: at(1),
        fetched_at: at(2),
        installed_at: at(3),
        ..summary()
    };
    Progress { summary, opened_at: None, attempts_left: None, fetching_at: at(2), fetched_at: at(2) }
}

/// The field among few facilities.
pub fn facility_field(words: Words) -> FacilityField {
    let none = (String::new(), words.say("facility-without").plain());
    let few = Some(vec![none, ("G13B".to_owned(), "G13B みどり医院".to_owned())]);
    FacilityField { few, ..FacilityField::default() }
}

fn row(words: Words, standing: Standing) -> Row {
    let (key, tone) = telling::standing(standing);
    let frame = within(words, Role::Operator, "enrollments", &"");
    Row {
        id: "7q2k9x4m1abc".to_owned(),
        href: BACK.to_owned(),
        name: "田中 花子".to_owned(),
        subscriber: "10234".to_owned(),
        state: frame.badge(key, tone).0,
        facility: "G13B".to_owned(),
        device: words.device(Platform::Android),
        invited_at: now(),
        end: Some(now()),
    }
}

/// A row in every state.
pub fn rows(words: Words) -> Vec<Row> {
    Standing::ALL.map(|standing| row(words, standing)).into()
}

/// The field after a search among many facilities.
pub fn searched() -> FacilityField {
    let found = |code: &str, name: &str| Found { code: code.to_owned(), name: name.to_owned() };
    FacilityField {
        found: vec![found("G13B", "みどり医院"), found("G14", "みどり訪問看護ステーション 北《きた》")],
        more: true,
        searched: true,
        ..FacilityField::default()
    }
}

impl Sampled for EnrollmentsPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |query: &str, rows: Vec<Row>, needs: Vec<NeedTile>, cut_short: bool| {
            let query = Query::read("/o/midori/enrollments", query);
            Self {
                frame: within(words, Role::Operator, "enrollments", &words.say("nav-enrollments")),
                needs,
                states: Standing::ALL
                    .map(|it| (it.name(), words.say(telling::standing(it).0).plain()))
                    .into(),
                devices: Platform::ALL.map(|it| (it.as_str(), words.device(it))).into(),
                offers: vec![("a".to_owned(), "標準".to_owned()), ("b".to_owned(), "Wi-Fi".to_owned())],
                sorts: vec![("newest", words.say("sort-newest").plain())],
                narrowed: query.filters(&["q", "state"]),
                people_left_out: cut_short,
                file: "/o/midori/enrollments.csv".to_owned(),
                acts: vec![("resend", words.say("act-resend").plain())],
                selection: "/o/midori/selection".to_owned(),
                next: cut_short.then(|| "000000000000001-a".to_owned()),
                query,
                rows,
                cut_short,
            }
        };
        let tile = |need: Need| NeedTile {
            href: format!("/o/midori/enrollments?need={}", need.name()),
            key: telling::need(need),
            count: Count { number: 1_000, more: true },
            current: need == Need::Locked,
        };
        let full = rows(words);
        vec![
            ("enrollments", page("", full, Need::ALL.into_iter().map(tile).collect(), true)),
            (
                "enrollments-auditor",
                Self {
                    acts: Vec::new(),
                    ..page("", vec![row(words, Standing::Installed)], Vec::new(), false)
                },
            ),
            ("enrollments-few", page("state=locked", vec![row(words, Standing::Locked)], Vec::new(), false)),
            ("enrollments-none", page("", Vec::new(), Vec::new(), false)),
            ("enrollments-nothing", page("q=%3Cx%3E&state=locked", Vec::new(), Vec::new(), false)),
        ]
    }
}

impl Sampled for EnrollmentPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let detail = EnrollmentDetail {
            summary: summary(),
            attempts: Attempts::default(),
            certificate: Some(CertificateSummary {
                serial: serial(),
                subject: "CN=田中 花子".to_owned(),
                issuer: "CN=Midori CA".to_owned(),
                not_before: Some(now()),
                not_after: Some(now()),
                status: CertificateStatus::Valid { at: now() },
            }),
            events: Vec::new(),
            link_refuses: None,
            seen: Seen(7),
        };
        let (key, tone) = telling::standing(Standing::Installed);
        let frame = within(words, Role::Operator, "enrollment", &"田中 花子")
            .under(&words.say("nav-enrollments"), "/o/midori/enrollments");
        let button = |key, ends| Button { href: format!("{BACK}/{key}"), key, ends };
        let line = |from: Option<&str>| Line {
            at: now(),
            what: words.say("told-installed").to_string(),
            who: words.say("actor-person").to_string(),
            from: from.map(str::to_owned),
        };
        let page = Self {
            state: frame.badge(key, tone).0,
            frame,
            detail: detail.clone(),
            device: Some(words.device(Platform::Ios)),
            sees: (words.explain("T-109", "title").to_string(), Some("T-109")),
            buttons: vec![button("act-renew", false), button("act-revoke", true)],
            lines: vec![line(Some("192.0.2.7")), line(None)],
            progress: None,
            mails: vec![
                mail(MailKind::Installed, MailStanding::Sent),
                mail(MailKind::Invitation, MailStanding::Failed),
            ],
            predecessor: Some((BACK.to_owned(), "7q2k9x4m1abd".to_owned())),
            successor: Some((BACK.to_owned(), "7q2k9x4m1abe".to_owned())),
        };
        let under_way = |state: Standing| {
            let (key, tone) = telling::standing(state);
            let frame = within(words, Role::HelpDesk, "enrollment", &"田中 花子");
            let progress = ProgressView::of(words, &followed(state), None, now());
            Self {
                state: frame.badge(key, tone).0,
                frame,
                detail: EnrollmentDetail {
                    summary: followed(state).summary,
                    certificate: None,
                    ..detail.clone()
                },
                device: None,
                sees: (words.say("sees-open").to_string(), None),
                buttons: vec![button("act-resend", false), button("act-unlock", false)],
                lines: vec![line(None)],
                progress: Some((progress, format!("{BACK}/live"))),
                mails: Vec::new(),
                predecessor: None,
                successor: None,
            }
        };
        vec![
            ("enrollment-invited", under_way(Standing::Invited)),
            ("enrollment-fetched", under_way(Standing::Fetched)),
            ("enrollment", page),
        ]
    }
}

impl Sampled for ActPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |act: &'static str, title: &str| Self {
            frame: within(words, Role::Operator, "act", &words.say(title)).under(&"田中 花子", BACK),
            act,
            effects: Vec::new(),
            hint: None,
            changed: Vec::new(),
            ends: None,
            questions: Vec::new(),
            reasons: Vec::new(),
            why: None,
            seen: 7,
            entered: Entered::default(),
            back: BACK.to_owned(),
        };
        let question = |why: ReissueReason| {
            let (key, hint) = telling::reissue(why);
            Choice { href: format!("?why={}", why.name()), key, hint }
        };
        let questions = ReissueReason::ALL.map(question).into();
        let reason = RevocationReason::KeyCompromise;
        let mut wrong = Entered::default().with("confirm", &"たなか");
        wrong.must_confirm("田中 花子", words);
        let revoke = Self {
            effects: [Effect::CertificateRevoked { serial: serial(), reason }, Effect::FileDestroyed]
                .iter()
                .map(|effect| telling::effect(words, effect))
                .collect(),
            ends: Some("田中 花子".to_owned()),
            reasons: RevocationReason::ALL
                .map(|reason| (reason.name(), words.say(telling::reason(reason)).plain()))
                .into(),
            entered: wrong,
            ..page("revoke", "act-revoke")
        };
        let changed = Line {
            at: now(),
            what: words.say("told-unlocked").to_string(),
            who: "佐藤 明子".to_owned(),
            from: None,
        };
        let effects = [
            Effect::LinkDies,
            Effect::LinkRenewed,
            Effect::WrongSecretsForgotten,
            Effect::CertificateStays { serial: serial() },
            Effect::SuccessorIssued { same_device: false },
            Effect::SuccessorIssued { same_device: true },
            Effect::OtherInvitationEnds { enrollment: "7q2k9x4m1abe".parse().unwrap() },
        ];
        let renew = Self {
            effects: effects.iter().map(|effect| telling::effect(words, effect)).collect(),
            changed: vec![changed],
            ..page("renew", "act-renew")
        };
        vec![
            ("act-question", Self { questions, ..page("reissue", "act-reissue") }),
            ("act-revoke", revoke),
            ("act-renew-changed", renew),
            (
                "act-hint",
                Self { hint: Some(telling::hint(Hint::Installed)), ..page("reissue", "act-reissue") },
            ),
            ("act-note", page("note", "act-note")),
        ]
    }
}

impl Sampled for HandoverPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let link = "HTTPS://CERT.EXAMPLE.JP/C/0123456789ABCDEFGHJKMNPQRS";
        let page = |progress: Progress, at: Timestamp| Self {
            frame: within(words, Role::Operator, "handover", &words.say("handover-title")),
            person: "田中 花子".to_owned(),
            scan: Scan::of(link),
            link: link.to_owned(),
            number: "1234 5678".to_owned(),
            secret: "abcde-fghjk".to_owned(),
            separate: Some("abcdefghjkmnpqr".to_owned()),
            link_ends: progress.summary.link_expires_at,
            ends: now(),
            enrollment: BACK.to_owned(),
            renew: format!("{BACK}/renew"),
            seen: 7,
            progress: ProgressView::of(words, &progress, None, at),
            live: format!("{BACK}/live?link=1795683600000"),
            again: vec![("form".to_owned(), "nonce".to_owned()), ("name".to_owned(), "田中 花子".to_owned())],
        };
        let invited = followed(Standing::Invited);
        let wrong = Progress { attempts_left: Some(3), opened_at: Some(now()), ..invited.clone() };
        let ended = invited.summary.link_expires_at;
        vec![
            ("handover", page(invited.clone(), now())),
            ("handover-opened", page(Progress { opened_at: Some(now()), ..invited.clone() }, now())),
            ("handover-wrong", page(wrong, now())),
            ("handover-ended", page(invited, ended)),
            ("handover-locked", page(followed(Standing::Locked), now())),
            ("handover-claimed", page(followed(Standing::Claimed), now())),
            ("handover-installed", page(followed(Standing::Installed), now())),
        ]
    }
}

impl Sampled for IssuePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |entered: Entered| Self {
            frame: within(words, Role::Operator, "issue", &words.say("nav-issue")),
            entered,
            chosen: None,
            who: String::new(),
            people: Vec::new(),
            more_people: false,
            facilities: facility_field(words),
            offers: vec![("standard".to_owned(), "標準《ひょうじゅん》".to_owned())],
            devices: vec![(String::new(), words.say("issue-any-device").plain())],
        };
        let mut wrong = Entered::default().with("name", &"").with("facility", &"施設");
        wrong.wrong_but("name", &words.say("issue-name-needed"), &words.say("issue-name-right"));
        wrong.wrong_but("facility", &words.say("facility-unknown"), &words.say("facility-look"));
        let found = |number: usize| FoundPerson {
            href: "/o/midori/issue?subscriber=10234".to_owned(),
            name: "田中 花子".to_owned(),
            kana: "たなか はなこ".to_owned(),
            id: format!("1023{number}"),
            facility: "G13B".to_owned(),
        };
        let found = Self {
            who: "たなか".to_owned(),
            people: (0..3).map(found).collect(),
            more_people: true,
            ..page(Entered::default())
        };
        let looking = Self { facilities: searched(), ..page(wrong) };
        let chosen = |refused| ChosenPerson {
            href: "/o/midori/subscribers/10234".to_owned(),
            name: "田中 花子".to_owned(),
            kana: "たなか はなこ".to_owned(),
            id: "10234".to_owned(),
            facility: "G13B".to_owned(),
            living: 2,
            most: Some(2),
            refused,
        };
        let known = Self { chosen: Some(chosen(None)), ..page(Entered::default()) };
        let full = Self { chosen: Some(chosen(Some("subscriber-at-the-cap"))), ..page(Entered::default()) };
        vec![
            ("issue", page(Entered::default())),
            ("issue-wrong", looking),
            ("issue-found", found),
            ("issue-nobody", Self { who: "x".to_owned(), ..page(Entered::default()) }),
            ("issue-known", known),
            ("issue-at-the-cap", full),
        ]
    }
}
