//! `Range` and `If-Range` (RFC 9110 §13.1.5, §14), as far as a file of a few kilobytes needs them.

use std::ops::Range;

/// Which bytes a response carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selected {
    /// Everything: 200.
    Whole,
    /// One part: 206.
    Part(Range<usize>),
    /// Nothing that was asked for exists: 416.
    Unsatisfiable,
}

/// No header longer than this is looked at.
const LONGEST_HEADER: usize = 200;

/// What `range` asks of a file of `length` bytes with the strong entity tag `etag` (without quotes).
///
/// What cannot be read is ignored, as RFC 9110 §14.2 wants it, and so are several ranges at once: the whole file is the
/// honest answer to both. `If-Range` with another tag, a weak tag or a date (we send none) also means the whole file.
#[must_use]
pub fn select(range: Option<&str>, if_range: Option<&str>, etag: &str, length: usize) -> Selected {
    let Some(range) = range.filter(|text| text.len() <= LONGEST_HEADER) else {
        return Selected::Whole;
    };
    if if_range.is_some_and(|tag| tag.trim() != format!("\"{etag}\"")) {
        return Selected::Whole;
    }
    let Some((unit, spec)) = range.split_once('=') else {
        return Selected::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Selected::Whole;
    }
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Selected::Whole;
    };
    match (digits(first), digits(last)) {
        // A suffix: the last n bytes.
        (None, Some(count)) if first.is_empty() => match count.min(length) {
            0 => Selected::Unsatisfiable,
            count => Selected::Part(length - count..length),
        },
        (Some(first), None) if last.is_empty() => part(first, usize::MAX, length),
        (Some(first), Some(last)) if first <= last => part(first, last, length),
        _ => Selected::Whole,
    }
}

fn part(first: usize, last: usize, length: usize) -> Selected {
    if first >= length {
        Selected::Unsatisfiable
    } else {
        Selected::Part(first..last.saturating_add(1).min(length))
    }
}

/// A number of digits only (no sign, no space); what is too large is as good as infinite.
fn digits(text: &str) -> Option<usize> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_has_them() {
        use Selected::{Part, Unsatisfiable, Whole};
        for (range, expected) in [
            ("bytes=0-", Part(0..1000)),
            ("bytes=0-999", Part(0..1000)),
            ("bytes=0-0", Part(0..1)),
            ("bytes=500-", Part(500..1000)),
            ("bytes=999-", Part(999..1000)),
            ("bytes=10-19", Part(10..20)),
            ("bytes=10-5000", Part(10..1000)),
            ("Bytes=10-19", Part(10..20)),
            ("bytes= 10-19 ", Part(10..20)),
            ("bytes=-1", Part(999..1000)),
            ("bytes=-5000", Part(0..1000)),
            ("bytes=0-99999999999999999999999", Part(0..1000)),
            ("bytes=1000-", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=20-10", Whole),
            ("bytes=0-1,5-6", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=-", Whole),
            ("bytes=", Whole),
            ("bytes", Whole),
            ("lines=0-1", Whole),
            ("", Whole),
        ] {
            assert_eq!(select(Some(range), None, "tag", 1000), expected, "{range}");
        }
        assert_eq!(select(None, None, "tag", 1000), Whole);
        assert_eq!(select(None, Some("\"tag\""), "tag", 1000), Whole);
        assert_eq!(select(Some("bytes=0-"), None, "tag", 0), Unsatisfiable);
    }

    #[test]
    fn another_entity_tag_means_the_whole_file() {
        let with = |tag: &str| select(Some("bytes=500-"), Some(tag), "tag", 1000);
        assert_eq!(with("\"tag\""), Selected::Part(500..1000));
        for other in ["\"other\"", "tag", "W/\"tag\"", "Sat, 21 Nov 2026 00:00:00 GMT", ""] {
            assert_eq!(with(other), Selected::Whole, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_part_always_lies_inside_the_file(range in ".{0,40}", first in 0u64.., last in 0u64.., length in 0usize..5000) {
            for range in [range, format!("bytes={first}-{last}"), format!("bytes=-{last}")] {
                if let Selected::Part(part) = select(Some(&range), None, "t", length) {
                    prop_assert!(part.start < part.end && part.end <= length);
                }
            }
        }
    }
}
