//! A row → a facility.

use super::LONGEST_LINE;
use super::column::{Column, FACILITY_COLUMNS};
use super::fault::{Reason, Unreadable};
use super::person::facility_code;
use super::{Roster, read};
use crate::directory::FacilityCode;

/// A facility of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacilityRow {
    /// Its code.
    pub code: FacilityCode,
    /// Its name.
    pub name: String,
}

/// Reads a list of facilities; one that stands twice is a fault.
///
/// # Errors
/// When the file is no list.
pub fn facilities(bytes: &[u8]) -> Result<Roster<FacilityRow>, Unreadable> {
    let roster = read(bytes, FACILITY_COLUMNS, FACILITY_COLUMNS, |row| {
        let code = row.read(Column::Facility, facility_code);
        let name = row.required(Column::FacilityName, LONGEST_LINE);
        if code.is_none() {
            row.empty(Column::Facility);
        }
        code.map(|code| FacilityRow { code, name })
    })?;
    Ok(roster.without_repetition())
}

impl Roster<Option<FacilityRow>> {
    fn without_repetition(self) -> Roster<FacilityRow> {
        let mut seen = std::collections::HashMap::new();
        let mut faults = super::Judged { faults: self.faults, more: self.more_faults };
        let mut rows = Vec::with_capacity(self.rows.len());
        for listed in self.rows {
            let Some(value) = listed.value else { continue };
            if let Some(row) = seen.insert(value.code.clone(), listed.row) {
                faults.fault(listed.row, Some(Column::Facility), Reason::RepeatedFacility { row });
            } else {
                rows.push(super::Listed { row: listed.row, value });
            }
        }
        faults.faults.sort_by_key(|fault| fault.row);
        Roster {
            rows,
            faults: faults.faults,
            more_faults: faults.more,
            total: self.total,
            encoding: self.encoding,
            columns: self.columns,
        }
    }
}
