//! Invitations by mail.

use jiff::SignedDuration;
use tegata::directory::SecretByMail;
use tegata::enrollment::{Carrier, ClaimRequest, Credential, MailStanding, Refusal, ReissueReason, Secret};
use tegata::enrollment::{MailKind, OperatorError};

use crate::office::{Office, by_mail, code_in, read};
use crate::world::android;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn request(text: &str, secret: Secret) -> ClaimRequest {
    ClaimRequest {
        by: Credential::Code(code_in(text)),
        secret,
        device: android(),
        chosen_password: None,
        language: "ja".to_owned(),
    }
}

#[tokio::test]
async fn the_link_in_a_mail_and_the_secret_from_elsewhere_open_the_invitation() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("山田 花子", "hanako@example.jp").await;
    assert_eq!(office.standings().await, [MailStanding::Waiting]);
    assert_eq!(office.round().await, 1);
    let got = office.server.got();
    assert_eq!(got.len(), 1);
    assert!(got[0].recipient.contains("<hanako@example.jp>"), "{}", got[0].recipient);
    let id = &invited.mails[0];
    assert_eq!(got[0].sender, format!("MAIL FROM:<bounce@example.jp> ENVID={id}.default"));
    let mail = read(&got[0]);
    assert_eq!(mail.message_id, format!("{id}.default@example.jp"));
    assert_eq!(mail.subject, "【Example】証明書の受け取りのご案内");
    for text in [&mail.text, &mail.html] {
        assert!(text.contains("山田 花子 様"), "{text}");
        assert!(text.contains(invited.number.grouped().as_str()), "{text}");
        assert!(!text.contains(invited.secret.expose()) && !text.contains(invited.secret.grouped().as_str()));
    }
    let mails = office.mails().await;
    let sent = Office::only(&mails);
    assert_eq!(sent.state, MailStanding::Sent);
    assert_eq!(sent.reply.as_deref(), Some("250 2.0.0 queued as 4711"));
    assert_eq!(sent.attempts, 1);
    office.world.authority.claim(request(&mail.text, invited.secret.clone())).await.unwrap();
    assert_eq!(office.round().await, 0, "nothing is sent twice");
}

#[tokio::test]
async fn a_secret_that_travels_apart_comes_later_in_a_mail_without_the_link() {
    let office = Office::open(|home| {
        home.mail_secret(SecretByMail::Apart);
        home.mail.secret_delay = 10;
    })
    .await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    assert!(invited.secret_mailed);
    assert_eq!(office.round().await, 1);
    office.advance(MINUTE * 9);
    assert_eq!(office.round().await, 0);
    office.advance(MINUTE);
    assert_eq!(office.round().await, 1);
    let got = office.server.got();
    let [link, secret] = [read(&got[0]), read(&got[1])];
    let grouped = invited.secret.grouped();
    assert!(!link.text.contains(grouped.as_str()) && !link.html.contains(grouped.as_str()));
    assert!(link.text.contains("このあと別のメールでお送りする確認コード"), "{}", link.text);
    for text in [&secret.text, &secret.html] {
        assert!(text.contains(grouped.as_str()) && !text.contains("/c/"), "{text}");
        assert!(!text.contains(invited.number.grouped().as_str()), "{text}");
    }
    office.world.authority.claim(request(&link.text, invited.secret.clone())).await.unwrap();
}

#[tokio::test]
async fn only_an_organization_that_says_so_mails_link_and_secret_together() {
    let office = Office::open(|home| home.mail_secret(SecretByMail::Together)).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    assert_eq!(office.round().await, 1);
    let mail = read(&office.server.got()[0]);
    assert!(mail.text.contains(invited.secret.grouped().as_str()));
    office.world.authority.claim(request(&mail.text, invited.secret.clone())).await.unwrap();
}

#[tokio::test]
async fn the_link_lives_48_hours_and_number_and_secret_longer() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    office.round().await;
    office.advance(SignedDuration::from_hours(48));
    let mail = read(&office.server.got()[0]);
    let late = office.world.authority.claim(request(&mail.text, invited.secret.clone())).await;
    assert!(matches!(late, Err(Refusal::LinkExpired { .. })), "{late:?}");
    let by = Credential::Number { number: invited.number.clone(), form: [1; 16] };
    let by_number = ClaimRequest { by, ..request(&mail.text, invited.secret.clone()) };
    office.world.authority.claim(by_number).await.unwrap();
}

