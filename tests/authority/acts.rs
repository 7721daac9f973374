//! What operators do: said before, done once, and told to whoever was slower.

use std::sync::Arc;

use jiff::SignedDuration;
use tegata::enrollment::{
    Asked, Carrier, CheckOutcome, Effect, EnrollmentAct, FetchPart, Happening, Hint, Once, OperatorError,
    Refusal, ReissueReason, Standing,
};
use tegata::ledger::{CertificateStatus, RevocationReason};
use tokio::task::JoinSet;

use crate::world::{World, invite};

fn acts() -> Vec<EnrollmentAct> {
    let mut acts = vec![
        EnrollmentAct::Note(Some("Spare phone".to_owned())),
        EnrollmentAct::Renew(Carrier::Screen),
        EnrollmentAct::Resend,
        EnrollmentAct::Cancel,
        EnrollmentAct::Unlock,
        EnrollmentAct::Revoke(RevocationReason::CessationOfOperation),
    ];
    acts.extend(ReissueReason::ALL.map(|why| EnrollmentAct::Reissue(why, Carrier::Message)));
    acts
}

/// A world whose invitation is so far in its life.
async fn at(stage: usize) -> World {
    let world = World::new().await;
    let (authority, caller, id) = (&world.authority, &world.caller, &world.invitation.enrollment);
    match stage {
        0 => {}
        1 => {
            for _ in 0..5 {
                world.claim(None, false).await.unwrap_err();
            }
        }
        2 | 3 => {
            let ticket = world.claim(None, true).await.unwrap();
            if stage == 3 {
                world.fetch(&ticket, FetchPart::Start).await.unwrap();
                authority.fetched_whole(&ticket).await;
            }
        }
        4 => drop(world.install(&world.invitation).await),
        5 => {
            world.install(&world.invitation).await;
            authority.reissue(caller, id, ReissueReason::NewDevice).await.unwrap();
        }
        6 => {
            world.install(&world.invitation).await;
            authority.revoke(caller, id, RevocationReason::KeyCompromise).await.unwrap();
        }
        7 => drop(authority.cancel(caller, id).await.unwrap()),
        8 => {
            world.install(&world.invitation).await;
            let next = authority.reissue(caller, id, ReissueReason::NewDevice).await.unwrap();
            world.install(&next).await;
        }
        _ => {
            world.clock.advance(SignedDuration::from_hours(24 * 400));
        }
    }
    world
}

