//! Readings over Chinese characters. A text carries them behind the characters, in double angle brackets (U+300A, U+300B), as
//! Aozora Bunko and others write them; where the base is not just the run of Chinese characters before, a vertical bar (U+FF5C)
//! begins it. A page shows them as `<ruby>`, everything that can hold no element (attributes, titles) goes without them.

use std::fmt::{self, Write};

use askama::filters::Escaper;

const OPEN: char = '\u{300a}';
const CLOSE: char = '\u{300b}';
const BAR: char = '\u{ff5c}';

/// No reading is longer, in characters.
const LONGEST_READING: usize = 24;

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it is.
    Plain(&'a str),
    /// What is written, and how it is read.
    Read {
        /// What is written.
        base: &'a str,
        /// Its reading, in kana.
        reading: &'a str,
    },
}

/// Chinese characters, and the signs that stand for one.
const fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Hiragana, katakana and the long vowel.
const fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}')
}

/// Splits what stands before a reading into what belongs to it and what does not.
fn base(before: &str) -> Option<(&str, &str)> {
    if let Some((plain, base)) = before.rsplit_once(BAR) {
        return Some((plain, base)).filter(|(_, base)| !base.is_empty());
    }
    let run = before.chars().rev().take_while(|c| is_kanji(*c)).map(char::len_utf8).sum::<usize>();
    (run > 0).then(|| before.split_at(before.len() - run))
}

/// The parts of a text, in their order. Brackets around anything but a reading stay what they are.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    // How much of `rest` is known to hold no reading.
    let mut passed = 0;
    while let Some(open) = rest[passed..].find(OPEN).map(|at| passed + at) {
        let inside = open + OPEN.len_utf8();
        let Some(close) = rest[inside..].find(CLOSE).map(|at| inside + at) else { break };
        let reading = &rest[inside..close];
        let is_reading =
            reading.chars().all(is_kana) && (1..=LONGEST_READING).contains(&reading.chars().count());
        match base(&rest[..open]).filter(|_| is_reading) {
            None => passed = inside,
            Some((plain, base)) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Plain(plain));
                }
                pieces.push(Piece::Read { base, reading });
                rest = &rest[close + CLOSE.len_utf8()..];
                passed = 0;
            }
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    pieces
}

/// The text without its readings.
#[must_use]
pub fn plain(text: &str) -> String {
    let parts = pieces(text).into_iter().map(|piece| match piece {
        Piece::Plain(text) | Piece::Read { base: text, .. } => text,
    });
    parts.collect()
}

/// How every text gets into a page (`askama.toml`): escaped, with its readings as `<ruby>`. It writes no quotation mark, so that
/// no text ends an attribute.
#[derive(Debug, Clone, Copy, Default)]
pub struct Furigana;

impl Escaper for Furigana {
    fn write_escaped_str<W: Write>(&self, mut page: W, text: &str) -> fmt::Result {
        if !text.contains(OPEN) {
            return askama::filters::Html.write_escaped_str(page, text);
        }
        for piece in pieces(text) {
            match piece {
                Piece::Plain(text) => askama::filters::Html.write_escaped_str(&mut page, text)?,
                Piece::Read { base, reading } => {
                    page.write_str("<ruby>")?;
                    askama::filters::Html.write_escaped_str(&mut page, base)?;
                    // Who knows no ruby sees the reading in parentheses.
                    let (left, right) = ('（', '）');
                    write!(page, "<rp>{left}</rp><rt>{reading}</rt><rp>{right}</rp></ruby>")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let mut page = String::new();
        Furigana.write_escaped_str(&mut page, text).unwrap();
        page
    }

    #[test]
    fn a_reading_stands_over_the_characters_before_it() {
        assert_eq!(
            shown("この証明書《しょうめいしょ》は"),
            "この<ruby>証明書<rp>（</rp><rt>しょうめいしょ</rt><rp>）</rp></ruby>は"
        );
        assert_eq!(
            pieces("11月《がつ》｜1日《ついたち》の人々《ひとびと》"),
            [
                Piece::Plain("11"),
                Piece::Read { base: "月", reading: "がつ" },
                Piece::Read { base: "1日", reading: "ついたち" },
                Piece::Plain("の"),
                Piece::Read { base: "人々", reading: "ひとびと" },
            ]
        );
        assert_eq!(plain("11月《がつ》｜1日《ついたち》まで"), "11月1日まで");
    }

    #[test]
    fn brackets_around_anything_else_stay() {
        for text in [
            "《しんぶん》",
            "みどり会《本部》",
            "会《かい",
            "会》かい",
            "会《》",
            "会《<b>》",
            "abc《あ》",
            "｜《あ》",
        ] {
            assert_eq!(plain(text), text);
            assert!(!shown(text).contains("<ruby>"), "{text}");
        }
        assert_eq!(plain("会《本部》と《あ》と本《ほん》"), "会《本部》と《あ》と本");
    }

    proptest! {
        #[test]
        fn no_text_gets_out_of_an_element_or_an_attribute(text in "[a<>&\"'漢字《》｜かな]{0,40}") {
            let page = shown(&text);
            let bare = ["<ruby>", "</ruby>", "<rp>", "</rp>", "<rt>", "</rt>"];
            let left = bare.iter().fold(page, |page, tag| page.replace(tag, ""));
            prop_assert!(!left.contains(['<', '>', '"', '\'']), "{}", left);
        }
    }
}
