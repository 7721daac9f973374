//! Many at once: lists and selections, with crashes, races and other nodes in between.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use jiff::SignedDuration;
use tegata::directory::Facilities;
use tegata::enrollment::{
    Actor, Advance, Caller, Duplicates, EnrollmentId, Invite, IssueOptions, Job, JobStanding, Judgement,
    ListQuery, NewFacilities, OperatorError, Outcome, RowVerdict, Standing, Verdict,
};
use tegata::enrollment::{BulkAct, JOBS_KEPT, OPEN_DRAFT};
use tegata::entropy::SystemEntropy;
use tegata::ledger::RevocationReason;
use tegata::operations::{JobRunner, Leases};
use tegata::roster::{Handover, Listed, Person, people};
use tegata::store::Position;

use crate::crashing::Side;
use crate::world::{World, invite};

/// Longer than a lease on jobs.
const PAST_THE_LEASE: SignedDuration = SignedDuration::from_secs(11);

fn options() -> IssueOptions {
    IssueOptions {
        offer: "test".into(),
        handover: Handover::None,
        new_facilities: NewFacilities::Create,
        duplicates: Duplicates::Refuse,
    }
}

fn rows(text: &str) -> Vec<Listed<Person>> {
    let roster = people(text.as_bytes()).unwrap();
    assert_eq!(roster.faults, []);
    roster.rows
}

/// So many people with identifiers, in three facilities.
fn list(count: usize) -> Vec<Listed<Person>> {
    let mut text = "subscriber_id,name,facility,facility_name\n".to_owned();
    for i in 0..count {
        writeln!(text, "S{i:05},Person {i},F{},Clinic {}", i % 3, i % 3).unwrap();
    }
    rows(&text)
}

fn runner(world: &World) -> JobRunner {
    let leases = Leases::new(world.store.clone(), world.clock.clone(), &SystemEntropy).unwrap();
    JobRunner::new(world.authority.clone(), leases, world.clock.clone())
}

/// Lets a node do everything that is to be done.
async fn finish(runner: &JobRunner) {
    while runner.round().await.unwrap().more {}
}

async fn begun(world: &World, options: IssueOptions, rows: &[Listed<Person>]) -> Job {
    let job = world
        .authority
        .draft_issue(&world.caller, options, Some("list.csv"), &Judgement::default(), rows)
        .await
        .unwrap();
    world.authority.begin_job(&world.caller, &job.id).await.unwrap()
}

async fn job(world: &World, job: &Job) -> Job {
    world.authority.job(&world.caller, &job.id).await.unwrap()
}

async fn outcomes(world: &World, job: &Job) -> Vec<(u64, Option<Outcome>)> {
    let mut outcomes = Vec::new();
    for part in 0..job.parts() {
        let rows = world.authority.job_rows(&world.caller, &job.id, part).await.unwrap();
        outcomes.extend(rows.into_iter().map(|row| (row.row, row.outcome)));
    }
    outcomes
}

/// Every enrollment's subscriber; the one that the world begins with is left out.
async fn issued(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let query = ListQuery { after, limit: 1_000, ..ListQuery::default() };
        let page = world.authority.list(&world.caller, query).await.unwrap();
        let others = page.enrollments.iter().filter(|it| it.enrollment != world.invitation.enrollment);
        found.extend(others.map(|it| it.subscriber.to_string()));
        after = page.next;
        if after.is_none() {
            found.sort();
            return found;
        }
    }
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("S{i:05}")).collect()
}

async fn checked(
    world: &World,
    caller: &Caller,
    options: &IssueOptions,
    rows: &[Listed<Person>],
) -> Vec<RowVerdict> {
    world.authority.check_rows(caller, options, rows, &mut |_| {}).await.unwrap()
}

/// The codes of what would be refused, by row.
fn refused(verdicts: &[RowVerdict]) -> Vec<(u64, String)> {
    let refused = |it: &RowVerdict| match &it.verdict {
        Verdict::Refused(refused) => Some((it.row, refused.code.clone())),
        _ => None,
    };
    verdicts.iter().filter_map(refused).collect()
}

