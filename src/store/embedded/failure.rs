//! What SQLite's errors mean to the store's callers.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::store::StoreError;

/// What an SQLite error means where nothing was done.
pub fn refusal(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match kind(error) {
        Kind::Full => StoreError::Full(text),
        Kind::Damaged => StoreError::Damaged(text),
        Kind::Other => StoreError::Unavailable(text),
    }
}

/// What an error of COMMIT itself means.
///
/// A full disk stops the write-ahead log before its commit mark, so nothing was done. After any other failure the mark may
/// or may not reach the disk, and the next start may find it.
pub fn commit_refusal(error: &rusqlite::Error) -> StoreError {
    match kind(error) {
        Kind::Full => StoreError::Full(error.to_string()),
        Kind::Damaged | Kind::Other => StoreError::Unknown(error.to_string()),
    }
}

/// Whether another connection held the lock for longer than we wait.
pub fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Whether the file cannot be read as what it should be.
pub fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(kind(error), Kind::Damaged)
}

/// Whether there is no room left.
pub fn is_full(error: &rusqlite::Error) -> bool {
    matches!(kind(error), Kind::Full)
}

enum Kind {
    Full,
    Damaged,
    Other,
}

fn kind(error: &rusqlite::Error) -> Kind {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return match error {
            // A column held something that the schema does not let in.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Kind::Damaged,
            _ => Kind::Other,
        };
    };
    match (failure.code, failure.extended_code) {
        // The index of the write-ahead log could not be enlarged, which is how a full disk shows there.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Kind::Full,
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _)
        | (_, ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS | ffi::SQLITE_IOERR_DATA) => {
            Kind::Damaged
        }
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn every_kind_of_failure_has_its_name() {
        assert!(matches!(refusal(&failure(ffi::SQLITE_FULL)), StoreError::Full(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_IOERR_SHMSIZE)), StoreError::Full(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_CORRUPT)), StoreError::Damaged(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_NOTADB)), StoreError::Damaged(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_IOERR_SHORT_READ)), StoreError::Damaged(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_IOERR_WRITE)), StoreError::Unavailable(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_BUSY)), StoreError::Unavailable(_)));
        assert!(matches!(refusal(&failure(ffi::SQLITE_READONLY)), StoreError::Unavailable(_)));
    }

    #[test]
    fn a_commit_that_failed_half_way_is_unknown_unless_the_disk_was_full() {
        assert!(matches!(commit_refusal(&failure(ffi::SQLITE_IOERR_FSYNC)), StoreError::Unknown(_)));
        assert!(matches!(commit_refusal(&failure(ffi::SQLITE_FULL)), StoreError::Full(_)));
    }
}
