//! How a record becomes a document's bytes: JSON in an envelope that carries the format's version, so that old records stay
//! readable.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::StoreError;

/// Something that is kept in a document, an entry or an event.
pub trait Record: Serialize + DeserializeOwned {
    /// What it is called in messages.
    const NAME: &'static str;
    /// The version of its shape that is written now.
    const FORMAT: u32;

    /// Reads an older shape. The default knows none.
    #[must_use]
    fn from_older(format: u32, value: serde_json::Value) -> Option<Self> {
        let _ = (format, value);
        None
    }
}

#[derive(Serialize)]
struct Written<'a, T> {
    format: u32,
    record: &'a T,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    record: serde_json::Value,
}

/// The bytes of a record: `{"format":1,"record":{…}}`.
///
/// # Errors
/// [`StoreError::Damaged`] where the record cannot be written as JSON, which is a fault in Tegata.
pub fn encode<T: Record>(record: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(&Written { format: T::FORMAT, record })
        .map_err(|e| StoreError::Damaged(format!("a new {} cannot be written: {e}", T::NAME)))
}

/// Whether the bytes are a record of some kind.
///
/// # Errors
/// [`StoreError::Damaged`] where they are none.
pub fn envelope(bytes: &[u8]) -> Result<(), StoreError> {
    let read: Result<Read, _> = serde_json::from_slice(bytes);
    read.map(drop).map_err(|error| StoreError::Damaged(format!("this is no readable record: {error}")))
}

/// Reads a record back.
///
/// # Errors
/// [`StoreError::Damaged`] where the bytes are no such record, or one of a newer format.
pub fn decode<T: Record>(bytes: &[u8]) -> Result<T, StoreError> {
    let damaged = |e: String| StoreError::Damaged(format!("this is no readable {}: {e}", T::NAME));
    let read: Read = serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
    if read.format == T::FORMAT {
        return serde_json::from_value(read.record).map_err(|e| damaged(e.to_string()));
    }
    if read.format > T::FORMAT {
        return Err(damaged(format!(
            "it has format {}, and this Tegata knows formats up to {}; use the newer Tegata that wrote it",
            read.format,
            T::FORMAT
        )));
    }
    T::from_older(read.format, read.record)
        .ok_or_else(|| damaged(format!("format {} is not known any more", read.format)))
}
