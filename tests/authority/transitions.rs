//! The rules themselves, without the second wall that the lifetime of a sealed delivery is.

use jiff::SignedDuration;
use tegata::enrollment::{Door, FetchPart, Happening, LockPolicy, Presented, Presenting, Refusal, State};

use crate::world::World;

/// An enrollment whose bundle lies ready, and its file's name.
async fn claimed() -> (World, tegata::enrollment::Enrollment, String) {
    let world = World::new().await;
    world.claim(None, true).await.unwrap();
    let (enrollment, _) = world.stored().await;
    let State::Claimed { delivery, .. } = &enrollment.state else { panic!("{enrollment:?}") };
    let file = delivery.files[0].name.clone();
    (world, enrollment, file)
}

#[tokio::test]
async fn when_the_window_has_ended_nothing_is_fetched() {
    let (world, enrollment, file) = claimed().await;
    let claim = enrollment.state.claim().unwrap().clone();
    let last = claim.window_ends - SignedDuration::from_nanos(1);
    let (next, _) = enrollment.clone().fetch(claim.serial, &file, FetchPart::Start, last).unwrap();
    let over = |fetched| Refusal::WindowOver { at: claim.window_ends, fetched };
    let fetch = |from: &tegata::enrollment::Enrollment| {
        from.clone().fetch(claim.serial, &file, FetchPart::Start, claim.window_ends).unwrap_err()
    };
    assert_eq!(fetch(&enrollment), over(false));
    assert_eq!(fetch(&next), over(true));
    assert_eq!(world.now(), claim.at);
}

#[tokio::test]
async fn a_continuation_costs_no_fetch_but_they_have_an_end() {
    let (world, mut enrollment, file) = claimed().await;
    let serial = enrollment.state.claim().unwrap().serial;
    let now = world.now();
    // Nothing was begun: it is a fetch, whatever it calls itself.
    let (next, happened) = enrollment.fetch(serial, &file, FetchPart::Continuation, now).unwrap();
    assert_eq!(happened, Happening::FetchStarted { file: file.clone(), fetch: 1 });
    enrollment = next;
    let mut continued = 0;
    loop {
        match enrollment.clone().fetch(serial, &file, FetchPart::Continuation, now) {
            Ok((next, happened)) => {
                assert_eq!(happened, Happening::FetchContinued { file: file.clone() });
                enrollment = next;
                continued += 1;
            }
            Err(refusal) => {
                assert_eq!(refusal, Refusal::FetchesUsedUp { limit: 5 });
                break;
            }
        }
    }
    assert_eq!(continued, 40);
    assert!(enrollment.fetch(serial, &file, FetchPart::Start, now).is_ok());
}

#[tokio::test]
async fn a_file_that_is_not_there_counts_as_nothing() {
    let (world, enrollment, _) = claimed().await;
    let serial = enrollment.state.claim().unwrap().serial;
    let refused = enrollment.fetch(serial, "other.p12", FetchPart::Start, world.now()).unwrap_err();
    assert_eq!(refused, Refusal::Unknown);
}

#[tokio::test]
async fn what_was_never_fetched_is_never_called_fetched() {
    let (world, enrollment, file) = claimed().await;
    let serial = enrollment.state.claim().unwrap().serial;
    assert!(enrollment.clone().fetched(serial, world.now()).is_none());
    let (next, _) = enrollment.fetch(serial, &file, FetchPart::Start, world.now()).unwrap();
    let (next, happened) = next.fetched(serial, world.now()).unwrap();
    assert_eq!(happened, Happening::Fetched);
    assert!(next.fetched(serial, world.now()).is_none(), "twice");
}

#[tokio::test]
async fn a_certificate_that_comes_too_late_does_not_leave() {
    let (world, enrollment, _) = claimed().await;
    let State::Claimed { claim, delivery } = enrollment.state.clone() else { panic!("{enrollment:?}") };
    let (revoked, _) =
        enrollment.revoked(tegata::ledger::RevocationReason::KeyCompromise, world.now()).unwrap();
    let refused = revoked.issued(claim.serial, delivery).unwrap_err();
    assert_eq!(refused, Refusal::Revoked { at: world.now() });
}

#[tokio::test]
async fn a_claim_whose_maker_was_an_hour_ahead_is_begun_anew_at_once() {
    let (world, mut enrollment, _) = claimed().await;
    let claim = enrollment.state.claim().unwrap().clone();
    let serial = claim.serial;
    enrollment.state = State::Issuing { claim };
    let present = |ahead: SignedDuration| {
        let shown = Presenting { right: true, same_ticket: true, maker_is_dead: false };
        enrollment.clone().present(Door::Link, shown, world.now() - ahead, &LockPolicy::default())
    };
    assert!(matches!(present(SignedDuration::from_secs(59)), Presented::Wait));
    match present(SignedDuration::from_hours(1)) {
        Presented::Begin { abandon } => assert_eq!(abandon, Some(serial)),
        other => panic!("{other:?}"),
    }
}
