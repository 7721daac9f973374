//! Organizations, facilities and people: changed by several at once, closed, found, and retired while somebody claims.

use std::collections::BTreeSet;
use std::sync::Arc;

use tegata::directory::{
    About, Access, Actor, Contact, Deed, DirectoryError, Doer, Facilities, FacilityCode, FacilityForm,
    OrganizationForm, OrganizationId, PeopleQuery, Policy, Subscriber, SubscriberForm, SubscriberId,
};
use tegata::enrollment::{
    Caller, Invite, OperatorError, Refusal, ReissueReason, Standing, SubscriberInvite, audit,
};
use tegata::ledger::{CertificateStatus, RevocationReason};
use tegata::store::Version;

use crate::world::{World, invite};

/// Why what somebody has is revoked who leaves.
const LEFT: RevocationReason = RevocationReason::PrivilegeWithdrawn;

fn doer() -> Doer {
    Doer::new(Actor::CommandLine)
}

fn code(text: &str) -> FacilityCode {
    text.parse().unwrap()
}

fn form(name: &str) -> FacilityForm {
    FacilityForm { name: name.to_owned(), ..FacilityForm::default() }
}

fn person(id: &str, name: &str, kana: Option<&str>) -> Invite {
    let id: SubscriberId = id.parse().unwrap();
    let kana = kana.map(ToOwned::to_owned);
    let subscriber = SubscriberInvite { id: Some(id), name: name.into(), kana, email: None };
    Invite { subscriber, ..invite(name) }
}

async fn clean(world: &World) {
    let found = audit(world.inner.as_ref(), world.now(), &mut |_, _| {}).await.unwrap();
    assert!(found.is_clean(), "{:#?}", found.findings);
}

async fn policy(world: &World, change: impl FnOnce(&mut Policy)) {
    let (access, own) = (world.authority.access(), &world.caller.organization);
    let (organization, seen) = access.organization(own).await.unwrap().unwrap();
    let mut policy = organization.policy.clone();
    change(&mut policy);
    let form = OrganizationForm {
        name: organization.name,
        contact: organization.contact,
        first_question: organization.first_question,
        policy,
    };
    access.edit_organization(own, seen, &form, &doer()).await.unwrap();
}

