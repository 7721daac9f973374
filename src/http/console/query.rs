//! What an address asks for: filters, order, cursor. A list's whole state stands in its address, so that it can be kept, sent
//! to a colleague and gone back to.

use std::fmt::Write as _;

/// The longest query that is read.
const LONGEST: usize = 4_000;
/// The most parameters that are read.
const MOST: usize = 64;

/// A path with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

/// Where a column's head leads, and how the column is sorted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorting {
    /// The list sorted by this column; the other way round where it is already.
    pub href: String,
    /// `ascending` or `descending`, as `aria-sort` has it; nothing where it is sorted by another column.
    pub direction: Option<&'static str>,
}

impl Query {
    /// Reads the query of an address; what is too long or too much is left out.
    #[must_use]
    pub fn read(path: &str, query: &str) -> Self {
        let query = if query.len() > LONGEST { "" } else { query };
        let pairs = url::form_urlencoded::parse(query.as_bytes())
            .take(MOST)
            .filter(|(name, _)| name != "lang")
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()));
        Self { path: path.to_owned(), pairs: pairs.collect() }
    }

    /// A parameter; the empty text where the address has none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
    }

    /// A parameter that has something in it.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Whether one of these filters is set, so that an empty list is no empty organization.
    #[must_use]
    pub fn filters(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.filled(name).is_some())
    }

    /// The same address with `name` set to `value` (taken away where it is empty), from the first page on.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        self.changed(&[(name, value), ("after", "")])
    }

    /// The next page, which begins behind `cursor`.
    #[must_use]
    pub fn after(&self, cursor: &str) -> String {
        self.changed(&[("after", cursor)])
    }

    /// The first page.
    #[must_use]
    pub fn first(&self) -> String {
        self.changed(&[("after", "")])
    }

    /// Whether this is a later page than the first.
    #[must_use]
    pub fn is_later(&self) -> bool {
        self.filled("after").is_some()
    }

    /// The same parameters under another path, such as the list as a file.
    #[must_use]
    pub fn under(&self, path: &str) -> String {
        Self { path: path.to_owned(), pairs: self.pairs.clone() }.first()
    }

    /// How a column sorts: the address has `sort=name` or `sort=-name`.
    #[must_use]
    pub fn sorting(&self, name: &str) -> Sorting {
        let sorted = self.get("sort");
        if sorted == name {
            Sorting { href: self.with("sort", &format!("-{name}")), direction: Some("ascending") }
        } else {
            let backwards = sorted.strip_prefix('-') == Some(name);
            Sorting { href: self.with("sort", name), direction: backwards.then_some("descending") }
        }
    }

    /// Every parameter but these, for the hidden fields of a filter form.
    #[must_use]
    pub fn others<'a>(&'a self, but: &[&str]) -> Vec<(&'a str, &'a str)> {
        let kept =
            self.pairs.iter().filter(|(name, value)| !but.contains(&name.as_str()) && !value.is_empty());
        kept.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The whole address.
    #[must_use]
    pub fn address(&self) -> String {
        self.changed(&[])
    }

    /// The same page in another language.
    #[must_use]
    pub fn in_language(&self, tag: &str) -> String {
        let mut address = self.address();
        let _ = write!(address, "{}lang={tag}", if address.contains('?') { '&' } else { '?' });
        address
    }

    fn changed(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let pairs = kept.map(|(name, value)| (name.as_str(), value.as_str())).chain(changes.iter().copied());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs.filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_filters_while_it_is_sorted_and_paged() {
        let query = Query::read("/o/x/enrollments", "state=locked&q=a+b&after=17&lang=en");
        assert_eq!(query.get("q"), "a b");
        assert_eq!(query.with("state", ""), "/o/x/enrollments?q=a+b");
        assert_eq!(query.after("18&x"), "/o/x/enrollments?state=locked&q=a+b&after=18%26x");
        assert_eq!(query.first(), "/o/x/enrollments?state=locked&q=a+b");
        assert_eq!(query.in_language("ja"), "/o/x/enrollments?state=locked&q=a+b&after=17&lang=ja");
        assert_eq!(query.others(&["q", "after"]), [("state", "locked")]);
        assert!(query.is_later() && query.filters(&["state"]) && !query.filters(&["offer"]));
    }

    #[test]
    fn a_column_sorts_one_way_and_then_the_other() {
        let sorting = |query| Query::read("/l", query).sorting("name");
        assert_eq!(sorting(""), Sorting { href: "/l?sort=name".to_owned(), direction: None });
        let backwards = Sorting { href: "/l?sort=-name".to_owned(), direction: Some("ascending") };
        assert_eq!(sorting("sort=name"), backwards);
        let forwards = Sorting { href: "/l?sort=name".to_owned(), direction: Some("descending") };
        assert_eq!(sorting("sort=-name"), forwards);
    }
}
