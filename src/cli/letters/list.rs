//! A list of people to be invited: CSV or JSON lines, read whole and checked before anybody is invited.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::addressee::{LONGEST_LINE, MOST_LINES, line, postal_code};
use crate::cli::failure::{Exit, Failure};
use crate::cli::invite::device;
use crate::config::nearest;
use crate::device::Platform;
use crate::directory::{FacilityCode, SubscriberId};

/// No list is larger, in bytes.
const LARGEST: u64 = 16 << 20;
/// No list has more people.
const MOST_PEOPLE: usize = 10_000;
/// So many faults are told.
const MOST_FAULTS: usize = 20;

/// The columns of a list.
pub(super) const COLUMNS: [&str; 12] = [
    "name",
    "kana",
    "subscriber_id",
    "facility",
    "facility_name",
    "offer",
    "device",
    "email",
    "note",
    "postal_code",
    "address",
    "address2",
];

/// A person of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// The line of the file on which it begins, from 1.
    pub(super) line: u64,
    pub(super) name: String,
    pub(super) kana: Option<String>,
    pub(super) id: Option<SubscriberId>,
    pub(super) facility: Option<FacilityCode>,
    pub(super) facility_name: Option<String>,
    pub(super) offer: Option<String>,
    pub(super) devices: Vec<Platform>,
    pub(super) email: Option<String>,
    pub(super) note: Option<String>,
    pub(super) postal_code: Option<String>,
    pub(super) address: Vec<String>,
}

/// A fault of the list.
struct Fault {
    line: u64,
    column: Option<&'static str>,
    why: String,
}

/// Reads a list.
///
/// # Errors
/// Every fault in it, with line, column and remedy.
pub(super) fn read(path: &Path) -> Result<Vec<Person>, Failure> {
    let size = std::fs::metadata(path).map_err(|error| Failure::file(path, "read", &error))?.len();
    if size > LARGEST {
        let message = format!("{} has more than {} MiB", path.display(), LARGEST >> 20);
        return Err(Failure::new(Exit::Failed, "list", message).hint("divide the list"));
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, "read", &error))?;
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        let message = format!("{} is a spreadsheet", path.display());
        return Err(Failure::new(Exit::Failed, "list", message).hint("save it as CSV (UTF-8)"));
    }
    let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)) else {
        let message = format!("{} is not UTF-8", path.display());
        return Err(Failure::new(Exit::Failed, "list", message).hint("save it as CSV (UTF-8)"));
    };
    // One kind of line end, so that lines are counted as an editor counts them.
    let text = &text.replace("\r\n", "\n");
    let read = if text.trim_start().starts_with('{') { json_lines(text) } else { comma_separated(text) };
    let people = read.and_then(|rows| {
        let mut faults = Vec::new();
        if rows.is_empty() {
            faults.push(Fault { line: 1, column: None, why: "nobody is in it".to_owned() });
        }
        if rows.len() > MOST_PEOPLE {
            let why = format!("it has more than {MOST_PEOPLE} people; divide it");
            faults.push(Fault { line: rows[MOST_PEOPLE].0, column: None, why });
        }
        let people = rows.into_iter().map(|(line, row)| person(line, &row, &mut faults)).collect();
        if faults.is_empty() { Ok(people) } else { Err(faults) }
    });
    people.map_err(|faults| told(path, &faults))
}

fn told(path: &Path, faults: &[Fault]) -> Failure {
    let mut text = format!("{} cannot be used; nobody was invited", path.display());
    for fault in faults.iter().take(MOST_FAULTS) {
        let column = fault.column.map_or_else(String::new, |column| format!(", {column}"));
        let _ = write!(text, "\n  line {}{column}: {}", fault.line, fault.why);
    }
    if faults.len() > MOST_FAULTS {
        let _ = write!(text, "\n  and {} more", faults.len() - MOST_FAULTS);
    }
    Failure::new(Exit::Failed, "list", text).hint("`tegata letters print --help` shows a list")
}

/// A row: its columns with what stands in them.
type Row = HashMap<&'static str, String>;

