//! An invitation is printed again: new credentials, and the old ones are dead.

use jiff::SignedDuration;
use tegata::enrollment::{Carrier, Happening, OperatorError, Refusal, Standing};

use crate::world::{World, invite};

#[tokio::test]
async fn new_credentials_open_and_the_old_ones_lead_nowhere() {
    let world = World::new().await;
    let id = &world.invitation.enrollment;
    world.clock.advance(SignedDuration::from_hours(1));
    let new = world.authority.redraw(&world.caller, id, Carrier::Letter).await.unwrap();
    assert_eq!(&new.enrollment, id);
    let superseded = Refusal::Superseded { at: world.now() };
    assert_eq!(world.authority.open(&world.invitation.code).await.unwrap_err(), superseded);
    assert!(world.authority.organization_behind_code(&world.invitation.code).await.is_some());
    // The old link with the old secret, and with the new one.
    assert_eq!(world.claim(None, true).await.unwrap_err(), superseded);
    let mut mixed = World::request(&world.invitation, None);
    mixed.secret = new.secret.clone();
    assert_eq!(world.authority.claim(mixed).await.unwrap_err(), superseded);
    // The old number is a number that nobody has; the new link with the old secret is a wrong secret.
    assert!(matches!(world.claim(Some(1), true).await.unwrap_err(), Refusal::WrongSecret { .. }));
    let mut mixed = World::request(&new, None);
    mixed.secret = world.invitation.secret.clone();
    assert_eq!(world.authority.claim(mixed).await.unwrap_err(), Refusal::WrongSecret { attempts_left: 4 });
    world.install(&new).await;
    // However far it has come, the old link says the same.
    assert_eq!(world.authority.open(&world.invitation.code).await.unwrap_err(), superseded);
}

#[tokio::test]
async fn new_credentials_begin_the_invitations_time_anew_and_end_a_lock() {
    let world = World::new().await;
    let id = &world.invitation.enrollment;
    for _ in 0..5 {
        world.claim(None, false).await.unwrap_err();
    }
    assert_eq!(world.stored().await.0.standing(world.now()), Standing::Locked);
    let new = world.authority.redraw(&world.caller, id, Carrier::Message).await.unwrap();
    assert_eq!(world.stored().await.0.standing(world.now()), Standing::Invited);
    assert_eq!(world.happenings().await.last(), Some(&Happening::Redrawn));
    world.clock.advance(SignedDuration::from_hours(24 * 181));
    assert_eq!(world.stored().await.0.standing(world.now()), Standing::Expired);
    assert!(new.expires_at < world.now());
    let newer = world.authority.redraw(&world.caller, id, Carrier::Message).await.unwrap();
    assert_eq!(newer.expires_at, world.now() + SignedDuration::from_hours(24 * 180));
    world.install(&newer).await;
}

#[tokio::test]
async fn a_used_or_ended_invitation_gets_no_new_credentials_and_nothing_changes() {
    let world = World::new().await;
    let id = &world.invitation.enrollment;
    let refused = async |standing: Standing| {
        let before = world.stored().await.1;
        let refused = world.authority.redraw(&world.caller, id, Carrier::Letter).await.err().unwrap();
        assert!(
            matches!(&refused, OperatorError::NotNow { standing: told, .. } if *told == standing),
            "{refused}"
        );
        assert_eq!(world.stored().await.1, before);
    };
    world.claim(None, true).await.unwrap();
    refused(Standing::Claimed).await;
    world.install(&world.invitation).await;
    refused(Standing::Installed).await;
    let other = world.authority.invite(&world.caller, invite("Hanako")).await.unwrap();
    world.authority.cancel(&world.caller, &other.enrollment).await.unwrap();
    let refused = world.authority.redraw(&world.caller, &other.enrollment, Carrier::Letter).await;
    assert!(matches!(refused, Err(OperatorError::NotNow { standing: Standing::Cancelled, .. })));
}

#[tokio::test]
async fn of_two_operators_who_print_at_once_one_holds_the_secret_that_opens() {
    let world = World::new().await;
    let id = &world.invitation.enrollment;
    let redraw = || world.authority.redraw(&world.caller, id, Carrier::Letter);
    let (one, other) = tokio::join!(redraw(), redraw());
    let (one, other) = (one.unwrap(), other.unwrap());
    let (stored, _) = world.stored().await;
    assert!(stored.redrawn_at.is_some());
    let mut opened = 0;
    for invitation in [&one, &other] {
        match world.authority.claim(World::request(invitation, None)).await {
            Ok(_) => opened += 1,
            Err(refusal) => assert!(matches!(refusal, Refusal::Superseded { .. }), "{refusal:?}"),
        }
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_letters_link_lives_as_long_as_its_invitation() {
    let world = World::new().await;
    let hours = |hours| world.now() + SignedDuration::from_hours(hours);
    assert_eq!(world.invitation.link_expires_at, hours(48));
    let letter = tegata::enrollment::Invite { carrier: Carrier::Letter, ..invite("Hanako") };
    let letter = world.authority.invite(&world.caller, letter).await.unwrap();
    assert_eq!((letter.link_expires_at, letter.expires_at), (hours(24 * 180), hours(24 * 180)));
}

#[tokio::test]
async fn the_reading_of_a_name_is_kept_until_the_name_changes() {
    let world = World::new().await;
    let put = async |name: &str, kana: Option<&str>| {
        let mut wanted = invite(name);
        wanted.subscriber.id = Some("10234".parse().unwrap());
        wanted.subscriber.kana = kana.map(ToOwned::to_owned);
        world.authority.invite(&world.caller, wanted).await.unwrap();
        let directory = world.authority.directory();
        let id = "10234".parse().unwrap();
        directory.find_subscriber(&world.caller.organization, &id).await.unwrap().unwrap().kana
    };
    assert_eq!(put("東海林 渚", Some("しょうじ なぎさ")).await.as_deref(), Some("しょうじ なぎさ"));
    assert_eq!(put("東海林 渚", None).await.as_deref(), Some("しょうじ なぎさ"));
    assert_eq!(put("山田 渚", None).await, None);
}

#[tokio::test]
async fn text_that_turns_the_direction_of_writing_is_refused() {
    let world = World::new().await;
    let turned = "note \u{202e}gpj.exe";
    let mut wanted = invite("Hanako");
    wanted.note = Some(turned.to_owned());
    let mut others = vec![wanted];
    others.push(invite("Hanako"));
    others[1].subscriber.email = Some("a\u{2066}@example.jp".to_owned());
    others.push(invite("Hana\u{200f}ko"));
    for wanted in others {
        let refused = world.authority.invite(&world.caller, wanted).await.err().unwrap();
        assert!(matches!(refused, OperatorError::Unfit { .. }), "{refused}");
    }
}
