//! What the machine draws and people read, type or paste: unguessable texts of few and clear letters.

use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};

/// Crockford's base 32: no I, L, O, U.
pub const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// No input longer than this is looked at.
pub const LONGEST_INPUT: usize = 100;

/// Why a text is not the credential that it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{found} characters were usable, {expected} are needed, from {alphabet}")]
pub struct Malformed {
    /// How many characters could be used.
    pub found: usize,
    /// How many there must be.
    pub expected: usize,
    /// What they may be.
    pub alphabet: &'static str,
}

/// Full-width letters and digits, which Japanese keyboards produce, as their ASCII forms (U+FF01 to U+FF5E).
#[must_use]
pub fn ascii(c: char) -> char {
    match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Whether people put this between groups of letters.
#[must_use]
pub fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '.' | '‐' | '‑' | '–' | '—' | 'ー' | '−' | 'ｰ')
}

/// `length` letters of `alphabet`, each as likely as every other.
///
/// # Errors
/// When there is no randomness.
pub fn draw(
    entropy: &dyn Entropy,
    alphabet: &[u8],
    length: usize,
) -> Result<Zeroizing<String>, EntropyError> {
    let mut text = Zeroizing::new(String::with_capacity(length));
    // The largest multiple of the alphabet's size that a byte can hold: what lies above would favour the first letters.
    let fair = 256 - 256 % alphabet.len();
    while text.len() < length {
        let mut bytes = Zeroizing::new([0u8; 32]);
        entropy.fill(bytes.as_mut_slice())?;
        for byte in bytes.iter().map(|b| usize::from(*b)).filter(|b| *b < fair) {
            if text.len() < length {
                text.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
    }
    Ok(text)
}

/// Reads `length` letters of Crockford's base 32: either case, hyphens passed over, O read as 0, I and L as 1.
///
/// # Errors
/// When they are others, or too few, or too many.
pub fn read_crockford(text: &str, length: usize) -> Result<Zeroizing<String>, Malformed> {
    let mut read = Zeroizing::new(String::with_capacity(length + 1));
    let malformed = |found| Malformed { found, expected: length, alphabet: "0-9 A-Z without I L O U" };
    if text.len() > LONGEST_INPUT {
        return Err(malformed(text.len()));
    }
    for c in text.chars().filter(|c| *c != '-') {
        let letter = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !letter.is_ascii() || !CROCKFORD.contains(&(letter as u8)) {
            return Err(malformed(read.len()));
        }
        read.push(letter);
    }
    if read.len() == length { Ok(read) } else { Err(malformed(read.len())) }
}
