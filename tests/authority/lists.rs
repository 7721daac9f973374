//! Lists against everything there is: every filter and order finds what a walk through all enrollments finds.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tegata::device::Platform;
use tegata::directory::{Facilities, FacilityCode, PeopleQuery};
use tegata::enrollment::{
    Actor, Caller, Carrier, Ends, Enrollment, EnrollmentId, FetchPart, Invite, IssuedInvitation, ListQuery,
    Need, OperatorError, ReissueReason, Sort, Standing, SubscriberInvite,
};
use tegata::ledger::RevocationReason;
use tegata::store::record::{decode, encode};
use tegata::store::{Commit, Guard, IndexEntry, Key, Partition, Row, RowKind};

use crate::world::{World, invite};

const LATER: [&str; 3] = ["enrollments-by-state", "enrollments-by-end", "enrollments-in-need"];

fn key(text: impl AsRef<str>) -> Key {
    Key::new(text).unwrap()
}

fn code(text: &str) -> FacilityCode {
    text.parse().unwrap()
}

async fn rows(world: &World, kind: RowKind) -> Vec<Row> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = world.inner.rows(&world.partition, kind, after.as_ref(), 1_000).await.unwrap();
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

async fn everything(world: &World) -> Vec<Enrollment> {
    let documents = rows(world, RowKind::Document).await.into_iter();
    let enrollments = documents.filter_map(|row| match row {
        Row::Document(found) if found.key.as_str().starts_with("enrollment/") => {
            Some(decode(&found.bytes).unwrap())
        }
        _ => None,
    });
    enrollments.collect()
}

/// Every page of a list, of `limit` each.
async fn pages(world: &World, caller: &Caller, query: &ListQuery, limit: usize) -> Vec<EnrollmentId> {
    let mut query = ListQuery { limit, ..query.clone() };
    let mut found = Vec::new();
    loop {
        let page = world.authority.list(caller, query.clone()).await.unwrap();
        assert!(page.enrollments.len() == limit || page.next.is_none(), "a page is short: {query:?}");
        found.extend(page.enrollments.into_iter().map(|summary| summary.enrollment));
        query.after = page.next;
        if query.after.is_none() {
            return found;
        }
    }
}

async fn person(world: &World, name: &str, facility: Option<&str>) -> IssuedInvitation {
    let invite = Invite { facility: facility.map(code), ..invite(name) };
    world.clock.advance(SignedDuration::from_millis(1));
    world.authority.invite(&world.caller, invite).await.unwrap()
}

async fn fetched(world: &World, issued: &IssuedInvitation) {
    let ticket = world.authority.claim(World::request(issued, None)).await.unwrap();
    world.fetch(&ticket, FetchPart::Start).await.unwrap();
    world.authority.fetched_whole(&ticket).await;
}

async fn wrong(world: &World, issued: &IssuedInvitation) {
    for _ in 0..5 {
        let mut request = World::request(issued, None);
        request.secret = tegata::enrollment::Secret::parse("22222-22222").unwrap();
        world.authority.claim(request).await.unwrap_err();
    }
}

/// Somebody at every step, in two facilities and in none, over some months.
async fn town() -> World {
    let world = World::new().await;
    let authority = &world.authority;
    let caller = &world.caller;
    let day = |days: i64| world.clock.advance(SignedDuration::from_hours(24 * days));
    for (round, facility) in [Some("A1"), Some("B2"), None, Some("A1")].into_iter().enumerate() {
        let name = |what: &str| format!("{what} {round}");
        person(&world, &name("invited"), facility).await;
        let locked = person(&world, &name("locked"), facility).await;
        wrong(&world, &locked).await;
        let claimed = person(&world, &name("claimed"), facility).await;
        authority.claim(World::request(&claimed, None)).await.unwrap();
        let begun = person(&world, &name("begun"), facility).await;
        let ticket = authority.claim(World::request(&begun, None)).await.unwrap();
        world.fetch(&ticket, FetchPart::Start).await.unwrap();
        fetched(&world, &person(&world, &name("fetched"), facility).await).await;
        world.install(&person(&world, &name("installed"), facility).await).await;
        let cancelled = person(&world, &name("cancelled"), facility).await;
        authority.cancel(caller, &cancelled.enrollment).await.unwrap();
        let revoked = person(&world, &name("revoked"), facility).await;
        world.install(&revoked).await;
        let reason = RevocationReason::PrivilegeWithdrawn;
        authority.revoke(caller, &revoked.enrollment, reason).await.unwrap();
        let replaced = person(&world, &name("replaced"), facility).await;
        world.install(&replaced).await;
        let why = ReissueReason::NewDevice;
        let next = authority.reissue(caller, &replaced.enrollment, why).await.unwrap();
        world.install(&next).await;
        let changing = person(&world, &name("changing"), facility).await;
        world.install(&changing).await;
        authority.reissue(caller, &changing.enrollment, why).await.unwrap();
        let redrawn = person(&world, &name("redrawn"), facility).await;
        day(7);
        authority.redraw(caller, &redrawn.enrollment, Carrier::Letter).await.unwrap();
        day(30);
    }
    // Fresh troubles, which time has not healed yet.
    wrong(&world, &person(&world, "locked now", Some("A1")).await).await;
    wrong(&world, &person(&world, "locked now, too", Some("B2")).await).await;
    let changing = person(&world, "changing now", Some("A1")).await;
    world.install(&changing).await;
    authority.reissue(caller, &changing.enrollment, ReissueReason::NewDevice).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(2));
    world
}

