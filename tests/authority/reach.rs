//! A facility manager's reach: nothing of other facilities is seen or changed, whatever is asked.

use std::collections::BTreeSet;

use tegata::directory::{Facilities, FacilityCode, SubscriberId};
use tegata::enrollment::{
    Caller, Carrier, Duplicates, EnrollmentId, Invite, IssueOptions, ListQuery, NewFacilities, OperatorError,
    ReissueReason, SubscriberInvite, Verdict,
};
use tegata::ledger::RevocationReason;
use tegata::roster::{Handover, people};

use crate::world::{World, invite};

fn code(text: &str) -> FacilityCode {
    text.parse().unwrap()
}

fn person(id: &str, name: &str, facility: Option<&str>) -> Invite {
    let id: SubscriberId = id.parse().unwrap();
    let subscriber = SubscriberInvite { id: Some(id), name: name.into(), kana: None, email: None };
    Invite { subscriber, facility: facility.map(code), ..invite(name) }
}

fn manager(world: &World, facilities: &[&str]) -> Caller {
    let own: BTreeSet<_> = facilities.iter().map(|text| code(text)).collect();
    Caller { reach: Facilities::Only(own), ..world.caller.clone() }
}

/// Ours, theirs, and nobody's, in this order.
async fn three(world: &World) -> [EnrollmentId; 3] {
    let issue = async |id, facility| {
        world.authority.invite(&world.caller, person(id, id, facility)).await.unwrap().enrollment
    };
    [issue("ours", Some("A1")).await, issue("theirs", Some("B1")).await, issue("nobodys", None).await]
}

#[tokio::test]
async fn a_manager_finds_only_what_belongs_to_their_facilities() {
    let world = World::new().await;
    let [ours, theirs, nobodys] = three(&world).await;
    let manager = manager(&world, &["A1"]);
    let authority = &world.authority;
    assert!(authority.show(&manager, &ours).await.is_ok());
    for id in [&theirs, &nobodys, &world.invitation.enrollment] {
        let (_, before) = world.stored_as(id).await;
        let missing = |result: Option<OperatorError>| {
            assert!(matches!(result, Some(OperatorError::NoSuchEnrollment(_))), "{result:?}");
        };
        missing(authority.show(&manager, id).await.err());
        missing(authority.revoke(&manager, id, RevocationReason::KeyCompromise).await.err());
        missing(authority.cancel(&manager, id).await.err());
        missing(authority.unlock(&manager, id).await.err());
        missing(authority.redraw(&manager, id, Carrier::Message).await.err());
        for why in ReissueReason::ALL {
            missing(authority.reissue(&manager, id, why).await.err());
        }
        assert_eq!(world.stored_as(id).await.1, before);
    }
}

#[tokio::test]
async fn a_managers_list_leaves_out_what_belongs_to_others() {
    let world = World::new().await;
    let [ours, ..] = three(&world).await;
    let listed = async |caller: &Caller, facility: Option<&str>| {
        let query = ListQuery { facility: facility.map(code), limit: 100, ..ListQuery::default() };
        let found = world.authority.list(caller, query).await.unwrap().enrollments;
        found.into_iter().map(|it| it.enrollment).collect::<Vec<_>>()
    };
    assert_eq!(listed(&world.caller, None).await.len(), 4);
    assert_eq!(listed(&manager(&world, &["A1"]), None).await, std::slice::from_ref(&ours));
    assert_eq!(listed(&manager(&world, &["A1", "C1"]), Some("A1")).await, [ours]);
    assert!(listed(&manager(&world, &["A1"]), Some("B1")).await.is_empty());
    assert!(listed(&manager(&world, &[]), None).await.is_empty());
}

#[tokio::test]
async fn a_manager_invites_nobody_elsewhere_and_takes_nobody_over() {
    let world = World::new().await;
    three(&world).await;
    let manager = manager(&world, &["A1"]);
    let refused = async |invite: Invite| {
        let refused = world.authority.invite(&manager, invite).await.err();
        assert!(matches!(refused, Some(OperatorError::BeyondReach(_))), "{refused:?}");
    };
    // Elsewhere, nowhere, and a person of another facility by whatever facility is named.
    refused(person("new", "New", Some("B1"))).await;
    refused(person("new", "New", None)).await;
    refused(person("theirs", "Mine now", Some("A1"))).await;
    refused(person("theirs", "Mine now", None)).await;
    refused(person("nobodys", "Mine now", Some("A1"))).await;
    let theirs = "theirs".parse().unwrap();
    let kept = world.authority.directory().find_subscriber(&world.caller.organization, &theirs).await;
    let kept = kept.unwrap().unwrap();
    assert_eq!((kept.name.as_str(), kept.facility), ("theirs", Some(code("B1"))));
    world.authority.invite(&manager, person("new", "New", Some("A1"))).await.unwrap();
    // A known person of their own needs no facility named.
    world.authority.invite(&manager, person("ours", "ours", None)).await.unwrap();
}

#[tokio::test]
async fn who_has_moved_away_is_reissued_by_those_they_moved_to() {
    let world = World::new().await;
    let [ours, ..] = three(&world).await;
    world.authority.invite(&world.caller, person("ours", "ours", Some("B1"))).await.unwrap();
    let why = ReissueReason::NewDevice;
    let refused = world.authority.reissue(&manager(&world, &["A1"]), &ours, why).await.err();
    assert!(matches!(refused, Some(OperatorError::BeyondReach(_))), "{refused:?}");
    let both = manager(&world, &["A1", "B1"]);
    let successor = world.authority.reissue(&both, &ours, why).await.unwrap();
    assert_eq!(world.stored_as(&successor.enrollment).await.0.facility, Some(code("B1")));
}

#[tokio::test]
async fn who_has_moved_away_gets_no_new_credentials_from_those_they_moved_from() {
    let world = World::new().await;
    let [ours, ..] = three(&world).await;
    world.authority.invite(&world.caller, person("ours", "ours", Some("B1"))).await.unwrap();
    let (_, before) = world.stored_as(&ours).await;
    let refused = world.authority.redraw(&manager(&world, &["A1"]), &ours, Carrier::Screen).await.err();
    assert!(matches!(refused, Some(OperatorError::BeyondReach(_))), "{refused:?}");
    assert_eq!(world.stored_as(&ours).await.1, before);
    world.authority.redraw(&manager(&world, &["A1", "B1"]), &ours, Carrier::Screen).await.unwrap();
}

#[tokio::test]
async fn a_managers_list_is_told_the_same_of_what_lies_beyond_whether_it_is_there_or_not() {
    let world = World::new().await;
    three(&world).await;
    let options = IssueOptions {
        offer: "test".into(),
        handover: Handover::None,
        new_facilities: NewFacilities::Refuse,
        duplicates: Duplicates::Refuse,
    };
    // A facility that is there and one that is not; a person who is there, with a living enrollment, by their own facility.
    let list = "subscriber_id,name,facility\na,A,B1\nb,B,NONE\ntheirs,theirs,B1\nnobodys,nobodys,\n";
    let rows = people(list.as_bytes()).unwrap().rows;
    let manager = manager(&world, &["A1"]);
    let verdicts = world.authority.check_rows(&manager, &options, &rows, &mut |_| {}).await.unwrap();
    let [first, others @ ..] = verdicts.as_slice() else { panic!("{verdicts:?}") };
    assert!(matches!(&first.verdict, Verdict::Refused(it) if it.code == "beyond-reach"), "{first:?}");
    assert_eq!(others.len(), 3);
    for other in others {
        assert_eq!(other.verdict, first.verdict);
    }
}
