//! What is wrong with an offer: everything at once, each with its place and what would be right.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

use super::text::excerpt;

/// How many problems one report lists; a file with more is not an offer that somebody mistyped.
const LISTED_PROBLEMS: usize = 50;

/// An offer that cannot be used, with every problem found in it, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferError {
    file: String,
    problems: Vec<Problem>,
    unlisted: usize,
}

/// One thing that is wrong in an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The path of the key, such as `delivery.window` or `payloads[1].ssid` (the second payload); empty where no key
    /// is concerned.
    pub key: String,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl OfferError {
    /// The file's name, as it was given.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What is wrong, in the order of the file; at most 50 problems.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for OfferError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() + self.unlisted {
            1 => writeln!(formatter, "{} has a problem:", self.file)?,
            count => writeln!(formatter, "{} has {count} problems:", self.file)?,
        }
        for problem in &self.problems {
            write!(formatter, "\n{problem}")?;
        }
        if self.unlisted > 0 {
            write!(formatter, "\n… and {} more\n", self.unlisted)?;
        }
        Ok(())
    }
}

impl std::error::Error for OfferError {}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(formatter, "{} ", self.key)?;
        }
        writeln!(formatter, "{}", self.wrong)?;
        for line in self.right.lines() {
            writeln!(formatter, "    {line}")?;
        }
        Ok(())
    }
}

/// Collects the problems of one file while it is read.
pub(super) struct Problems<'t> {
    file: String,
    text: &'t str,
    found: RefCell<Vec<(usize, Problem)>>,
    unlisted: Cell<usize>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        Self { file: excerpt(file, 200), text, found: RefCell::default(), unlisted: Cell::new(0) }
    }

    /// Notes a problem at the bytes `at` of the file.
    pub(super) fn report(
        &self,
        at: &Range<usize>,
        key: &str,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) {
        let mut found = self.found.borrow_mut();
        if found.len() == LISTED_PROBLEMS {
            self.unlisted.set(self.unlisted.get() + 1);
            return;
        }
        let (line, column) = self.position(at.start);
        let problem = Problem {
            file: self.file.clone(),
            line,
            column,
            key: excerpt(key, 120),
            wrong: wrong.into(),
            right: right.into(),
        };
        found.push((at.start, problem));
    }

    /// Whether further problems are counted, but not listed.
    pub(super) fn are_full(&self) -> bool {
        self.found.borrow().len() == LISTED_PROBLEMS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// The report, once everything has been read.
    pub(super) fn into_error(self) -> OfferError {
        let mut found = self.found.into_inner();
        found.sort_by_key(|(start, _)| *start);
        let problems = found.into_iter().map(|(_, problem)| problem).collect();
        OfferError { file: self.file, problems, unlisted: self.unlisted.get() }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    fn position(&self, byte: usize) -> (usize, usize) {
        let mut end = byte.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let problems = Problems::new("a.toml", "x = 1\n# 証明\n日本 = 2\n");
        assert_eq!(problems.position(0), (1, 1));
        assert_eq!(problems.position(6), (2, 1));
        let start = problems.text.find('=').unwrap_or_default();
        assert_eq!(problems.position(start), (1, 3));
        let second = problems.text.rfind('=').unwrap_or_default();
        assert_eq!(problems.position(second), (3, 4));
        assert_eq!(problems.position(usize::MAX), (4, 1));
    }

    #[test]
    fn the_report_follows_the_file_and_has_an_end() {
        let problems = Problems::new("a.toml", "0123456789");
        for start in (0..80).rev() {
            problems.report(&(start..start), "key", "is wrong", "write it right");
        }
        let error = problems.into_error();
        assert_eq!(error.problems().len(), 50);
        assert!(error.problems().is_sorted_by_key(|problem| problem.column));
        assert!(error.to_string().starts_with("a.toml has 80 problems:\n\na.toml:1:"), "{error}");
        assert!(error.to_string().ends_with("\n… and 30 more\n"), "{error}");
    }
}
