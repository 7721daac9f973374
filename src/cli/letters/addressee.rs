//! Where a single letter goes.

use crate::letter::Recipient;
use crate::roster::{self, LONGEST_LINE, MOST_LINES, Reason};

/// What is printed behind the envelope's window above the name. Nothing of it is kept.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Addressee {
    /// The postal code, for letters
    #[arg(long, value_name = "CODE", value_parser = postal_code, help_heading = "Letters")]
    postal_code: Option<String>,
    /// A line of the address, for letters; can be repeated, up to 4 lines
    #[arg(long, value_name = "LINE", value_parser = line, help_heading = "Letters")]
    address: Vec<String>,
}

fn postal_code(text: &str) -> Result<String, String> {
    roster::postal_code(text).ok_or_else(|| Reason::PostalCode.to_string())
}

fn line(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_LINE || text.chars().any(char::is_control) {
        return Err(format!("a line of an address has 1 to {LONGEST_LINE} characters"));
    }
    Ok(text.to_owned())
}

impl Addressee {
    /// Whether anything is given.
    pub(super) fn is_given(&self) -> bool {
        self.postal_code.is_some() || !self.address.is_empty()
    }

    /// The person at this address.
    pub(super) fn of(&self, name: &str, kana: Option<String>, facility: Option<String>) -> Recipient {
        Recipient {
            name: name.to_owned(),
            kana,
            postal_code: self.postal_code.clone(),
            address: self.address.iter().take(MOST_LINES).cloned().collect(),
            facility,
        }
    }
}