#[tokio::test]
async fn a_list_is_issued_once_however_often_it_is_brought() {
    let world = World::new().await;
    let list = list(120);
    let first = begun(&world, options(), &list).await;
    assert_eq!((first.standing, first.total), (JobStanding::Running, 120));
    finish(&runner(&world)).await;
    let done = job(&world, &first).await;
    assert_eq!((done.standing, done.done, done.succeeded, done.known), (JobStanding::Done, 120, 120, 0));
    assert_eq!(issued(&world).await, expected(120));
    let of_first: Vec<_> = outcomes(&world, &done).await;
    // Somebody corrects a note, turns the list around, and brings it again.
    let mut again = list.clone();
    again.reverse();
    again[0].value.note = Some("night shift".into());
    let verdicts = checked(&world, &world.caller, &options(), &again).await;
    assert!(
        verdicts.iter().all(|it| matches!(it.verdict, Verdict::Known { standing: Standing::Invited, .. }))
    );
    let second = begun(&world, options(), &again).await;
    finish(&runner(&world)).await;
    let done = job(&world, &second).await;
    assert_eq!((done.succeeded, done.known, done.refused), (0, 120, 0));
    assert_eq!(issued(&world).await, expected(120));
    let same = |outcomes: Vec<(u64, Option<Outcome>)>| -> BTreeSet<(u64, EnrollmentId)> {
        outcomes.into_iter().map(|(row, it)| (row, it.unwrap().enrollment().unwrap().clone())).collect()
    };
    assert_eq!(same(of_first), same(outcomes(&world, &done).await));
    // New facilities have the names that the list gave.
    let code = "F1".parse().unwrap();
    let facility =
        world.authority.directory().find_facility(&world.caller.organization, &code).await.unwrap();
    assert_eq!(facility.unwrap().name, "Clinic 1");
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_a_draft_issues_nothing() {
    let mut world = World::new().await;
    let events = world.inner.last_event(&world.partition).await.unwrap();
    // A process that would die at its first change.
    world.restart(Some((0, Side::Before)));
    let verdicts = checked(&world, &world.caller, &options(), &list(70)).await;
    assert!(verdicts.iter().all(|it| it.verdict == Verdict::New) && !world.store.is_dead());
    world.restart(None);
    let draft = world
        .authority
        .draft_issue(&world.caller, options(), None, &Judgement::default(), &list(70))
        .await
        .unwrap();
    finish(&runner(&world)).await;
    assert_eq!(job(&world, &draft).await.standing, JobStanding::Draft);
    assert_eq!(issued(&world).await, Vec::<String>::new());
    assert_eq!(world.inner.last_event(&world.partition).await.unwrap(), events);
    assert!(events > Position(0));
}

#[tokio::test]
async fn every_fault_is_told_with_its_row_before_anything_is_issued() {
    let world = World::new().await;
    let text = "subscriber_id,name,facility,offer,device,key,email,handover\n\
        1,Hanako,G13B,,,,,\n\
        1,Hanako,G13B,,,,,\n\
        1,Taro,G13B,,android,,,\n\
        2,Jiro,G13B,nothing,,,,\n\
        ,Saburo,G13B,,,K1,,\n\
        ,Shiro,G13B,,,K1,,\n\
        3,Goro,NONE,,,,,\n\
        4,Rokuro,G13B,,,,,\n";
    let list = rows(text);
    let strict = IssueOptions { new_facilities: NewFacilities::Refuse, ..options() };
    let codes = |verdicts: Vec<RowVerdict>| {
        let told: Vec<_> =
            refused(&verdicts).into_iter().map(|(row, code)| format!("{row} {code}")).collect();
        told.join(", ")
    };
    assert_eq!(
        codes(checked(&world, &world.caller, &options(), &list).await),
        "3 repeated-row, 4 other-name, 5 no-such-offer, 7 repeated-key"
    );
    let known = Invite { facility: Some("G13B".parse().unwrap()), ..invite("Kuro") };
    world.authority.invite(&world.caller, known).await.unwrap();
    assert_eq!(codes(checked(&world, &world.caller, &strict, &list[6..]).await), "8 no-such-facility");
    // Who has an enrollment for such a device already is told, unless another one is wanted.
    let mut single = invite("Rokuro");
    single.subscriber.id = Some("4".parse().unwrap());
    let living = world.authority.invite(&world.caller, single).await.unwrap().enrollment;
    let verdicts = checked(&world, &world.caller, &options(), &list[7..]).await;
    let Verdict::Refused(told) = &verdicts[0].verdict else { panic!("{verdicts:?}") };
    assert_eq!((told.code.as_str(), told.enrollment.as_ref()), ("duplicate", Some(&living)));
    let lenient = IssueOptions { duplicates: Duplicates::Issue, ..options() };
    assert_eq!(checked(&world, &world.caller, &lenient, &list[7..]).await[0].verdict, Verdict::New);
    world.authority.cancel(&world.caller, &living).await.unwrap();
    assert_eq!(checked(&world, &world.caller, &options(), &list[7..]).await[0].verdict, Verdict::New);
    // A key that named another row names it for ever.
    let keyed = rows("name,key\nHanako,K9\n");
    begun(&world, options(), &keyed).await;
    finish(&runner(&world)).await;
    let verdicts = checked(&world, &world.caller, &options(), &rows("name,key\nTaro,K9\n")).await;
    assert_eq!(refused(&verdicts), [(2, "key-taken".to_owned())]);
}

#[tokio::test]
async fn a_person_with_many_devices_gets_all_of_them() {
    let world = World::new().await;
    let mut text = "subscriber_id,name,device,key\n".to_owned();
    for i in 0..60 {
        writeln!(text, "{},Person,android,{i}", i % 7).unwrap();
    }
    let lenient = IssueOptions { duplicates: Duplicates::Issue, ..options() };
    let begun = begun(&world, lenient, &rows(&text)).await;
    finish(&runner(&world)).await;
    assert_eq!(job(&world, &begun).await.succeeded, 60);
    // Without leave for more than one, the first row of each gets it.
    let once = begun_with_ids(&world, 7, 3).await;
    assert_eq!((once.succeeded, once.refused), (7, 14));
}

#[tokio::test]
async fn nobody_gets_more_than_the_organization_allows_and_the_dry_run_knows_it() {
    let world = World::new().await;
    let directory = world.authority.directory();
    let mut organization = directory.find_organization(&world.caller.organization).await.unwrap().unwrap();
    organization.policy.certificates_per_person = Some(2);
    directory.put_organization(&organization).await.unwrap();
    let list = rows("subscriber_id,name,key\n1,A,a\n1,A,b\n1,A,c\n2,B,d\n");
    let lenient = IssueOptions { duplicates: Duplicates::Issue, ..options() };
    let verdicts = checked(&world, &world.caller, &lenient, &list).await;
    assert_eq!(refused(&verdicts), [(4, "cap".to_owned())]);
    let begun = begun(&world, lenient, &list).await;
    finish(&runner(&world)).await;
    let done = job(&world, &begun).await;
    assert_eq!((done.succeeded, done.refused), (3, 1));
}

/// So many people, each so often, with keys of their own.
async fn begun_with_ids(world: &World, people: usize, often: usize) -> Job {
    let mut text = "subscriber_id,name,key\n".to_owned();
    for i in 0..people * often {
        writeln!(text, "N{},Person,n{i}", i % people).unwrap();
    }
    let begun = begun(world, options(), &rows(&text)).await;
    finish(&runner(world)).await;
    job(world, &begun).await
}

/// Invariants 6, 8 and 9.
#[tokio::test]
async fn wherever_a_node_dies_another_one_brings_the_job_to_its_end_and_nobody_is_issued_twice() {
    for side in [Side::Before, Side::After] {
        for dies_at in 0..14 {
            let mut world = World::new().await;
            let list = list(110);
            let begun = begun(&world, options(), &list).await;
            world.restart(Some((dies_at, side)));
            let died = runner(&world);
            for _ in 0..3 {
                // Its last words are an error, or nothing: it is dead.
                drop(died.round().await);
            }
            world.restart(None);
            world.clock.advance(PAST_THE_LEASE);
            finish(&runner(&world)).await;
            let done = job(&world, &begun).await;
            let counted = (done.standing, done.done, done.succeeded + done.known, done.refused);
            assert_eq!(counted, (JobStanding::Done, 110, 110, 0), "{dies_at} {side:?}");
            assert_eq!(issued(&world).await, expected(110), "{dies_at} {side:?}");
            assert_eq!(outcomes(&world, &done).await.len(), 110);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_and_several_jobs_of_the_same_list_issue_it_once() {
    let world = Arc::new(World::new().await);
    let list = list(200);
    let mut begun_jobs = Vec::new();
    for _ in 0..3 {
        begun_jobs.push(begun(&world, options(), &list).await);
    }
    let nodes = (0..4).map(|_| {
        let (world, node) = (Arc::clone(&world), runner(&world));
        tokio::spawn(async move {
            for _ in 0..400 {
                if !node.round().await.unwrap().more && world.authority.due_jobs().await.unwrap().is_empty() {
                    return;
                }
                tokio::task::yield_now().await;
                // Whoever is slow loses its lease to another one.
                world.clock.advance(SignedDuration::from_secs(2));
            }
        })
    });
    for node in futures_util::future::join_all(nodes).await {
        node.unwrap();
    }
    world.clock.advance(PAST_THE_LEASE);
    finish(&runner(&world)).await;
    assert_eq!(issued(&world).await, expected(200));
    let mut succeeded = 0;
    for begun in &begun_jobs {
        let done = job(&world, begun).await;
        assert_eq!((done.standing, done.succeeded + done.known), (JobStanding::Done, 200));
        succeeded += done.succeeded;
    }
    assert_eq!(succeeded, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn single_invitations_beside_a_job_lose_nothing_and_stop_nothing() {
    let world = Arc::new(World::new().await);
    let begun = begun(&world, options(), &list(150)).await;
    let single = Arc::clone(&world);
    let beside = tokio::spawn(async move {
        for i in 0..60 {
            // The same facilities, which both sides find missing, and the same people.
            let mut invite =
                Invite { facility: Some(format!("F{}", i % 3).parse().unwrap()), ..invite("Beside") };
            invite.subscriber.id = Some(format!("B{i}").parse().unwrap());
            single.authority.invite(&single.caller, invite).await.unwrap();
        }
    });
    finish(&runner(&world)).await;
    beside.await.unwrap();
    finish(&runner(&world)).await;
    let done = job(&world, &begun).await;
    assert_eq!((done.standing, done.succeeded, done.refused), (JobStanding::Done, 150, 0));
    assert_eq!(issued(&world).await.len(), 210);
}

#[tokio::test]
async fn a_cancelled_job_stops_where_it_is_and_the_list_can_be_brought_again() {
    let world = World::new().await;
    let list = list(150);
    let begun_job = begun(&world, options(), &list).await;
    let leases = Leases::new(world.store.clone(), world.clock.clone(), &SystemEntropy).unwrap();
    let held = leases.take(&world.partition, "jobs", PAST_THE_LEASE).await.unwrap().unwrap();
    let organization = &world.caller.organization;
    let advance = world.authority.advance_job(organization, &begun_job.id, &held.guard()).await.unwrap();
    let Advance::More { done } = advance else { panic!("{advance:?}") };
    assert!((1..150).contains(&done));
    let cancelled = world.authority.cancel_job(&world.caller, &begun_job.id).await.unwrap();
    assert_eq!((cancelled.standing, cancelled.done), (JobStanding::Cancelled, done));
    let advance = world.authority.advance_job(organization, &begun_job.id, &held.guard()).await.unwrap();
    assert_eq!(advance, Advance::Rest);
    assert_eq!(issued(&world).await.len(), done);
    let refused = world.authority.begin_job(&world.caller, &begun_job.id).await.unwrap_err();
    assert!(matches!(refused, OperatorError::Unfit { .. }), "{refused}");
    world.clock.advance(PAST_THE_LEASE);
    let again = begun(&world, options(), &list).await;
    finish(&runner(&world)).await;
    let ended = job(&world, &again).await;
    assert_eq!((ended.succeeded, ended.known), (150 - done, done));
    assert_eq!(issued(&world).await, expected(150));
}

/// Invariant 11.
#[tokio::test]
async fn who_has_some_facilities_issues_for_those_alone_and_sees_only_their_own_jobs() {
    let world = World::new().await;
    let manager = Caller {
        actor: Actor::Operator("manager".into()),
        reach: Facilities::Only(BTreeSet::from(["F1".parse().unwrap()])),
        ..world.caller.clone()
    };
    let list = list(9);
    let verdicts = checked(&world, &manager, &options(), &list).await;
    let beyond = refused(&verdicts);
    assert_eq!(beyond.len(), 6);
    assert!(beyond.iter().all(|(_, code)| code == "beyond-reach"));
    let others = begun(&world, options(), &list[..1]).await;
    assert!(world.authority.job(&manager, &others.id).await.is_err());
    assert!(world.authority.jobs(&manager, None, 10).await.unwrap().jobs.is_empty());
    // A job acts as far as the one reached who began it.
    let own =
        world.authority.draft_issue(&manager, options(), None, &Judgement::default(), &list).await.unwrap();
    world.authority.begin_job(&manager, &own.id).await.unwrap();
    finish(&runner(&world)).await;
    let done = world.authority.job(&manager, &own.id).await.unwrap();
    assert_eq!((done.succeeded, done.refused), (3, 6));
    assert_eq!(world.authority.jobs(&world.caller, None, 10).await.unwrap().jobs.len(), 2);
}

#[tokio::test]
async fn jobs_are_forgotten_when_nobody_needs_them_any_more() {
    let world = World::new().await;
    let draft = world
        .authority
        .draft_issue(&world.caller, options(), None, &Judgement::default(), &list(60))
        .await
        .unwrap();
    let issue = begun(&world, options(), &list(60)).await;
    finish(&runner(&world)).await;
    world.clock.advance(OPEN_DRAFT);
    finish(&runner(&world)).await;
    assert!(world.authority.job(&world.caller, &draft.id).await.is_err());
    assert_eq!(job(&world, &issue).await.standing, JobStanding::Done);
    world.clock.advance(JOBS_KEPT);
    finish(&runner(&world)).await;
    assert!(world.authority.jobs(&world.caller, None, 10).await.unwrap().jobs.is_empty());
    assert!(world.authority.due_jobs().await.unwrap().is_empty());
    // What was issued stays, and is still known.
    assert_eq!(issued(&world).await.len(), 60);
    let verdicts = checked(&world, &world.caller, &options(), &list(60)).await;
    assert!(
        verdicts.iter().all(|it| matches!(it.verdict, Verdict::Known { standing: Standing::Invited, .. }))
    );
}

#[tokio::test]
async fn a_selection_is_acted_on_row_by_row() {
    let world = World::new().await;
    begun(&world, options(), &list(25)).await;
    finish(&runner(&world)).await;
    let page =
        world.authority.list(&world.caller, ListQuery { limit: 26, ..ListQuery::default() }).await.unwrap();
    let mut selected: Vec<EnrollmentId> = page.enrollments.into_iter().map(|it| it.enrollment).collect();
    world.authority.cancel(&world.caller, &selected[3]).await.unwrap();
    selected.push("0123456789ab".parse().unwrap());
    selected.push(selected[0].clone());
    let run = async |act| {
        let draft = world.authority.draft_act(&world.caller, act, &selected).await.unwrap();
        world.authority.begin_job(&world.caller, &draft.id).await.unwrap();
        finish(&runner(&world)).await;
        job(&world, &draft).await
    };
    let revoked = run(BulkAct::Revoke { reason: RevocationReason::CessationOfOperation }).await;
    assert_eq!((revoked.total, revoked.succeeded, revoked.refused), (27, 0, 27));
    let cancelled = run(BulkAct::Cancel).await;
    assert_eq!((cancelled.succeeded, cancelled.refused), (26, 1));
    let last = outcomes(&world, &cancelled).await.pop().unwrap().1.unwrap();
    assert!(matches!(last, Outcome::Refused(refused) if refused.code == "no-such-enrollment"));
}

#[tokio::test]
async fn ten_thousand_rows_are_issued_and_cost_no_more_than_as_many_invitations() {
    const ROWS: usize = 10_000;
    const SINGLE: usize = 100;
    let world = World::new().await;
    let list = list(ROWS);
    let began = Instant::now();
    let verdicts = checked(&world, &world.caller, &options(), &list).await;
    let dry = began.elapsed();
    assert_eq!(verdicts.iter().filter(|it| it.verdict == Verdict::New).count(), ROWS);
    let began = Instant::now();
    let issued = begun(&world, options(), &list).await;
    finish(&runner(&world)).await;
    let bulk = began.elapsed();
    assert_eq!(job(&world, &issued).await.succeeded, ROWS);
    let began = Instant::now();
    for i in 0..SINGLE {
        let mut single = invite("Single");
        single.subscriber.id = Some(format!("X{i}").parse().unwrap());
        world.authority.invite(&world.caller, single).await.unwrap();
    }
    let single = began.elapsed() * u32::try_from(ROWS / SINGLE).unwrap();
    println!("{ROWS} rows: dry run {dry:.1?}, issue {bulk:.1?}, one by one {single:.1?}");
    // The single ones are few, and the machine may have been busier with the many.
    assert!(bulk < single * 3, "{bulk:?} against {single:?}");
}
