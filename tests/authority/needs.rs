//! What needs a hand, by the organization's own periods.

use jiff::SignedDuration;
use tegata::enrollment::{FetchPart, ListQuery, Need, ReissueReason};

use crate::world::World;

/// How many need a hand in this, counted and listed.
async fn in_need(world: &World, need: Need) -> usize {
    let counted = world.authority.needs(&world.caller).await.unwrap();
    let number = counted.iter().find(|(own, _)| *own == need).unwrap().1.number;
    let query = ListQuery { need: Some(need), limit: 100, ..ListQuery::default() };
    let listed = world.authority.list(&world.caller, query).await.unwrap().enrollments.len();
    assert_eq!(number, listed, "{need:?}: the number is not that of the list behind it");
    number
}

async fn decide(world: &World, hours: u32, days: u32) {
    let directory = world.authority.directory();
    let mut organization = directory.find_organization(&world.caller.organization).await.unwrap().unwrap();
    organization.policy.stuck_after_hours = hours;
    organization.policy.abandoned_after_days = days;
    directory.put_organization(&organization).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_nothing_came_of_needs_a_hand_when_the_organization_says_so() {
    let world = World::new().await;
    let ticket = world.claim(None, true).await.unwrap();
    world.fetch(&ticket, FetchPart::Start).await.unwrap();
    world.authority.fetched_whole(&ticket).await;
    decide(&world, 2, 14).await;
    world.clock.advance(SignedDuration::from_mins(119));
    assert_eq!(in_need(&world, Need::NotInstalled).await, 0);
    world.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(in_need(&world, Need::NotInstalled).await, 1);
    decide(&world, 48, 14).await;
    assert_eq!(in_need(&world, Need::NotInstalled).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_change_is_given_up_when_the_organization_says_so() {
    let world = World::new().await;
    world.install(&world.invitation).await;
    let id = &world.invitation.enrollment;
    world.authority.reissue(&world.caller, id, ReissueReason::NewDevice).await.unwrap();
    decide(&world, 24, 3).await;
    world.clock.advance(SignedDuration::from_hours(71));
    assert_eq!(
        (in_need(&world, Need::ChangeUnfinished).await, in_need(&world, Need::ChangeGivenUp).await),
        (1, 0)
    );
    world.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(
        (in_need(&world, Need::ChangeUnfinished).await, in_need(&world, Need::ChangeGivenUp).await),
        (0, 1)
    );
}
