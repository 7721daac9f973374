//! A row → a person with a device.

use serde::{Deserialize, Serialize};

use super::column::{Column, PERSON_COLUMNS};
use super::fault::{Reason, Unreadable};
use super::sheet::{Cells, shown};
use super::word::{Kind, guess, meaning, narrow};
use super::{Judged, LONGEST_LINE, MOST_LINES, Roster, read};
use crate::device::Platform;
use crate::directory::{FacilityCode, SubscriberId};

/// The longest name, reading, note or address of a person, in characters.
const LONGEST_TEXT: usize = 200;
/// The longest key of a row.
const LONGEST_KEY: usize = 64;

/// How an invitation is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handover {
    /// By letter: it is printed.
    Letter,
    /// By mail.
    Mail,
    /// By hand: whoever issues it sees to it.
    None,
}

impl Handover {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Mail => "mail",
            Self::None => "none",
        }
    }
}

/// A person who is to be invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// How it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// The organization's own identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SubscriberId>,
    /// The facility's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<FacilityCode>,
    /// The facility's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility_name: Option<String>,
    /// What is handed out; the file's default where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// The kinds of device; empty for all that the offer serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Platform>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A note for operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it is handed over; the file's default where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
    /// What names the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The lines of the address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
}

/// Reads a list of people. Rows are judged one by one; what two rows say together is for whoever issues them.
///
/// # Errors
/// When the file is no list.
pub fn people(bytes: &[u8]) -> Result<Roster<Person>, Unreadable> {
    read(bytes, PERSON_COLUMNS, &[Column::Name], |row| {
        let text = |row: &mut Checked<'_, '_>, column| row.text(column, LONGEST_TEXT);
        let devices = row.read(Column::Device, devices).unwrap_or_default();
        let mut address = row.lines(Column::Address);
        address.extend(row.lines(Column::Address2));
        if address.len() > MOST_LINES {
            row.fault(Column::Address, Reason::TooManyLines { most: MOST_LINES });
        }
        let person = Person {
            name: row.required(Column::Name, LONGEST_TEXT),
            kana: text(row, Column::Kana),
            id: row.read(Column::SubscriberId, identifier),
            facility: row.read(Column::Facility, facility_code),
            facility_name: row.text(Column::FacilityName, LONGEST_LINE),
            offer: text(row, Column::Offer),
            devices,
            email: row.read(Column::Email, mail_address),
            note: text(row, Column::Note),
            handover: row.read(Column::Handover, handover),
            key: row.read(Column::Key, key),
            postal_code: row.read(Column::PostalCode, |text| postal_code(text).ok_or(Reason::PostalCode)),
            address,
        };
        if person.handover == Some(Handover::Mail) && !row.has(Column::Email) {
            row.fault(Column::Email, Reason::MailWithoutAddress);
        }
        person
    })
}

/// A row while its cells are judged.
pub(super) struct Checked<'r, 'j> {
    row: u64,
    cells: &'r Cells,
    judged: &'j mut Judged,
}

impl<'r, 'j> Checked<'r, 'j> {
    pub(super) fn new(row: u64, cells: &'r Cells, judged: &'j mut Judged) -> Self {
        Self { row, cells, judged }
    }

    pub(super) fn fault(&mut self, column: Column, reason: Reason) {
        self.judged.fault(self.row, Some(column), reason);
    }

    fn has(&self, column: Column) -> bool {
        self.cells.contains_key(&column)
    }

    /// A cell that holds nothing that a cell must not hold.
    fn cell(&mut self, column: Column) -> Option<String> {
        let text = self.cells.get(&column)?;
        let text: String =
            if column.is_for_machines() { text.chars().map(narrow).collect() } else { text.clone() };
        match harm(&text, column) {
            None => Some(text),
            Some(reason) => {
                self.fault(column, reason);
                None
            }
        }
    }

    pub(super) fn text(&mut self, column: Column, longest: usize) -> Option<String> {
        let text = self.cell(column)?;
        if text.chars().count() > longest {
            self.fault(column, Reason::TooLong { longest });
            return None;
        }
        Some(text)
    }

    pub(super) fn required(&mut self, column: Column, longest: usize) -> String {
        self.empty(column);
        self.text(column, longest).unwrap_or_default()
    }

    /// Says that nothing stands there, where nothing does.
    pub(super) fn empty(&mut self, column: Column) {
        if !self.has(column) {
            self.fault(column, Reason::Empty);
        }
    }

