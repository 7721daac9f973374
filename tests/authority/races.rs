//! Many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use tegata::enrollment::{CheckOutcome, FetchPart, Happening, Refusal};
use tegata::ledger::{CertificateStatus, RevocationReason};
use tokio::task::JoinSet;

use crate::world::World;

async fn valid_certificates(world: &World) -> usize {
    let mut valid = 0;
    for happening in world.happenings().await {
        if let Happening::Claimed { serial, .. } = happening
            && let Some(CertificateStatus::Valid { .. }) = world.status(serial).await
        {
            valid += 1;
        }
    }
    valid
}

/// Invariant 1.
#[tokio::test(flavor = "multi_thread")]
async fn of_200_simultaneous_claims_one_makes_a_certificate_and_all_get_its_ticket() {
    let world = Arc::new(World::new().await);
    let mut claims = JoinSet::new();
    for _ in 0..200 {
        let world = Arc::clone(&world);
        claims.spawn(async move { world.claim(None, true).await });
    }
    let mut tickets = BTreeSet::new();
    while let Some(claimed) = claims.join_next().await {
        tickets.insert(claimed.unwrap().unwrap().expose().to_owned());
    }
    assert_eq!(tickets.len(), 1);
    let happenings = world.happenings().await;
    let claimed = happenings.iter().filter(|h| matches!(h, Happening::Claimed { .. })).count();
    assert_eq!((claimed, valid_certificates(&world).await), (1, 1));
}

/// Invariant 1.
#[tokio::test(flavor = "multi_thread")]
async fn claims_from_20_different_forms_leave_one_valid_certificate() {
    let world = Arc::new(World::new().await);
    let mut claims = JoinSet::new();
    for form in 0..20 {
        let world = Arc::clone(&world);
        claims.spawn(async move { world.claim(Some(form), true).await });
    }
    let mut tickets = Vec::new();
    while let Some(claimed) = claims.join_next().await {
        tickets.extend(claimed.unwrap());
    }
    assert_eq!(valid_certificates(&world).await, 1);
    let mut fetched = 0;
    for ticket in &tickets {
        fetched += usize::from(world.fetch(ticket, FetchPart::Start).await.is_ok());
    }
    assert_eq!(fetched, 1, "one of {} tickets leads to the certificate", tickets.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_simultaneous_wrong_secrets_five_are_looked_at() {
    let world = Arc::new(World::new().await);
    let mut claims = JoinSet::new();
    for _ in 0..200 {
        let world = Arc::clone(&world);
        claims.spawn(async move { world.claim(None, false).await });
    }
    let mut told = BTreeSet::new();
    while let Some(claimed) = claims.join_next().await {
        match claimed.unwrap() {
            Err(Refusal::WrongSecret { attempts_left }) => assert!(told.insert(attempts_left)),
            Err(Refusal::Locked { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, BTreeSet::from([1, 2, 3, 4]));
    let locked = world.happenings().await;
    assert_eq!(locked.iter().filter(|h| matches!(h, Happening::Locked { .. })).count(), 1);
    assert!(matches!(world.claim(None, true).await, Err(Refusal::Locked { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_races_a_revocation_leaves_nothing_valid() {
    for _ in 0..20 {
        let world = Arc::new(World::new().await);
        let claiming = tokio::spawn({
            let world = Arc::clone(&world);
            async move { world.claim(None, true).await }
        });
        let id = &world.invitation.enrollment;
        let reason = RevocationReason::PrivilegeWithdrawn;
        // Until there is something to revoke.
        while world.authority.revoke(&world.caller, id, reason).await.is_err() {
            tokio::task::yield_now().await;
        }
        let claimed = claiming.await.unwrap();
        assert_eq!(valid_certificates(&world).await, 0);
        if let Ok(ticket) = claimed {
            let refused = world.fetch(&ticket, FetchPart::Start).await.unwrap_err();
            assert!(matches!(refused, Refusal::Revoked { .. }), "{refused:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_50_simultaneous_checks_one_is_the_first_proof() {
    let world = Arc::new(World::new().await);
    let ticket = world.claim(None, true).await.unwrap();
    let (held, _) = world.fetch(&ticket, FetchPart::Start).await.unwrap();
    let mut checks = JoinSet::new();
    for _ in 0..50 {
        let (world, held) = (Arc::clone(&world), held.clone());
        checks.spawn(async move { world.check(&held).await });
    }
    let mut firsts = 0;
    while let Some(outcome) = checks.join_next().await {
        let CheckOutcome::Ok { first, .. } = outcome.unwrap() else { panic!("not let in") };
        firsts += usize::from(first);
    }
    assert_eq!(firsts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_40_simultaneous_fetches_five_get_the_same_bytes() {
    let world = Arc::new(World::new().await);
    let ticket = world.claim(None, true).await.unwrap();
    let mut fetches = JoinSet::new();
    for _ in 0..40 {
        let (world, ticket) = (Arc::clone(&world), ticket.clone());
        fetches.spawn(async move { world.fetch(&ticket, FetchPart::Start).await });
    }
    let mut bytes = Vec::new();
    while let Some(fetched) = fetches.join_next().await {
        match fetched.unwrap() {
            Ok((_, same)) => bytes.push(same),
            Err(refusal) => assert_eq!(refusal, Refusal::FetchesUsedUp { limit: 5 }),
        }
    }
    assert_eq!(bytes.len(), 5);
    assert!(bytes.windows(2).all(|pair| pair[0] == pair[1]));
}

/// A person whose connection breaks while the certificate is made finds it under the same form.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_connection_breaks_goes_on_by_itself() {
    let world = World::new().await;
    {
        let claiming = world.claim(None, true);
        tokio::pin!(claiming);
        // Polled until the enrollment has moved on, then dropped as a server drops the request of a client that left.
        while world.stored().await.0.state.claim().is_none() {
            assert!(futures_util::poll!(claiming.as_mut()).is_pending());
        }
    }
    let ticket = world.claim(None, true).await.unwrap();
    assert!(world.fetch(&ticket, FetchPart::Start).await.is_ok());
    let happenings = world.happenings().await;
    assert_eq!(happenings.iter().filter(|h| matches!(h, Happening::Claimed { .. })).count(), 1);
}
