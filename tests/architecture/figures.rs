//! `docs/performance.md` keeps what `make bench` prints: every row, with its goal, and a word on each that is missed.

#[path = "../../benches/figures/kept.rs"]
mod kept;
#[path = "../../benches/figures/rows.rs"]
#[expect(dead_code, reason = "the benchmark measures them, this test only reads their names")]
mod rows;

use kept::Machine;
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

#[test]
fn rows_that_are_measured_again_take_their_own_places_and_say_how_busy_the_machine_was() {
    let machine = |load: &str| Machine { what: "A machine.".to_owned(), load: load.to_owned() };
    let head = ["| head |".to_owned(), "|---|".to_owned()];
    let order = ["a", "b", "c"];
    let line = |name: &'static str, value: u8| (name, format!("| {value} | `{name}` |"));
    let text = "before\n<!-- figures: begin -->\n<!-- figures: end -->\nafter";
    let first = kept::whole(text, &machine("0.10"), &head, &[line("a", 1), line("c", 1)]);
    let second = kept::part(&first, &machine("2.20"), &head, &[line("b", 2), line("c", 2)], &order);
    let third = kept::part(&second, &machine("3.30"), &head, &[line("b", 3)], &order);
    assert_eq!(
        third,
        "before\n<!-- figures: begin -->\nA machine. One-minute load when it began: 0.10.\n\n| head |\n|---|\n| 1 | `a` |\n\
         | 3 | `b` |\n| 2 | `c` |\n\n\
         Measured by themselves, one-minute load when that began: 2.20: `c`.\n\n\
         Measured by themselves, one-minute load when that began: 3.30: `b`.\n\
         <!-- figures: end -->\nafter"
    );
    let other = Machine { what: "Another.".to_owned(), ..machine("1.00") };
    let refused = std::panic::catch_unwind(|| kept::part(&third, &other, &head, &[line("a", 4)], &order));
    assert!(refused.is_err(), "lines of two machines side by side");
}
