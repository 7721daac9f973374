//! What is said of an unknown word.

pub use crate::words::nearest;

/// What is said of a word that is not one of `known`.
#[must_use]
pub fn unknown_word(word: &str, known: &[&str]) -> String {
    nearest(word, known.iter().copied()).map_or_else(
        || format!("{word:?} is not known"),
        |meant| format!("{word:?} is not known; {meant:?} is"),
    )
}
