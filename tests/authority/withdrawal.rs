//! A one-time link is used and withdrawn at the same time: one of the two is told that it came too late.

use tegata::directory::{Deed, DirectoryError, Role};

use crate::access::{at, doer, join, link, passkey, told};
use crate::crashing::Side;
use crate::world::World;

/// Who joins says so first, and does the rest afterwards. A withdrawal that comes in between must not be told that it was in time.
#[tokio::test]
async fn a_link_that_somebody_is_just_using_is_not_withdrawn() {
    for steps in [1, 2] {
        let mut world = World::new().await;
        let own = world.caller.organization.clone();
        let token = link(&world, at(&world, Role::Operator)).await;
        let open = world.authority.access().welcomes(Some(&own)).await.unwrap().remove(0);
        world.restart(Some((steps, Side::Before)));
        let amid = world.authority.access().join(&token, "Keiko", &passkey("a"), None, None).await;
        assert!(amid.is_err() && world.store.is_dead(), "{amid:?}");
        world.restart(None);
        let access = world.authority.access();
        let refused = access.withdraw(Some(&own), &open.id, &doer()).await;
        assert!(matches!(refused, Err(DirectoryError::Missing(_))), "after {steps}: {refused:?}");
        let (account, _) = join(access, &token, "a").await;
        assert_eq!(access.posts(&account.id).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_withdrawal_that_died_half_way_lets_nobody_in_and_can_be_finished() {
    let mut world = World::new().await;
    let own = world.caller.organization.clone();
    let token = link(&world, at(&world, Role::Operator)).await;
    let open = world.authority.access().welcomes(Some(&own)).await.unwrap().remove(0);
    world.restart(Some((1, Side::Before)));
    let amid = world.authority.access().withdraw(Some(&own), &open.id, &doer()).await;
    assert!(amid.is_err() && world.store.is_dead(), "{amid:?}");
    world.restart(None);
    let access = world.authority.access();
    let refused = access.join(&token, "Keiko", &passkey("a"), None, None).await;
    assert!(matches!(refused, Err(DirectoryError::Used)), "{refused:?}");
    access.withdraw(Some(&own), &open.id, &doer()).await.unwrap();
    assert!(access.welcomes(Some(&own)).await.unwrap().is_empty());
    let told = told(&world, &world.partition).await;
    assert!(matches!(told.last(), Some(Deed::WelcomeWithdrawn { .. })), "{told:?}");
}
