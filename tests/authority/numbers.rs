//! Who comes by number learns nothing that the secret does not open.

use jiff::SignedDuration;
use tegata::enrollment::{ClaimRequest, Credential, Number, Refusal, Secret};
use tegata::store::{Guard, Key, StoreError, Version};

use crate::world::{World, android};

fn wrong(number: &Number) -> ClaimRequest {
    ClaimRequest {
        by: Credential::Number { number: number.clone(), form: [1; 16] },
        secret: Secret::parse("33333-33333").unwrap(),
        device: android(),
        chosen_password: None,
        language: "ja".into(),
    }
}

#[tokio::test]
async fn a_number_that_nobody_has_answers_like_one_with_a_wrong_secret() {
    let world = World::new().await;
    let known = world.invitation.number.clone();
    let other = if known.expose() == "00000000" { "00000001" } else { "00000000" };
    let nobodys = Number::parse(other).unwrap();
    for round in 0..3 {
        for attempt in 0..7 {
            let one = world.authority.claim(wrong(&known)).await.unwrap_err();
            let other = world.authority.claim(wrong(&nobodys)).await.unwrap_err();
            assert_eq!(one, other, "round {round}, attempt {attempt}");
        }
        world.clock.advance(SignedDuration::from_mins(16 << round));
    }
}

/// An organization's own way to lock would tell whose a number is, or that it is somebody's.
#[tokio::test]
async fn a_number_answers_alike_whatever_its_organization_decided_about_wrong_secrets() {
    for decided in [1, 3, 12] {
        let world = World::new().await;
        let directory = world.authority.directory();
        let mut own = directory.find_organization(&world.caller.organization).await.unwrap().unwrap();
        own.policy.attempts = Some(decided);
        directory.put_organization(&own).await.unwrap();
        let known = world.invitation.number.clone();
        let other = if known.expose() == "00000000" { "00000001" } else { "00000000" };
        let nobodys = Number::parse(other).unwrap();
        for round in 0..4 {
            for attempt in 0..14 {
                let one = world.authority.claim(wrong(&known)).await.unwrap_err();
                let other = world.authority.claim(wrong(&nobodys)).await.unwrap_err();
                assert_eq!(one, other, "{decided} decided, round {round}, attempt {attempt}");
            }
            world.clock.advance(SignedDuration::from_mins(16 << round));
        }
    }
}

#[tokio::test]
async fn by_the_link_the_organization_decides_when_it_locks() {
    let world = World::new().await;
    let directory = world.authority.directory();
    let mut own = directory.find_organization(&world.caller.organization).await.unwrap().unwrap();
    own.policy.attempts = Some(2);
    directory.put_organization(&own).await.unwrap();
    assert_eq!(world.claim(None, false).await.unwrap_err(), Refusal::WrongSecret { attempts_left: 1 });
    assert!(matches!(world.claim(None, false).await, Err(Refusal::Locked { .. })));
}

/// A guard that holds: no lease was ever taken.
fn nobody_else() -> Guard {
    Guard::Absent(Key::new("lease/sweep").unwrap())
}

#[tokio::test]
async fn a_node_that_lost_its_lease_forgets_nothing() {
    let world = World::new().await;
    let nobodys =
        Number::parse(if world.invitation.number.expose() == "00000000" { "00000001" } else { "00000000" });
    world.authority.claim(wrong(&nobodys.unwrap())).await.unwrap_err();
    world.clock.advance(SignedDuration::from_hours(49));
    let lost = Guard::Version(Key::new("lease/sweep").unwrap(), Version(1));
    let refused = world.authority.forget_decoys(&lost).await.unwrap_err();
    assert_eq!(refused, StoreError::Conflict(Key::new("lease/sweep").unwrap()));
    assert_eq!(world.authority.forget_decoys(&nobody_else()).await.unwrap(), 1);
}

#[tokio::test]
async fn wrong_tries_are_forgotten_alike_after_two_days() {
    let world = World::new().await;
    let known = world.invitation.number.clone();
    let nobodys = Number::parse(if known.expose() == "00000000" { "00000001" } else { "00000000" }).unwrap();
    for hours in [1, 47, 49, 1, 50] {
        for _ in 0..4 {
            let one = world.authority.claim(wrong(&known)).await.unwrap_err();
            let other = world.authority.claim(wrong(&nobodys)).await.unwrap_err();
            assert_eq!(one, other, "{hours} hours before");
        }
        world.clock.advance(SignedDuration::from_hours(hours));
        let swept = world.authority.forget_decoys(&nobody_else()).await.unwrap();
        assert_eq!(swept, usize::from(hours > 48));
    }
}

#[tokio::test]
async fn a_lock_heals_and_lasts_twice_as_long_each_time() {
    let world = World::new().await;
    for minutes in [15, 30, 60, 120] {
        for left in [4, 3, 2, 1] {
            let refused = world.claim(None, false).await.unwrap_err();
            assert_eq!(refused, Refusal::WrongSecret { attempts_left: left });
        }
        let until = world.now() + SignedDuration::from_mins(minutes);
        assert_eq!(world.claim(None, false).await.unwrap_err(), Refusal::Locked { until });
        world.clock.advance(SignedDuration::from_mins(minutes) - SignedDuration::from_secs(1));
        assert_eq!(world.claim(None, true).await.unwrap_err(), Refusal::Locked { until });
        world.clock.advance(SignedDuration::from_secs(1));
    }
    assert!(world.claim(None, true).await.is_ok());
}

#[tokio::test]
async fn after_the_link_has_ended_number_and_secret_still_work() {
    let world = World::new().await;
    world.clock.advance(SignedDuration::from_hours(49));
    assert!(matches!(world.claim(None, true).await, Err(Refusal::LinkExpired { .. })));
    assert!(world.claim(Some(1), true).await.is_ok());
}

#[tokio::test]
async fn by_number_the_invitations_end_is_told_only_to_who_knows_the_secret() {
    let world = World::new().await;
    world.clock.advance(SignedDuration::from_hours(24 * 181));
    assert!(matches!(world.claim(Some(1), false).await, Err(Refusal::WrongSecret { .. })));
    assert!(matches!(world.claim(Some(1), true).await, Err(Refusal::InvitationExpired { .. })));
    assert!(matches!(world.claim(None, false).await, Err(Refusal::InvitationExpired { .. })));
}