fn known(column: &str) -> Result<&'static str, String> {
    COLUMNS.into_iter().find(|known| *known == column.trim()).ok_or_else(|| {
        let shown: String = column.chars().filter(|c| !c.is_control()).take(40).collect();
        match nearest(&column.trim().to_ascii_lowercase(), COLUMNS) {
            Some(meant) => format!("there is no column {shown:?}; did you mean {meant}?"),
            None => format!("there is no column {shown:?}; the columns are {}", COLUMNS.join(", ")),
        }
    })
}

fn comma_separated(text: &str) -> Result<Vec<(u64, Row)>, Vec<Fault>> {
    let separator = if text.lines().next().is_some_and(|first| first.contains('\t')) { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let fault = |error: &csv::Error| Fault {
        line: error.position().map_or(1, csv::Position::line),
        column: None,
        why: match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("it has {len} columns, the first line has {expected_len}; put a comma in quotes")
            }
            _ => error.to_string(),
        },
    };
    let headings = reader.headers().map_err(|error| vec![fault(&error)])?.clone();
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    for heading in &headings {
        match known(heading) {
            Ok(column) if columns.contains(&column) => {
                faults.push(Fault { line: 1, column: Some(column), why: "it stands twice".to_owned() });
            }
            Ok(column) => columns.push(column),
            Err(why) => faults.push(Fault { line: 1, column: None, why }),
        }
    }
    if faults.is_empty() && !columns.contains(&"name") {
        let why = "the first line names the columns, and there is no column \"name\"".to_owned();
        faults.push(Fault { line: 1, column: None, why });
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(1, csv::Position::line);
                let cells = columns.iter().zip(&record).map(|(column, cell)| (*column, cell.to_owned()));
                rows.push((line, cells.collect()));
            }
            Err(error) => faults.push(fault(&error)),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// What may stand under a key: a text, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    One(String),
    Several(Vec<String>),
}

fn json_lines(text: &str) -> Result<Vec<(u64, Row)>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let read: Result<HashMap<String, Value>, _> = serde_json::from_str(text);
        let mut fault = |why: String| faults.push(Fault { line, column: None, why });
        match read {
            Err(_) => fault("it is no JSON object whose values are texts".to_owned()),
            Ok(object) => {
                let mut row = Row::new();
                for (key, value) in object {
                    match (known(&key), value) {
                        (Ok(column), Value::One(text)) => {
                            row.insert(column, text);
                        }
                        (Ok("device"), Value::Several(devices)) => {
                            row.insert("device", devices.join(" "));
                        }
                        (Ok(column), Value::Several(_)) => fault(format!("{column} is one text")),
                        (Err(why), _) => fault(why.replace("column", "key")),
                    }
                }
                rows.push((line, row));
            }
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn person(line: u64, row: &Row, faults: &mut Vec<Fault>) -> Person {
    let cell = |column| row.get(column).map(|text: &String| text.trim()).filter(|text| !text.is_empty());
    let own = |column| cell(column).map(ToOwned::to_owned);
    let mut checked = Checked { row: &cell, line, faults };
    if cell("name").is_none() {
        checked.fault("name", "it is empty".to_owned());
    }
    let devices = checked.read("device", devices).unwrap_or_default();
    let address = ["address", "address2"].into_iter().filter_map(|column| checked.read(column, lines));
    let address: Vec<String> = address.flatten().collect();
    if address.len() > MOST_LINES {
        checked.fault("address", format!("it has more than {MOST_LINES} lines"));
    }
    if own("facility_name").is_some_and(|name| name.chars().count() > LONGEST_LINE) {
        checked.fault("facility_name", format!("it has more than {LONGEST_LINE} characters"));
    }
    Person {
        line,
        name: own("name").unwrap_or_default(),
        kana: own("kana"),
        id: checked.read("subscriber_id", |text| text.parse().map_err(|e| format!("{e}"))),
        facility: checked.read("facility", |text| text.parse().map_err(|e| format!("{e}"))),
        facility_name: own("facility_name"),
        offer: own("offer"),
        devices,
        email: own("email"),
        note: own("note"),
        postal_code: checked.read("postal_code", postal_code),
        address,
    }
}

/// A row while it is read.
struct Checked<'r, 'f> {
    row: &'r dyn Fn(&'static str) -> Option<&'r str>,
    line: u64,
    faults: &'f mut Vec<Fault>,
}

