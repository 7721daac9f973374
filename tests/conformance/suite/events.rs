//! The log of a partition: ordered, complete, part of the commit that appends.

use std::collections::BTreeSet;

use tegata::store::{Commit, Guard, Position, StoreError};
use tokio::task::JoinSet;

use super::subject::{Subject, here, key, put, there};

fn said(text: &str) -> Commit {
    Commit::new().event(text.as_bytes().to_vec())
}

pub async fn events_come_in_the_order_of_their_commits(on: Subject) {
    on.commit(said("1").event(b"2".to_vec()).event(b"3".to_vec())).await.unwrap();
    on.commit(said("4")).await.unwrap();
    on.commit(put("a", b"no event")).await.unwrap();
    on.commit(said("5").event(b"6".to_vec())).await.unwrap();
    assert_eq!(on.events().await, ["1", "2", "3", "4", "5", "6"]);
    let events = on.store.events(&here(), Position::default(), 1_000).await.unwrap();
    assert_eq!(events[0].position, Position(1));
    assert!(events.is_sorted_by(|one, next| one.position < next.position));
}

pub async fn events_are_read_on_from_a_position(on: Subject) {
    for number in 0..10 {
        on.commit(said(&number.to_string())).await.unwrap();
    }
    let first = on.store.events(&here(), Position::default(), 4).await.unwrap();
    assert_eq!(first.len(), 4);
    let second = on.store.events(&here(), first[3].position, 4).await.unwrap();
    assert_eq!(second.iter().map(|event| &event.bytes[..]).collect::<Vec<_>>(), [b"4", b"5", b"6", b"7"]);
    let third = on.store.events(&here(), second[3].position, 4).await.unwrap();
    assert_eq!(third.len(), 2);
    assert_eq!(on.store.events(&here(), third[1].position, 4).await.unwrap(), []);
    assert_eq!(on.store.events(&here(), Position(u64::MAX), 4).await.unwrap(), []);
}

pub async fn events_about_a_document_are_read_without_the_others(on: Subject) {
    for number in 0..6 {
        let about = if number % 2 == 0 { "even" } else { "odd" };
        let text = number.to_string().into_bytes();
        on.commit(said("neither").event_about(key(about), text)).await.unwrap();
    }
    let texts = |events: Vec<tegata::store::Event>| -> Vec<String> {
        events.into_iter().map(|event| String::from_utf8(event.bytes).unwrap()).collect()
    };
    let odd = on.store.events_about(&here(), &key("odd"), Position::default(), 10).await.unwrap();
    let second = odd[1].position;
    assert_eq!(texts(odd), ["1", "3", "5"]);
    let rest = on.store.events_about(&here(), &key("odd"), second, 10).await.unwrap();
    assert_eq!(texts(rest), ["5"]);
    let first = on.store.events_about(&here(), &key("even"), Position::default(), 1).await.unwrap();
    assert_eq!(texts(first), ["0"]);
    assert_eq!(on.store.events_about(&there(), &key("odd"), Position::default(), 10).await.unwrap(), []);
}

pub async fn thousands_of_events_about_one_document_are_read_in_their_order(on: Subject) {
    // Among others, in lots that end at no round number.
    let mut positions = Vec::new();
    for lot in 0..7 {
        let commit = (0..450).fold(Commit::new().event(b"other".to_vec()), |commit, number| {
            commit.event_about(key("much"), (lot * 450 + number).to_string().into_bytes())
        });
        let last = on.commit(commit).await.unwrap().last_event.unwrap();
        positions.extend(last.0 - 449..=last.0);
    }
    let read = async |after: Position, limit: usize| -> Vec<(u64, String)> {
        let events = on.store.events_about(&here(), &key("much"), after, limit).await.unwrap();
        events.into_iter().map(|e| (e.position.0, String::from_utf8(e.bytes).unwrap())).collect()
    };
    let all: Vec<_> = positions.iter().enumerate().map(|(number, at)| (*at, number.to_string())).collect();
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map_or(Position::default(), |(at, _): &(u64, String)| Position(*at));
        let page = read(after, 1_000).await;
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    for number in [0, 1, 510, 511, 512, 513, 1_023, 1_024, 1_025, 2_000, 3_148] {
        assert_eq!(read(Position(positions[number]), 3).await, all[number + 1..all.len().min(number + 4)]);
        assert_eq!(read(Position(positions[number] - 1), 1).await, all[number..=number]);
    }
    assert_eq!(read(Position(positions[3_149]), 3).await, []);
}

