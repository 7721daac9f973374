//! A person changes to another phone alone, with the old one in hand.

use jiff::SignedDuration;
use tegata::enrollment::{Actor, ChangeRefusal, CheckOutcome, Hint, Once, Refusal, Standing};
use tegata::ledger::RevocationReason;

use crate::world::World;

#[tokio::test]
async fn the_old_phone_shows_the_way_and_works_until_the_new_one_is_proven() {
    let world = World::new().await;
    let authority = &world.authority;
    let old = world.install(&world.invitation).await;
    let begun = authority.begin_change(Some(&old.der), Once([1; 16])).await.unwrap();
    assert_eq!(begun.predecessor.as_ref(), Some(&world.invitation.enrollment));
    assert_eq!(begun.link_expires_at, world.now() + SignedDuration::from_mins(10));
    // Sent again, or reloaded, it is the same.
    let again = authority.begin_change(Some(&old.der), Once([1; 16])).await.unwrap();
    assert_eq!((&again.enrollment, &again.link), (&begun.enrollment, &begun.link));
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }));
    // The operator is told by the log, which says that it was the person.
    let shown = authority.show(&world.caller, &world.invitation.enrollment).await.unwrap();
    let last = shown.events.last().unwrap();
    assert_eq!((last.happening.name(), &last.actor), ("reissued", &Actor::Subscriber));
    world.install(&begun).await;
    assert!(matches!(world.check(&old).await, CheckOutcome::Superseded { .. }));
    assert_eq!(world.stored().await.0.standing(world.now()), Standing::Replaced);
    let refused = authority.begin_change(Some(&old.der), Once([2; 16])).await.err().unwrap();
    assert!(matches!(refused, ChangeRefusal::Unproven(CheckOutcome::Superseded { .. })));
}

#[tokio::test]
async fn a_change_that_is_given_up_leaves_the_old_certificate_as_it_is() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let begun = world.authority.begin_change(Some(&old.der), Once([1; 16])).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * 200));
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }));
    assert!(matches!(world.authority.open(&begun.code).await, Err(Refusal::InvitationExpired { .. })));
    // And can be begun again.
    let again = world.authority.begin_change(Some(&old.der), Once([2; 16])).await.unwrap();
    assert!(matches!(world.authority.open(&begun.code).await, Err(Refusal::Superseded { .. })));
    world.install(&again).await;
}

#[tokio::test]
async fn it_is_begun_three_times_a_day_and_a_reload_does_not_count() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    for byte in [1, 1, 2, 3, 3, 3] {
        world.authority.begin_change(Some(&old.der), Once([byte; 16])).await.unwrap();
    }
    let refused = world.authority.begin_change(Some(&old.der), Once([4; 16])).await.err().unwrap();
    assert_eq!((refused.code(), refused), ("T-310", ChangeRefusal::TooOften));
    world.clock.advance(SignedDuration::from_hours(24));
    world.authority.begin_change(Some(&old.der), Once([4; 16])).await.unwrap();
}

#[tokio::test]
async fn nobody_without_a_living_certificate_begins_a_change() {
    let world = World::new().await;
    let authority = &world.authority;
    let old = world.install(&world.invitation).await;
    let refused =
        async |shown: Option<&[u8]>| authority.begin_change(shown, Once([1; 16])).await.err().unwrap();
    assert_eq!(refused(None).await, ChangeRefusal::Unproven(CheckOutcome::NoneShown));
    let begun = authority.begin_change(Some(&old.der), Once([9; 16])).await.unwrap();
    let ticket = authority.claim(World::request(&begun, None)).await.unwrap();
    assert_eq!(refused(Some(&old.der)).await, ChangeRefusal::NotNow(Hint::SuccessorClaimed));
    drop(ticket);
    let reason = RevocationReason::KeyCompromise;
    authority.revoke(&world.caller, &world.invitation.enrollment, reason).await.unwrap();
    let gone = refused(Some(&old.der)).await;
    assert!(matches!(gone, ChangeRefusal::Unproven(CheckOutcome::Revoked { .. })), "{gone:?}");
    assert_eq!(gone.code(), "T-305");
}
