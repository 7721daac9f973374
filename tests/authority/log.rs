//! The log: newest first, filtered, paged, and only as far as the reader reaches.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use tegata::directory::{About, Actor, Deed, Doer, Facilities, Role};
use tegata::enrollment::{BulkAct, Caller, Invite, Line, LogPage, LogQuery, Told, Whom};

use crate::world::{World, invite};

async fn read(world: &World, caller: &Caller, query: LogQuery) -> LogPage {
    world.authority.log(caller, &LogQuery { limit: query.limit.max(1), ..query }).await.unwrap()
}

async fn all(world: &World, caller: &Caller, query: LogQuery) -> Vec<Line> {
    let (mut lines, mut before) = (Vec::new(), None);
    loop {
        let page = read(world, caller, LogQuery { before, ..query.clone() }).await;
        lines.extend(page.lines);
        match page.next {
            Some(next) => before = Some(next),
            None => return lines,
        }
    }
}

fn kinds(lines: &[Line]) -> Vec<&'static str> {
    lines.iter().map(Line::kind).collect()
}

#[tokio::test]
async fn the_log_is_read_newest_first_page_by_page() {
    let world = World::new().await;
    world.install(&world.invitation).await;
    let whole = all(&world, &world.caller, LogQuery { limit: 100, ..LogQuery::default() }).await;
    assert_eq!(
        kinds(&whole),
        ["installed", "fetch-started", "issued", "claimed", "invited", "created"],
        "{whole:#?}"
    );
    for limit in [1, 2, 5, 6, 7] {
        let paged = all(&world, &world.caller, LogQuery { limit, ..LogQuery::default() }).await;
        assert_eq!(paged, whole);
    }
}

#[tokio::test]
async fn the_log_is_filtered_by_who_what_when_and_which() {
    let world = World::new().await;
    let start = world.now();
    world.clock.advance(SignedDuration::from_hours(1));
    let keiko = Caller { actor: Actor::Operator("keiko".into()), ..world.caller.clone() };
    let keiko = Caller { from: Some("192.0.2.7".parse().unwrap()), ..keiko };
    let issued = world.authority.invite(&keiko, invite("Hana")).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(1));
    world.authority.cancel(&keiko, &issued.enrollment).await.unwrap();
    let doer = Doer::new(Actor::Operator("ken".into()));
    let deed = Deed::Refused { act: "issue".into(), role: Some(Role::HelpDesk), code: None };
    let own = &world.caller.organization;
    world.authority.access().note(Some(own), About::Organization(own.clone()), &doer, deed).await;
    let ask =
        async |query: LogQuery| kinds(&all(&world, &world.caller, LogQuery { limit: 2, ..query }).await);
    let default = LogQuery::default;
    assert_eq!(
        ask(LogQuery { who: Some("KEIKO".into()), ..default() }).await,
        ["cancelled", "invited", "created"]
    );
    assert_eq!(ask(LogQuery { who: Some("ken".into()), ..default() }).await, ["refused"]);
    let named = vec!["cancelled".to_owned(), "refused".to_owned()];
    assert_eq!(ask(LogQuery { kinds: named, ..default() }).await, ["refused", "cancelled"]);
    let enrollment = Some(issued.enrollment.clone());
    assert_eq!(ask(LogQuery { enrollment, ..default() }).await, ["cancelled", "invited"]);
    let hour = |hours| Some(start + SignedDuration::from_hours(hours));
    let (since, until) = (hour(1), hour(2));
    assert_eq!(ask(LogQuery { since, until, ..default() }).await, ["invited", "created"]);
    assert_eq!(ask(LogQuery { until: hour(1), ..default() }).await, ["invited", "created"]);
    assert_eq!(ask(LogQuery { since: hour(3), ..default() }).await, [""; 0]);
    assert_eq!(ask(LogQuery { until: hour(0), ..default() }).await, [""; 0]);
    let lines =
        all(&world, &world.caller, LogQuery { limit: 9, who: Some("keiko".into()), ..default() }).await;
    assert!(lines.iter().all(|line| line.from == keiko.from), "{lines:#?}");
}

