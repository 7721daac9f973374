//! What lies ready to be fetched, sealed under the ticket: the store and the server hold it, and neither can open it without the
//! URL that only the person's browser knows.

use bytes::Bytes;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::credentials::Ticket;
use super::state::Claim;
use super::view::BundleFile;
use crate::entropy::Entropy;
use crate::pepper::{Pepper, PepperError, SealingKey};

/// A file with its bytes.
#[derive(Clone)]
pub(super) struct MadeFile {
    pub(super) file: BundleFile,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// What the ticket opens.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) files: Vec<(BundleFile, Bytes)>,
    pub(super) password: Option<Zeroizing<String>>,
}

#[derive(Serialize, Deserialize)]
struct Inside {
    files: Vec<InsideFile>,
    password: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct InsideFile {
    file: BundleFile,
    base64: String,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.password.zeroize();
        for file in &mut self.files {
            file.base64.zeroize();
        }
    }
}

/// The delivery cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealedError {
    /// It was sealed under another ticket, or altered.
    #[error(transparent)]
    Pepper(#[from] PepperError),
    /// What was inside is not what was put in.
    #[error("an opened delivery cannot be read: {0}")]
    Inside(String),
}

fn key(pepper: &Pepper, ticket: &Ticket, claim: &Claim) -> Result<SealingKey, PepperError> {
    pepper.sealing_key(ticket.expose().as_bytes(), claim.salt.as_bytes(), b"tegata/1/delivery")
}

/// Seals files and the password that the ticket page shows, for this claim alone.
pub(super) fn seal(
    pepper: &Pepper,
    entropy: &dyn Entropy,
    ticket: &Ticket,
    claim: &Claim,
    files: &[MadeFile],
    password: Option<&str>,
) -> Result<Vec<u8>, SealedError> {
    let inside = Inside {
        files: files
            .iter()
            .map(|made| InsideFile { file: made.file.clone(), base64: BASE64.encode(&made.bytes) })
            .collect(),
        password: password.map(str::to_owned),
    };
    let plain = serde_json::to_vec(&inside).map(Zeroizing::new);
    let plain = plain.map_err(|e| SealedError::Inside(e.to_string()))?;
    Ok(key(pepper, ticket, claim)?.seal(entropy, claim.serial.to_string().as_bytes(), &plain)?)
}

/// Opens what [`seal`] sealed.
pub(super) fn open(
    pepper: &Pepper,
    ticket: &Ticket,
    claim: &Claim,
    sealed: &[u8],
) -> Result<Opened, SealedError> {
    let plain = key(pepper, ticket, claim)?.open(claim.serial.to_string().as_bytes(), sealed)?;
    let unreadable = |e: String| SealedError::Inside(e);
    let mut inside: Inside = serde_json::from_slice(&plain).map_err(|e| unreadable(e.to_string()))?;
    let mut files = Vec::with_capacity(inside.files.len());
    for file in &inside.files {
        let bytes = BASE64.decode(file.base64.as_bytes()).map_err(|e| unreadable(e.to_string()))?;
        files.push((file.file.clone(), Bytes::from(bytes)));
    }
    Ok(Opened { files, password: inside.password.take().map(Zeroizing::new) })
}
