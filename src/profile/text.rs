//! Which characters may stand in a text that a device shows.

/// The first character of `text` that a profile or a certificate must not carry, if there is one.
///
/// Control characters cannot be written in XML 1.0 (§2.2 *Characters*), so one in a name would make a file that no
/// device opens; U+FFFE and U+FFFF likewise. The characters that turn the direction of writing round could make a
/// name read as another one. `lines` says whether the text may have several lines.
pub(super) fn forbidden_character(text: &str, lines: Lines) -> Option<char> {
    text.chars().find(|&character| {
        if character == '\n' || character == '\t' {
            return lines == Lines::One;
        }
        character.is_control()
            || matches!(character, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Whether a text may have line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// A name, a title: no line break, no tabulator.
    One,
    /// A consent text.
    Many,
}

/// `text` cut to at most `limit` characters, with an ellipsis where something was left out, and nothing that could
/// break the line.
pub(super) fn excerpt(text: &str, limit: usize) -> String {
    let mut cut: String = text.chars().take(limit).flat_map(char::escape_debug).collect();
    // Quotes and apostrophes need no escape here: what is shown is not a literal of any language.
    cut = cut.replace("\\\"", "\"").replace("\\'", "'");
    if text.chars().nth(limit).is_some() {
        cut.push('…');
    }
    cut
}

/// The one of `known` that `word` was most likely meant to be.
pub(super) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A word that long is no misspelling of a key, and the distance costs the product of both lengths.
    if word.len() > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&word.to_lowercase(), candidate), candidate))
        .filter(|&(likeness, _)| likeness >= 0.55)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_no_line_break_and_nothing_that_xml_cannot_write() {
        assert_eq!(forbidden_character("山田 太郎", Lines::One), None);
        assert_eq!(forbidden_character("a\nb", Lines::One), Some('\n'));
        assert_eq!(forbidden_character("a\nb", Lines::Many), None);
        assert_eq!(forbidden_character("a\0b", Lines::Many), Some('\0'));
        assert_eq!(forbidden_character("a\u{202e}b", Lines::One), Some('\u{202e}'));
        assert_eq!(forbidden_character("a\u{ffff}b", Lines::One), Some('\u{ffff}'));
    }

    #[test]
    fn the_suggestion_is_the_nearest_word_or_none() {
        let known = ["validity_days", "invitation_days", "title"];
        assert_eq!(closest("validty_days", known), Some("validity_days"));
        assert_eq!(closest("Title", known), Some("title"));
        assert_eq!(closest("colour", known), None);
        assert_eq!(closest(&"t".repeat(1_000_000), known), None);
    }

    #[test]
    fn an_excerpt_is_short_and_stays_on_its_line() {
        assert_eq!(excerpt("a\nb", 10), "a\\nb");
        assert_eq!(excerpt("say \"hi\"", 10), "say \"hi\"");
        assert_eq!(excerpt(&"あ".repeat(100), 3), "あああ…");
    }
}
