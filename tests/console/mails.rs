//! Mail on the console: what became of it, in words, and sending it again by whoever may not see a secret.

use jiff::SignedDuration;
use tegata::directory::{Actor, Role};
use tegata::enrollment::{
    BulkAct, Caller, Carrier, EnrollmentId, Invite, MailQuery, MailStanding, MailSummary, SubscriberInvite,
};
use tegata::mail::{MailName, Report};

use crate::browser::Browser;
use crate::lists::run_jobs;
use crate::world::{FACILITY, World};

const MAIL: &str = "/o/midori/mail";

fn caller(world: &World) -> Caller {
    Caller::new(world.midori.clone(), Actor::CommandLine)
}

async fn mailed(world: &World, name: &str, email: Option<&str>) -> EnrollmentId {
    let invite = Invite {
        subscriber: SubscriberInvite {
            id: None,
            name: name.to_owned(),
            kana: None,
            email: email.map(str::to_owned),
        },
        facility: Some(FACILITY.parse().unwrap()),
        offer: "minimal".to_owned(),
        platforms: Vec::new(),
        note: None,
        carrier: if email.is_some() { Carrier::Mail } else { Carrier::Message },
    };
    world.authority.invite(&caller(world), invite).await.unwrap().enrollment
}

async fn mails(world: &World) -> Vec<MailSummary> {
    let query = MailQuery { limit: 100, ..MailQuery::default() };
    world.authority.mails(&caller(world), query).await.unwrap().mails
}

/// The mail server reports that a mail came back.
async fn bounces(world: &World, id: &EnrollmentId) {
    let mail = world.authority.mails_of(&caller(world), id).await.unwrap().remove(0);
    let report = Report {
        mail: MailName { organization: world.midori.clone(), mail: mail.mail },
        failed: true,
        action: "failed".to_owned(),
        status: Some("5.1.1".to_owned()),
        diagnostic: Some("550 5.1.1 <script>: no such user".to_owned()),
    };
    world.authority.mail_bounced(&report).await.unwrap();
}

async fn need(browser: &mut Browser) -> String {
    let home = browser.get("/o/midori").await;
    home.text_of("#needs [data-need=mail] b").unwrap_or_else(|| panic!("{}", home.text))
}

#[tokio::test]
async fn a_mail_that_came_back_is_told_in_words_and_the_help_desk_sends_another_without_seeing_a_secret() {
    let world = World::mailing().await;
    let enrollment = mailed(&world, "田中 花子", Some("hanako@example.jp")).await;
    let account = world.member(&world.midori, Role::HelpDesk).await;
    let mut browser = world.signed_in(&account).await;
    assert_eq!(need(&mut browser).await, "0");
    bounces(&world, &enrollment).await;
    assert_eq!(need(&mut browser).await, "1");
    let list = browser.get(&format!("{MAIL}?state=need")).await;
    let row = list.text_of("tr[data-mail=bounced]").unwrap_or_else(|| panic!("{}", list.text));
    assert!(row.contains("田中 花子") && row.contains("hanako@example.jp"), "{row}");
    assert!(row.contains("no such user") && !list.text.contains("<script>"), "{}", list.text);
    assert!(list.text_of("tr[data-mail=bounced] .why").is_some());
    // What it carried is forgotten: there is nothing to try again, but another one to send.
    assert!(list.find("tr[data-mail=bounced] form", "action").is_none());
    let resend = list.find("tr[data-mail=bounced] a.button", "href").unwrap();
    world.clock.advance(SignedDuration::from_mins(1));
    let page = browser.get(&resend).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "act"), "{}", page.text);
    assert!(page.text_of("#effects").unwrap().contains("hanako@example.jp"), "{}", page.text);
    let sent = browser.submit(&page, "form#act", &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    // A double click sends one mail.
    assert_eq!(browser.submit(&page, "form#act", &[]).await.status, 303);
    let standings: Vec<_> = mails(&world).await.into_iter().map(|mail| mail.state).collect();
    assert_eq!(standings, [MailStanding::Waiting, MailStanding::Bounced]);
    assert_eq!(need(&mut browser).await, "0", "the person was given another link");
    // The help desk has no way to a secret.
    let shown = browser.get(&format!("/o/midori/enrollments/{enrollment}")).await;
    assert_eq!(shown.text.matches("<tr data-mail=").count(), 2, "{}", shown.text);
    assert!(shown.find("#acts a[href$='/resend']", "href").is_some());
    assert!(shown.find("#acts a[href$='/renew']", "href").is_none());
    assert_eq!(browser.get(&format!("/o/midori/enrollments/{enrollment}/renew")).await.code(), "T-503");
}

