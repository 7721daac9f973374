//! What people are told when it has happened.

use std::collections::BTreeSet;

use tegata::directory::{MailLanguage, Notice};
use tegata::enrollment::{FetchPart, MailKind, ReissueReason};
use tegata::ledger::RevocationReason;

use crate::office::{Office, read};
use crate::world::{World, invite};

/// Somebody who was invited otherwise, and has an address.
async fn life(office: &Office) {
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let mut person = invite("山田 花子");
    person.subscriber.email = Some("hanako@example.jp".to_owned());
    let issued = authority.invite(caller, person).await.unwrap();
    let ticket = authority.claim(World::request(&issued, None)).await.unwrap();
    let (held, _) = office.world.fetch(&ticket, FetchPart::Start).await.unwrap();
    authority.fetched_whole(&ticket).await;
    office.world.check(&held).await;
    authority.reissue(caller, &issued.enrollment, ReissueReason::NewDevice).await.unwrap();
    authority.revoke(caller, &issued.enrollment, RevocationReason::KeyCompromise).await.unwrap();
}

async fn told(office: &Office) -> Vec<MailKind> {
    let mut kinds: Vec<_> = office.mails().await.iter().map(|mail| mail.kind).collect();
    kinds.reverse();
    kinds
}

#[tokio::test]
async fn an_organization_tells_what_it_wants_to_be_told() {
    for notices in [vec![], vec![Notice::Installed], Notice::ALL.to_vec()] {
        let wanted: BTreeSet<_> = notices.iter().copied().collect();
        let office = Office::open(|home| home.policy.notices = wanted).await;
        life(&office).await;
        let expected: BTreeSet<_> = notices.iter().map(|notice| notice.name()).collect();
        let found: BTreeSet<_> = told(&office).await.iter().map(|kind| kind.name()).collect();
        assert_eq!(found, expected);
        office.round().await;
        assert_eq!(office.server.got().len(), notices.len());
    }
}

#[tokio::test]
async fn by_default_people_learn_of_everything_that_somebody_else_could_have_done() {
    let office = Office::open(|home| home.mail.language = MailLanguage::Both).await;
    life(&office).await;
    let found = told(&office).await;
    assert_eq!(found.len(), 4, "{found:?}");
    for kind in [MailKind::Fetched, MailKind::Installed, MailKind::Reissued, MailKind::Revoked] {
        assert!(found.contains(&kind), "{found:?}");
    }
    office.round().await;
    for got in office.server.got() {
        let mail = read(&got);
        for text in [&mail.text, &mail.html] {
            assert!(text.contains("お心当たり") && text.contains("If you know nothing of this"), "{text}");
            assert!(!text.contains("/c/") && !text.contains("/t/"), "a notice leads nowhere: {text}");
        }
    }
}

#[tokio::test]
async fn who_has_no_address_is_told_nothing_and_hindered_by_nothing() {
    let office = Office::open(|home| home.policy.notices = Notice::ALL.iter().copied().collect()).await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    // One that no server of ours can write to, and that somebody may have.
    for email in [None, Some("花子@example.jp")] {
        let mut person = invite("Hanako");
        person.subscriber.email = email.map(ToOwned::to_owned);
        let issued = authority.invite(caller, person).await.unwrap();
        office.world.install(&issued).await;
        authority.revoke(caller, &issued.enrollment, RevocationReason::Unspecified).await.unwrap();
    }
    assert!(office.mails().await.is_empty());
}

#[tokio::test]
async fn a_notice_that_was_given_up_starts_anew_to_the_address_that_the_person_has_now() {
    let office = Office::open(|_| {}).await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let mut person = invite("Hanako");
    person.subscriber.id = Some("10234".parse().unwrap());
    person.subscriber.email = Some("old@example.jp".to_owned());
    let issued = authority.invite(caller, person.clone()).await.unwrap();
    office.world.install(&issued).await;
    authority.revoke(caller, &issued.enrollment, RevocationReason::Unspecified).await.unwrap();
    office.server.plan(crate::server::Stage::Rcpt, crate::server::Act::Say("550 5.1.1 moved"));
    office.round().await;
    office.server.recover();
    let mails = office.mails_of(&issued.enrollment).await;
    let failed = mails.iter().find(|mail| mail.kind == MailKind::Revoked).unwrap();
    assert!(failed.can_retry);
    person.subscriber.email = Some("new@example.jp".to_owned());
    authority.invite(caller, person).await.unwrap();
    let retried = authority.retry_mail(caller, &failed.mail).await.unwrap();
    assert_eq!(retried.to.as_str(), "new@example.jp");
    office.round().await;
    let got = office.server.got();
    assert!(got.last().unwrap().recipient.contains("<new@example.jp>"), "{got:?}");
}

#[tokio::test]
async fn an_operator_of_one_facility_sees_and_retries_the_mails_of_its_people_alone() {
    use tegata::directory::Facilities;
    let office = Office::open(|_| {}).await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let mut ids = Vec::new();
    for (code, email) in [("A1", "a@example.jp"), ("B2", "b@example.jp")] {
        let mut person = crate::office::by_mail("Hanako", email);
        person.facility = Some(code.parse().unwrap());
        ids.push(authority.invite(caller, person).await.unwrap());
    }
    let mut own = caller.clone();
    own.reach = Facilities::Only(std::iter::once("A1".parse().unwrap()).collect());
    let query = || tegata::enrollment::MailQuery { limit: 10, ..Default::default() };
    let seen = authority.mails(&own, query()).await.unwrap().mails;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].enrollment, ids[0].enrollment);
    assert!(authority.retry_mail(&own, &ids[1].mails[0]).await.is_err());
    assert!(authority.find_mail(&own, &ids[1].mails[0]).await.is_err());
    assert!(authority.mails_of(&own, &ids[1].enrollment).await.is_err());
    assert!(authority.resend(&own, &ids[1].enrollment).await.is_err());
    authority.resend(&own, &ids[0].enrollment).await.unwrap();
}

/// Whatever an organization wants told: that somebody sets up another device with the certificate is how its owner learns of it.
#[tokio::test]
async fn that_a_change_to_another_device_begins_is_told_in_any_case() {
    let office = Office::open(|home| {
        home.policy.notices = BTreeSet::new();
        home.mail.language = MailLanguage::Both;
    })
    .await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let mut person = invite("山田 花子");
    person.subscriber.email = Some("hanako@example.jp".to_owned());
    let issued = authority.invite(caller, person).await.unwrap();
    let held = office.world.install(&issued).await;
    let begin = async |form: u8| {
        let once = tegata::enrollment::Once([form; 16]);
        authority.begin_change(Some(&held.der), once, None).await.unwrap()
    };
    let first = begin(1).await;
    begin(1).await;
    assert_eq!(told(&office).await, [MailKind::ChangeBegun], "the same form tells nothing new");
    begin(2).await;
    office.round().await;
    let got = office.server.got();
    assert_eq!(got.len(), 2, "whoever begins again is told of again");
    for got in &got {
        let mail = read(got);
        for text in [&mail.text, &mail.html] {
            assert!(text.contains("新しい端末") && text.contains("If this was not you"), "{text}");
            assert!(!text.contains(first.secret.expose()) && !text.contains("/C/"), "{text}");
        }
    }
}
