//! A successor after its predecessor.

use tegata::enrollment::{CheckOutcome, FetchPart, OperatorError, Refusal, ReissueReason, Standing};
use tegata::ledger::{CertificateStatus, RevocationReason};

use crate::world::World;

#[tokio::test]
async fn a_new_devices_certificate_retires_the_old_one_when_it_is_installed_and_not_before() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let id = &world.invitation.enrollment;
    let successor = world.authority.reissue(&world.caller, id, ReissueReason::NewDevice).await.unwrap();
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { first: false, .. }));
    let ticket = world.authority.claim(World::request(&successor, None)).await.unwrap();
    let (new, _) = world.fetch(&ticket, FetchPart::Start).await.unwrap();
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }), "the old one lives until then");
    assert!(matches!(world.check(&new).await, CheckOutcome::Ok { first: true, .. }));
    assert!(matches!(world.check(&old).await, CheckOutcome::Superseded { .. }));
    let status = world.status(old.serial).await;
    let superseded = CertificateStatus::Revoked { at: world.now(), reason: RevocationReason::Superseded };
    assert_eq!(status, Some(superseded));
    assert_eq!(world.stored().await.0.standing(world.now()), Standing::Replaced);
}

#[tokio::test]
async fn a_lost_devices_certificate_is_revoked_at_once() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let id = &world.invitation.enrollment;
    let successor = world.authority.reissue(&world.caller, id, ReissueReason::Lost).await.unwrap();
    let outcome = world.check(&old).await;
    assert!(matches!(outcome, CheckOutcome::Revoked { reason: RevocationReason::KeyCompromise, .. }));
    world.install(&successor).await;
}

#[tokio::test]
async fn a_lost_download_ends_the_old_ticket_and_keeps_the_line() {
    let world = World::new().await;
    let ticket = world.claim(None, true).await.unwrap();
    let (old, _) = world.fetch(&ticket, FetchPart::Start).await.unwrap();
    let id = &world.invitation.enrollment;
    let successor = world.authority.reissue(&world.caller, id, ReissueReason::LostDownload).await.unwrap();
    let refused = world.fetch(&ticket, FetchPart::Start).await.unwrap_err();
    assert!(matches!(refused, Refusal::Superseded { .. }), "{refused:?}");
    assert!(matches!(world.check(&old).await, CheckOutcome::Superseded { .. }));
    let (next, _) = world.stored_as(&successor.enrollment).await;
    assert_eq!(next.line, world.stored().await.0.line);
    world.install(&successor).await;
}

#[tokio::test]
async fn a_download_lost_by_the_new_device_still_retires_the_old_device() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let authority = &world.authority;
    let id = &world.invitation.enrollment;
    let second = authority.reissue(&world.caller, id, ReissueReason::NewDevice).await.unwrap();
    let ticket = authority.claim(World::request(&second, None)).await.unwrap();
    let (lost, _) = world.fetch(&ticket, FetchPart::Start).await.unwrap();
    let third =
        authority.reissue(&world.caller, &second.enrollment, ReissueReason::LostDownload).await.unwrap();
    assert!(matches!(world.check(&old).await, CheckOutcome::Ok { .. }));
    world.install(&third).await;
    for gone in [&old, &lost] {
        assert!(matches!(world.check(gone).await, CheckOutcome::Superseded { .. }));
    }
}

#[tokio::test]
async fn a_second_reissue_replaces_the_first_invitation() {
    let world = World::new().await;
    world.install(&world.invitation).await;
    let id = &world.invitation.enrollment;
    let first = world.authority.reissue(&world.caller, id, ReissueReason::NewDevice).await.unwrap();
    let second = world.authority.reissue(&world.caller, id, ReissueReason::NewDevice).await.unwrap();
    let refused = world.authority.claim(World::request(&first, None)).await.unwrap_err();
    assert!(matches!(refused, Refusal::Superseded { .. }), "{refused:?}");
    world.install(&second).await;
}

#[tokio::test]
async fn what_is_claimed_is_revoked_and_what_is_not_is_cancelled() {
    let world = World::new().await;
    let (authority, caller, id) = (&world.authority, &world.caller, &world.invitation.enrollment);
    let reason = RevocationReason::CessationOfOperation;
    let refused = authority.revoke(caller, id, reason).await.unwrap_err();
    assert!(matches!(refused, OperatorError::NotNow { standing: Standing::Invited, .. }));
    let ticket = world.claim(None, true).await.unwrap();
    assert!(matches!(authority.cancel(caller, id).await, Err(OperatorError::NotNow { .. })));
    authority.revoke(caller, id, reason).await.unwrap();
    let refused = world.fetch(&ticket, FetchPart::Start).await.unwrap_err();
    assert!(matches!(refused, Refusal::Revoked { .. }));
}

#[tokio::test]
async fn a_reissue_that_makes_no_sense_says_what_would() {
    let world = World::new().await;
    let (authority, caller, id) = (&world.authority, &world.caller, &world.invitation.enrollment);
    world.install(&world.invitation).await;
    let refused = authority.reissue(caller, id, ReissueReason::LostDownload).await;
    let Err(OperatorError::NotNow { hint, .. }) = refused else { panic!("it was done") };
    assert!(hint.to_string().contains("new-device"), "{hint}");
    let second = authority.reissue(caller, id, ReissueReason::NewDevice).await.unwrap();
    authority.cancel(caller, &second.enrollment).await.unwrap();
    let refused = authority.reissue(caller, &second.enrollment, ReissueReason::NewDevice).await;
    assert!(matches!(refused, Err(OperatorError::NotNow { standing: Standing::Cancelled, .. })));
    // A cancelled successor is in nobody's way.
    authority.reissue(caller, id, ReissueReason::NewDevice).await.unwrap();
}