#[tokio::test]
async fn a_mail_that_waits_is_tried_again_by_those_who_may() {
    let world = World::mailing().await;
    mailed(&world, "田中 花子", Some("hanako@example.jp")).await;
    let account = world.member(&world.midori, Role::FacilityManager).await;
    let mut browser = world.signed_in(&account).await;
    let list = browser.get(MAIL).await;
    let retry = list.find("tr[data-mail=waiting] form", "action").unwrap();
    for _ in 0..2 {
        let done = browser.submit(&list, "tr[data-mail=waiting] form", &[]).await;
        assert_eq!(done.goes_to(), MAIL);
    }
    assert!(browser.get(MAIL).await.find("#said.good", "id").is_some());
    assert_eq!(mails(&world).await.len(), 1);
    // An auditor reads, and changes nothing.
    let auditor = world.member(&world.midori, Role::Auditor).await;
    let mut browser = world.signed_in(&auditor).await;
    let list = browser.get(MAIL).await;
    assert!(list.text.contains("hanako@example.jp") && list.find("tr form", "action").is_none());
    assert_eq!(browser.post(&retry, &[]).await.code(), "T-503");
    // Another organization's mail is not there, whatever the address says.
    let stranger = world.member(&world.aoba, Role::Operator).await;
    let mut browser = world.signed_in(&stranger).await;
    let elsewhere = retry.replace("/o/midori/", "/o/aoba/");
    let page = browser.post(&elsewhere, &[]).await;
    assert_eq!(browser.submit(&page, "form#resume", &[]).await.status, 404);
    assert!(!browser.get("/o/aoba/mail").await.text.contains("hanako"));
}

#[tokio::test]
async fn where_no_mail_is_sent_the_page_says_how_it_would_be_and_resending_says_why_not() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let page = browser.get(MAIL).await;
    assert!(page.text_of("#no-mail").is_some() && page.text.contains("[mail]"), "{}", page.text);
    let home = browser.get("/o/midori").await;
    assert!(home.find("#needs [data-need=mail]", "href").is_none());
    let enrollment = mailed(&world, "田中 花子", None).await;
    let act = browser.get(&format!("/o/midori/enrollments/{enrollment}/resend")).await;
    assert_eq!(act.find("#hint", "data-hint").as_deref(), Some("hint-no-mail"), "{}", act.text);
    // A cursor that nobody gave is the first page.
    assert_eq!(browser.get(&format!("{MAIL}?after=%00%27&state=x")).await.status, 200);
}

/// As after a crash between the mail and the note of it: who has got a new link since the job began is not mailed once more.
#[tokio::test]
async fn a_row_that_was_mailed_since_the_job_began_is_not_mailed_again() {
    let world = World::mailing().await;
    let enrollment = mailed(&world, "田中 花子", Some("hanako@example.jp")).await;
    world.clock.advance(SignedDuration::from_mins(1));
    let draft = world
        .authority
        .draft_act(&caller(&world), BulkAct::Resend, std::slice::from_ref(&enrollment))
        .await
        .unwrap();
    world.authority.begin_job(&caller(&world), &draft.id).await.unwrap();
    world.authority.resend(&caller(&world), &enrollment).await.unwrap();
    run_jobs(&world).await;
    let job = world.authority.job(&caller(&world), &draft.id).await.unwrap();
    assert_eq!((job.succeeded, job.known, job.refused), (0, 1, 0));
    assert_eq!(world.authority.mails_of(&caller(&world), &enrollment).await.unwrap().len(), 2);
}

#[tokio::test]
async fn many_are_mailed_again_and_who_has_no_address_is_told() {
    let world = World::mailing().await;
    let with = mailed(&world, "田中 花子", Some("hanako@example.jp")).await;
    let without = mailed(&world, "鈴木 一郎", None).await;
    world.clock.advance(SignedDuration::from_mins(1));
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let list = browser.get("/o/midori/enrollments").await;
    let (action, fields) = list.form("form#selection");
    let nonce = &fields.iter().find(|(name, _)| name == "form").unwrap().1;
    let fields = [("form", nonce.as_str()), ("filter", ""), ("all", "yes"), ("act", "resend")];
    let chosen = browser.post(&action, &fields).await;
    let page = browser.get(chosen.goes_to()).await;
    assert_eq!(page.text_of("#would").as_deref(), Some("1"), "{}", page.text);
    assert!(page.find("#rows [data-hint=hint-no-address]", "data-hint").is_some());
    let begun = browser.submit(&page, "form#begin", &[]).await;
    run_jobs(&world).await;
    let done = browser.get(begun.goes_to()).await;
    let told = |id: &str| done.text_of(id).unwrap();
    assert_eq!((told("#succeeded"), told("#refused")), ("1".to_owned(), "1".to_owned()), "{}", done.text);
    let of = async |id| world.authority.mails_of(&caller(&world), id).await.unwrap().len();
    assert_eq!((of(&with).await, of(&without).await), (2, 0));
}