/// The time and name by which `sort` orders it; `None` where it is left out.
fn rank(it: &Enrollment, sort: Sort, need: Option<Need>, now: Timestamp) -> Option<(Timestamp, String)> {
    let world = Shown::of(it, now);
    let at = match sort {
        Sort::Newest => Some(it.invited_at),
        Sort::LastChange => Some(it.changed_at.unwrap_or(it.invited_at)),
        Sort::CertificateEnd => world.end,
        Sort::Waiting => match need.unwrap() {
            Need::Locked => it.attempts.locked_until,
            Need::Expiring | Need::Ended => world.end,
            Need::ChangeUnfinished | Need::ChangeGivenUp => Some(it.invited_at),
            Need::NotInstalled | Need::NotFetched => it.changed_at,
        },
    };
    at.map(|at| (at, it.id.to_string()))
}

/// What the record says in the words of its JSON, so that nothing of the lists' own reading is repeated.
struct Shown {
    state: String,
    fetches: u64,
    end: Option<Timestamp>,
}

impl Shown {
    fn of(it: &Enrollment, _: Timestamp) -> Self {
        let record = serde_json::to_value(it).unwrap();
        let state = record["state"].as_str().unwrap().to_owned();
        let at = |value: &serde_json::Value| value.as_str().map(|text| text.parse().unwrap());
        let end = match state.as_str() {
            "claimed" | "fetched" => at(&record["delivery"]["not_after"]),
            "installed" => at(&record["not_after"]),
            _ => None,
        };
        Self { state, fetches: record["delivery"]["fetches"].as_u64().unwrap_or(0), end }
    }
}

fn needs(it: &Enrollment, need: Need, now: Timestamp) -> bool {
    let shown = Shown::of(it, now);
    let ago = |days: i64| now - SignedDuration::from_hours(24 * days);
    let idle = it.changed_at.is_some_and(|at| at < ago(1));
    let ends = |from: Timestamp, before: Timestamp| shown.end.is_some_and(|end| from <= end && end < before);
    let changing = it.predecessor.is_some()
        && ["invited", "issuing", "claimed", "fetched"].contains(&shown.state.as_str());
    match need {
        Need::NotInstalled => {
            idle && (shown.state == "fetched" || (shown.state == "claimed" && shown.fetches > 0))
        }
        Need::NotFetched => idle && shown.state == "claimed" && shown.fetches == 0,
        Need::Locked => it.standing(now) == Standing::Locked,
        Need::Expiring => ends(now, now + SignedDuration::from_hours(24 * 30)),
        Need::Ended => ends(ago(30), now),
        Need::ChangeUnfinished => changing && it.invited_at >= ago(14),
        Need::ChangeGivenUp => changing && it.invited_at < ago(14),
    }
}

