//! The table: each line is printed as soon as it is known, and all of it can be put into the document.

use std::path::Path;

use crate::paired::{Paired, Ratio};
use crate::rows::{Goal, ROWS, Row, shown};

/// Where the document has the table.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");
const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// What has been measured so far, and what is to be.
pub struct Table {
    wanted: Vec<String>,
    lines: Vec<String>,
    met: usize,
    missed: Vec<&'static str>,
}

impl Table {
    /// For these rows; for all where none is named. A name's beginning stands for all that begin so.
    pub fn of(wanted: Vec<String>) -> Self {
        for name in &wanted {
            let known = ROWS.iter().any(|row| row.name.starts_with(name.as_str()));
            let names = || ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
            assert!(known, "no figure is called {name}; there are {}", names());
        }
        let mut table = Self { wanted, lines: Vec::new(), met: 0, missed: Vec::new() };
        table.print(
            "| figure: ours ÷ what it is set beside | ours | beside | ratio [95 %] | goal | | name |"
                .to_owned(),
        );
        table.print("|---|---|---|---|---|---|---|".to_owned());
        table
    }

    /// Whether one of these is to be measured.
    pub fn wants(&self, names: &[&str]) -> bool {
        names.iter().any(|name| {
            assert!(Row::named(name).is_some(), "{name} is no row");
            self.wanted.is_empty() || self.wanted.iter().any(|wanted| name.starts_with(wanted.as_str()))
        })
    }

    fn print(&mut self, line: String) {
        println!("{line}");
        self.lines.push(line);
    }

    /// Both sides of a row, turn by turn.
    pub fn paired(&mut self, name: &str, paired: &Paired) {
        let (ours, beside) = paired.medians();
        self.ratio(name, ours, beside, paired.ratio());
    }

    /// Both sides of a row, of which there is one value.
    pub fn single(&mut self, name: &str, ours: f64, beside: f64) {
        let ratio = ours / beside;
        self.ratio(name, ours, beside, Ratio { median: ratio, low: ratio, high: ratio });
    }

    pub fn ratio(&mut self, name: &str, ours: f64, beside: f64, ratio: Ratio) {
        if !self.wants(&[name]) {
            return;
        }
        let row = Row::named(name).unwrap();
        let met = match row.goal {
            Goal::AtMost(most) => ratio.median <= most,
            Goal::AtLeast(least) => ratio.median >= least,
            Goal::Within(most) => ours <= most,
        };
        if met {
            self.met += 1;
        } else {
            self.missed.push(row.name);
        }
        let (ours, beside) = (shown(ours, row.unit), shown(beside, row.unit));
        let Ratio { median, low, high } = ratio;
        let ratio = if (high - low).abs() < 1e-9 {
            precise(median)
        } else {
            format!("{} [{}, {}]", precise(median), precise(low), precise(high))
        };
        let verdict = if met { "met" } else { "**missed**" };
        self.print(format!(
            "| {} | {ours} | {beside} | {ratio} | {} | {verdict} | `{}` |",
            row.figure,
            row.goal(),
            row.name
        ));
    }

    /// A row for which something is missing.
    pub fn without(&mut self, name: &str, why: &str) {
        if self.wants(&[name]) {
            let row = Row::named(name).unwrap();
            self.print(format!(
                "| {} | | | {why} | {} | not measured | `{}` |",
                row.figure,
                row.goal(),
                row.name
            ));
        }
    }

    /// Says how it ended and, where it is to be kept, writes the table into the document under `machine`.
    pub fn end(self, machine: &str, keep: bool) {
        println!("\n{} met, {} missed{}", self.met, self.missed.len(), list(&self.missed));
        if !keep {
            return;
        }
        assert!(self.wanted.is_empty(), "only the whole table is kept");
        let text = std::fs::read_to_string(DOCUMENT).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let kept = format!("{before}{BEGIN}\n{machine}\n\n{}\n{END}{after}", self.lines.join("\n"));
        std::fs::write(Path::new(DOCUMENT), kept).unwrap();
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}

fn precise(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 10.0 => format!("{ratio:.1}"),
        ratio if ratio >= 0.1 => format!("{ratio:.2}"),
        0.0 => "0".to_owned(),
        ratio => format!("{ratio:.4}"),
    }
}
