//! `docs/performance.md` keeps what `make bench` prints: every row, with its goal, and a word on each that is missed.

#[path = "../../benches/figures/rows.rs"]
#[expect(dead_code, reason = "the benchmark measures them, this test only reads their names")]
mod rows;

use rows::ROWS;

fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md")).unwrap()
}

#[test]
fn the_document_has_the_rows_that_the_benchmark_prints() {
    let text = document();
    let kept: Vec<(String, String, String)> = text
        .lines()
        .filter(|line| line.ends_with("` |"))
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let name = cells[cells.len() - 1].trim_matches('`');
            (name.to_owned(), cells[0].to_owned(), cells[cells.len() - 3].to_owned())
        })
        .collect();
    let printed: Vec<_> =
        ROWS.iter().map(|row| (row.name.to_owned(), row.figure.to_owned(), row.goal())).collect();
    assert_eq!(kept, printed);
}

#[test]
fn every_figure_was_measured_and_what_is_missed_is_explained() {
    let text = document();
    let (table, explained) = text.split_once("<!-- figures: end -->").unwrap();
    assert!(!table.contains("not measured"));
    for line in table.lines().filter(|line| line.contains("**missed**")) {
        let name = line.trim_end_matches(" |").rsplit(' ').next().unwrap();
        assert!(explained.contains(name), "{name} is missed, and nobody says why");
    }
}
