//! Finds people and facilities by the beginning of what somebody remembers of them.
//!
//! A text is folded first, so that width, case, spaces and the kind of kana make no difference, and then written as
//! hexadecimal digits of its UTF-8: the order of an index is printable ASCII, and a prefix of the one is a prefix of the other.

use std::fmt::Write as _;

use super::access::Access;
use super::organization::{Facility, FacilityCode, OrganizationId};
use super::role::Facilities;
use super::subscriber::Subscriber;
use super::{DirectoryError, partition};
use crate::store::{Commit, Cursor, IndexEntry, Key, KeyError, Scan, Version};

/// The people's index: `*` or a facility's code, the kind of text, the text, the identifier.
pub(crate) const PEOPLE: &str = "people";
/// The facilities' index: the code, then the folded name.
pub(crate) const FACILITIES: &str = "facilities";
/// The most letters of a text that an index's order holds.
const LETTERS: usize = 36;
/// How many places one look at an index reads.
const PAGE: usize = 200;
/// How many places a search may look at before it returns what it has, with a cursor.
const MOST_LOOKED_AT: usize = 5_000;
/// The kinds of text, in the order of a search: identifier, name, reading.
const KINDS: [char; 3] = ['i', 'n', 'k'];

/// A text without what people leave out or write in another way: compatibility forms (NFKC), case, spaces, and hiragana for
/// katakana.
#[must_use]
pub fn folded(text: &str) -> String {
    let normal = icu_normalizer::ComposingNormalizer::new_nfkc();
    let normal = normal.normalize(text);
    let plain = normal.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase);
    plain
        .map(|c| match u32::from(c) {
            // U+30A1 to U+30F6 stand 0x60 above their hiragana.
            katakana @ 0x30A1..=0x30F6 => char::from_u32(katakana - 0x60).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// A folded text as part of an order: hexadecimal UTF-8, cut at a letter.
fn written(folded: &str) -> String {
    let end = folded.char_indices().nth(LETTERS).map_or(folded.len(), |(end, _)| end);
    let mut written = String::with_capacity(end * 2);
    for byte in folded[..end].bytes() {
        // Writing to a string does not fail.
        let _ = write!(written, "{byte:02x}");
    }
    written
}

/// The three texts under which a person is found.
fn texts(subscriber: &Subscriber) -> [(char, String); 3] {
    let reading = subscriber.kana.as_deref().map(folded).unwrap_or_default();
    [('i', folded(subscriber.id.as_str())), ('n', folded(&subscriber.name)), ('k', reading)]
}

/// Where a person stands: in the whole organization's order and in the facility's own.
pub(crate) fn people_places(subscriber: &Subscriber) -> Vec<(&'static str, String)> {
    let scopes = std::iter::once("*").chain(subscriber.facility.as_ref().map(FacilityCode::as_str));
    scopes
        .flat_map(|scope| {
            let found = texts(subscriber).into_iter().filter(|(_, text)| !text.is_empty());
            found.map(move |(kind, text)| {
                (PEOPLE, format!("{scope}/{kind}/{}/{}", written(&text), subscriber.id))
            })
        })
        .collect()
}

/// Where a facility stands.
pub(crate) fn facility_places(facility: &Facility) -> Vec<(&'static str, String)> {
    vec![(FACILITIES, format!("{}/{}", facility.code, written(&folded(&facility.name))))]
}

/// Moves a document from its old places to its new ones.
pub(super) fn moved(
    mut commit: Commit,
    document: &Key,
    old: &[(&'static str, String)],
    new: &[(&'static str, String)],
) -> Result<Commit, KeyError> {
    for (index, order) in old.iter().filter(|place| !new.contains(place)) {
        commit = commit.unindex(Key::new(index)?, order.clone());
    }
    for (index, order) in new {
        let entry = IndexEntry { index: Key::new(index)?, order: order.clone(), document: document.clone() };
        commit = commit.index(entry);
    }
    Ok(commit)
}

/// Which people.
#[derive(Debug, Clone, Default)]
pub struct PeopleQuery {
    /// The beginning of an identifier, a name or a reading; empty for everybody.
    pub text: String,
    /// Only those of this facility.
    pub facility: Option<FacilityCode>,
    /// Only those who were retired, or only those who were not.
    pub retired: Option<bool>,
    /// Go on after this, as the page before told.
    pub after: Option<String>,
    /// At most so many, 1 to 1,000.
    pub limit: usize,
}

/// A page of a search.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What was found.
    pub found: Vec<(T, Version)>,
    /// What to ask for next; none when this was all.
    pub next: Option<String>,
}

impl Access {
    /// Finds people within `reach`: first by identifier, then by name, then by reading, each person once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_people(
        &self,
        organization: &OrganizationId,
        reach: &Facilities,
        query: &PeopleQuery,
    ) -> Result<Page<Subscriber>, DirectoryError> {
        let (partition, index) = (partition(organization)?, Key::new(PEOPLE)?);
        let text = folded(&query.text);
        let limit = query.limit.clamp(1, 1_000);
        let mut found: Vec<(Subscriber, Version)> = Vec::new();
        let mut looked_at = 0;
        // Everybody stands under an identifier once.
        let kinds = if text.is_empty() { &KINDS[..1] } else { &KINDS[..] };
        for scope in scopes(reach, query.facility.as_ref()) {
            for kind in kinds {
                let prefix = format!("{scope}/{kind}/{}", written(&text));
                // What lies wholly before the cursor was told on an earlier page.
                let part = (scope.as_str(), KINDS.iter().position(|it| it == kind));
                let mut after = match query.after.as_deref().and_then(cursor_part) {
                    Some(seen) if part < seen => continue,
                    Some(seen) if part == seen => query.after.clone().map(Cursor),
                    _ => None,
                };
                loop {
                    let scan =
                        Scan { prefix: prefix.clone(), after: after.take(), limit: PAGE, ..Scan::default() };
                    let page = self.store().scan(&partition, &index, scan).await?;
                    for (order, key) in page.entries {
                        looked_at += 1;
                        let read = self.directory().read::<Subscriber>(&partition, key.as_str()).await?;
                        let meant = |it: &Subscriber| {
                            query.retired.is_none_or(|retired| it.retired_at.is_some() == retired)
                                && first_kind(it, &text) == Some(*kind)
                        };
                        found.extend(read.filter(|(subscriber, _)| meant(subscriber)));
                        if found.len() == limit || looked_at >= MOST_LOOKED_AT {
                            return Ok(Page { found, next: Some(order) });
                        }
                    }
                    match page.next {
                        Some(next) => after = Some(next),
                        None => break,
                    }
                }
            }
        }
        Ok(Page { found, next: None })
    }

    /// Finds facilities within `reach` whose code begins with a text, or whose name has it anywhere; closed ones included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_facilities(
        &self,
        organization: &OrganizationId,
        reach: &Facilities,
        text: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Facility>, DirectoryError> {
        let (partition, index) = (partition(organization)?, Key::new(FACILITIES)?);
        let (limit, text) = (limit.clamp(1, 1_000), folded(text));
        let (code, name) = (text.to_ascii_uppercase(), written(&text));
        let mut found = Vec::new();
        for prefix in facility_prefixes(reach) {
            // What lies wholly before the cursor was told on an earlier page.
            let mut after = match after {
                Some(after) if prefix.as_str() <= after && !after.starts_with(&prefix) => continue,
                after => after.filter(|it| it.starts_with(&prefix)).map(|it| Cursor(it.to_owned())),
            };
            loop {
                let scan = Scan { prefix: prefix.clone(), after, limit: 1_000, ..Scan::default() };
                let page = self.store().scan(&partition, &index, scan).await?;
                for (order, key) in page.entries {
                    let Some((own, called)) = order.split_once('/') else { continue };
                    if !own.starts_with(&code) && !holds(called, &name) {
                        continue;
                    }
                    found.extend(self.directory().read(&partition, key.as_str()).await?);
                    if found.len() == limit {
                        return Ok(Page { found, next: Some(order) });
                    }
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(Page { found, next: None })
    }

    /// How many people a facility has, retired ones included, counted up to `most` (1,000 at the most). Reads no record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_people(
        &self,
        organization: &OrganizationId,
        facility: &FacilityCode,
        most: usize,
    ) -> Result<usize, DirectoryError> {
        let prefix = format!("{facility}/{}/", KINDS[0]);
        let scan = Scan { prefix, limit: most.clamp(1, 1_000), ..Scan::default() };
        Ok(self.store().scan(&partition(organization)?, &Key::new(PEOPLE)?, scan).await?.entries.len())
    }
}

/// Whether a written text has another one anywhere, at a letter's beginning.
fn holds(written: &str, part: &str) -> bool {
    part.is_empty() || written.match_indices(part).any(|(place, _)| place % 2 == 0)
}

/// The parts of the facilities' index that are within reach, in its order.
fn facility_prefixes(reach: &Facilities) -> Vec<String> {
    match reach {
        Facilities::All => vec![String::new()],
        Facilities::Only(own) => {
            let mut prefixes: Vec<_> = own.iter().map(|code| format!("{code}/")).collect();
            // `-` stands before `/`, so that the order of codes is not that of the index.
            prefixes.sort_unstable();
            prefixes
        }
    }
}

/// Which orders a search goes through, one after the other.
fn scopes(reach: &Facilities, facility: Option<&FacilityCode>) -> Vec<String> {
    match (reach, facility) {
        (_, Some(code)) if !reach.reach(Some(code)) => Vec::new(),
        (_, Some(code)) => vec![code.to_string()],
        (Facilities::All, None) => vec!["*".to_owned()],
        (Facilities::Only(own), None) => own.iter().map(ToString::to_string).collect(),
    }
}

/// Scope and kind of a cursor.
fn cursor_part(after: &str) -> Option<(&str, Option<usize>)> {
    let mut parts = after.split('/');
    let (scope, kind) = (parts.next()?, parts.next()?);
    Some((scope, KINDS.iter().position(|it| kind.starts_with(*it))))
}

/// Under which kind of text a search finds somebody first.
fn first_kind(subscriber: &Subscriber, text: &str) -> Option<char> {
    let cut: String = text.chars().take(LETTERS).collect();
    texts(subscriber).into_iter().find(|(_, own)| own.starts_with(&cut)).map(|(kind, _)| kind)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    fn subscriber(id: &str, name: &str, kana: Option<&str>) -> Subscriber {
        Subscriber {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            kana: kana.map(ToOwned::to_owned),
            email: None,
            facility: Some("G13B".parse().unwrap()),
            retired_at: None,
        }
    }

    #[test]
    fn width_case_spaces_and_the_kind_of_kana_make_no_difference() {
        for (one, other) in [
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "やまだたろう"),
            ("ヤマダ　タロウ", "やまだ たろう"),
            ("ＡＢＣ", "abc"),
            ("山田 太郎", "山田太郎"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("たろう"), folded("たろお"));
    }

    #[test]
    fn the_longest_names_still_fit_into_an_order() {
        let long = subscriber(&"a".repeat(64), &"山".repeat(200), Some(&"ｶﾞ".repeat(200)));
        for (_, order) in people_places(&long) {
            assert!(order.len() <= 400 && order.bytes().all(|b| (0x20..0x7f).contains(&b)), "{order}");
        }
    }

    #[test]
    fn a_prefix_of_a_name_is_a_prefix_of_its_order() {
        let places = people_places(&subscriber("10234", "山田 太郎", Some("ヤマダ タロウ")));
        let begins = |prefix: &str| places.iter().filter(|(_, order)| order.starts_with(prefix)).count();
        assert_eq!(begins(&format!("*/n/{}", written("山"))), 1);
        assert_eq!(begins(&format!("G13B/k/{}", written("やま"))), 1);
        assert_eq!(begins("*/i/"), 1);
        assert_eq!(begins(&format!("*/n/{}", written("川"))), 0);
    }

    #[test]
    fn a_name_holds_a_part_at_a_letters_beginning_only() {
        // 0x61 0x16: the digits of "a" stand across its letters as well.
        assert!(holds(&written("banana"), &written("nan")));
        assert!(!holds("1611", "61"));
    }
}