fn expected(
    all: &[Enrollment],
    caller: &Caller,
    query: &ListQuery,
    sort: Sort,
    now: Timestamp,
) -> Vec<EnrollmentId> {
    let mut found: Vec<_> = all
        .iter()
        .filter(|it| caller.reach.reach(it.facility.as_ref()))
        .filter(|it| query.state.is_none_or(|state| it.standing(now) == state))
        .filter(|it| query.facility.as_ref().is_none_or(|code| it.facility.as_ref() == Some(code)))
        .filter(|it| query.platform.is_none_or(|platform| it.platform() == Some(platform)))
        .filter(|it| query.need.is_none_or(|need| needs(it, need, now)))
        .filter(|it| {
            let end = Shown::of(it, now).end;
            query.ends.from.is_none_or(|from| end.is_some_and(|end| from <= end))
                && query.ends.before.is_none_or(|before| end.is_some_and(|end| end < before))
        })
        .filter_map(|it| Some((rank(it, sort, query.need, now)?, it.id.clone())))
        .collect();
    found.sort();
    if matches!(sort, Sort::Newest | Sort::LastChange) {
        found.reverse();
    }
    found.into_iter().map(|(_, id)| id).collect()
}

fn queries(world: &World) -> Vec<ListQuery> {
    let month = |months: i64| Some(world.now() + SignedDuration::from_hours(24 * 30 * months));
    let mut queries = Vec::new();
    let facilities = [None, Some(code("A1")), Some(code("NONE"))];
    let ends = [
        Ends::default(),
        Ends { from: None, before: month(11) },
        Ends { from: month(10), before: month(12) },
        Ends { from: month(12), before: None },
    ];
    for state in Standing::ALL.into_iter().map(Some).chain([None]) {
        for facility in &facilities {
            for ends in ends {
                let facility = facility.clone();
                queries.push(ListQuery { state, facility, ends, ..ListQuery::default() });
            }
        }
    }
    for need in Need::ALL {
        for facility in &facilities {
            let (need, facility) = (Some(need), facility.clone());
            queries.push(ListQuery { need, facility, ..ListQuery::default() });
        }
    }
    queries.push(ListQuery { platform: Some(Platform::Android), ..ListQuery::default() });
    queries.push(ListQuery { platform: Some(Platform::Ios), ..ListQuery::default() });
    queries
}

