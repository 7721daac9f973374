//! The life of one enrollment under everything that can happen to it.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;
use tegata::enrollment::{CheckOutcome, FetchPart, Happening, Refusal, Standing, State, Ticket};
use tegata::ledger::{CertificateStatus, RevocationReason};

use crate::crashing::Side;
use crate::world::{Held, World};

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Claim { form: Option<u8>, right: bool },
    Open,
    Fetch(FetchPart),
    FetchedWhole,
    Check,
    CheckOld,
    Revoke,
    Cancel,
    Unlock,
    Pass(u32),
    Crash { after: u8, side: Side },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let form = prop_oneof![3 => Just(None), 1 => (0u8..2).prop_map(Some)];
    prop_oneof![
        10 => (form, prop::bool::weighted(0.6)).prop_map(|(form, right)| Step::Claim { form, right }),
        2 => Just(Step::Open),
        8 => prop::bool::weighted(0.8)
            .prop_map(|start| Step::Fetch(if start { FetchPart::Start } else { FetchPart::Continuation })),
        3 => Just(Step::FetchedWhole),
        3 => Just(Step::Check),
        1 => Just(Step::CheckOld),
        1 => Just(Step::Revoke),
        1 => Just(Step::Cancel),
        1 => Just(Step::Unlock),
        5 => prop_oneof![0u32..120, 500u32..1_000, Just(200_000u32)].prop_map(Step::Pass),
        4 => (0u8..4, prop::bool::ANY).prop_map(|(after, early)| Step::Crash {
            after,
            side: if early { Side::Before } else { Side::After },
        }),
        2 => Just(Step::Restart),
    ]
}

/// What the people outside know: everything here was acknowledged to somebody.
#[derive(Default)]
struct Known {
    tickets: Vec<Ticket>,
    held: Vec<Held>,
    bytes: Vec<(String, Vec<u8>)>,
    wrong_since_right: u32,
    installed: bool,
    revoked: bool,
    cancelled: bool,
}

async fn play(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new().await;
    let mut known = Known::default();
    for step in steps {
        let (before, version) = world.stored().await;
        let result = act(&mut world, &mut known, *step).await?;
        let (_, now) = world.stored().await;
        if let Some(refusal) = result
            && !world.store.is_dead()
        {
            let counted = matches!(refusal, Refusal::WrongSecret { .. } | Refusal::Locked { .. });
            let gave_up = refusal == Refusal::TryAgain;
            prop_assert!(counted || gave_up || version == now, "{refusal:?} changed {before:?}");
        }
        hold(&world, &known).await?;
    }
    world.restart(None);
    recovers(&mut world, &mut known).await
}

async fn act(world: &mut World, known: &mut Known, step: Step) -> Result<Option<Refusal>, TestCaseError> {
    match step {
        Step::Claim { form, right } => return claim(world, known, form, right).await,
        Step::Open => {
            let (_, version) = world.stored().await;
            let refusal = world.authority.open(&world.invitation.code).await.err();
            for ticket in &known.tickets {
                let _ = world.authority.ticket(ticket).await;
            }
            prop_assert_eq!(version, world.stored().await.1, "looking changed something");
            return Ok(refusal);
        }
        Step::Fetch(part) => return fetch(world, known, part).await,
        Step::FetchedWhole => {
            if let Some(ticket) = known.tickets.last() {
                world.authority.fetched_whole(ticket).await;
            }
        }
        Step::Check => check(world, known).await?,
        Step::CheckOld => {
            let current = world.stored().await.0.state.claim().map(|claim| claim.serial);
            for held in known.held.iter().filter(|held| Some(held.serial) != current) {
                let outcome = world.check(held).await;
                prop_assert!(!matches!(outcome, CheckOutcome::Ok { .. }), "an old certificate is let in");
            }
        }
        Step::Revoke => {
            let id = &world.invitation.enrollment;
            let done = world.authority.revoke(&world.caller, id, RevocationReason::KeyCompromise).await;
            known.revoked |= done.is_ok();
        }
        Step::Cancel => {
            let done = world.authority.cancel(&world.caller, &world.invitation.enrollment).await;
            known.cancelled |= done.is_ok();
        }
        Step::Unlock => {
            if world.authority.unlock(&world.caller, &world.invitation.enrollment).await.is_ok() {
                known.wrong_since_right = 0;
            }
        }
        Step::Pass(seconds) => world.clock.advance(SignedDuration::from_secs(i64::from(seconds))),
        Step::Crash { after, side } => world.restart(Some((after, side))),
        Step::Restart => world.restart(None),
    }
    Ok(None)
}

async fn claim(
    world: &World,
    known: &mut Known,
    form: Option<u8>,
    right: bool,
) -> Result<Option<Refusal>, TestCaseError> {
    let lock = world.stored().await.0.attempts.lock(world.now());
    match world.claim(form, right).await {
        Ok(ticket) => {
            prop_assert!(right, "a wrong secret opened a ticket");
            prop_assert!(lock.is_none(), "a locked invitation opened a ticket");
            known.wrong_since_right = 0;
            known.tickets.push(ticket);
            Ok(None)
        }
        Err(Refusal::WrongSecret { attempts_left }) => {
            prop_assert!(!right);
            known.wrong_since_right += 1;
            prop_assert!((1..=4).contains(&attempts_left));
            Ok(Some(Refusal::WrongSecret { attempts_left }))
        }
        Err(refusal) => {
            prop_assert!(refusal != Refusal::Unknown, "a known invitation is called unknown");
            Ok(Some(refusal))
        }
    }
}