#[tokio::test]
async fn a_mail_whose_link_is_worth_nothing_any_more_is_not_sent() {
    let office = Office::open(|_| {}).await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let redrawn = office.mail("Redrawn", "a@example.jp").await;
    authority.redraw(caller, &redrawn.enrollment, Carrier::Message).await.unwrap();
    let cancelled = office.mail("Cancelled", "b@example.jp").await;
    authority.cancel(caller, &cancelled.enrollment).await.unwrap();
    let claimed = office.mail("Claimed", "c@example.jp").await;
    authority.claim(crate::world::World::request(&claimed, None)).await.unwrap();
    let replaced = office.mail("Replaced", "d@example.jp").await;
    authority.reissue(caller, &replaced.enrollment, ReissueReason::LostDownload).await.unwrap();
    office.round().await;
    for id in [redrawn, cancelled, claimed, replaced].map(|issued| issued.enrollment) {
        let mails = office.mails_of(&id).await;
        let invitation = mails.iter().find(|mail| mail.kind == MailKind::Invitation).unwrap();
        assert_eq!(invitation.state, MailStanding::Obsolete, "{invitation:?}");
        assert!(invitation.problem.is_some());
    }
    let got = office.server.got();
    assert!(got.iter().all(|got| !String::from_utf8_lossy(&got.bytes).contains("/c/")));
}

#[tokio::test]
async fn an_invitation_is_sent_again_with_a_new_link_and_the_secret_that_the_person_has() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    office.round().await;
    office.advance(MINUTE);
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    authority.resend(caller, &invited.enrollment).await.unwrap();
    office.round().await;
    let got = office.server.got();
    let [first, second] = [read(&got[0]), read(&got[1])];
    assert_ne!(first.message_id, second.message_id);
    let old = authority.claim(request(&first.text, invited.secret.clone())).await;
    assert!(old.is_err(), "the old link still works");
    authority.claim(request(&second.text, invited.secret.clone())).await.unwrap();
    let again = authority.resend(caller, &invited.enrollment).await;
    assert!(matches!(again, Err(OperatorError::NotNow { .. })), "{again:?}");
}

#[tokio::test]
async fn where_secrets_are_mailed_a_resent_invitation_has_a_new_one() {
    let office = Office::open(|home| home.mail_secret(SecretByMail::Together)).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    office.round().await;
    office.world.authority.resend(&office.world.caller, &invited.enrollment).await.unwrap();
    office.round().await;
    let second = read(&office.server.got()[1]);
    assert!(!second.text.contains(invited.secret.grouped().as_str()));
    let old = office.world.authority.claim(request(&second.text, invited.secret.clone())).await;
    assert!(matches!(old, Err(Refusal::WrongSecret { .. })), "{old:?}");
}

#[tokio::test]
async fn what_cannot_be_mailed_is_refused_and_nothing_is_issued() {
    let office = Office::open(|_| {}).await;
    let (authority, caller) = (&office.world.authority, &office.world.caller);
    let before = authority.list(caller, tegata::enrollment::ListQuery { limit: 100, ..Default::default() });
    let before = before.await.unwrap().enrollments.len();
    let mut nowhere = by_mail("Hanako", "x");
    nowhere.subscriber.email = None;
    for invite in [nowhere, by_mail("Hanako", "no address"), by_mail("Hanako", "a@b.jp, c@d.jp")] {
        let refused = authority.invite(caller, invite).await.map(|_| ());
        assert!(
            matches!(refused, Err(OperatorError::Unfit { what: "the e-mail address", .. })),
            "{refused:?}"
        );
    }
    let without = crate::world::World::new().await;
    let refused =
        without.authority.invite(&without.caller, by_mail("Hanako", "h@example.jp")).await.map(|_| ());
    assert!(matches!(refused, Err(OperatorError::Unfit { what: "the mail", .. })), "{refused:?}");
    let after = authority.list(caller, tegata::enrollment::ListQuery { limit: 100, ..Default::default() });
    assert_eq!(after.await.unwrap().enrollments.len(), before);
    assert!(office.mails().await.is_empty());
}
