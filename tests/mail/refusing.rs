//! Servers that refuse, are silent, or die.

use jiff::SignedDuration;
use tegata::enrollment::{Carrier, MailStanding, OperatorError};
use tegata::operations::Posted;

use crate::office::{Office, read};
use crate::server::{Act, Stage};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn a_server_that_cannot_now_is_asked_again_and_gets_the_same_mail() {
    for stage in Stage::ALL {
        let office = Office::open(|_| {}).await;
        office.mail("Hanako", "hanako@example.jp").await;
        office.server.plan(stage, Act::Say("451 4.3.0 come back later"));
        assert_eq!(office.round().await, 1, "{stage:?}");
        let mails = office.mails().await;
        let waiting = Office::only(&mails);
        assert_eq!(waiting.state, MailStanding::Waiting, "{stage:?}");
        let problem = waiting.problem.as_ref().unwrap();
        assert!(problem.what.contains("4.3.0 come back later"), "{stage:?}: {}", problem.what);
        assert!(office.server.got().is_empty());
        office.server.recover();
        assert_eq!(office.round().await, 0, "{stage:?}: it waits first");
        office.advance(HOUR);
        assert_eq!(office.round().await, 1);
        let got = office.server.got();
        assert_eq!(got.len(), 1);
        assert_eq!(read(&got[0]).message_id, format!("{}.default@example.jp", waiting.mail));
        assert_eq!(office.standings().await, [MailStanding::Sent], "{stage:?}");
        assert_eq!(office.counted.all(), [Posted::Later, Posted::Sent]);
    }
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_given_up_and_shown() {
    for stage in [Stage::Rcpt, Stage::Data, Stage::Message] {
        let office = Office::open(|_| {}).await;
        let invited = office.mail("Hanako", "hanako@example.jp").await;
        office.server.plan(stage, Act::Say("550 5.1.1 no such person"));
        office.round().await;
        let mails = office.mails().await;
        let failed = Office::only(&mails);
        assert_eq!(failed.state, MailStanding::Failed, "{stage:?}");
        assert!(failed.problem.as_ref().unwrap().what.contains("550"), "{failed:?}");
        office.server.recover();
        office.advance(HOUR);
        assert_eq!(office.round().await, 0);
        // What it carried is forgotten: it takes a new link.
        let (authority, caller) = (&office.world.authority, &office.world.caller);
        let retried = authority.retry_mail(caller, &failed.mail).await;
        assert!(matches!(retried, Err(OperatorError::MailNotNow { .. })), "{retried:?}");
        authority.resend(caller, &invited.enrollment).await.unwrap();
        assert_eq!(office.round().await, 1);
        assert_eq!(office.server.got().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_takes_no_mail_of_ours_loses_none() {
    for stage in [Stage::Greeting, Stage::Ehlo, Stage::Mail] {
        let office = Office::open(|_| {}).await;
        office.mail("Hanako", "hanako@example.jp").await;
        office.server.plan(stage, Act::Say("554 5.7.1 not from there"));
        office.round().await;
        assert_eq!(office.standings().await, [MailStanding::Waiting], "{stage:?}");
        office.server.recover();
        office.advance(HOUR);
        office.round().await;
        assert_eq!(office.standings().await, [MailStanding::Sent], "{stage:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_silent_or_dies_holds_nobody_up() {
    for act in [Act::Stall, Act::Die] {
        for stage in Stage::ALL {
            let office = Office::open(|_| {}).await;
            office.mail("Hanako", "hanako@example.jp").await;
            office.server.plan(stage, act);
            office.round().await;
            assert_eq!(office.standings().await, [MailStanding::Waiting], "{act:?} at {stage:?}");
            office.server.recover();
            office.advance(HOUR);
            office.round().await;
            assert_eq!(office.standings().await, [MailStanding::Sent], "{act:?} at {stage:?}");
            let got = office.server.got();
            // Only where the server had the whole mail, and its answer was lost, the mail comes twice, under one name.
            let twice = stage == Stage::Message;
            assert_eq!(got.len(), if twice { 2 } else { 1 }, "{act:?} at {stage:?}");
            let names: std::collections::BTreeSet<_> = got.iter().map(|got| read(got).message_id).collect();
            assert_eq!(names.len(), 1);
        }
    }
}

#[tokio::test]
async fn after_an_answer_that_came_too_late_the_connection_is_not_used_again() {
    let office = Office::open(|_| {}).await;
    office.mail("One", "one@example.jp").await;
    office.server.plan(Stage::Rcpt, Act::Stall);
    office.round().await;
    let before = office.server.connections();
    office.server.recover();
    office.mail("Two", "two@example.jp").await;
    office.round().await;
    assert!(office.server.connections() > before);
    let got = office.server.got();
    assert_eq!(got.len(), 1);
    assert!(got[0].recipient.contains("two@example.jp"));
}

#[tokio::test]
async fn many_mails_share_few_connections() {
    let office = Office::open(|_| {}).await;
    for number in 0..60 {
        office.mail("Hanako", &format!("h{number}@example.jp")).await;
    }
    assert_eq!(office.round().await, 60);
    assert_eq!(office.server.got().len(), 60);
    assert!(office.server.connections() <= 2, "{}", office.server.connections());
}

#[tokio::test]
async fn waits_grow_and_after_two_days_a_mail_is_given_up() {
    let office = Office::open(|_| {}).await;
    office.mail("Hanako", "hanako@example.jp").await;
    office.server.plan(Stage::Rcpt, Act::Say("450 4.2.0 greylisted"));
    let mut waits = Vec::new();
    loop {
        office.round().await;
        let mails = office.mails().await;
        let mail = Office::only(&mails);
        let Some(next) = mail.next_at else {
            assert_eq!(mail.state, MailStanding::Failed);
            assert!(mail.problem.as_ref().unwrap().what.contains("greylisted"));
            break;
        };
        let wait = next.duration_since(office.world.now());
        waits.push(wait);
        office.advance(wait);
    }
    assert!(waits[0] <= SignedDuration::from_secs(75), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= SignedDuration::from_mins(150)), "{waits:?}");
    assert!(waits.len() > 15, "{waits:?}");
    let total: SignedDuration = waits.iter().fold(SignedDuration::ZERO, |sum, wait| sum + *wait);
    assert!(total > HOUR * 40 && total < HOUR * 48, "{total}");
}

#[tokio::test]
async fn a_mail_is_given_up_when_its_link_ends_even_if_nobody_tried() {
    let office = Office::open(|_| {}).await;
    office.mail("Hanako", "hanako@example.jp").await;
    office.advance(HOUR * 48);
    office.round().await;
    assert_eq!(office.standings().await, [MailStanding::Failed]);
    assert!(office.server.got().is_empty());
}

#[tokio::test]
async fn an_operator_has_a_waiting_mail_tried_at_once() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    office.server.plan(Stage::Rcpt, Act::Say("450 4.2.0 greylisted"));
    office.round().await;
    office.server.recover();
    assert_eq!(office.round().await, 0);
    office.world.authority.retry_mail(&office.world.caller, &invited.mails[0]).await.unwrap();
    assert_eq!(office.round().await, 1);
    assert_eq!(office.standings().await, [MailStanding::Sent]);
}

#[tokio::test]
async fn a_node_that_stops_begins_no_mail() {
    let office = Office::open(|_| {}).await;
    office.mail("Hanako", "hanako@example.jp").await;
    office.close();
    assert_eq!(office.round().await, 0);
    assert_eq!(office.standings().await, [MailStanding::Waiting]);
}

#[tokio::test]
async fn reissued_by_mail_the_person_gets_the_new_link() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    office.round().await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let why = tegata::enrollment::ReissueReason::LostDownload;
    let issued = authority.reissue_by(caller, &invited.enrollment, why, Carrier::Mail).await.unwrap();
    office.round().await;
    let got = office.server.got();
    assert_eq!(got.len(), 2);
    assert_eq!(crate::office::code_in(&read(&got[1]).text).expose(), issued.code.expose());
}
