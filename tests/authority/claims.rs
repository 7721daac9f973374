//! Claims of which nothing is fetched: what they leave, and how many there can be.

use jiff::SignedDuration;
use tegata::enrollment::{FetchPart, Happening, Refusal, State};
use tegata::ledger::CertificateStatus;
use tegata::operations::sweep;

use crate::world::World;

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn a_certificate_that_nobody_fetched_is_given_up_and_not_revoked() {
    let world = World::new().await;
    let first = world.claim(Some(1), true).await.unwrap();
    let serial = world.stored().await.0.state.certificate().unwrap();
    assert!(matches!(world.status(serial).await, Some(CertificateStatus::Valid { .. })));
    let second = world.claim(Some(2), true).await.unwrap();
    assert_eq!(world.status(serial).await, Some(CertificateStatus::Abandoned { at: world.now() }));
    // Nothing of it leaves any more.
    assert!(matches!(world.fetch(&first, FetchPart::Start).await, Err(Refusal::WindowOver { .. })));
    let (held, _) = world.fetch(&second, FetchPart::Start).await.unwrap();
    assert!(matches!(world.status(held.serial).await, Some(CertificateStatus::Valid { .. })));
    // What was fetched is not given up for another form.
    assert!(matches!(world.claim(Some(3), true).await, Err(Refusal::AlreadyFetched { .. })));
}

#[tokio::test]
async fn after_ten_claims_in_a_day_the_next_waits_and_what_lies_ready_stays() {
    let world = World::new().await;
    let begun = world.now();
    let mut last = None;
    for form in 0..10 {
        last = Some(world.claim(Some(form), true).await.unwrap());
        world.clock.advance(SignedDuration::from_mins(1));
    }
    let too_often = Refusal::ClaimedTooOften { until: begun + DAY };
    let (before, version) = world.stored().await;
    for form in [Some(10), None] {
        assert_eq!(world.claim(form, true).await.unwrap_err(), too_often);
    }
    let (after, same) = world.stored().await;
    assert_eq!(
        (version, before.state.certificate()),
        (same, after.state.certificate()),
        "a refusal changed it"
    );
    // Who has the wrong secret is told nothing of it.
    assert!(matches!(world.claim(Some(11), false).await, Err(Refusal::WrongSecret { .. })));
    // The form of the tenth claim leads to what it made.
    assert_eq!(world.claim(Some(9), true).await.unwrap().expose(), last.as_ref().unwrap().expose());
    let claimed = |happened: &Happening| matches!(happened, Happening::Claimed { .. });
    assert_eq!(world.happenings().await.iter().filter(|happened| claimed(happened)).count(), 10);
    world.fetch(&last.unwrap(), FetchPart::Start).await.unwrap();
}

#[tokio::test]
async fn too_many_claims_heal_by_time_or_by_an_operator() {
    let world = World::new().await;
    let id = &world.invitation.enrollment;
    for round in 0..2 {
        for form in 0..10 {
            world.claim(Some(round * 20 + form), true).await.unwrap();
        }
        assert!(matches!(
            world.claim(Some(round * 20 + 10), true).await,
            Err(Refusal::ClaimedTooOften { .. })
        ));
        world.authority.unlock(&world.caller, id).await.unwrap();
    }
    for form in 0..10 {
        world.claim(Some(100 + form), true).await.unwrap();
    }
    world.clock.advance(DAY - SignedDuration::from_secs(1));
    assert!(matches!(world.claim(Some(120), true).await, Err(Refusal::ClaimedTooOften { .. })));
    world.clock.advance(SignedDuration::from_secs(1));
    world.claim(Some(121), true).await.unwrap();
}

#[tokio::test]
async fn a_claim_that_failed_here_is_not_counted_against_the_person() {
    let world = World::new().await;
    let (invited, _) = world.stored().await;
    world.claim(None, true).await.unwrap();
    let claim = world.stored().await.0.state.claim().unwrap().clone();
    let mut enrollment = invited;
    for _ in 0..30 {
        let (begun, _) = enrollment.begin(claim.clone());
        assert_eq!(begun.claims.count, 1);
        let (given_back, _) = begun.give_back(claim.serial).unwrap();
        assert!(matches!(given_back.state, State::Invited) && given_back.claims.is_none());
        enrollment = given_back;
    }
}

/// A delivery that was destroyed is nowhere on the disk once the sweep has been.
#[tokio::test]
async fn a_destroyed_delivery_is_gone_from_the_disk_with_the_next_sweep() {
    let world = World::new().await;
    world.claim(None, true).await.unwrap();
    let claim = world.stored().await.0.state.claim().unwrap().clone();
    let key = tegata::store::Key::new(format!("delivery/{}", claim.ticket.to_hex())).unwrap();
    let store = world.inner.as_ref();
    let sealed = tegata::store::Store::find_entry(store, &world.partition, &key).await.unwrap().unwrap();
    let left = || {
        let mut raw = Vec::new();
        for name in ["store.sqlite", "store.sqlite-wal"] {
            raw.extend(std::fs::read(world.directory().join(name)).unwrap_or_default());
        }
        let parts = sealed.chunks_exact(48);
        parts.filter(|part| aho_corasick::AhoCorasick::new([part]).unwrap().is_match(&raw)).count()
    };
    assert!(left() > 10, "the delivery is not where it is searched for");
    let reason = tegata::ledger::RevocationReason::KeyCompromise;
    world.authority.revoke(&world.caller, &world.invitation.enrollment, reason).await.unwrap();
    assert!(tegata::store::Store::find_entry(store, &world.partition, &key).await.unwrap().is_none());
    sweep(store, world.clock.as_ref()).await.unwrap();
    assert_eq!(left(), 0);
}