pub async fn the_last_position_is_what_the_commit_returned(on: Subject) {
    assert_eq!(on.store.last_event(&here()).await, Ok(Position(0)));
    assert_eq!(on.commit(put("a", b"1")).await.unwrap().last_event, None);
    assert_eq!(on.store.last_event(&here()).await, Ok(Position(0)));
    let made = on.commit(said("1").event(b"2".to_vec())).await.unwrap();
    assert_eq!(on.store.last_event(&here()).await.ok(), made.last_event);
    let events = on.store.events(&here(), Position::default(), 10).await.unwrap();
    assert_eq!(Some(events[1].position), made.last_event);
}

pub async fn a_refused_commit_appends_nothing(on: Subject) {
    on.commit(put("a", b"1").event(b"made".to_vec())).await.unwrap();
    let refused = on.commit(said("again").guard(Guard::Absent(key("a")))).await;
    assert_eq!(refused, Err(StoreError::Conflict(key("a"))));
    assert_eq!(on.events().await, ["made"]);
}

pub async fn no_event_is_lost_or_doubled_under_64_writers(on: Subject) {
    let mut writers = JoinSet::new();
    for writer in 0..64 {
        let store = on.store.clone();
        writers.spawn(async move {
            let mut last = Position::default();
            for round in 0..10 {
                let commit =
                    said(&format!("{writer}/{round}/a")).event(format!("{writer}/{round}/b").into_bytes());
                let position = store.commit(&here(), commit).await.unwrap().last_event.unwrap();
                assert!(position > last);
                last = position;
            }
        });
    }
    // A reader that follows the log meanwhile must meet each event once, in order, and never a later one before an earlier.
    let follower = tokio::spawn({
        let store = on.store.clone();
        async move {
            let (mut after, mut followed) = (Position::default(), Vec::new());
            while followed.len() < 1_280 {
                for event in store.events(&here(), after, 100).await.unwrap() {
                    assert!(event.position > after);
                    after = event.position;
                    followed.push(String::from_utf8(event.bytes).unwrap());
                }
            }
            followed
        }
    });
    writers.join_all().await;
    let events = on.events().await;
    assert_eq!(follower.await.unwrap(), events);
    assert_eq!(events.len(), 1_280);
    assert_eq!(events.iter().collect::<BTreeSet<_>>().len(), 1_280);
    for writer in 0..64 {
        let prefix = format!("{writer}/");
        let own: Vec<_> = events.iter().filter(|text| text.starts_with(&prefix)).collect();
        let expected: Vec<_> =
            (0..10).flat_map(|round| ["a", "b"].map(|half| format!("{writer}/{round}/{half}"))).collect();
        assert!(own.into_iter().eq(&expected));
    }
    // The two events of one commit stand together.
    assert!(events.chunks(2).all(|pair| pair[0].strip_suffix('a') == pair[1].strip_suffix('b')));
}

pub async fn events_agree_with_documents_under_64_writers(on: Subject) {
    on.commit(put("sum", b"0")).await.unwrap();
    let mut writers = JoinSet::new();
    for _ in 0..64 {
        let store = on.store.clone();
        writers.spawn(async move {
            loop {
                let sum = store.find(&here(), &key("sum")).await.unwrap().unwrap();
                let next: u32 = String::from_utf8(sum.bytes).unwrap().parse::<u32>().unwrap() + 1;
                let commit = put("sum", next.to_string().as_bytes())
                    .guard(Guard::Version(key("sum"), sum.version))
                    .event(next.to_string().into_bytes());
                match store.commit(&here(), commit).await {
                    Ok(_) => break,
                    Err(error) => assert_eq!(error, StoreError::Conflict(key("sum"))),
                }
            }
        });
    }
    writers.join_all().await;
    assert_eq!(on.bytes("sum").await.as_deref(), Some(&b"64"[..]));
    assert_eq!(on.events().await, (1..=64).map(|number| number.to_string()).collect::<Vec<_>>());
}

pub async fn partitions_have_their_own_log(on: Subject) {
    on.commit(said("here")).await.unwrap();
    let made = on.store.commit(&there(), said("there")).await.unwrap();
    assert_eq!(made.last_event, Some(Position(1)));
    assert_eq!(on.events().await, ["here"]);
    let others = on.store.events(&there(), Position::default(), 10).await.unwrap();
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].bytes, b"there");
}
