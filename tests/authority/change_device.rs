//! A person changes to another phone alone, with the old one in hand.

use jiff::SignedDuration;
use tegata::directory::Organization;
use tegata::enrollment::{
    Actor, ChangeRefusal, ChangeStanding, CheckOutcome, Effect, EnrollmentAct, EnrollmentId, FetchPart, Hint,
    IssuedInvitation, Once, Refusal, ReissueReason, Standing,
};
use tegata::ledger::{CertificateStatus, RevocationReason};

use crate::world::{Held, World, invite};

const LOST: RevocationReason = RevocationReason::KeyCompromise;

async fn begin(world: &World, old: &Held, form: u8) -> Result<IssuedInvitation, ChangeRefusal> {
    let from = Some("192.0.2.7".parse().unwrap());
    world.authority.begin_change(Some(&old.der), Once([form; 16]), from).await
}

async fn follow(world: &World, old: &Held, form: Option<u8>) -> ChangeStanding {
    let once = form.map(|form| Once([form; 16]));
    world.authority.follow_change(Some(&old.der), once).await.unwrap().standing
}

async fn standing(world: &World, id: &EnrollmentId) -> Standing {
    world.stored_as(id).await.0.standing(world.now())
}

/// The new phone has its file, and has proven nothing yet.
async fn take(world: &World, begun: &IssuedInvitation) -> Held {
    let ticket = world.authority.claim(World::request(begun, None)).await.unwrap();
    world.fetch(&ticket, FetchPart::Start).await.unwrap().0
}

async fn set(world: &World, change: impl FnOnce(&mut Organization)) {
    let access = world.authority.access();
    let (mut home, _) = access.organization(&world.caller.organization).await.unwrap().unwrap();
    change(&mut home);
    access.put_organization(&home, &world.caller.doer()).await.unwrap();
}

#[tokio::test]
async fn the_old_phone_shows_the_way_and_works_until_the_new_one_is_proven() {
    let world = World::new().await;
    let authority = &world.authority;
    let old = world.install(&world.invitation).await;
    let begun = begin(&world, &old, 1).await.unwrap();
    assert_eq!(begun.predecessor.as_ref(), Some(&world.invitation.enrollment));
    let hour = world.now() + SignedDuration::from_hours(1);
    assert_eq!((begun.link_expires_at, begun.expires_at), (hour, hour));
    // Sent again, or reloaded, it is the same.
    let again = begin(&world, &old, 1).await.unwrap();
    assert_eq!((&again.enrollment, &again.link), (&begun.enrollment, &begun.link));
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }));
    // The operator is told by the log, which says that it was the person, and from where; and by the list.
    let shown = authority.show(&world.caller, &world.invitation.enrollment).await.unwrap();
    let last = shown.events.last().unwrap();
    assert_eq!((last.happening.name(), &last.actor), ("reissued", &Actor::Subscriber));
    assert_eq!(last.from, Some("192.0.2.7".parse().unwrap()));
    assert!(!shown.summary.by_person);
    assert!(authority.show(&world.caller, &begun.enrollment).await.unwrap().summary.by_person);
    let new = world.install(&begun).await;
    assert!(matches!(world.check(&old).await, CheckOutcome::Superseded { .. }));
    assert_eq!(standing(&world, &world.invitation.enrollment).await, Standing::Replaced);
    let refused = begin(&world, &old, 2).await.err().unwrap();
    assert!(matches!(refused, ChangeRefusal::Unproven(CheckOutcome::Superseded { .. })));
    // From the new phone it goes on the same way.
    begin(&world, &new, 3).await.unwrap();
}

#[tokio::test]
async fn who_begins_again_renews_the_same_change() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let first = begin(&world, &old, 1).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(50));
    let second = begin(&world, &old, 2).await.unwrap();
    assert_eq!(second.enrollment, first.enrollment);
    assert_ne!(second.link, first.link);
    assert_eq!(second.expires_at, world.now() + SignedDuration::from_hours(1));
    assert!(matches!(world.authority.open(&first.code).await, Err(Refusal::Superseded { .. })));
    assert_eq!(follow(&world, &old, Some(1)).await.name(), "hidden");
    assert_eq!(follow(&world, &old, Some(2)).await.name(), "shown");
    world.install(&second).await;
}

#[tokio::test]
async fn two_forms_in_the_same_moment_begin_one_change() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    for round in 0..8u8 {
        let forms = [2 * round + 1, 2 * round + 2];
        let (one, other) = tokio::join!(begin(&world, &old, forms[0]), begin(&world, &old, forms[1]));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.enrollment, other.enrollment);
        let shown = [follow(&world, &old, Some(forms[0])).await, follow(&world, &old, Some(forms[1])).await];
        let names = shown.map(|standing| standing.name());
        assert!(names == ["shown", "hidden"] || names == ["hidden", "shown"], "{names:?}");
        world.authority.stop_change(Some(&old.der), None).await.unwrap();
        world.clock.advance(SignedDuration::from_hours(25));
    }
}

