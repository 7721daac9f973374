//! A list that is named on the command line, read whole and checked before anything is done.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use super::failure::{Exit, Failure};
use crate::roster::{Fault, LARGEST, Roster, Unreadable};

/// So many faults are told.
const MOST_FAULTS: usize = 20;

/// The bytes of a list; what is too large is not read whole.
///
/// # Errors
/// When the file cannot be read, or is too large.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: &std::io::Error| Failure::file(path, "read", error);
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() > LARGEST {
        return Err(unreadable(path, &Unreadable::TooLarge));
    }
    Ok(bytes)
}

/// What `read` makes of a list in which nothing may be wrong.
///
/// # Errors
/// Every fault in it, with row, column and remedy.
pub(super) fn faultless<T>(
    path: &Path,
    read: impl Fn(&[u8]) -> Result<Roster<T>, Unreadable>,
) -> Result<Roster<T>, Failure> {
    let roster = read(&bytes(path)?).map_err(|error| unreadable(path, &error))?;
    if roster.faults.is_empty() {
        return Ok(roster);
    }
    Err(told(path, &roster.faults, roster.more_faults))
}

/// Why a file is no list.
pub(super) fn unreadable(path: &Path, error: &Unreadable) -> Failure {
    let refused = |hint: &str| {
        let message = format!("{} cannot be used: {error}", path.display());
        Failure::new(Exit::Failed, "list", message).hint(hint)
    };
    match error {
        Unreadable::TooLarge => refused("divide the list"),
        Unreadable::Foreign(foreign) => refused(foreign.remedy()),
        Unreadable::Faults(faults) => told(path, faults, 0),
    }
}

fn told(path: &Path, faults: &[Fault], more: usize) -> Failure {
    let mut text = format!("{} cannot be used; nothing was done", path.display());
    for fault in faults.iter().take(MOST_FAULTS) {
        let _ = write!(text, "\n  {fault}");
    }
    let left = faults.len().saturating_sub(MOST_FAULTS) + more;
    if left > 0 {
        let _ = write!(text, "\n  and {left} more");
    }
    Failure::new(Exit::Failed, "list", text).hint("`tegata bulk template` writes a list to be filled in")
}