/// What the log would say of such an effect on the enrollment itself.
fn told(effect: &Effect, happened: &[Happening]) -> bool {
    let any = |known: fn(&Happening) -> bool| happened.iter().any(known);
    match effect {
        Effect::NoteWritten => any(|it| matches!(it, Happening::Noted { .. })),
        Effect::LinkRenewed => any(|it| matches!(it, Happening::Redrawn)),
        Effect::LinkReplaced => any(|it| matches!(it, Happening::Relinked)),
        Effect::MailSent { .. } => any(|it| matches!(it, Happening::Relinked | Happening::Redrawn)),
        Effect::LinkDies => {
            any(|it| matches!(it, Happening::Redrawn | Happening::Cancelled | Happening::Replaced { .. }))
        }
        Effect::InvitationEnds => any(|it| matches!(it, Happening::Cancelled | Happening::Replaced { .. })),
        Effect::WrongSecretsForgotten => any(|it| matches!(it, Happening::Unlocked | Happening::Redrawn)),
        Effect::CertificateRevoked { serial, reason } => {
            happened.contains(&Happening::Revoked { serial: *serial, reason: *reason })
        }
        Effect::SuccessorIssued { .. } => any(|it| matches!(it, Happening::Reissued { .. })),
        Effect::CertificateStays { .. } => !any(|it| matches!(it, Happening::Revoked { .. })),
        Effect::FileDestroyed | Effect::OtherInvitationEnds { .. } | Effect::OwnChangeEnds { .. } => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_act_says_before_is_what_it_does() {
    let mut done = 0;
    for stage in 0..10 {
        for act in acts() {
            let world = at(stage).await;
            let (authority, caller, id) = (&world.authority, &world.caller, &world.invitation.enrollment);
            let (_, before) = world.stored().await;
            let preview = authority.preview(caller, id, &act).await.unwrap();
            assert_eq!(world.stored().await.1, before, "looking changed something");
            let asked = Asked { seen: Some(preview.seen), once: Some(Once([7; 16])) };
            match (preview.effects, authority.perform(caller, id, &act, asked).await) {
                (Ok(effects), Ok(result)) => {
                    done += 1;
                    let happened: Vec<_> =
                        result.happened.iter().map(|event| event.happening.clone()).collect();
                    assert!(!effects.is_empty());
                    for effect in &effects {
                        assert!(told(effect, &happened), "{stage}, {act:?}: {effect:?} in {happened:?}");
                        match effect {
                            Effect::CertificateRevoked { serial, .. } => {
                                let status = world.status(*serial).await;
                                assert!(matches!(status, Some(CertificateStatus::Revoked { .. })));
                            }
                            Effect::CertificateStays { serial } => {
                                let status = world.status(*serial).await;
                                assert!(matches!(status, Some(CertificateStatus::Valid { .. })));
                            }
                            Effect::OtherInvitationEnds { enrollment } => {
                                let (other, _) = world.stored_as(enrollment).await;
                                assert_eq!(other.standing(world.now()), Standing::Replaced);
                            }
                            _ => {}
                        }
                    }
                    let revoked = happened.iter().any(|it| matches!(it, Happening::Revoked { .. }));
                    let said = effects.iter().any(|it| matches!(it, Effect::CertificateRevoked { .. }));
                    assert_eq!(revoked, said, "{stage}, {act:?}");
                    let issues = matches!(act, EnrollmentAct::Renew(_) | EnrollmentAct::Reissue(..));
                    assert_eq!(result.issued.is_some(), issues);
                }
                (Err(hint), Err(OperatorError::NotNow { hint: told, .. })) => {
                    assert_eq!(hint, told, "{stage}, {act:?}");
                    assert_eq!(world.stored().await.1, before, "a refused act changed something");
                }
                (said, result) => panic!("{stage}, {act:?}: {said:?}, then {result:?}"),
            }
        }
    }
    assert!(done > 25, "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_one_acts_and_the_other_is_told_what_changed() {
    let world = Arc::new(World::new().await);
    world.install(&world.invitation).await;
    let id = world.invitation.enrollment.clone();
    let seen = Some(world.authority.seen(&world.caller).await.unwrap());
    let mut both = JoinSet::new();
    let acts = [
        EnrollmentAct::Revoke(RevocationReason::KeyCompromise),
        EnrollmentAct::Reissue(ReissueReason::NewDevice, Carrier::Message),
        EnrollmentAct::Reissue(ReissueReason::Lost, Carrier::Letter),
        EnrollmentAct::Revoke(RevocationReason::PrivilegeWithdrawn),
    ];
    for (number, act) in acts.into_iter().enumerate() {
        let (world, id) = (Arc::clone(&world), id.clone());
        both.spawn(async move {
            let once = u8::try_from(number).map(|number| Once([number; 16])).ok();
            world.authority.perform(&world.caller, &id, &act, Asked { seen, once }).await.map(drop)
        });
    }
    let (mut done, mut told) = (0, 0);
    while let Some(result) = both.join_next().await {
        match result.unwrap() {
            Ok(()) => done += 1,
            Err(OperatorError::Changed { since, .. }) => {
                assert!(!since.is_empty());
                assert!(since.iter().all(|event| event.actor == world.caller.actor));
                told += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((done, told), (1, 3));
}

#[tokio::test]
async fn wrong_secrets_of_the_person_do_not_get_in_the_operators_way() {
    let world = World::new().await;
    let id = &world.invitation.enrollment;
    let seen = Some(world.authority.seen(&world.caller).await.unwrap());
    world.claim(None, false).await.unwrap_err();
    let asked = Asked { seen, once: None };
    world.authority.perform(&world.caller, id, &EnrollmentAct::Cancel, asked).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_issues_once_and_answers_the_same() {
    let world = Arc::new(World::new().await);
    let mut sent = JoinSet::new();
    for _ in 0..10 {
        let world = Arc::clone(&world);
        sent.spawn(async move {
            let once = Some(Once([1; 16]));
            world.authority.invite_once(&world.caller, invite("佐藤 花子"), once).await.unwrap()
        });
    }
    let mut issued = Vec::new();
    while let Some(one) = sent.join_next().await {
        issued.push(one.unwrap());
    }
    assert!(issued.windows(2).all(|pair| {
        pair[0].enrollment == pair[1].enrollment
            && pair[0].link == pair[1].link
            && pair[0].number.expose() == pair[1].number.expose()
            && pair[0].secret.expose() == pair[1].secret.expose()
    }));
    let query = tegata::enrollment::ListQuery { limit: 100, ..Default::default() };
    assert_eq!(world.authority.list(&world.caller, query).await.unwrap().enrollments.len(), 2);
    world.install(&issued[0]).await;

    let (authority, caller) = (&world.authority, &world.caller);
    let once = Some(Once([1; 16]));
    // The same form with another person in it is not the same request.
    let other = authority.invite_once(caller, invite("鈴木 一郎"), once).await.err().unwrap();
    assert!(matches!(other, OperatorError::SentBefore(id) if id == issued[0].enrollment));
    // Another form, and the same form of another organization, are others.
    let new = authority.invite_once(caller, invite("佐藤 花子"), Some(Once([2; 16]))).await.unwrap();
    assert_ne!(new.enrollment, issued[0].enrollment);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_link_and_a_successor_are_issued_once_as_well() {
    let world = World::new().await;
    let (authority, caller, id) = (&world.authority, &world.caller, &world.invitation.enrollment);
    let asked = |byte| Asked { seen: None, once: Some(Once([byte; 16])) };
    let renew = EnrollmentAct::Renew(Carrier::Screen);
    let first = authority.perform(caller, id, &renew, asked(1)).await.unwrap().issued.unwrap();
    assert_eq!(first.link_expires_at, world.now() + SignedDuration::from_mins(10));
    let again = authority.perform(caller, id, &renew, asked(1)).await.unwrap();
    assert!(again.happened.is_empty());
    assert_eq!(again.issued.unwrap().link, first.link);
    // Renewed by a click: the old one is dead and says so.
    let second = authority.perform(caller, id, &renew, asked(2)).await.unwrap().issued.unwrap();
    assert!(matches!(authority.open(&first.code).await, Err(Refusal::Superseded { .. })));
    assert!(authority.open(&second.code).await.is_ok());
    world.clock.advance(SignedDuration::from_mins(10));
    assert!(matches!(authority.open(&second.code).await, Err(Refusal::LinkExpired { .. })));
    // Number and secret go on.
    world.install(&authority.redraw(caller, id, Carrier::Message).await.unwrap()).await;

    let reissue = EnrollmentAct::Reissue(ReissueReason::NewDevice, Carrier::Message);
    let first = authority.perform(caller, id, &reissue, asked(3)).await.unwrap().issued.unwrap();
    let again = authority.perform(caller, id, &reissue, asked(3)).await.unwrap().issued.unwrap();
    assert_eq!((&first.enrollment, &first.link), (&again.enrollment, &again.link));
    // However far it has come, the form has issued this one.
    world.install(&first).await;
    let late = authority.perform(caller, id, &reissue, asked(3)).await.unwrap().issued.unwrap();
    assert_eq!(late.enrollment, first.enrollment);
    // Its link was made anew: the form has nothing to hand over any more.
    let third = EnrollmentAct::Reissue(ReissueReason::Lost, Carrier::Message);
    let next = authority.perform(caller, &first.enrollment, &third, asked(4)).await.unwrap().issued.unwrap();
    authority.redraw(caller, &next.enrollment, Carrier::Message).await.unwrap();
    let refused = authority.perform(caller, &first.enrollment, &third, asked(4)).await.unwrap_err();
    assert!(matches!(refused, OperatorError::LinkRenewed(id) if id == next.enrollment));
}

#[tokio::test]
async fn a_certificate_that_vanished_from_its_device_is_replaced_in_place() {
    let world = World::new().await;
    let old = world.install(&world.invitation).await;
    let id = &world.invitation.enrollment;
    let next = world.authority.reissue(&world.caller, id, ReissueReason::Reinstalled).await.unwrap();
    assert!(matches!(world.check(&old).await, CheckOutcome::Superseded { .. }));
    let (successor, _) = world.stored_as(&next.enrollment).await;
    assert_eq!(successor.line, world.stored().await.0.line);
    assert!(successor.platforms.is_empty(), "the wrong kind may have been chosen");
    world.install(&next).await;
}

#[tokio::test]
async fn a_note_is_edited_and_what_it_said_stays_in_the_log() {
    let world = World::new().await;
    let (authority, caller, id) = (&world.authority, &world.caller, &world.invitation.enrollment);
    for note in [Some(" Spare phone "), Some("Mr Sato's"), None] {
        authority.annotate(caller, id, note).await.unwrap();
    }
    let said: Vec<_> = world.happenings().await.into_iter().filter(|it| it.name() == "noted").collect();
    let noted = |note: Option<&str>| Happening::Noted { note: note.map(str::to_owned) };
    assert_eq!(said, [noted(Some("Spare phone")), noted(Some("Mr Sato's")), noted(None)]);
    let same = authority.annotate(caller, id, Some("  ")).await.unwrap_err();
    assert!(matches!(same, OperatorError::NotNow { hint: Hint::NoteIsSame, .. }));
    let long = authority.annotate(caller, id, Some(&"x".repeat(201))).await.unwrap_err();
    assert!(matches!(long, OperatorError::Unfit { .. }));
}

/// The old certificate is revoked as superseded by the check, or at once as lost by the operator, and never both.
#[tokio::test(flavor = "multi_thread")]
async fn a_reissue_that_races_an_installation_leaves_one_valid_certificate_at_most() {
    for _ in 0..10 {
        let world = Arc::new(World::new().await);
        let ticket = world.claim(None, true).await.unwrap();
        let (held, _) = world.fetch(&ticket, FetchPart::Start).await.unwrap();
        let installing = tokio::spawn({
            let (world, held) = (Arc::clone(&world), held.clone());
            async move { world.check(&held).await }
        });
        let id = &world.invitation.enrollment;
        let reissued = world.authority.reissue(&world.caller, id, ReissueReason::LostDownload).await;
        let checked = installing.await.unwrap();
        match reissued {
            Ok(next) => {
                // It was reissued first, or proven first and refused.
                assert!(matches!(world.check(&held).await, CheckOutcome::Superseded { .. }));
                world.install(&next).await;
            }
            Err(OperatorError::NotNow { hint: Hint::Installed, .. }) => {
                assert!(matches!(checked, CheckOutcome::Ok { .. }));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}
