//! No row is forgotten: each of the fifty has its line in the document, and a test or a reason why it waits.

use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = include_str!("../../docs/retrieval.md");
const SOURCES: [&str; 6] = [
    include_str!("afterwards.rs"),
    include_str!("delivery.rs"),
    include_str!("doors.rs"),
    include_str!("proof.rs"),
    include_str!("recognition.rs"),
    include_str!("tickets.rs"),
];

/// The rows that some test bears in its name.
fn tested() -> BTreeSet<u32> {
    let names = SOURCES.iter().flat_map(|source| source.split("async fn row_").skip(1));
    names.map(|rest| rest[..2].parse().unwrap()).collect()
}

/// The lines of a table under a heading of the document: the number in the first cell, and the other cells.
fn table(heading: &str) -> BTreeMap<u32, Vec<&'static str>> {
    let (_, part) = DOCUMENT.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let part = part.split("\n## ").next().unwrap();
    let lines = part.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    lines
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            (cells.next().unwrap().parse().unwrap_or_else(|_| panic!("no number: {line}")), cells.collect())
        })
        .collect()
}

#[test]
fn every_row_of_the_catalogue_has_its_line_and_a_test_or_a_reason_why_it_waits() {
    let (rows, waiting, tested) = (table("The failure catalogue"), table("What still waits"), tested());
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), (1..=50).collect::<Vec<_>>());
    for (row, cells) in &rows {
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}: {cells:?}");
        let answer = cells[1];
        assert!(
            ["prevented", "detected", "explained"].iter().any(|word| answer.contains(word)),
            "{row}: {answer}"
        );
        assert!(
            tested.contains(row) || waiting.contains_key(row),
            "row {row} has no test `row_{row:02}_…` and does not stand under “What still waits”"
        );
    }
    for (row, cells) in &waiting {
        assert!(rows.contains_key(row) && cells.iter().all(|cell| !cell.is_empty()), "{row}: {cells:?}");
    }
}