async fn judge(world: &World) {
    let all = everything(world).await;
    let now = world.now();
    let only = |codes: &[&str]| Caller {
        reach: Facilities::Only(codes.iter().map(|text| code(text)).collect()),
        ..Caller::new(world.caller.organization.clone(), Actor::CommandLine)
    };
    let mut met = 0;
    for caller in [world.caller.clone(), only(&["A1"]), only(&["A1", "B2"]), only(&[])] {
        for query in queries(world) {
            for sort in Sort::ALL {
                if sort == Sort::Waiting && query.need.is_none() {
                    continue;
                }
                let asked = ListQuery { sort: Some(sort), ..query.clone() };
                let expected = expected(&all, &caller, &query, sort, now);
                met += expected.len();
                for limit in [3, 1_000] {
                    let found = pages(world, &caller, &asked, limit).await;
                    assert_eq!(found, expected, "{limit} of {asked:?} for {:?}", caller.reach);
                }
            }
            // However it is sorted, it is all of them.
            let found: BTreeSet<_> = pages(world, &caller, &query, 4).await.into_iter().collect();
            let expected: BTreeSet<_> = match query.need {
                Some(_) => expected(&all, &caller, &query, Sort::Waiting, now),
                None => expected(&all, &caller, &query, Sort::Newest, now),
            }
            .into_iter()
            .collect();
            assert_eq!(found, expected, "{query:?}");
        }
        for (need, count) in world.authority.needs(&caller).await.unwrap() {
            let expected = all
                .iter()
                .filter(|it| caller.reach.reach(it.facility.as_ref()) && needs(it, need, now))
                .count();
            assert_eq!((count.number, count.more), (expected, false), "{need:?} for {:?}", caller.reach);
        }
    }
    assert!(met > 500, "{met}: nearly nothing was found, which proves nothing");
    for need in Need::ALL.into_iter().filter(|need| !matches!(need, Need::Expiring | Need::Ended)) {
        assert!(all.iter().any(|it| needs(it, need, now)), "nobody is in need of {need:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_and_order_finds_what_is_there_and_nothing_else() {
    let world = town().await;
    judge(&world).await;
    // Nothing runs by itself: time alone heals locks, ends invitations and certificates.
    world.clock.advance(SignedDuration::from_hours(2));
    let locked = ListQuery { state: Some(Standing::Locked), limit: 10, ..ListQuery::default() };
    assert!(world.authority.list(&world.caller, locked).await.unwrap().enrollments.is_empty());
    world.clock.advance(SignedDuration::from_hours(24 * 380));
    let all = everything(&world).await;
    for need in [Need::Expiring, Need::Ended] {
        let met = all.iter().filter(|it| needs(it, need, world.now())).count();
        let query = ListQuery { need: Some(need), ..ListQuery::default() };
        assert_eq!(pages(&world, &world.caller, &query, 2).await.len(), met, "{need:?}");
    }
}

/// Takes away what an older Tegata did not write.
async fn made_old(world: &World) {
    for row in rows(world, RowKind::Place).await {
        if let Row::Place { index, order, .. } = row
            && (LATER.contains(&index.as_str()) || ["people", "facilities"].contains(&index.as_str()))
        {
            world.inner.commit(&world.partition, Commit::new().unindex(index, order)).await.unwrap();
        }
    }
    for mut enrollment in everything(world).await {
        enrollment.changed_at = None;
        let document = key(format!("enrollment/{}", enrollment.id));
        let commit = Commit::new().put(document, encode(&enrollment).unwrap());
        world.inner.commit(&world.partition, commit).await.unwrap();
    }
}

/// How many people are found by the beginning of their identifier.
async fn people(world: &World) -> usize {
    let query = PeopleQuery { limit: 1_000, ..PeopleQuery::default() };
    let own = &world.caller.organization;
    let found = world.authority.access().find_people(own, &Facilities::All, &query).await.unwrap();
    found.found.len()
}

async fn lease(world: &World) -> Guard {
    let lease = key("lease/lists");
    let commit = Commit::new().put(lease.clone(), br#"{"format":1,"record":{}}"#.to_vec());
    let held = world.inner.commit(&Partition::installation(), commit).await.unwrap();
    Guard::Version(lease, held.version)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_store_gets_its_lists_once_and_goes_on_where_it_was_interrupted() {
    let world = town().await;
    made_old(&world).await;
    let query = ListQuery { state: Some(Standing::Installed), ..ListQuery::default() };
    assert!(pages(&world, &world.caller, &query, 100).await.is_empty());
    assert_eq!(people(&world).await, 0);
    assert!(!world.authority.build_lists(&lease(&world).await, 1).await.unwrap());
    // Another node goes on; the one before finds its lease taken.
    let lost = lease(&world).await;
    let held = lease(&world).await;
    world.authority.build_lists(&lost, 1).await.unwrap_err();
    while !world.authority.build_lists(&held, 1).await.unwrap() {}
    let all = everything(&world).await;
    let persons: BTreeSet<_> = all.iter().map(|it| it.subscriber.clone()).collect();
    assert_eq!(people(&world).await, persons.len());
    let installed = |it: &&Enrollment| it.standing(world.now()) == Standing::Installed;
    assert_eq!(pages(&world, &world.caller, &query, 3).await.len(), all.iter().filter(installed).count());
    let audit = tegata::enrollment::audit(world.inner.as_ref(), world.now(), &mut |_, _| {}).await.unwrap();
    assert!(audit.is_clean(), "{:?}", audit.findings);
    // What is done is not done again.
    let before = world.inner.partitions().await.unwrap();
    assert!(world.authority.build_lists(&held, 10).await.unwrap());
    assert_eq!(world.inner.partitions().await.unwrap(), before);
}

#[tokio::test]
async fn a_text_finds_what_an_operator_has_at_hand() {
    let world = World::new().await;
    let invite = |id: &str, name: &str, note: Option<&str>| Invite {
        subscriber: SubscriberInvite {
            id: Some(id.parse().unwrap()),
            name: name.into(),
            kana: None,
            email: None,
        },
        note: note.map(str::to_owned),
        ..invite(name)
    };
    let issue = |invite| {
        world.clock.advance(SignedDuration::from_secs(1));
        world.authority.invite(&world.caller, invite)
    };
    let sato = issue(invite("10234", "佐藤 花子", None)).await.unwrap();
    let suzuki = issue(invite("10299", "鈴木 一郎", Some("Spare phone of the 2nd floor"))).await.unwrap();
    let other = issue(invite("ZZ-2", "高橋 次郎", None)).await.unwrap();
    let held = world.install(&sato).await;
    let find = async |text: &str| {
        let query = ListQuery { text: Some(text.to_owned()), limit: 10, ..ListQuery::default() };
        let listed = world.authority.list(&world.caller, query).await.unwrap();
        listed.enrollments.into_iter().map(|it| it.enrollment).collect::<Vec<_>>()
    };
    let only = |issued: &IssuedInvitation| vec![issued.enrollment.clone()];
    assert_eq!(find(sato.enrollment.as_str()).await, only(&sato));
    assert_eq!(find(&format!(" {} ", suzuki.number.grouped().as_str())).await, only(&suzuki));
    assert_eq!(find(suzuki.link.as_str()).await, only(&suzuki));
    let serial = held.serial.to_string().to_ascii_uppercase();
    let colons: Vec<&str> = (0..16).map(|at| &serial[2 * at..2 * at + 2]).collect();
    assert_eq!(find(&colons.join(":")).await, only(&sato));
    assert_eq!(find("10234").await, only(&sato));
    assert_eq!(find("102").await, [suzuki.enrollment.clone(), sato.enrollment.clone()]);
    assert_eq!(find("花子").await, only(&sato));
    assert_eq!(find("spare PHONE").await, only(&suzuki));
    assert_eq!(find("ZZ").await, only(&other));
    assert!(find("nobody").await.is_empty());
    // What another organization's operator types finds nothing here; the link and the number lead elsewhere.
    let stranger = Caller::new("other".parse().unwrap(), Actor::CommandLine);
    for text in [sato.enrollment.as_str(), suzuki.number.expose(), suzuki.link.as_str(), "10234", "花子"] {
        let query = ListQuery { text: Some(text.to_owned()), limit: 10, ..ListQuery::default() };
        assert!(world.authority.list(&stranger, query).await.unwrap().enrollments.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_page_looks_at_so_many_and_says_where_to_go_on() {
    let world = World::new().await;
    let (seed, _) = world.stored().await;
    let mut commit = Commit::new();
    for number in 0..2_500_i64 {
        let mut it = seed.clone();
        it.id = format!("{number:012}").parse().unwrap();
        it.invited_at = seed.invited_at - SignedDuration::from_secs(number + 1);
        if number == 2_400 {
            it.offer = "rare".to_owned();
        }
        let document = key(format!("enrollment/{}", it.id));
        let order = format!("{:015}-{}", it.invited_at.as_millisecond(), it.id);
        commit = commit.put(document.clone(), encode(&it).unwrap()).index(IndexEntry {
            index: key("enrollments"),
            order,
            document,
        });
        if number % 250 == 249 {
            world.inner.commit(&world.partition, std::mem::take(&mut commit)).await.unwrap();
        }
    }
    let query = ListQuery { offer: Some("rare".to_owned()), limit: 10, ..ListQuery::default() };
    let first = world.authority.list(&world.caller, query.clone()).await.unwrap();
    assert_eq!((first.enrollments.len(), first.looked_at, first.cut_short), (0, 2_000, true));
    let second = ListQuery { after: first.next, ..query };
    let second = world.authority.list(&world.caller, second).await.unwrap();
    assert_eq!((second.enrollments.len(), second.cut_short, second.next), (1, false, None));
}

#[tokio::test]
async fn a_query_that_does_not_do_says_why() {
    let world = World::new().await;
    let refuse = async |query: ListQuery| {
        let refused = world.authority.list(&world.caller, query).await;
        assert!(matches!(refused, Err(OperatorError::Unfit { .. })), "{refused:?}");
    };
    let query = ListQuery { limit: 10, ..ListQuery::default() };
    refuse(ListQuery { limit: 0, ..query.clone() }).await;
    refuse(ListQuery { limit: 1_001, ..query.clone() }).await;
    refuse(ListQuery { sort: Some(Sort::Waiting), ..query.clone() }).await;
    refuse(ListQuery { text: Some("x".repeat(101)), ..query.clone() }).await;
    for after in ["", "x", "1-2", "000000000000000-\0", "00000000000000é-abc", "~"] {
        refuse(ListQuery { after: Some(after.to_owned()), ..query.clone() }).await;
    }
    for text in ["\0", "../", "佐藤", "a b c", "%", "*", "x/", "/"] {
        let query = ListQuery { text: Some(text.to_owned()), ..query.clone() };
        assert!(world.authority.list(&world.caller, query).await.unwrap().enrollments.is_empty(), "{text:?}");
    }
}
