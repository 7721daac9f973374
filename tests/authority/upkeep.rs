//! What the installation needs soon is known before anybody is turned away.

use std::sync::Arc;

use jiff::SignedDuration;
use tegata::enrollment::Upkeep;
use tegata::pki::{Issuer, KeyPool, KeyPoolSettings, KeyType, ProfileSigner};

use crate::world::World;

#[tokio::test]
async fn a_signer_and_an_issuer_are_missed_before_they_end() {
    let world = World::new().await;
    let told = || world.authority.upkeep();
    assert_eq!(told(), []);
    // The signer of this world lives 300 days, its issuer longer.
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    world.clock.advance(days(300) - ProfileSigner::SOON + SignedDuration::from_hours(1));
    let [Upkeep::SignerEnds(at)] = told()[..] else { panic!("{:?}", told()) };
    world.clock.advance(ProfileSigner::SOON);
    assert_eq!(told(), [Upkeep::SignerEnded(at)]);
    let years = days(365 * 30);
    world.clock.advance(years);
    assert!(matches!(told()[..], [Upkeep::IssuerEnded(_), Upkeep::SignerEnded(_)]), "{:?}", told());
    world.clock.advance(-years - Issuer::SOON);
    assert!(told().iter().all(|need| !matches!(need, Upkeep::IssuerEnded(_))), "{:?}", told());
}

#[tokio::test]
async fn keys_that_nobody_makes_ahead_are_waited_for() {
    // No thread fills it.
    let empty = KeyPoolSettings { rsa2048: 2, rsa3072: 0, threads: 0 };
    let world = World::with(KeyType::P256, Arc::new(KeyPool::start(empty))).await;
    assert_eq!(world.authority.upkeep(), [Upkeep::KeysWaitedFor]);
}
