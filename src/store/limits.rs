//! The limits that hold for every engine, so that what one takes the other takes too.

use jiff::SignedDuration;

use super::{Scan, StoreError};

/// The most bytes that one document, entry or event may have (1 MiB).
pub const MAX_VALUE: usize = 1 << 20;

/// The most operations (guards, puts, deletes, index changes, entries, events) in one commit.
pub const MAX_OPERATIONS: usize = 1_000;

/// The most bytes that the documents, entries and events of one commit may have together (16 MiB).
pub const MAX_COMMIT: usize = 16 << 20;

/// The most entries or events that one call reads.
pub const MAX_PAGE: usize = 1_000;

/// The longest life of a volatile entry (ten years of 366 days).
pub const MAX_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 3_660);

const MAX_ORDER: usize = 400;

pub(super) fn check_value(bytes: &[u8]) -> Result<(), StoreError> {
    if bytes.len() <= MAX_VALUE {
        return Ok(());
    }
    Err(StoreError::Limit(format!("a value of {} bytes, at most {MAX_VALUE} fit", bytes.len())))
}

pub(super) fn check_lifetime(lifetime: SignedDuration) -> Result<(), StoreError> {
    if (SignedDuration::from_millis(1)..=MAX_LIFETIME).contains(&lifetime) {
        return Ok(());
    }
    Err(StoreError::Limit(format!("an entry lives from 1 ms to {MAX_LIFETIME}, not {lifetime}")))
}

pub(super) fn check_order(order: &str) -> Result<(), StoreError> {
    let printable = order.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if printable && (1..=MAX_ORDER).contains(&order.len()) {
        return Ok(());
    }
    let shown: String = order.chars().take(MAX_ORDER).collect();
    Err(StoreError::Limit(format!(
        "an index order has 1 to {MAX_ORDER} printable ASCII characters, not {shown:?}"
    )))
}

pub(super) fn check_page(limit: usize) -> Result<(), StoreError> {
    if (1..=MAX_PAGE).contains(&limit) {
        return Ok(());
    }
    Err(StoreError::Limit(format!("one call reads 1 to {MAX_PAGE} entries, not {limit}")))
}

pub(super) fn check_commit(operations: usize, bytes: usize) -> Result<(), StoreError> {
    if operations > MAX_OPERATIONS {
        let limit = format!("{operations} operations in one commit, at most {MAX_OPERATIONS} fit");
        return Err(StoreError::Limit(limit));
    }
    if bytes > MAX_COMMIT {
        let limit = format!("a commit of {bytes} bytes, at most {MAX_COMMIT} fit");
        return Err(StoreError::Limit(limit));
    }
    Ok(())
}

impl Scan {
    /// The orders that this scan can meet: from the first one up to, but without, the second one, in byte order.
    ///
    /// Orders are printable ASCII, so 0x01 and 0x7f sort below and above whatever follows a prefix or a cursor.
    pub(super) fn bounds(&self) -> (String, String) {
        let first = self.prefix.clone();
        let end = format!("{}\x7f", self.prefix);
        match &self.after {
            None => (first, end),
            Some(cursor) if self.descending => (first, end.min(cursor.0.clone())),
            Some(cursor) => (first.max(format!("{}\x01", cursor.0)), end),
        }
    }
}
