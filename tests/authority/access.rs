//! Operators and administrators: one-time links, sign-in, sessions, recovery codes, and how all of it ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tegata::directory::{
    Access, Account, AccountId, Act, Actor, Deed, DirectoryError, DirectoryEvent, Doer, Facility, Invited,
    Passkey, RecoveryCode, Renewed, Role, SessionPolicy, SessionToken, Shown, WelcomeToken,
};
use tegata::store::record::decode;
use tegata::store::{Partition, Position};
use tokio::task::JoinSet;

use crate::world::World;

pub fn doer() -> Doer {
    Doer::new(Actor::CommandLine)
}

pub fn passkey(id: &str) -> Passkey {
    Passkey {
        name: format!("key {id}"),
        credential_id: id.to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        last_used_at: None,
        credential: "{}".to_owned(),
    }
}

fn shown(account: AccountId, id: &str) -> Shown {
    Shown { account, credential_id: id.to_owned(), credential: None }
}

pub fn at(world: &World, role: Role) -> Invited {
    Invited::Operator { organization: world.caller.organization.clone(), role, facilities: BTreeSet::new() }
}

pub async fn link(world: &World, invited: Invited) -> WelcomeToken {
    world.authority.access().invite(invited, "Keiko", None, &doer()).await.unwrap().0
}

pub async fn join(access: &Access, token: &WelcomeToken, id: &str) -> (Account, RecoveryCode) {
    access.join(token, "Keiko", &passkey(id), Some("ja"), None).await.unwrap()
}

async fn member(world: &World, role: Role, id: &str) -> (Account, RecoveryCode) {
    let token = link(world, at(world, role)).await;
    join(world.authority.access(), &token, id).await
}

async fn sign_in(world: &World, account: &Account, id: &str) -> SessionToken {
    let shown = shown(account.id, id);
    world.authority.access().begin_session(&shown, None, None).await.unwrap().0
}

pub async fn told(world: &World, partition: &Partition) -> Vec<Deed> {
    let events = world.inner.events(partition, Position(0), 1_000).await.unwrap();
    let meant = events.iter().filter(|event| DirectoryEvent::is_meant(&event.bytes));
    meant.map(|event| decode::<DirectoryEvent>(&event.bytes).unwrap().deed).collect()
}

#[tokio::test]
async fn a_link_makes_an_account_once_and_says_what_became_of_it() {
    let world = World::new().await;
    let access = world.authority.access();
    let token = link(&world, at(&world, Role::HelpDesk)).await;
    assert_eq!(access.welcome(&token).await.unwrap().name, "Keiko");
    assert_eq!(access.welcomes(Some(&world.caller.organization)).await.unwrap().len(), 1);
    let (account, _) = join(access, &token, "a").await;
    assert!(matches!(access.welcome(&token).await, Err(DirectoryError::Used)));
    let again = access.join(&token, "Thief", &passkey("b"), None, None).await;
    assert!(matches!(again, Err(DirectoryError::Used)), "{again:?}");
    assert!(access.welcomes(Some(&world.caller.organization)).await.unwrap().is_empty());
    let operator = access.operator(&world.caller.organization, &account.id).await.unwrap().unwrap();
    assert!(operator.may(Act::Unlock) && !operator.may(Act::Issue));
    let posts = access.posts(&account.id).await.unwrap();
    assert_eq!(posts.iter().map(|post| post.organization.name.as_str()).collect::<Vec<_>>(), ["Example"]);
    let deeds = told(&world, &world.partition).await;
    assert!(matches!(&deeds[..], [.., Deed::Welcomed { .. }, Deed::Joined { .. }]), "{deeds:?}");
}

