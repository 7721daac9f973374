//! A QR code on a page: an address that a phone can scan from the screen of a PC.

use std::fmt::Write as _;

use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules on every side (ISO/IEC 18004 §6.3.8).
const QUIET: i32 = 4;

/// The longest address that is drawn, in bytes: what a phone's camera still reads from a screen.
const LONGEST: usize = 300;

/// A QR code as an inline picture.
#[derive(Debug, Clone, Template)]
#[template(path = "qr.svg", escape = "xml")]
pub struct Scan {
    side: i32,
    path: String,
}

impl askama::filters::HtmlSafe for Scan {}

impl Scan {
    /// The code of an address; none where it is too long to be scanned.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        let code =
            QrCode::encode_text(address, QrCodeEcc::Medium).ok().filter(|_| address.len() <= LONGEST)?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let from = x;
                while code.get_module(x, y) {
                    x += 1;
                }
                if x > from {
                    let _ = write!(path, "M{} {}h{}v1h-{}z", from + QUIET, y + QUIET, x - from, x - from);
                }
                x += 1;
            }
        }
        Some(Self { side: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_drawn_and_a_novel_is_not() {
        let scan = Scan::of("https://cert.example.jp/c/0123456789ABCDEFGHJKMNPQRS");
        assert!(scan.is_some_and(|scan| scan.side > 29 && scan.path.len() < 8_000));
        assert!(Scan::of(&"a".repeat(301)).is_none());
    }
}
