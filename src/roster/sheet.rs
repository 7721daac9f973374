//! Text → rows of cells under known columns.

use std::collections::HashMap;

use serde::Deserialize;

use super::column::Column;
use super::fault::{Fault, Reason};
use super::{Judged, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS};

/// A row's cells, trimmed; an empty one is absent.
pub(super) type Cells = HashMap<Column, String>;

/// The rows of a file.
pub(super) struct Sheet {
    pub(super) rows: Vec<(u64, Cells)>,
    pub(super) columns: Vec<Column>,
    /// Rows that are not empty.
    pub(super) total: usize,
    pub(super) judged: Judged,
}

/// So much of what stands in a file is repeated in a message.
const SHOWN: usize = 40;

pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// Reads the rows.
///
/// # Errors
/// What is wrong with the headings.
pub(super) fn rows(text: &str, columns: &[Column], required: &[Column]) -> Result<Sheet, Vec<Fault>> {
    if text.trim_start().starts_with('{') {
        return Ok(json_lines(text, columns));
    }
    separated(text, columns, required)
}

/// The sign between cells, and the text below the line that names it, where Excel was told by such a line.
fn separator(text: &str) -> (u8, &str, u64) {
    let first = text.split('\n').find(|line| !line.trim().is_empty()).unwrap_or_default();
    if let Some(named) = first.strip_prefix("sep=")
        && let [sign @ (b',' | b';' | b'\t')] = named.as_bytes()
        && let Some((_, rest)) = text.split_once('\n')
        && text.starts_with("sep=")
    {
        return (*sign, rest, 1);
    }
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        for (sign, count) in &mut counts {
            *count += usize::from(!quoted && byte == *sign);
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let sign = counts.iter().find(|(_, count)| *count == most).map_or(b',', |(sign, _)| *sign);
    (sign, text, 0)
}

fn separated(text: &str, known: &[Column], required: &[Column]) -> Result<Sheet, Vec<Fault>> {
    let (separator, text, above) = separator(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut headings: Option<Headings> = None;
    let mut sheet = Sheet { rows: Vec::new(), columns: Vec::new(), total: 0, judged: Judged::default() };
    // Line breaks inside of cells: a spreadsheet does not count them.
    let mut inside = 0;
    // The text was made of characters, so that a record always is.
    while reader.read_record(&mut record).unwrap_or(false) {
        let own: u64 = record.iter().map(|cell| cell.matches('\n').count() as u64).sum();
        // Every text ends with a line break; only an open quotation mark swallows the last one.
        let is_open = reader.position().byte() == text.len() as u64
            && record.iter().next_back().is_some_and(|cell| cell.ends_with('\n'))
            && !text.ends_with("\"\n");
        let row = (above + reader.position().line()).saturating_sub(u64::from(!is_open) + inside + own);
        inside += own;
        if is_open {
            sheet.judged.fault(row, None, Reason::OpenQuote);
            sheet.total += 1;
            break;
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(headings) = &mut headings else {
            headings = Some(Headings::read(row, &record, known)?);
            continue;
        };
        if sheet.total == MOST_ROWS {
            sheet.judged.fault(row, None, Reason::TooManyRows);
            sheet.rows.clear();
            break;
        }
        sheet.total += 1;
        if let Some(cells) = headings.cells(row, &record, &mut sheet.judged) {
            sheet.rows.push((row, cells));
        }
    }
    let Some(headings) = headings else {
        if let Some(open) = sheet.judged.faults.pop() {
            return Err(vec![open]);
        }
        return Err(vec![Fault { row: 1, column: None, reason: Reason::NoHeadings }]);
    };
    sheet.columns = headings.finish(required, known)?;
    Ok(sheet)
}

/// The headings of a file.
struct Headings {
    row: u64,
    columns: Vec<Result<Column, String>>,
    /// Whether anything stands under an unnamed column.
    used: Vec<bool>,
}

impl Headings {
    fn read(row: u64, record: &csv::StringRecord, known: &[Column]) -> Result<Self, Vec<Fault>> {
        if record.len() > MOST_COLUMNS {
            return Err(vec![Fault { row, column: None, reason: Reason::TooManyColumns }]);
        }
        let columns: Vec<_> = record
            .iter()
            .map(|heading| Column::recognise(heading, known).ok_or_else(|| heading.trim().to_owned()))
            .collect();
        let headings = Self { row, used: vec![false; columns.len()], columns };
        // Before any row is read: what is wrong with the headings would be wrong with every row.
        let faults = headings.faults(known);
        if faults.is_empty() { Ok(headings) } else { Err(faults) }
    }

    fn fault(&self, column: Option<Column>, reason: Reason) -> Fault {
        Fault { row: self.row, column, reason }
    }

    fn faults(&self, known: &[Column]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (place, column) in self.columns.iter().enumerate() {
            match column {
                Ok(column) if self.columns[..place].contains(&Ok(*column)) => {
                    faults.push(self.fault(Some(*column), Reason::RepeatedColumn));
                }
                Err(heading) if !heading.is_empty() => {
                    let meant = Column::guess(heading, known);
                    let reason =
                        Reason::UnknownColumn { heading: shown(heading), meant, known: known.to_vec() };
                    faults.push(self.fault(None, reason));
                }
                _ => {}
            }
        }
        faults
    }

    fn cells(&mut self, row: u64, record: &csv::StringRecord, judged: &mut Judged) -> Option<Cells> {
        let beyond = record.iter().skip(self.columns.len()).any(|cell| !cell.trim().is_empty());
        if record.len() < self.columns.len() || beyond {
            let (cells, headings) = (record.len(), self.columns.len());
            judged.fault(row, None, Reason::UnequalCells { cells, headings });
            return None;
        }
        let mut cells = Cells::new();
        let mut fits = true;
        for ((column, used), cell) in self.columns.iter().zip(&mut self.used).zip(record) {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            match column {
                Ok(column) if cell.chars().count() > LONGEST_CELL => {
                    judged.fault(row, Some(*column), Reason::TooLong { longest: LONGEST_CELL });
                    fits = false;
                }
                Ok(column) => {
                    cells.insert(*column, cell.to_owned());
                }
                Err(_) => *used = true,
            }
        }
        fits.then_some(cells)
    }

    /// The columns, when every row was read.
    fn finish(self, required: &[Column], known: &[Column]) -> Result<Vec<Column>, Vec<Fault>> {
        let columns: Vec<Column> = self.columns.iter().filter_map(|column| column.clone().ok()).collect();
        let mut faults = Vec::new();
        if self.used.iter().any(|used| *used) {
            let reason = Reason::UnknownColumn { heading: String::new(), meant: None, known: known.to_vec() };
            faults.push(self.fault(None, reason));
        }
        for column in required.iter().filter(|column| !columns.contains(column)) {
            faults.push(self.fault(None, Reason::MissingColumn { column: *column }));
        }
        if faults.is_empty() { Ok(columns) } else { Err(faults) }
    }
}

/// What may stand under a key: a text, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    One(String),
    Several(Vec<String>),
}

fn json_lines(text: &str, known: &[Column]) -> Sheet {
    let mut sheet = Sheet { rows: Vec::new(), columns: Vec::new(), total: 0, judged: Judged::default() };
    for (row, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        if sheet.total == MOST_ROWS {
            sheet.judged.fault(row, None, Reason::TooManyRows);
            sheet.rows.clear();
            break;
        }
        sheet.total += 1;
        let before = sheet.judged.count();
        let Ok(object) = serde_json::from_str::<HashMap<String, Value>>(line) else {
            sheet.judged.fault(row, None, Reason::NotJson);
            continue;
        };
        let mut cells = Cells::new();
        for (key, value) in object {
            let column = Column::recognise(&key, known);
            let text = match (column, value) {
                (_, Value::One(text)) => text,
                (Some(Column::Device), Value::Several(devices)) => devices.join(" "),
                (_, Value::Several(_)) => {
                    sheet.judged.fault(row, column, Reason::NotOneText);
                    continue;
                }
            };
            let Some(column) = column else {
                let meant = Column::guess(&key, known);
                let reason = Reason::UnknownColumn { heading: shown(&key), meant, known: known.to_vec() };
                sheet.judged.fault(row, None, reason);
                continue;
            };
            if !sheet.columns.contains(&column) {
                sheet.columns.push(column);
            }
            let text = text.trim();
            if text.chars().count() > LONGEST_CELL {
                sheet.judged.fault(row, Some(column), Reason::TooLong { longest: LONGEST_CELL });
            } else if !text.is_empty() && cells.insert(column, text.to_owned()).is_some() {
                sheet.judged.fault(row, Some(column), Reason::RepeatedColumn);
            }
        }
        if sheet.judged.count() == before {
            sheet.rows.push((row, cells));
        }
    }
    sheet
}