#[tokio::test]
async fn of_two_who_edit_the_same_facility_one_is_told_what_the_other_did() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    access.create_facility(own, &code("G13B"), &form("Green"), &doer()).await.unwrap();
    let again = access.create_facility(own, &code("G13B"), &form("Blue"), &doer()).await;
    assert!(matches!(again, Err(DirectoryError::Exists(_))), "{again:?}");
    let (_, seen) = access.facility(own, &code("G13B")).await.unwrap().unwrap();
    let contact = Contact { phone: Some("03-1234-5678".to_owned()), ..Contact::default() };
    let phoned = FacilityForm { contact, ..form("Green") };
    access.edit_facility(own, &code("G13B"), seen, &phoned, &doer()).await.unwrap();
    let late = access.edit_facility(own, &code("G13B"), seen, &form("Blue"), &doer()).await;
    let Err(DirectoryError::Changed(changed)) = late else { panic!("{late:?}") };
    let [news] = &changed.news[..] else { panic!("{changed:?}") };
    let Deed::Changed { changes } = &news.deed else { panic!("{news:?}") };
    assert_eq!(changes[0].field, "contact.phone");
    // Whoever looked again succeeds, and what changes nothing is no event.
    let now = changed.now;
    access.edit_facility(own, &code("G13B"), now, &phoned, &doer()).await.unwrap();
    access.close_facility(own, &code("G13B"), now, &doer()).await.unwrap();
    let about = About::Facility(code("G13B"));
    let history = access.history_of(own, &about).await.unwrap();
    let names: Vec<_> = history.iter().map(|event| event.deed.name()).collect();
    assert_eq!(names, ["created", "changed", "ended"]);
    clean(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_20_who_edit_at_once_one_succeeds() {
    let world = Arc::new(World::new().await);
    let (access, own) = (world.authority.access().clone(), world.caller.organization.clone());
    access.create_facility(&own, &code("G13B"), &form("Green"), &doer()).await.unwrap();
    let (_, seen) = access.facility(&own, &code("G13B")).await.unwrap().unwrap();
    let mut editing = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (access, own) = (access.clone(), own.clone());
        editing.spawn(async move {
            access.edit_facility(&own, &code("G13B"), seen, &form(&format!("Name {number}")), &doer()).await
        });
    }
    let mut done = 0;
    while let Some(outcome) = editing.join_next().await {
        match outcome.unwrap() {
            Ok(_) => done += 1,
            Err(DirectoryError::Changed(changed)) => assert_eq!(changed.news.len(), 1),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
}

#[tokio::test]
async fn every_field_that_does_not_do_is_named() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    let contact = Contact { email: Some("nobody".into()), hours: Some("a\nb".into()), ..Contact::default() };
    let wrong = FacilityForm { name: " ".into(), contact, offers: Some(BTreeSet::new()) };
    let refused = access.create_facility(own, &code("G13B"), &wrong, &doer()).await;
    let Err(DirectoryError::Unfit(unfit)) = refused else { panic!("{refused:?}") };
    let fields: Vec<_> = unfit.iter().map(|it| it.field).collect();
    assert_eq!(fields, ["name", "contact-email", "contact-hours", "offers"]);
    assert!(access.facility(own, &code("G13B")).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_is_invited_for_a_closed_facility() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    access.create_facility(own, &code("G13B"), &form("Green"), &doer()).await.unwrap();
    let (_, seen) = access.facility(own, &code("G13B")).await.unwrap().unwrap();
    access.close_facility(own, &code("G13B"), seen, &doer()).await.unwrap();
    let for_it = Invite { facility: Some(code("G13B")), ..person("1", "Hana", None) };
    let refused = world.authority.invite(&world.caller, for_it.clone()).await.err();
    assert!(matches!(refused, Some(OperatorError::Unfit { what: "the facility", .. })), "{refused:?}");
    let (_, seen) = access.facility(own, &code("G13B")).await.unwrap().unwrap();
    access.reopen_facility(own, &code("G13B"), seen, &doer()).await.unwrap();
    world.authority.invite(&world.caller, for_it).await.unwrap();
    clean(&world).await;
}

#[tokio::test]
async fn in_a_closed_organization_nothing_is_issued_or_claimed() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    let installed = world.authority.invite(&world.caller, person("1", "Hana", None)).await.unwrap();
    let held = world.install(&installed).await;
    access.close_organization(own, &doer()).await.unwrap();
    let at = world.now();
    assert_eq!(
        world.authority.open(&world.invitation.code).await.unwrap_err(),
        Refusal::OrganizationClosed { at }
    );
    assert_eq!(world.claim(None, true).await.unwrap_err(), Refusal::OrganizationClosed { at });
    let refused = world.authority.invite(&world.caller, person("2", "Ken", None)).await.err();
    assert!(matches!(refused, Some(OperatorError::Unfit { .. })), "{refused:?}");
    for why in [ReissueReason::NewDevice, ReissueReason::Lost] {
        let refused = world.authority.reissue(&world.caller, &installed.enrollment, why).await.err();
        assert!(matches!(refused, Some(OperatorError::Unfit { .. })), "{refused:?}");
    }
    // What is installed stays valid.
    assert!(matches!(world.status(held.serial).await, Some(CertificateStatus::Valid { .. })));
    access.reopen_organization(own, &doer()).await.unwrap();
    world.claim(None, true).await.unwrap();
    clean(&world).await;
}

#[tokio::test]
async fn an_organizations_own_windows_attempts_and_offers_hold() {
    let world = World::new().await;
    policy(&world, |policy| {
        (policy.link_hours, policy.invitation_days, policy.attempts) = (Some(3), Some(2), Some(2));
    })
    .await;
    let issued = world.authority.invite(&world.caller, person("1", "Hana", None)).await.unwrap();
    let hours = |until: jiff::Timestamp| until.duration_since(world.now()).as_hours();
    assert_eq!((hours(issued.link_expires_at), hours(issued.expires_at)), (3, 48));
    assert_eq!(world.claim(None, false).await.unwrap_err(), Refusal::WrongSecret { attempts_left: 1 });
    assert!(matches!(world.claim(None, false).await.unwrap_err(), Refusal::Locked { .. }));
    policy(&world, |policy| policy.offers = Some(BTreeSet::from(["other".to_owned()]))).await;
    let refused = world.authority.invite(&world.caller, person("2", "Ken", None)).await.err();
    assert!(matches!(refused, Some(OperatorError::Unfit { what: "the offer", .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_20_invitations_at_once_a_person_gets_as_many_as_the_cap_says() {
    let world = Arc::new(World::new().await);
    policy(&world, |policy| policy.certificates_per_person = Some(3)).await;
    world.authority.invite(&world.caller, person("1", "Hana", None)).await.unwrap();
    let mut inviting = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let world = Arc::clone(&world);
        inviting.spawn(async move {
            world.authority.invite(&world.caller, person("1", "Hana", None)).await.map(drop)
        });
    }
    let mut issued = 1;
    while let Some(outcome) = inviting.join_next().await {
        match outcome.unwrap() {
            Ok(()) => issued += 1,
            Err(refused) => assert!(matches!(refused, OperatorError::Unfit { .. }), "{refused:?}"),
        }
    }
    assert_eq!(issued, 3);
}

async fn found(access: &Access, own: &OrganizationId, reach: &Facilities, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let query =
            PeopleQuery { text: text.to_owned(), facility: None, after, limit: 2, ..PeopleQuery::default() };
        let page = access.find_people(own, reach, &query).await.unwrap();
        found.extend(page.found.into_iter().map(|(it, _): (Subscriber, Version)| it.id.to_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn people_are_found_by_identifier_name_and_reading_each_once() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    for (id, name, kana, facility) in [
        ("100", "山田 太郎", Some("ヤマダ タロウ"), "A1"),
        ("101", "山本 花子", Some("やまもと はなこ"), "A1"),
        ("102", "Yamada Ken", None, "B1"),
        ("yamada", "やまだ", Some("やまだ"), "B1"),
        ("200", "佐藤 一", Some("ｻﾄｳ ﾊｼﾞﾒ"), "B1"),
    ] {
        let invite = Invite { facility: Some(code(facility)), ..person(id, name, kana) };
        world.authority.invite(&world.caller, invite).await.unwrap();
    }
    let all = Facilities::All;
    assert_eq!(found(access, own, &all, "10").await, ["100", "101", "102"]);
    assert_eq!(found(access, own, &all, "山").await.len(), 3, "the world's own 山田 太郎 as well");
    assert_eq!(found(access, own, &all, "山田太郎").await.len(), 2);
    assert_eq!(found(access, own, &all, "ﾔﾏﾓﾄ").await, ["101"]);
    assert_eq!(found(access, own, &all, "サトウ").await, ["200"]);
    assert_eq!(found(access, own, &all, "YAMADA").await, ["yamada", "102"]);
    assert_eq!(found(access, own, &all, "やまだ").await, ["yamada", "100"]);
    assert!(found(access, own, &all, "田").await.is_empty(), "the beginning of a name is looked for");
    assert_eq!(found(access, own, &all, "").await.len(), 6);
    let only = |codes: &[&str]| Facilities::Only(codes.iter().map(|text| code(text)).collect());
    assert_eq!(found(access, own, &only(&["A1"]), "やま").await, ["100", "101"]);
    assert_eq!(found(access, own, &only(&["A1", "B1"]), "").await.len(), 5);
    assert!(found(access, own, &only(&[]), "").await.is_empty());
    // Who has another name and another facility is found there, and not where they were.
    let id: SubscriberId = "101".parse().unwrap();
    let (_, seen) = access.subscriber(own, &id).await.unwrap().unwrap();
    let form =
        SubscriberForm {
            name: "川本 花子".into(), facility: Some(code("B1")), ..SubscriberForm::default()
        };
    access.edit_subscriber(own, &id, seen, &form, &doer()).await.unwrap();
    assert_eq!(found(access, own, &all, "山本").await.len(), 0);
    assert_eq!(found(access, own, &all, "やまもと").await.len(), 0);
    assert_eq!(found(access, own, &only(&["A1"]), "").await, ["100"]);
    assert_eq!(found(access, own, &only(&["B1"]), "川").await, ["101"]);
    clean(&world).await;
}

#[tokio::test]
async fn facilities_are_found_by_code_and_by_any_part_of_the_name() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    for (text, name) in [("G13B", "みどり薬局"), ("G14", "みどりクリニック"), ("H1", "あおい医院")]
    {
        access.create_facility(own, &code(text), &form(name), &doer()).await.unwrap();
    }
    let found = async |text: &str, reach: &Facilities| {
        let page = access.find_facilities(own, reach, text, None, 10).await.unwrap();
        page.found.into_iter().map(|(it, _)| it.code.to_string()).collect::<Vec<_>>()
    };
    let all = Facilities::All;
    assert_eq!(found("g1", &all).await, ["G13B", "G14"]);
    assert_eq!(found("薬局", &all).await, ["G13B"]);
    assert_eq!(found("ミドリ", &all).await, ["G13B", "G14"]);
    assert_eq!(found("", &all).await.len(), 3);
    let own_only = Facilities::Only(BTreeSet::from([code("H1")]));
    assert_eq!(found("", &own_only).await, ["H1"]);
    let (_, seen) = access.facility(own, &code("G14")).await.unwrap().unwrap();
    access.edit_facility(own, &code("G14"), seen, &form("あか"), &doer()).await.unwrap();
    assert_eq!(found("みどり", &all).await, ["G13B"]);
    let first = access.find_facilities(own, &all, "", None, 2).await.unwrap();
    let rest = access.find_facilities(own, &all, "", first.next.as_deref(), 2).await.unwrap();
    assert_eq!((first.found.len(), rest.found.len(), rest.next), (2, 1, None));
}

#[tokio::test]
async fn who_retires_loses_everything_and_gets_nothing_new() {
    let world = World::new().await;
    let (authority, access) = (&world.authority, world.authority.access());
    let own = &world.caller.organization;
    let id: SubscriberId = "1".parse().unwrap();
    let installed = authority.invite(&world.caller, person("1", "Hana", None)).await.unwrap();
    let held = world.install(&installed).await;
    let open = authority.invite(&world.caller, person("1", "Hana", None)).await.unwrap();
    let planned = authority.retirement(&world.caller, &id).await.unwrap();
    assert_eq!((planned.revoked.len(), planned.cancelled.len()), (1, 1));
    assert_eq!(planned.revoked[0].enrollment, installed.enrollment);
    let done = authority.retire_subscriber(&world.caller, &id, planned.version, LEFT).await.unwrap();
    assert_eq!((done.revoked.len(), done.cancelled.len()), (1, 1));
    assert_eq!(done.subscriber.retired_at, Some(world.now()));
    assert!(matches!(world.status(held.serial).await, Some(CertificateStatus::Revoked { .. })));
    let standing = world.stored_as(&open.enrollment).await.0.standing(world.now());
    assert_eq!(standing, Standing::Cancelled);
    for refused in [
        authority.invite(&world.caller, person("1", "Hana", None)).await.err(),
        authority.reissue(&world.caller, &installed.enrollment, ReissueReason::NewDevice).await.err(),
    ] {
        assert!(matches!(refused, Some(OperatorError::Unfit { what: "the subscriber", .. })), "{refused:?}");
    }
    let about = About::Subscriber(id.clone());
    let history = access.history_of(own, &about).await.unwrap();
    assert_eq!(history.last().unwrap().deed, Deed::Retired { revoked: 1, cancelled: 1 });
    // Again ends nothing more, and is no second event.
    let again = authority.retire_subscriber(&world.caller, &id, done.version, LEFT).await.unwrap();
    assert!(again.revoked.is_empty() && again.cancelled.is_empty());
    assert_eq!(access.history_of(own, &about).await.unwrap().len(), history.len());
    access.restore_subscriber(own, &id, done.version, &doer()).await.unwrap();
    authority.invite(&world.caller, person("1", "Hana", None)).await.unwrap();
    clean(&world).await;
}

/// Invariant 1, and the end of it: whatever the person does at that moment, nothing valid is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_and_an_invitation_that_race_a_retirement_leave_nothing_valid() {
    for round in 0..20 {
        let world = Arc::new(World::new().await);
        let id = world.stored().await.0.subscriber;
        let claiming = tokio::spawn({
            let world = Arc::clone(&world);
            async move { world.claim(None, true).await }
        });
        let inviting = tokio::spawn({
            let (world, id) = (Arc::clone(&world), id.clone());
            async move {
                let invite = person(id.as_str(), "山田 太郎", None);
                world.authority.invite(&world.caller, invite).await.map(|issued| issued.enrollment)
            }
        });
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        let planned = world.authority.retirement(&world.caller, &id).await.unwrap();
        world.authority.retire_subscriber(&world.caller, &id, planned.version, LEFT).await.unwrap();
        let claimed = claiming.await.unwrap();
        let mut enrollments = vec![world.invitation.enrollment.clone()];
        enrollments.extend(inviting.await.unwrap());
        for enrollment in enrollments {
            let (kept, _) = world.stored_as(&enrollment).await;
            let standing = kept.standing(world.now());
            assert!(matches!(standing, Standing::Cancelled | Standing::Revoked), "{standing:?}");
            if let Some(claim) = kept.state.claim() {
                let status = world.status(claim.serial).await;
                assert!(!matches!(status, Some(CertificateStatus::Valid { .. })), "{status:?}");
            }
        }
        if let Ok(ticket) = claimed {
            let refused = world.fetch(&ticket, tegata::enrollment::FetchPart::Start).await;
            assert!(refused.is_err());
        }
    }
}

/// Invariant 11.
#[tokio::test]
async fn nothing_of_another_organization_is_found_or_changed() {
    let world = World::new().await;
    let (authority, access) = (&world.authority, world.authority.access());
    let other: OrganizationId = "other".parse().unwrap();
    access.create_organization(&other, "Other", &doer()).await.unwrap();
    let again = access.create_organization(&other, "Mine now", &doer()).await;
    assert!(matches!(again, Err(DirectoryError::Exists(_))), "{again:?}");
    access.create_facility(&world.caller.organization, &code("G13B"), &form("Green"), &doer()).await.unwrap();
    let id = world.stored().await.0.subscriber;
    let stranger = Caller::new(other.clone(), Actor::CommandLine);
    let all = Facilities::All;
    assert!(found(access, &other, &all, "").await.is_empty());
    assert!(access.find_facilities(&other, &all, "", None, 10).await.unwrap().found.is_empty());
    assert!(access.subscriber(&other, &id).await.unwrap().is_none());
    assert!(matches!(authority.retirement(&stranger, &id).await, Err(OperatorError::NoSuchSubscriber(_))));
    let (_, seen) = access.facility(&world.caller.organization, &code("G13B")).await.unwrap().unwrap();
    let before = world.inner.last_event(&world.partition).await.unwrap();
    let edited = access.edit_facility(&other, &code("G13B"), seen, &form("Blue"), &doer()).await;
    assert!(matches!(edited, Err(DirectoryError::Missing(_))), "{edited:?}");
    assert_eq!(world.inner.last_event(&world.partition).await.unwrap(), before);
    clean(&world).await;
}
