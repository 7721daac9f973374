//! A User-Agent taken apart: words, and comments in parentheses (RFC 9110 §10.1.5, and what is really sent).

/// How much of a User-Agent is read, in bytes. Real ones stay below 500.
const LONGEST: usize = 1_024;

/// The bounded, lowercased text that an [`Agent`] borrows from.
///
/// Case and the kind of blank tell nothing apart that matters here.
pub(super) fn bounded(user_agent: &str) -> String {
    user_agent[..user_agent.floor_char_boundary(LONGEST)].trim().to_ascii_lowercase().replace('\t', " ")
}

/// `chrome/142.0.0.0`, or a name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) name: &'a str,
    /// What follows the first slash; empty when there is none.
    pub(super) version: &'a str,
}

impl Word<'_> {
    /// Whether it is one of the words that nearly every browser sends, and that name none.
    pub(super) fn is_common(&self) -> bool {
        matches!(
            self.name,
            "mozilla" | "applewebkit" | "gecko" | "chrome" | "version" | "mobile" | "safari" | "firefox"
        )
    }

    /// The number before the version's first point.
    pub(super) fn major(&self) -> Option<u32> {
        self.version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }
}

/// What stands in one pair of parentheses, with the ones inside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'a> {
    text: &'a str,
    /// How many words stand before it.
    pub(super) after: usize,
}

impl<'a> Comment<'a> {
    /// The parts between semicolons and inner parentheses, trimmed.
    pub(super) fn segments(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.text.split([';', '(', ')']).map(str::trim).filter(|segment| !segment.is_empty())
    }

    /// Whether it tells where its sender can be read about, as only crawlers do.
    pub(super) fn has_address(&self) -> bool {
        has_address(self.text)
    }
}

/// A User-Agent as words outside parentheses and comments inside, each in the order of the text.
#[derive(Debug)]
pub(super) struct Agent<'a> {
    pub(super) text: &'a str,
    pub(super) words: Vec<Word<'a>>,
    pub(super) comments: Vec<Comment<'a>>,
}

impl<'a> Agent<'a> {
    /// Reads a text of [`bounded`] in one pass. A parenthesis that is never closed reaches to the end; one that was never
    /// opened separates words.
    pub(super) fn read(text: &'a str) -> Self {
        let mut agent = Self { text, words: Vec::with_capacity(16), comments: Vec::with_capacity(4) };
        let mut depth = 0_usize;
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'(' => {
                    if depth == 0 {
                        agent.word(&text[start..at]);
                        start = at + 1;
                    }
                    depth += 1;
                }
                b')' if depth == 1 => {
                    agent.comment(&text[start..at]);
                    depth = 0;
                    start = at + 1;
                }
                b')' if depth > 1 => depth -= 1,
                b' ' | b';' | b',' | b'[' | b']' | b'{' | b'}' | b')' if depth == 0 => {
                    agent.word(&text[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        if depth == 0 {
            agent.word(&text[start..]);
        } else {
            agent.comment(&text[start..]);
        }
        agent
    }

    fn word(&mut self, text: &'a str) {
        if !text.is_empty() {
            let (name, version) = text.split_once('/').unwrap_or((text, ""));
            self.words.push(Word { name, version });
        }
    }

    fn comment(&mut self, text: &'a str) {
        self.comments.push(Comment { text, after: self.words.len() });
    }

    /// The first word of this name.
    pub(super) fn word_named(&self, name: &str) -> Option<Word<'a>> {
        self.words.iter().copied().find(|word| word.name == name)
    }

    /// Whether a word of this name stands outside the comments.
    pub(super) fn says(&self, name: &str) -> bool {
        self.word_named(name).is_some()
    }

    /// The parts of the first comment, where a browser tells what it runs on.
    pub(super) fn system(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.comments.first().copied().into_iter().flat_map(|comment| comment.segments())
    }

    /// Whether the text tells where its sender can be read about.
    pub(super) fn has_address(&self) -> bool {
        has_address(self.text)
    }
}

fn has_address(text: &str) -> bool {
    text.contains("http://") || text.contains("https://") || text.contains("+http") || text.contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'a>(agent: &Agent<'a>) -> Vec<&'a str> {
        agent.words.iter().map(|word| word.name).collect()
    }

    #[test]
    fn words_and_comments_are_told_apart() {
        let text = bounded(
            "Mozilla/5.0 (Linux; Android 9; X (rev 2) Build/1) AppleWebKit/537.36 (KHTML, like Gecko) Safari/537.36;KAKAOTALK 24 [FB_IAB/FB4A;FBAV/5;] NAVER(inapp; 1)",
        );
        let agent = Agent::read(&text);
        assert_eq!(
            names(&agent),
            ["mozilla", "applewebkit", "safari", "kakaotalk", "24", "fb_iab", "fbav", "naver"]
        );
        assert_eq!(agent.system().collect::<Vec<_>>(), ["linux", "android 9", "x", "rev 2", "build/1"]);
        assert_eq!(agent.comments.len(), 3);
        assert_eq!(agent.comments[2].after, 8);
        assert_eq!(agent.word_named("mozilla").and_then(|word| word.major()), Some(5));
    }

    #[test]
    fn parentheses_that_do_not_match_are_survived() {
        for text in ["(", ")", "((((", "))))", "a)b(c", "x(y", "x)y", ""] {
            let agent = Agent::read(text);
            assert!(agent.words.len() + agent.comments.len() <= text.len(), "{text}");
        }
        assert_eq!(names(&Agent::read("x)y")), ["x", "y"]);
        assert_eq!(Agent::read("x(y").system().collect::<Vec<_>>(), ["y"]);
    }

    #[test]
    fn what_is_read_is_bounded_and_cut_between_characters() {
        let text = bounded(&"手".repeat(1_000));
        assert_eq!(text.len(), LONGEST - LONGEST % 3);
        assert_eq!(bounded("  Mozilla/5.0 \t"), "mozilla/5.0");
    }
}