impl Checked<'_, '_> {
    fn fault(&mut self, column: &'static str, why: String) {
        self.faults.push(Fault { line: self.line, column: Some(column), why });
    }

    fn read<T>(&mut self, column: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match read((self.row)(column)?) {
            Ok(value) => Some(value),
            Err(why) => {
                self.fault(column, why);
                None
            }
        }
    }
}

fn devices(text: &str) -> Result<Vec<Platform>, String> {
    let mut devices = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/')) {
        if !word.is_empty() {
            let platform = device(word)?;
            if !devices.contains(&platform) {
                devices.push(platform);
            }
        }
    }
    Ok(devices)
}

fn lines(text: &str) -> Result<Vec<String>, String> {
    text.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    fn list(text: impl AsRef<[u8]>) -> Result<Vec<Person>, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("list");
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|failure| {
            failure.message.replace(&path.display().to_string(), "list").replace("\n  ", " | ")
        })
    }

    #[test]
    fn comma_separated_and_json_lists_say_the_same() {
        let comma = "\u{feff}name,kana,subscriber_id,facility,device,postal_code,address,address2\r\n\
            Hanako,はなこ,10234,g13b,iphone ipad,1000001,\"Chiyoda 1-1, Chiyoda\",101\r\n";
        let tab = "name\tkana\tsubscriber_id\tfacility\tdevice\tpostal_code\taddress\taddress2\n\
            Hanako\tはなこ\t10234\tG13B\tiphone/ipad\t100-0001\tChiyoda 1-1, Chiyoda\t101\n";
        let json = r#"{"name":"Hanako","kana":"はなこ","subscriber_id":"10234","facility":"G13B","device":["iphone","ipad"],"postal_code":"〒100-0001","address":"Chiyoda 1-1, Chiyoda\n101"}"#;
        let people = list(comma).unwrap();
        assert_eq!((people[0].line, people[0].devices.len()), (2, 2));
        assert_eq!(people[0].postal_code.as_deref(), Some("100-0001"));
        assert_eq!(people[0].address, ["Chiyoda 1-1, Chiyoda", "101"]);
        assert_eq!(list(tab).unwrap(), people);
        assert_eq!(list(json).unwrap(), [Person { line: 1, ..people[0].clone() }]);
    }

    #[test]
    fn every_fault_is_told_with_its_line_column_and_remedy() {
        for (text, expected) in [
            ("", "line 1: the first line names the columns, and there is no column \"name\""),
            ("name\n", "line 1: nobody is in it"),
            ("nmae\nx\n", "line 1: there is no column \"nmae\"; did you mean name?"),
            ("name,name\nx,y\n", "line 1, name: it stands twice"),
            ("name,note\nx\n", "line 2: it has 1 columns, the first line has 2; put a comma in quotes"),
            ("name,note\n,x\n", "line 2, name: it is empty"),
            (
                "name,device\nx,fax\n",
                "line 2, device: a kind of device is one of iphone, ipad, mac, android, windows",
            ),
            (
                "name,postal_code\nx,12\n",
                "line 2, postal_code: a postal code has seven digits, such as 100-0001",
            ),
            ("{\"name\":1}\n", "line 1: it is no JSON object whose values are texts"),
            ("{\"nam\":\"x\"}\n", "line 1: there is no key \"nam\"; did you mean name?"),
        ] {
            let refused = list(text).unwrap_err();
            assert_eq!(refused, format!("list cannot be used; nobody was invited | {expected}"));
        }
        assert_eq!(list(b"PK\x03\x04rest").unwrap_err(), "list is a spreadsheet");
        assert_eq!(list(b"name\n\x8eR\x93c\n").unwrap_err(), "list is not UTF-8");
        let two = list("name,device,postal_code\nx,fax,1\n,mac,2\n").unwrap_err();
        assert_eq!(two.matches(" | line").count(), 4, "{two}");
    }
}
