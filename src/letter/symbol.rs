//! The QR code of a link.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// The link is longer than any QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is too long for a QR code")]
pub struct LinkTooLong;

/// A QR code without its quiet zone.
pub struct Symbol(QrCode);

impl Symbol {
    /// The code for a link in capitals, in alphanumeric mode, with error correction M or, where it costs nothing, better.
    ///
    /// # Errors
    /// When the link is longer than any QR code.
    pub fn of(link: &str) -> Result<Self, LinkTooLong> {
        let segments = QrSegment::make_segments(link);
        let (least, most) = (Version::MIN, Version::MAX);
        QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, least, most, None, true)
            .map(Self)
            .map_err(|_| LinkTooLong)
    }

    /// Modules a side.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.0.size()).unwrap_or(0)
    }

    /// Whether the module in this column and row is dark; outside of the code none is.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let coordinate = |place: usize| i32::try_from(place).unwrap_or(-1);
        self.0.get_module(coordinate(x), coordinate(y))
    }
}
