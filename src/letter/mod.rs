//! Letters: an invitation on two sheets of A4 that travel apart, for window envelopes, and the list that goes with a batch.
//!
//! Sheet one has the QR code, the site's address and the retrieval number; sheet two has the secret and, where the offer has
//! one, the separate bundle password. One without the other opens nothing. What pairs them is a mark that says nothing else.
//! Pure: fonts come in as bytes, letters leave as PDF (tagged, PDF/UA-1).

mod cover;
mod first;
mod second;
mod sheet;
mod specimen;
mod stationery;
mod symbol;
mod text;
mod typeface;
mod window;

pub use stationery::{Printed, Stationery, StationeryParts};
pub use symbol::{LinkTooLong, Symbol};
pub use typeface::{Typeface, TypefaceError};
pub use window::{Area, FOLDS, SHEET, Window, WindowError};

use crate::enrollment::IssuedInvitation;

/// Why a letter cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// A text does not fit its place in print that can be read.
    #[error("too long for a letter: {0}")]
    TooLong(&'static str),
    /// The link does not fit a QR code.
    #[error(transparent)]
    Link(#[from] LinkTooLong),
    /// The font cannot be used.
    #[error(transparent)]
    Typeface(#[from] TypefaceError),
    /// The PDF cannot be written.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// To whom a letter goes. All but the name can be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// The name.
    pub name: String,
    /// How it is read; printed above it.
    pub kana: Option<String>,
    /// The postal code, as it is printed after the postal mark.
    pub postal_code: Option<String>,
    /// The lines of the address.
    pub address: Vec<String>,
    /// The facility, as people call it.
    pub facility: Option<String>,
}

/// One invitation on paper.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    /// What pairs its two sheets and names them in the list: the batch and a number in it, such as `K7QM-0012`. It must give
    /// nothing away.
    pub mark: &'a str,
    /// To whom it goes.
    pub recipient: &'a Recipient,
    /// What the person is to be told.
    pub invitation: &'a IssuedInvitation,
}

/// The letters for one facility.
#[derive(Clone)]
pub struct Batch<'a> {
    /// The facility, as people call it.
    pub facility: Option<String>,
    /// Its letters, in the order of the list.
    pub letters: Vec<Letter<'a>>,
}

/// Which of the two sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetKind {
    /// The one with the QR code and the number.
    First,
    /// The one with the secret.
    Second,
}