#[tokio::test]
async fn a_change_that_is_given_up_leaves_the_old_certificate_as_it_is() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let begun = begin(&world, &old, 1).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * 200));
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }));
    assert!(matches!(world.authority.open(&begun.code).await, Err(Refusal::InvitationExpired { .. })));
    assert_eq!(follow(&world, &old, Some(1)).await.name(), "late");
    // And can be begun again.
    let again = begin(&world, &old, 2).await.unwrap();
    assert!(matches!(world.authority.open(&begun.code).await, Err(Refusal::Superseded { .. })));
    world.install(&again).await;
}

#[tokio::test]
async fn it_is_begun_three_times_a_day_and_a_reload_does_not_count() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    for form in [1, 1, 2, 3, 3, 3] {
        begin(&world, &old, form).await.unwrap();
    }
    let refused = begin(&world, &old, 4).await.err().unwrap();
    assert_eq!((refused.code(), refused), ("T-310", ChangeRefusal::TooOften));
    assert_eq!(follow(&world, &old, Some(3)).await.name(), "shown", "a refused request changes nothing");
    world.clock.advance(SignedDuration::from_hours(24));
    begin(&world, &old, 4).await.unwrap();
}

#[tokio::test]
async fn nobody_without_a_living_certificate_begins_a_change() {
    let world = World::new().await;
    let authority = &world.authority;
    let old = world.install(&world.invitation).await;
    let refused = async |shown| authority.begin_change(shown, Once([1; 16]), None).await.err().unwrap();
    assert_eq!(refused(None).await, ChangeRefusal::Unproven(CheckOutcome::NoneShown));
    let begun = begin(&world, &old, 9).await.unwrap();
    let new = take(&world, &begun).await;
    assert_eq!(refused(Some(&old.der)).await, ChangeRefusal::NotNow(Hint::SuccessorClaimed));
    authority.revoke(&world.caller, &world.invitation.enrollment, LOST).await.unwrap();
    for der in [&old.der, &new.der] {
        let gone = refused(Some(der)).await;
        assert!(matches!(gone, ChangeRefusal::Unproven(CheckOutcome::Revoked { .. })), "{gone:?}");
        assert_eq!(gone.code(), "T-305");
    }
    let own = world.install(&someone(&world).await).await;
    world.clock.advance(SignedDuration::from_hours(24 * 3_000));
    assert!(matches!(refused(Some(&own.der)).await, ChangeRefusal::Unproven(CheckOutcome::Expired { .. })));
    let broken = refused(Some(&own.der[..40])).await;
    assert!(matches!(broken, ChangeRefusal::Unproven(CheckOutcome::Unknown)), "{broken:?}");
}

async fn someone(world: &World) -> IssuedInvitation {
    world.authority.invite(&world.caller, invite("鈴木 一郎")).await.unwrap()
}

/// Link, number and secret are told to the form that drew them, with the certificate that it was sent with, and to nobody else.
#[tokio::test]
async fn what_the_new_phone_needs_is_shown_to_its_form_until_it_is_used() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    assert_eq!(follow(&world, &old, Some(1)).await.name(), "idle");
    let begun = begin(&world, &old, 1).await.unwrap();
    let ChangeStanding::Open { issued: Some(issued), until } = follow(&world, &old, Some(1)).await else {
        panic!("it is not shown");
    };
    assert_eq!(issued.secret.expose(), begun.secret.expose());
    assert_eq!((&issued.link, until), (&begun.link, begun.expires_at));
    for form in [None, Some(2)] {
        assert_eq!(follow(&world, &old, form).await.name(), "hidden");
    }
    let other = world.install(&someone(&world).await).await;
    assert_eq!(follow(&world, &other, Some(1)).await.name(), "idle");
    take(&world, &begun).await;
    assert_eq!(follow(&world, &old, Some(1)).await.name(), "taken");
}

#[tokio::test]
async fn a_change_is_stopped_however_far_it_has_come() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let stop = async || world.authority.stop_change(Some(&old.der), None).await;
    stop().await.unwrap();
    let begun = begin(&world, &old, 1).await.unwrap();
    stop().await.unwrap();
    assert_eq!(standing(&world, &begun.enrollment).await, Standing::Cancelled);
    assert!(matches!(world.authority.open(&begun.code).await, Err(Refusal::Cancelled { .. })));
    assert!(matches!(follow(&world, &old, Some(1)).await, ChangeStanding::Idle { stopped_at: Some(_), .. }));
    // The form of before, sent once more, brings nothing back.
    begin(&world, &old, 1).await.unwrap();
    assert_eq!(follow(&world, &old, Some(1)).await.name(), "idle");

    let begun = begin(&world, &old, 2).await.unwrap();
    assert_eq!(follow(&world, &old, Some(2)).await.name(), "shown");
    let new = take(&world, &begun).await;
    assert_eq!(follow(&world, &old, Some(2)).await.name(), "taken");
    stop().await.unwrap();
    assert!(matches!(world.check(&new).await, CheckOutcome::Revoked { .. }));
    assert!(matches!(world.status(new.serial).await, Some(CertificateStatus::Revoked { .. })));
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }), "the old one works as before");
    let events = world.authority.show(&world.caller, &begun.enrollment).await.unwrap().events;
    let last = events.last().unwrap();
    assert_eq!((last.happening.name(), &last.actor), ("revoked", &Actor::Subscriber));
    let begun = begin(&world, &old, 3).await.unwrap();
    world.install(&begun).await;
    assert!(matches!(stop().await, Err(ChangeRefusal::Unproven(CheckOutcome::Superseded { .. }))));
}

