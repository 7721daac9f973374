//! The record of every certificate: written before a certificate leaves the process, never deleted.
//!
//! A certificate is *prepared* (its serial number is taken, nothing is signed yet), then *valid*, and at the end *revoked* or
//! past its time. What a crash left half-made is *abandoned*: it never left the process.

mod certificate;

pub use certificate::{CertificateRecord, CertificateStatus, RevocationReason};

use jiff::Timestamp;

use crate::pki::serial::SerialNumber;
use crate::store::record::{decode, encode};
use crate::store::{Commit, Guard, IndexEntry, Key, KeyError, Partition, Store, StoreError, Version};

fn internal(error: &KeyError) -> StoreError {
    StoreError::Limit(error.to_string())
}

fn document_key(serial: &SerialNumber) -> Result<Key, StoreError> {
    Key::new(format!("certificate/{serial}")).map_err(|e| internal(&e))
}

fn index_key(name: &str) -> Result<Key, StoreError> {
    Key::new(name).map_err(|e| internal(&e))
}

/// The order of an index by time: seconds, padded so that byte order is time order.
fn time_order(at: Timestamp, serial: &SerialNumber) -> String {
    format!("{:012}-{serial}", at.as_second().max(0))
}

/// Reads a certificate's record with the version that a guard must name.
///
/// # Errors
/// When the store fails or the record is damaged.
pub async fn find(
    store: &dyn Store,
    partition: &Partition,
    serial: &SerialNumber,
) -> Result<Option<(CertificateRecord, Version)>, StoreError> {
    let Some(document) = store.find(partition, &document_key(serial)?).await? else {
        return Ok(None);
    };
    Ok(Some((decode(&document.bytes)?, document.version)))
}

/// Adds a new certificate's record to a commit, on condition that its serial number is not taken.
///
/// # Errors
/// When the record cannot be written.
pub fn add(commit: Commit, record: &CertificateRecord) -> Result<Commit, StoreError> {
    let key = document_key(&record.serial)?;
    Ok(commit.guard(Guard::Absent(key.clone())).put(key, encode(record)?))
}

/// Adds a changed record to a commit, on condition that nobody else changed it since it was read. Keeps the indexes by end
/// and by revocation.
///
/// # Errors
/// When the record cannot be written.
pub fn change(commit: Commit, record: &CertificateRecord, read: Version) -> Result<Commit, StoreError> {
    let key = document_key(&record.serial)?;
    let mut commit = commit.guard(Guard::Version(key.clone(), read)).put(key.clone(), encode(record)?);
    for (index, order) in places(record) {
        commit = commit.index(IndexEntry { index: index_key(index)?, order, document: key.clone() });
    }
    Ok(commit)
}

/// Where a certificate stands: every index with the order that it has there.
#[must_use]
pub fn places(record: &CertificateRecord) -> Vec<(&'static str, String)> {
    let mut places = Vec::new();
    let was_made =
        matches!(record.status, CertificateStatus::Valid { .. } | CertificateStatus::Revoked { .. });
    if let Some(end) = record.not_after.filter(|_| was_made) {
        places.push(("certificates-by-end", time_order(end, &record.serial)));
    }
    if let CertificateStatus::Revoked { at, .. } = &record.status {
        places.push(("certificates-by-revocation", time_order(*at, &record.serial)));
    }
    places
}