async fn fetch(world: &World, known: &mut Known, part: FetchPart) -> Result<Option<Refusal>, TestCaseError> {
    let Some(ticket) = known.tickets.last().cloned() else { return Ok(None) };
    match world.fetch(&ticket, part).await {
        Ok((held, bytes)) => {
            let (stored, _) = world.stored().await;
            let claim = stored.state.claim().unwrap();
            prop_assert!(world.now() < claim.window_ends, "fetched after the window");
            let earlier = known.bytes.iter().find(|(ticket, _)| ticket == &held.serial.to_string());
            if let Some((_, earlier)) = earlier {
                prop_assert_eq!(earlier, &bytes, "the bytes of one claim differ");
            } else {
                known.bytes.push((held.serial.to_string(), bytes));
            }
            if !known.held.contains(&held) {
                known.held.push(held);
            }
            Ok(None)
        }
        Err(refusal) => Ok(Some(refusal)),
    }
}

async fn check(world: &World, known: &mut Known) -> Result<(), TestCaseError> {
    let Some(held) = known.held.last() else { return Ok(()) };
    if let CheckOutcome::Ok { first, serial, .. } = world.check(held).await {
        prop_assert_eq!(serial, held.serial);
        prop_assert!(!(first && known.installed), "installed for the first time twice");
        prop_assert!(!known.revoked, "a revoked certificate is let in");
        known.installed = true;
        // What was waiting to be fetched is gone.
        for ticket in &known.tickets {
            prop_assert!(world.fetch(ticket, FetchPart::Start).await.is_err());
        }
    }
    Ok(())
}

/// What holds after every step, whoever is dead.
async fn hold(world: &World, known: &Known) -> Result<(), TestCaseError> {
    let (stored, _) = world.stored().await;
    let happenings = world.happenings().await;
    let serials: BTreeSet<_> = happenings
        .iter()
        .filter_map(|happening| match happening {
            Happening::Claimed { serial, .. } => Some(*serial),
            _ => None,
        })
        .collect();
    let mut valid = Vec::new();
    for serial in &serials {
        if let Some(CertificateStatus::Valid { .. }) = world.status(*serial).await {
            valid.push(*serial);
        }
    }
    prop_assert!(valid.len() <= 1, "invariant 1: {} valid certificates", valid.len());
    if let Some(serial) = valid.first() {
        prop_assert_eq!(
            stored.state.certificate(),
            Some(*serial),
            "a valid certificate without its enrollment"
        );
    }
    for held in &known.held {
        let status = world.status(held.serial).await;
        let recorded =
            matches!(status, Some(CertificateStatus::Valid { .. } | CertificateStatus::Revoked { .. }));
        prop_assert!(recorded, "invariant 2: {status:?} left the process");
    }
    if let State::Claimed { claim, delivery } | State::Fetched { claim, delivery, .. } = &stored.state {
        prop_assert!(delivery.fetches <= claim.fetches_allowed);
    }
    prop_assert!(stored.attempts.wrong < 5, "the fifth wrong secret did not lock");
    let standing = stored.standing(world.now());
    prop_assert!(!known.installed || matches!(standing, Standing::Installed | Standing::Revoked));
    prop_assert!(!known.revoked || standing == Standing::Revoked);
    prop_assert!(!known.cancelled || standing == Standing::Cancelled);
    Ok(())
}

/// Invariant 9: whatever happened, a living process and the right secret lead to a file, or to a reason.
async fn recovers(world: &mut World, known: &mut Known) -> Result<(), TestCaseError> {
    let (stored, _) = world.stored().await;
    let now = world.now();
    match world.claim(None, true).await {
        Ok(ticket) => {
            let fetched = world.fetch(&ticket, FetchPart::Start).await;
            let used_up = matches!(fetched, Err(Refusal::FetchesUsedUp { .. }));
            prop_assert!(fetched.is_ok() || used_up, "{:?} after {stored:?}", fetched.err());
        }
        Err(Refusal::Locked { until }) => prop_assert!(now < until),
        Err(Refusal::ClaimedTooOften { until }) => prop_assert!(now < until && stored.claims.count >= 10),
        Err(Refusal::InvitationExpired { at } | Refusal::LinkExpired { at }) => prop_assert!(now >= at),
        Err(Refusal::Cancelled { .. }) => {
            prop_assert!(known.cancelled || stored_is(&stored.state, "cancelled"));
        }
        Err(Refusal::Revoked { .. }) => prop_assert!(known.revoked || stored_is(&stored.state, "revoked")),
        Err(Refusal::AlreadyInstalled { .. }) => prop_assert!(stored_is(&stored.state, "installed")),
        Err(Refusal::AlreadyFetched { .. }) => {
            let (State::Claimed { delivery, .. } | State::Fetched { delivery, .. }) = &stored.state else {
                return Err(TestCaseError::fail(format!("{stored:?} is not fetched")));
            };
            prop_assert!(delivery.fetches > 0, "refused as fetched, and nothing was");
        }
        Err(other) => return Err(TestCaseError::fail(format!("{other:?} after {stored:?}"))),
    }
    hold(world, known).await
}

/// The store may know of an end that nobody was told of, since the process died in between.
fn stored_is(state: &State, name: &str) -> bool {
    match state {
        State::Cancelled { .. } => name == "cancelled",
        State::Revoked { .. } => name == "revoked",
        State::Installed { .. } => name == "installed",
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 400, ..ProptestConfig::default() })]

    /// Invariants 1, 2, 4, 7 and 9.
    #[test]
    fn whatever_happens_one_certificate_is_valid_and_the_person_gets_on(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play(&steps))?;
    }
}
