//! The logo of an organization: a PNG that is decoded, checked and encoded anew, so that nothing else is in it.

use std::io::Cursor;

use data_encoding::{BASE64, HEXLOWER};
use openssl::hash::{MessageDigest, hash};
use serde::{Deserialize, Serialize};

use super::OrganizationId;
use crate::store::record::Record;

/// The most bytes of a file that is looked at.
pub const LARGEST_FILE: usize = 512 * 1024;
/// The most bytes of a logo as pages show it: it comes with the first page, often by a mobile line.
const LARGEST_LOGO: usize = 48 * 1024;
/// Its least and most dots from side to side and from top to bottom.
const SIDES: std::ops::RangeInclusive<u32> = 16..=1_000;
/// How many times longer one side may be than the other.
const LONGEST: u32 = 8;

/// Why a file cannot be a logo.
#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    /// Too many bytes.
    #[error("a logo's file has at most 512 KiB, not {0} bytes")]
    TooLarge(usize),
    /// No PNG.
    #[error("this is no PNG that can be read: {0}")]
    NotPng(#[from] png::DecodingError),
    /// Too small, too large, too long.
    #[error(
        "a logo has 16 to 1,000 dots a side, and one side is at most 8 times the other; this one has {0} x {1}"
    )]
    Shape(u32, u32),
    /// An animation.
    #[error("a logo does not move: this PNG is an animation")]
    Animated,
    /// Still too many bytes.
    #[error(
        "this logo needs {0} bytes, and pages carry at most 48 KiB: make it smaller or use fewer colours"
    )]
    TooMuch(usize),
    /// It cannot be written again.
    #[error("the logo cannot be written: {0}")]
    Encoding(#[from] png::EncodingError),
    /// No hash.
    #[error(transparent)]
    Hash(#[from] openssl::error::ErrorStack),
}

/// What an organization's record has of its logo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Its name in the store and in its address: it follows from the organization and the picture.
    pub name: String,
    /// Dots from side to side.
    pub width: u32,
    /// Dots from top to bottom.
    pub height: u32,
}

/// The picture itself, PNG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogoFile(Vec<u8>);

impl LogoFile {
    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl Record for LogoFile {
    const NAME: &'static str = "logo";
    const FORMAT: u32 = 1;
}

impl TryFrom<String> for LogoFile {
    type Error = data_encoding::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64.decode(text.as_bytes()).map(Self)
    }
}

impl From<LogoFile> for String {
    fn from(file: LogoFile) -> Self {
        BASE64.encode(&file.0)
    }
}

impl Logo {
    /// Whether `text` has the form of a logo's name: 32 hexadecimal digits.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }

    /// The logo of `organization` from a PNG file's bytes: 8 bits a channel, nothing but the picture.
    ///
    /// # Errors
    /// [`LogoError`].
    pub fn read(organization: &OrganizationId, file: &[u8]) -> Result<(Self, LogoFile), LogoError> {
        if file.len() > LARGEST_FILE {
            return Err(LogoError::TooLarge(file.len()));
        }
        let limits = png::Limits { bytes: 16 << 20 };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
        decoder
            .set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info()?;
        let (width, height) = (reader.info().width, reader.info().height);
        let shaped = SIDES.contains(&width) && SIDES.contains(&height);
        if !shaped || width > height * LONGEST || height > width * LONGEST {
            return Err(LogoError::Shape(width, height));
        }
        if reader.info().animation_control().is_some() {
            return Err(LogoError::Animated);
        }
        let mut dots = vec![0; reader.output_buffer_size().ok_or(LogoError::Shape(width, height))?];
        let frame = reader.next_frame(&mut dots)?;
        dots.truncate(frame.buffer_size());
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(frame.color_type);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&dots)?;
        writer.finish()?;
        if bytes.len() > LARGEST_LOGO {
            return Err(LogoError::TooMuch(bytes.len()));
        }
        // With the organization's name in it, no two organizations share a picture that one of them may take away.
        let named = [organization.as_str().as_bytes(), b"\n", &bytes].concat();
        let name = HEXLOWER.encode(&hash(MessageDigest::sha256(), &named)?[..16]);
        Ok((Self { name, width, height }, LogoFile(bytes)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> OrganizationId {
        text.parse().unwrap()
    }

    fn picture(width: u32, height: u32, text: Option<&str>) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        if let Some(text) = text {
            encoder.add_text_chunk("Comment".to_owned(), text.to_owned()).unwrap();
        }
        let dots = vec![0x40; 3 * (width * height) as usize];
        encoder.write_header().unwrap().write_image_data(&dots).unwrap();
        file
    }

    #[test]
    fn a_logo_holds_the_picture_and_nothing_else() {
        let mut file = picture(120, 40, Some("made by somebody"));
        file.extend(b"<script>alert(1)</script>");
        let (logo, kept) = Logo::read(&id("midori"), &file).unwrap();
        assert_eq!((logo.width, logo.height), (120, 40));
        assert!(Logo::is_name(&logo.name));
        let bytes = kept.into_bytes();
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(!holds(b"somebody") && !holds(b"script"));
        let reader = png::Decoder::new(Cursor::new(&bytes)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (120, 40));
        let (other, _) = Logo::read(&id("aoi"), &file).unwrap();
        assert_ne!(other.name, logo.name, "one organization's logo is not another's");
    }

    #[test]
    fn what_is_no_logo_is_refused() {
        let read = |file: &[u8]| Logo::read(&id("midori"), file).map(|_| ()).unwrap_err().to_string();
        assert!(read(b"<svg/>").contains("no PNG"));
        assert!(read(&picture(8, 8, None)).contains("8 x 8"));
        assert!(read(&picture(900, 20, None)).contains("900 x 20"));
        assert!(read(&picture(1_001, 500, None)).contains("1001 x 500"));
        assert!(read(&vec![0; LARGEST_FILE + 1]).contains("KiB"));
        let cut = picture(120, 40, None);
        assert!(read(&cut[..cut.len() / 2]).contains("no PNG"));
    }

    proptest! {
        #[test]
        fn no_file_breaks_the_reader(place in 8usize..60, byte: u8) {
            let mut file = picture(32, 32, None);
            file[place] = byte;
            let _ = Logo::read(&id("midori"), &file);
        }
    }
}