    pub(super) fn read<T>(&mut self, column: Column, read: impl Fn(&str) -> Result<T, Reason>) -> Option<T> {
        match read(self.cell(column)?.trim()) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fault(column, reason);
                None
            }
        }
    }

    fn lines(&mut self, column: Column) -> Vec<String> {
        let text = self.cell(column).unwrap_or_default();
        let lines: Vec<_> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect();
        if lines.iter().any(|line| line.chars().count() > LONGEST_LINE) {
            self.fault(column, Reason::TooLong { longest: LONGEST_LINE });
        }
        lines
    }
}

/// What a spreadsheet writes where a formula went wrong.
const ERRORS: [&str; 9] =
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"];

/// What no cell may hold.
fn harm(text: &str, column: Column) -> Option<Reason> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Some(Reason::Undecodable);
    }
    if text.chars().any(|c| c.is_control() && !(c == '\n' && column.takes_lines())) {
        return Some(Reason::ControlCharacter);
    }
    if let Some(c) = text.chars().find(|c| is_invisible(*c)) {
        return Some(Reason::InvisibleCharacter { code: u32::from(c) });
    }
    if ERRORS.contains(&text) || (text.len() > 3 && text.bytes().all(|byte| byte == b'#')) {
        return Some(Reason::SpreadsheetError { text: shown(text) });
    }
    let first = text.chars().next()?;
    let is_formula = match first {
        '=' | '@' => true,
        // A dash alone, or what only looks like a number, calculates nothing.
        '+' | '-' => text.chars().skip(1).any(|c| !(c.is_ascii_digit() || " -().".contains(c))),
        _ => false,
    };
    if is_formula {
        return Some(Reason::Formula { sign: first });
    }
    let is_number =
        matches!(column, Column::SubscriberId | Column::Key | Column::Facility | Column::PostalCode);
    (is_number && is_shortened(text)).then(|| Reason::ShortenedNumber { text: shown(text) })
}

/// What is not seen, and changes what is: what turns the direction of writing (UAX #9 §2), and what has no width.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether this is a number as a spreadsheet shortens it: `1.23E+10`.
fn is_shortened(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once("E+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent) && number.split_once('.').map_or_else(|| digits(number), |(a, b)| digits(a) && digits(b))
}

fn identifier(text: &str) -> Result<SubscriberId, Reason> {
    text.parse().map_err(|_| Reason::Identifier { text: shown(text) })
}

pub(super) fn facility_code(text: &str) -> Result<FacilityCode, Reason> {
    text.parse().map_err(|_| Reason::FacilityCode { text: shown(text) })
}

fn key(text: &str) -> Result<String, Reason> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b);
    if text.len() <= LONGEST_KEY && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err(Reason::RowKey { text: shown(text) })
}

fn mail_address(text: &str) -> Result<String, Reason> {
    let fits = text.chars().count() <= LONGEST_TEXT
        && !text.chars().any(char::is_whitespace)
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.contains('@') && domain.split('.').all(|label| !label.is_empty())
        });
    if fits { Ok(text.to_owned()) } else { Err(Reason::MailAddress { text: shown(text) }) }
}

fn handover(text: &str) -> Result<Handover, Reason> {
    match meaning(Kind::Handover, text) {
        Some("letter") => Ok(Handover::Letter),
        Some("mail") => Ok(Handover::Mail),
        Some("none") => Ok(Handover::None),
        _ => Err(Reason::Handover { text: shown(text) }),
    }
}

fn platform(meaning: &str) -> Option<Platform> {
    match meaning {
        "iphone" => Some(Platform::Ios),
        "ipad" => Some(Platform::Ipados),
        "mac" => Some(Platform::Macos),
        "android" => Some(Platform::Android),
        "windows" => Some(Platform::Windows),
        _ => None,
    }
}

fn devices(text: &str) -> Result<Vec<Platform>, Reason> {
    let mut devices = Vec::new();
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '|' | '\u{3001}' | '\u{30fb}');
    for word in text.split(between).filter(|word| !word.is_empty()) {
        let Some(platform) = meaning(Kind::Device, word).and_then(platform) else {
            let meant = guess(Kind::Device, word).map(ToOwned::to_owned);
            return Err(Reason::Device { text: shown(word), meant });
        };
        if !devices.contains(&platform) {
            devices.push(platform);
        }
    }
    Ok(devices)
}

/// Seven digits, with or without a hyphen and the postal mark, as they are printed: `100-0001`.
#[must_use]
pub fn postal_code(text: &str) -> Option<String> {
    let digits: String = text.trim().trim_start_matches('\u{3012}').chars().filter(|c| *c != '-').collect();
    let fits = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("{}-{}", &digits[..3], &digits[3..]))
}