#[tokio::test]
async fn a_link_that_expired_is_told_from_one_that_was_never_given_out() {
    let world = World::new().await;
    let access = world.authority.access();
    let token = link(&world, Invited::Administrator).await;
    let until = access.welcome(&token).await.unwrap().until;
    world.clock.advance(SignedDuration::from_hours(72));
    let refused = access.join(&token, "Late", &passkey("a"), None, None).await;
    assert!(matches!(refused, Err(DirectoryError::Expired { at }) if at == until), "{refused:?}");
    assert!(access.welcomes(None).await.unwrap().is_empty());
    let forged = WelcomeToken::parse(&"7".repeat(52)).unwrap();
    assert!(matches!(access.welcome(&forged).await, Err(DirectoryError::UnknownLink)));
    assert!(access.administrators().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_50_who_use_the_same_link_one_joins() {
    let world = Arc::new(World::new().await);
    let token = link(&world, at(&world, Role::Operator)).await;
    let mut joining = JoinSet::new();
    for browser in 0..50 {
        let (world, token) = (Arc::clone(&world), token.clone());
        joining.spawn(async move {
            let key = passkey(&browser.to_string());
            world.authority.access().join(&token, "Keiko", &key, None, None).await
        });
    }
    let mut joined = Vec::new();
    while let Some(outcome) = joining.join_next().await {
        match outcome.unwrap() {
            Ok((account, _)) => joined.push(account),
            Err(refused) => assert!(matches!(refused, DirectoryError::Used), "{refused:?}"),
        }
    }
    let [account] = &joined[..] else { panic!("{} joined", joined.len()) };
    let (kept, _) = world.authority.access().account(&account.id).await.unwrap().unwrap();
    assert_eq!(kept.passkeys, account.passkeys);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_who_are_signed_in_one_takes_the_link() {
    let world = Arc::new(World::new().await);
    let access = world.authority.access();
    let one = join(access, &link(&world, Invited::Administrator).await, "a").await.0;
    let other = join(access, &link(&world, Invited::Administrator).await, "b").await.0;
    let token = link(&world, at(&world, Role::Auditor)).await;
    let (first, second) =
        tokio::join!(access.join_as(&token, &one.id, None), access.join_as(&token, &other.id, None));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    let posts = [access.posts(&one.id).await.unwrap().len(), access.posts(&other.id).await.unwrap().len()];
    assert_eq!(posts.iter().sum::<usize>(), 1);
}

#[tokio::test]
async fn a_link_that_was_withdrawn_is_dead() {
    let world = World::new().await;
    let access = world.authority.access();
    let token = link(&world, at(&world, Role::Operator)).await;
    let own = &world.caller.organization;
    let [open] = &access.welcomes(Some(own)).await.unwrap()[..] else { panic!("one link") };
    // Not by another list.
    assert!(access.withdraw(None, &open.id, &doer()).await.is_err());
    access.withdraw(Some(own), &open.id, &doer()).await.unwrap();
    assert!(access.join(&token, "Keiko", &passkey("a"), None, None).await.is_err());
    assert!(access.welcomes(Some(own)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_manager_is_invited_for_facilities_that_exist() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    let invited = |codes: &[&str]| Invited::Operator {
        organization: own.clone(),
        role: Role::FacilityManager,
        facilities: codes.iter().map(|code| code.parse().unwrap()).collect(),
    };
    for codes in [&[][..], &["G13B"]] {
        let refused = access.invite(invited(codes), "Keiko", None, &doer()).await;
        assert!(matches!(refused, Err(DirectoryError::Unfit(_))), "{refused:?}");
    }
    let facility = Facility::new("G13B".parse().unwrap(), "Green".into());
    access.directory().put_facility(own, &facility).await.unwrap();
    assert!(access.invite(invited(&["G13B"]), "Keiko", None, &doer()).await.is_ok());
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_in_any_case_after_a_day_at_work() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, _) = member(&world, Role::Operator, "a").await;
    let token = sign_in(&world, &account, "a").await;
    let idle = sign_in(&world, &account, "a").await;
    for _ in 0..14 {
        world.clock.advance(SignedDuration::from_mins(50));
        assert!(access.find_session(&token).await.unwrap().is_some());
    }
    assert!(access.find_session(&idle).await.unwrap().is_none(), "it was idle for an hour");
    world.clock.advance(SignedDuration::from_mins(20));
    assert!(access.find_session(&token).await.unwrap().is_none(), "twelve hours are over");
    assert!(access.sessions(&account.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_session_lasts_as_long_as_the_configuration_says() {
    let world = World::new().await;
    let (idle, absolute) = (SignedDuration::from_mins(10), SignedDuration::from_mins(30));
    let policy = SessionPolicy { idle, absolute, ..SessionPolicy::default() };
    let access = world.authority.access().with_policy(policy);
    let (account, _) = member(&world, Role::Operator, "a").await;
    let (busy, _) = access.begin_session(&shown(account.id, "a"), None, None).await.unwrap();
    let (resting, _) = access.begin_session(&shown(account.id, "a"), None, None).await.unwrap();
    for minutes in [9, 9, 9] {
        world.clock.advance(SignedDuration::from_mins(minutes));
        assert!(access.find_session(&busy).await.unwrap().is_some());
    }
    assert!(access.find_session(&resting).await.unwrap().is_none());
    world.clock.advance(SignedDuration::from_mins(4));
    assert!(access.find_session(&busy).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_is_ended_is_out_at_once() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    let (one, _) = member(&world, Role::Operator, "a").await;
    let (other, _) = member(&world, Role::HelpDesk, "b").await;
    let [first, second] = [sign_in(&world, &one, "a").await, sign_in(&world, &other, "b").await];
    access.end_operator(own, &other.id.to_string(), &doer()).await.unwrap();
    assert!(access.operator(own, &other.id).await.unwrap().is_none());
    assert!(access.posts(&other.id).await.unwrap().is_empty());
    assert!(access.find_session(&second).await.unwrap().is_some(), "the account lives");
    access.end_account(&one.id, &doer()).await.unwrap();
    assert!(access.find_session(&first).await.unwrap().is_none());
    let refused = access.begin_session(&shown(one.id, "a"), None, None).await;
    assert!(matches!(refused, Err(DirectoryError::Ended)), "{refused:?}");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_and_none_comes_back() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, _) = member(&world, Role::Operator, "a").await;
    let [kept, ended, signed_out] = [
        sign_in(&world, &account, "a").await,
        sign_in(&world, &account, "a").await,
        sign_in(&world, &account, "a").await,
    ];
    assert_eq!(access.sessions(&account.id).await.unwrap().len(), 3);
    access.end_session(&signed_out, None).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(access.end_other_sessions(&account.id, Some(&kept), &doer()).await.unwrap(), 1);
    for gone in [&ended, &signed_out] {
        assert!(access.find_session(gone).await.unwrap().is_none());
        let refused = access.step_up(gone, &shown(account.id, "a"), None).await;
        assert!(matches!(refused, Err(DirectoryError::Ended)), "{refused:?}");
    }
    assert!(access.find_session(&kept).await.unwrap().is_some());
}

#[tokio::test]
async fn a_dangerous_act_asks_for_a_passkey_that_was_shown_lately() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, _) = member(&world, Role::Operator, "a").await;
    let token = sign_in(&world, &account, "a").await;
    assert!(access.is_stepped_up(&token).await.unwrap());
    world.clock.advance(SignedDuration::from_mins(10));
    assert!(!access.is_stepped_up(&token).await.unwrap());
    let (stranger, _) = member(&world, Role::Operator, "b").await;
    assert!(access.step_up(&token, &shown(stranger.id, "b"), None).await.is_err());
    assert!(access.step_up(&token, &shown(account.id, "b"), None).await.is_err());
    assert!(!access.is_stepped_up(&token).await.unwrap());
    access.step_up(&token, &shown(account.id, "a"), None).await.unwrap();
    assert!(access.is_stepped_up(&token).await.unwrap());
}

#[tokio::test]
async fn what_shows_credentials_asks_for_a_passkey_once_an_hour() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, _) = member(&world, Role::Operator, "a").await;
    let token = sign_in(&world, &account, "a").await;
    world.clock.advance(SignedDuration::from_mins(59));
    assert!(access.is_shown_lately(&token).await.unwrap());
    assert!(!access.is_stepped_up(&token).await.unwrap());
    world.clock.advance(SignedDuration::from_mins(1));
    assert!(!access.is_shown_lately(&token).await.unwrap());
}

#[tokio::test]
async fn a_counter_that_is_shown_twice_at_once_is_taken_once() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, _) = member(&world, Role::Operator, "a").await;
    // Both were judged by what was kept before either of them.
    let renewed = Renewed { judged_by: "{}".to_owned(), next: "{\"counter\":1}".to_owned() };
    let shown = Shown { credential: Some(renewed), ..shown(account.id, "a") };
    let (one, other) =
        tokio::join!(access.begin_session(&shown, None, None), access.begin_session(&shown, None, None));
    let [taken, refused] = if one.is_ok() { [one, other] } else { [other, one] };
    assert!(matches!(refused, Err(DirectoryError::Used)), "{:?}", refused.err());
    let (session, _) = taken.unwrap();
    let again = access.step_up(&session, &shown, None).await;
    assert!(matches!(again, Err(DirectoryError::Used)), "{again:?}");
}

#[tokio::test]
async fn a_recovery_code_is_used_once_and_ends_every_session() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, code) = member(&world, Role::Operator, "a").await;
    let token = sign_in(&world, &account, "a").await;
    world.clock.advance(SignedDuration::from_secs(1));
    let (ticket, found) = access.begin_recovery(&code, None).await.unwrap();
    assert_eq!(found.id, account.id);
    // Looked at, and not used up: who is interrupted begins again.
    let (other, _) = access.begin_recovery(&code, None).await.unwrap();
    assert!(access.find_session(&token).await.unwrap().is_some());
    let (recovered, new) = access.recover(&ticket, &passkey("b"), None).await.unwrap();
    // In place of the one that was lost, with which nobody gets in any more.
    assert_eq!(recovered.passkeys.iter().map(|it| it.credential_id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert!(access.begin_session(&shown(account.id, "a"), None, None).await.is_err());
    assert!(access.find_session(&token).await.unwrap().is_none());
    assert!(sign_in(&world, &account, "b").await.expose().len() == 52);
    for dead in [&ticket, &other] {
        let refused = access.recover(dead, &passkey("c"), None).await;
        assert!(matches!(refused, Err(DirectoryError::Used)), "{refused:?}");
    }
    assert!(matches!(access.begin_recovery(&code, None).await, Err(DirectoryError::WrongCode)));
    assert!(access.begin_recovery(&new, None).await.is_ok());
}

/// The same account's code with the last group changed.
fn wrong(code: &RecoveryCode) -> RecoveryCode {
    let text = code.grouped();
    let (most, last) = text.split_at(text.len() - 1);
    RecoveryCode::parse(&format!("{most}{}", if last == "7" { "8" } else { "7" })).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_100_simultaneous_wrong_recovery_codes_five_are_looked_at() {
    let world = Arc::new(World::new().await);
    let (_, code) = member(&world, Role::Operator, "a").await;
    let mut trying = JoinSet::new();
    for _ in 0..100 {
        let (world, wrong) = (Arc::clone(&world), wrong(&code));
        trying.spawn(async move { world.authority.access().begin_recovery(&wrong, None).await });
    }
    let mut looked_at = 0;
    while let Some(outcome) = trying.join_next().await {
        match outcome.unwrap() {
            Err(DirectoryError::WrongCode) => looked_at += 1,
            Err(DirectoryError::Locked { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(looked_at, 4, "the fifth locks");
    let access = world.authority.access();
    // The right one as well, until the lock heals.
    assert!(matches!(access.begin_recovery(&code, None).await, Err(DirectoryError::Locked { .. })));
    let deeds = told(&world, &Partition::installation()).await;
    assert_eq!(deeds.iter().filter(|deed| **deed == Deed::WrongRecoveryCode).count(), 5);
    world.clock.advance(SignedDuration::from_mins(15));
    assert!(access.begin_recovery(&code, None).await.is_ok());
}

#[tokio::test]
async fn codes_that_lead_nowhere_are_taken_from_one_address_twenty_times() {
    let world = World::new().await;
    let access = world.authority.access();
    let nobody = RecoveryCode::parse(&"7".repeat(30)).unwrap();
    let (here, elsewhere) = (Some("192.0.2.1".parse().unwrap()), Some("192.0.2.2".parse().unwrap()));
    for _ in 0..20 {
        let refused = access.begin_recovery(&nobody, here).await;
        assert!(matches!(refused, Err(DirectoryError::WrongCode)), "{refused:?}");
    }
    assert!(matches!(access.begin_recovery(&nobody, here).await, Err(DirectoryError::Locked { .. })));
    assert!(matches!(access.begin_recovery(&nobody, elsewhere).await, Err(DirectoryError::WrongCode)));
}

#[tokio::test]
async fn the_last_who_may_do_everything_stays() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    // The token that the organization was founded with may do everything as well.
    let (one, _) = member(&world, Role::Operator, "a").await;
    access.end_operator(own, "first", &doer()).await.unwrap();
    let refused = access.end_operator(own, &one.id.to_string(), &doer()).await;
    assert!(matches!(refused, Err(DirectoryError::LastOne)), "{refused:?}");
    let seen = access.find_operator(own, &one.id.to_string()).await.unwrap().unwrap().version;
    let name = one.id.to_string();
    let refused = access.change_operator(own, &name, seen, Role::Auditor, BTreeSet::new(), &doer()).await;
    assert!(matches!(refused, Err(DirectoryError::LastOne)), "{refused:?}");
    let admin = join(access, &link(&world, Invited::Administrator).await, "x").await.0;
    assert!(matches!(access.end_account(&admin.id, &doer()).await, Err(DirectoryError::LastOne)));
    assert!(matches!(access.end_administrator(&admin.id, &doer()).await, Err(DirectoryError::LastOne)));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_cannot_end_each_other() {
    for _ in 0..10 {
        let world = World::new().await;
        let (access, own) = (world.authority.access(), &world.caller.organization);
        let [one, other] =
            [member(&world, Role::Operator, "a").await.0, member(&world, Role::Operator, "b").await.0];
        access.end_operator(own, "first", &doer()).await.unwrap();
        let (one, other) = (one.id.to_string(), other.id.to_string());
        let (by_doer, by_other) = (doer(), doer());
        let (first, second) = tokio::join!(
            access.end_operator(own, &one, &by_doer),
            access.end_operator(own, &other, &by_other)
        );
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn who_changes_what_somebody_has_changed_meanwhile_is_told_what() {
    let world = World::new().await;
    let (access, own) = (world.authority.access(), &world.caller.organization);
    let name = member(&world, Role::Auditor, "a").await.0.id.to_string();
    let seen = access.find_operator(own, &name).await.unwrap().unwrap().version;
    let change = async |role| access.change_operator(own, &name, seen, role, BTreeSet::new(), &doer()).await;
    change(Role::HelpDesk).await.unwrap();
    let Err(DirectoryError::Changed(changed)) = change(Role::Operator).await else { panic!("changed twice") };
    let [news] = &changed.news[..] else { panic!("{changed:?}") };
    let Deed::Changed { changes } = &news.deed else { panic!("{news:?}") };
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].field.as_str(), changes[0].after.as_str()), ("role", Some("help-desk")));
    let kept = access.find_operator(own, &name).await.unwrap().unwrap();
    assert_eq!(kept.operator.role, Role::HelpDesk);
}

#[tokio::test]
async fn nothing_that_opens_is_in_the_store_or_the_log() {
    let world = World::new().await;
    let token = link(&world, at(&world, Role::Operator)).await;
    let (account, code) = join(world.authority.access(), &token, "a").await;
    let session = sign_in(&world, &account, "a").await;
    let letters: String = code.grouped().chars().filter(char::is_ascii_alphanumeric).collect();
    let secrets = [token.expose().to_owned(), session.expose().to_owned(), letters.clone()];
    let store: &dyn tegata::store::Contents = world.inner.as_ref();
    for head in store.partitions().await.unwrap() {
        for kind in tegata::store::RowKind::ALL {
            let page = store.rows(&head.partition, kind, None, 1_000).await.unwrap();
            let rows = format!("{:?}", page.rows.iter().map(bytes).collect::<Vec<_>>()).to_lowercase();
            for secret in &secrets {
                assert!(!rows.contains(&secret.to_lowercase()), "{kind:?}");
            }
            assert!(!rows.contains(&letters[8..].to_lowercase()));
        }
    }
}

fn bytes(row: &tegata::store::Row) -> String {
    use tegata::store::Row;
    match row {
        Row::Document(document) => format!("{} {}", document.key, String::from_utf8_lossy(&document.bytes)),
        Row::Place { order, document, .. } => format!("{order} {document}"),
        Row::Event(event) => String::from_utf8_lossy(&event.bytes).into_owned(),
        Row::Mention { about, .. } => about.to_string(),
        Row::Entry { key, bytes, .. } => format!("{key} {}", String::from_utf8_lossy(bytes)),
    }
}

#[tokio::test]
async fn the_check_of_the_store_knows_all_of_it() {
    let world = World::new().await;
    let access = world.authority.access();
    let (account, code) = member(&world, Role::Operator, "a").await;
    sign_in(&world, &account, "a").await;
    let ended = sign_in(&world, &account, "a").await;
    access.end_session(&ended, None).await.unwrap();
    let (ticket, _) = access.begin_recovery(&code, None).await.unwrap();
    access.recover(&ticket, &passkey("b"), None).await.unwrap();
    access.begin_recovery(&wrong(&code), None).await.unwrap_err();
    join(access, &link(&world, Invited::Administrator).await, "c").await;
    link(&world, at(&world, Role::Auditor)).await;
    access.sign_in_failed(Some(account.id), "unknown-passkey", None).await;
    let audit = tegata::enrollment::audit(world.inner.as_ref(), world.now(), &mut |_, _| {}).await.unwrap();
    assert!(audit.is_clean(), "{:#?}", audit.findings);
}

#[tokio::test]
async fn a_ceremony_is_finished_once_as_long_as_it_could_be() {
    let world = World::new().await;
    let access = world.authority.access();
    let both = tokio::join!(access.finish_ceremony("sign-in", b"a"), access.finish_ceremony("sign-in", b"a"));
    assert_eq!(usize::from(both.0.unwrap()) + usize::from(both.1.unwrap()), 1);
    assert!(access.finish_ceremony("registration", b"a").await.unwrap());
    assert!(access.finish_ceremony("sign-in", b"b").await.unwrap());
    world.clock.advance(tegata::directory::CEREMONY_LASTS);
    assert!(!access.finish_ceremony("sign-in", b"a").await.unwrap());
}
