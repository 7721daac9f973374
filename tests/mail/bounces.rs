//! Reports of mails that could not be delivered.

use tegata::enrollment::{Bounced, Happening, MailStanding};
use tegata::mail::{MailName, Report};

use crate::office::Office;

fn report(name: &str, action: &str) -> Report {
    Report {
        mail: name.parse::<MailName>().unwrap(),
        failed: action == "failed",
        action: action.to_owned(),
        status: Some("5.1.1".to_owned()),
        diagnostic: Some("550 5.1.1 no such person".to_owned()),
    }
}

#[tokio::test]
async fn a_report_marks_the_mail_and_is_in_the_history_of_its_enrollment() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    office.round().await;
    let authority = &office.world.authority;
    let name = format!("{}.default", invited.mails[0]);
    assert_eq!(authority.mail_bounced(&report(&name, "delayed")).await.unwrap(), Bounced::Nothing);
    assert_eq!(office.standings().await, [MailStanding::Sent]);
    assert_eq!(authority.mail_bounced(&report(&name, "failed")).await.unwrap(), Bounced::Marked);
    assert_eq!(authority.mail_bounced(&report(&name, "failed")).await.unwrap(), Bounced::Before);
    let mails = office.mails().await;
    let bounced = Office::only(&mails);
    assert_eq!(bounced.state, MailStanding::Bounced);
    assert_eq!(bounced.problem.as_ref().unwrap().what, "5.1.1: 550 5.1.1 no such person");
    let happened = office.world.happenings_of(&invited.enrollment).await;
    assert!(matches!(
        happened.as_slice(),
        [Happening::Invited { .. }, Happening::Mailed { .. }, Happening::Unmailed { .. }]
    ));
    // The person gets another link, at another address perhaps.
    authority.resend(&office.world.caller, &invited.enrollment).await.unwrap();
    office.round().await;
    assert_eq!(office.server.got().len(), 2);
}

#[tokio::test]
async fn a_report_about_a_mail_that_is_not_there_changes_nothing() {
    let office = Office::open(|_| {}).await;
    office.mail("Hanako", "hanako@example.jp").await;
    for name in ["000000000000.default", "000000000000.nobody"] {
        let done = office.world.authority.mail_bounced(&report(name, "failed")).await.unwrap();
        assert_eq!(done, Bounced::Unknown);
    }
    assert_eq!(office.standings().await, [MailStanding::Waiting]);
}
