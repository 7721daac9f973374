//! The table: each line is printed as soon as it is known, and all of it, or some lines, can be put into the document.

use crate::kept::{self, Line, Machine};
use crate::paired::{Paired, Ratio};
use crate::rows::{Goal, ROWS, Row, shown};

/// Where the document has the table.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");

/// What has been measured so far, and what is to be.
pub struct Table {
    wanted: Vec<String>,
    head: Vec<String>,
    lines: Vec<Line>,
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
        let head = [
            "| figure: ours ÷ what it is set beside | ours | beside | ratio [95 %] | goal | | name |",
            "|---|---|---|---|---|---|---|",
        ];
        for line in head {
            println!("{line}");
        }
        let head = head.map(str::to_owned).into();
        Self { wanted, head, lines: Vec::new(), met: 0, missed: Vec::new() }
    }

    /// Whether one of these is to be measured.
    pub fn wants(&self, names: &[&str]) -> bool {
        names.iter().any(|name| {
            assert!(Row::named(name).is_some(), "{name} is no row");
            self.wanted.is_empty() || self.wanted.iter().any(|wanted| name.starts_with(wanted.as_str()))
        })
    }

    fn print(&mut self, row: &'static Row, line: String) {
        println!("{line}");
        self.lines.push((row.name, line));
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
        let line = format!(
            "| {} | {ours} | {beside} | {ratio} | {} | {verdict} | `{}` |",
            row.figure,
            row.goal(),
            row.name
        );
        self.print(row, line);
    }

    /// A row for which something is missing.
    pub fn without(&mut self, name: &str, why: &str) {
        if self.wants(&[name]) {
            let row = Row::named(name).unwrap();
            let line =
                format!("| {} | | | {why} | {} | not measured | `{}` |", row.figure, row.goal(), row.name);
            self.print(row, line);
        }
    }

    /// Says how it ended and, where it is to be kept, puts the table into the document under `machine`; where rows were named,
    /// their lines alone, in the place of those that stand there.
    pub fn end(self, machine: &Machine, keep: bool) {
        println!("\n{} met, {} missed{}", self.met, self.missed.len(), list(&self.missed));
        if !keep {
            return;
        }
        let text = std::fs::read_to_string(DOCUMENT).unwrap();
        let kept = if self.wanted.is_empty() {
            kept::whole(&text, machine, &self.head, &self.lines)
        } else {
            let order: Vec<_> = ROWS.iter().map(|row| row.name).collect();
            kept::part(&text, machine, &self.head, &self.lines, &order)
        };
        std::fs::write(DOCUMENT, kept).unwrap();
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