#[tokio::test]
async fn a_manager_reads_what_tells_of_their_own_facilities() {
    let world = World::new().await;
    let issue = async |name: &str, facility: &str| {
        let invite = Invite { facility: Some(facility.parse().unwrap()), ..invite(name) };
        world.authority.invite(&world.caller, invite).await.unwrap()
    };
    issue("ours", "A1").await;
    issue("theirs", "B1").await;
    let own = Facilities::Only(BTreeSet::from(["A1".parse().unwrap()]));
    let manager = Caller { reach: own, ..world.caller.clone() };
    let lines = all(&world, &manager, LogQuery { limit: 3, ..LogQuery::default() }).await;
    // The person, the facility, the enrollment.
    assert_eq!(kinds(&lines), ["invited", "created", "created"], "{lines:#?}");
    let facility = Some("B1".parse().unwrap());
    let theirs = LogQuery { facility, limit: 3, ..LogQuery::default() };
    assert!(all(&world, &manager, theirs.clone()).await.is_empty());
    assert_eq!(all(&world, &world.caller, theirs).await.len(), 3);
}

#[tokio::test]
async fn a_long_log_is_read_across_its_windows() {
    let world = World::new().await;
    let (own, doer) = (&world.caller.organization, Doer::new(Actor::System));
    for number in 0..2_100 {
        let deed = Deed::Exported { what: number.to_string() };
        world.authority.access().note(Some(own), About::Organization(own.clone()), &doer, deed).await;
    }
    let lines = all(&world, &world.caller, LogQuery { limit: 999, ..LogQuery::default() }).await;
    assert_eq!(lines.len(), 2_102);
    assert!(lines.windows(2).all(|pair| pair[0].position > pair[1].position));
    let page =
        world.authority.installation_log(&LogQuery { limit: 10, ..LogQuery::default() }).await.unwrap();
    assert!(page.lines.is_empty() && page.next.is_none());
}

#[tokio::test]
async fn a_job_is_told_of_when_it_is_begun_and_when_it_is_stopped() {
    let world = World::new().await;
    let enrollments = [world.invitation.enrollment.clone()];
    let (authority, caller) = (&world.authority, &world.caller);
    let job = authority.draft_act(caller, BulkAct::Unlock, &enrollments).await.unwrap();
    for _ in 0..2 {
        authority.begin_job(caller, &job.id).await.unwrap();
    }
    for _ in 0..2 {
        authority.cancel_job(caller, &job.id).await.unwrap();
    }
    let lines = all(&world, caller, LogQuery { limit: 10, ..LogQuery::default() }).await;
    assert_eq!(kinds(&lines)[..3], ["job-stopped", "job-begun", "invited"], "{lines:#?}");
    let begun = Deed::JobBegun { what: "unlock".into(), rows: 1, source: None };
    let told = Told::Directory { about: About::Job(job.id.to_string()), deed: begun };
    assert_eq!(lines[1].told, told);
    let audit = tegata::enrollment::audit(world.inner.as_ref(), world.now(), &mut |_, _| {}).await.unwrap();
    assert!(audit.is_clean(), "{:#?}", audit.findings);
}

#[tokio::test]
async fn a_line_says_of_whom_it_tells_and_a_person_is_found_by_all_of_them() {
    let world = World::new().await;
    let invite = Invite { facility: Some("A1".parse().unwrap()), ..invite("ours") };
    let issued = world.authority.invite(&world.caller, invite).await.unwrap();
    world.authority.cancel(&world.caller, &issued.enrollment).await.unwrap();
    let subscriber =
        world.authority.show(&world.caller, &issued.enrollment).await.unwrap().summary.subscriber;
    let query = LogQuery { subscriber: Some(subscriber.clone()), limit: 2, ..LogQuery::default() };
    let lines = all(&world, &world.caller, query).await;
    assert_eq!(kinds(&lines), ["cancelled", "invited", "created"], "{lines:#?}");
    let facility = Some("A1".parse().unwrap());
    let whom = Whom { name: "ours".into(), subscriber: Some(subscriber), facility };
    assert!(lines.iter().all(|line| line.whom == whom), "{lines:#?}");
}
