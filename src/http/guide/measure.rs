//! How long words are in a picture, and where they break. No font is at hand, so that the lengths are those of common
//! system fonts, rather too long than too short.

use unicode_width::UnicodeWidthChar;

/// What must not begin a line (JIS X 4051, as far as the words of screens need it).
const NEVER_FIRST: &[char] = &[
    '、', '。', '」', '』', ')', '?', '!', 'ー', 'ゃ', 'ゅ', 'ょ', 'っ', 'ャ', 'ュ', 'ョ', 'ッ', 'ァ', 'ィ',
    'ェ', 'ォ', '”', ')', '?', '.', ',',
];

/// What must not end a line.
const NEVER_LAST: &[char] = &['「', '『', '(', '“', '('];

/// A character's length in hundredths of the size of the letters.
const fn hundredths(c: char) -> i32 {
    match c {
        'i' | 'l' | 'j' | 't' | 'f' | 'I' | '.' | ',' | ':' | '\'' | '|' | '!' | ' ' | '(' | ')' => 32,
        'm' | 'w' | 'M' | 'W' | '—' => 88,
        'A'..='Z' => 67,
        _ => 56,
    }
}

/// The length of a text in letters of this size.
pub fn length(text: &str, size: i32) -> i32 {
    let hundredths: i32 =
        text.chars().map(|c| if c.width().unwrap_or(0) > 1 { 100 } else { hundredths(c) }).sum();
    (hundredths * size + 99) / 100
}

/// Whether a line may end between the two.
fn breaks_between(before: char, after: char) -> bool {
    if NEVER_FIRST.contains(&after) || NEVER_LAST.contains(&before) {
        return false;
    }
    let wide = |c: char| c.width().unwrap_or(0) > 1;
    before == ' ' || wide(before) || wide(after)
}

/// The text in lines of at most `room`; a word that is longer than that stands alone.
pub fn lines(text: &str, size: i32, room: i32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    // What follows the last place where the line may end.
    let mut word = String::new();
    let mut before = None;
    for c in text.chars() {
        if before.is_some_and(|before| breaks_between(before, c)) {
            line.push_str(&word);
            word.clear();
        }
        word.push(c);
        if length(&line, size) + length(word.trim_end(), size) > room && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        before = Some(c);
    }
    line.push_str(&word);
    lines.push(line.trim_end().to_owned());
    lines
}

/// The text on one line of at most `room`, with its end cut off where it is longer.
pub fn cut(text: &str, size: i32, room: i32) -> String {
    if length(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        let mut longer = kept.clone();
        longer.push(c);
        if length(&longer, size) + size > room {
            break;
        }
        kept = longer;
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_screen_break_where_people_break_them() {
        assert_eq!(lines("Allow this website", 10, 70), ["Allow this", "website"]);
        assert_eq!(lines("設定を開く。", 10, 50), ["設定を開", "く。"], "no line begins with a full stop");
        assert_eq!(lines("設定「開く」", 10, 30), ["設定", "「開", "く」"], "no line ends with a bracket");
        assert_eq!(lines("short", 10, 100), ["short"]);
        assert_eq!(lines("incomprehensibility", 10, 20), ["incomprehensibility"]);
    }

    #[test]
    fn a_name_that_is_too_long_is_cut() {
        assert_eq!(cut("田中 花子", 10, 100), "田中 花子");
        assert_eq!(cut("みどり医療介護連携センター", 10, 60), "みどり医療…");
        assert!(length(&cut("a-very-long-file-name.mobileconfig", 13, 120), 13) <= 120);
    }
}