/// Whoever holds a stolen phone may have begun a change with it: what shuts the phone out shuts that out too.
#[tokio::test]
async fn a_revoked_certificate_takes_the_change_with_it() {
    for taken in [false, true] {
        let world = World::new().await;
        let (authority, id) = (&world.authority, world.invitation.enrollment.clone());
        let old = world.install(&world.invitation).await;
        let begun = begin(&world, &old, 1).await.unwrap();
        let new = if taken { Some(take(&world, &begun).await) } else { None };
        let preview = authority.preview(&world.caller, &id, &EnrollmentAct::Revoke(LOST)).await.unwrap();
        let ends = Effect::OwnChangeEnds { enrollment: begun.enrollment.clone() };
        assert!(preview.effects.unwrap().contains(&ends), "the operator is told before");
        authority.revoke(&world.caller, &id, LOST).await.unwrap();
        if let Some(new) = &new {
            assert!(matches!(world.check(new).await, CheckOutcome::Revoked { .. }));
            assert_eq!(standing(&world, &begun.enrollment).await, Standing::Revoked);
        } else {
            assert_eq!(standing(&world, &begun.enrollment).await, Standing::Cancelled);
        }
        assert!(authority.claim(World::request(&begun, None)).await.is_err());
    }
}

#[tokio::test]
async fn a_lost_phone_is_replaced_whatever_was_begun_with_it() {
    for taken in [false, true] {
        let world = World::new().await;
        let (authority, id) = (&world.authority, world.invitation.enrollment.clone());
        let old = world.install(&world.invitation).await;
        let begun = begin(&world, &old, 1).await.unwrap();
        let new = if taken { Some(take(&world, &begun).await) } else { None };
        let next = authority.reissue(&world.caller, &id, ReissueReason::Lost).await.unwrap();
        assert!(matches!(world.check(&old).await, CheckOutcome::Revoked { .. }));
        if let Some(new) = &new {
            assert!(matches!(world.check(new).await, CheckOutcome::Revoked { .. }));
        }
        assert!(authority.claim(World::request(&begun, None)).await.is_err());
        world.install(&next).await;
    }
}

/// An invitation that an operator sent is not the person's to revoke: only its own change ends with the old certificate.
#[tokio::test]
async fn what_an_operator_issued_stays_when_the_old_certificate_is_revoked() {
    let world = World::new().await;
    let (authority, id) = (&world.authority, world.invitation.enrollment.clone());
    let old = world.install(&world.invitation).await;
    let next = authority.reissue(&world.caller, &id, ReissueReason::NewDevice).await.unwrap();
    let seen = follow(&world, &old, None).await;
    assert!(matches!(seen, ChangeStanding::Idle { invited_otherwise: true, .. }), "{seen:?}");
    authority.stop_change(Some(&old.der), None).await.unwrap();
    authority.revoke(&world.caller, &id, LOST).await.unwrap();
    world.install(&next).await;
}

#[tokio::test]
async fn an_organization_can_leave_it_to_its_operators() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let begun = begin(&world, &old, 1).await.unwrap();
    set(&world, |home| home.policy.change_alone = false).await;
    // What is under way is seen, and can be stopped.
    assert_eq!(follow(&world, &old, Some(1)).await.name(), "shown");
    let refused = begin(&world, &old, 2).await.err().unwrap();
    assert_eq!((refused.code(), refused), ("T-312", ChangeRefusal::NotOffered));
    world.authority.stop_change(Some(&old.der), None).await.unwrap();
    assert_eq!(standing(&world, &begun.enrollment).await, Standing::Cancelled);
    let refused = world.authority.follow_change(Some(&old.der), None).await.err();
    assert_eq!(refused, Some(ChangeRefusal::NotOffered));
}

#[tokio::test]
async fn nobody_changes_where_nothing_is_issued_any_more() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    set(&world, |home| home.policy.offers = Some(std::iter::once("other".to_owned()).collect())).await;
    let refused = begin(&world, &old, 1).await.err().unwrap();
    assert_eq!((refused.code(), refused), ("T-313", ChangeRefusal::NothingIssued));
    set(&world, |home| home.policy.offers = None).await;
    let (id, doer) = (&world.caller.organization, world.caller.doer());
    world.authority.access().close_organization(id, &doer).await.unwrap();
    assert_eq!(begin(&world, &old, 1).await.err(), Some(ChangeRefusal::NothingIssued));
}
