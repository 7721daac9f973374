//! The offers of an installation, by name.

use std::collections::BTreeMap;
use std::ops::Range;

use super::offer::Offer;
use super::parse;
use super::problem::{OfferError, Problems};

/// The offers that the binary ships, as file names and texts; to read, to start from, and what holds where no
/// directory of offers is set.
pub const SHIPPED: [(&str, &str); 3] = [
    ("minimal.toml", include_str!("../../profiles/minimal.toml")),
    ("wifi.toml", include_str!("../../profiles/wifi.toml")),
    ("anchored.toml", include_str!("../../profiles/anchored.toml")),
];

/// Offers by name; no two share one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers(BTreeMap<String, Offer>);

impl Offers {
    /// The three that the binary ships.
    ///
    /// # Errors
    /// None in a binary whose tests have passed.
    pub fn embedded() -> Result<Self, Vec<OfferError>> {
        Self::from_texts(SHIPPED)
    }

    /// Reads offers from file names and texts.
    ///
    /// # Errors
    /// One [`OfferError`] for each file that is wrong, and one for each file whose name another file before it has.
    pub fn from_texts<N: AsRef<str>, T: AsRef<str>>(
        texts: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, Vec<OfferError>> {
        let mut offers: BTreeMap<String, (String, Offer)> = BTreeMap::new();
        let mut errors = Vec::new();
        for (file, text) in texts {
            let (file, text) = (file.as_ref(), text.as_ref());
            let (offer, name) = match parse::parse(file, text) {
                Ok(read) => read,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            match offers.get(&offer.name) {
                Some((first, _)) => errors.push(second(file, text, &name, &offer.name, first)),
                None => {
                    offers.insert(offer.name.clone(), (file.to_owned(), offer));
                }
            }
        }
        if errors.is_empty() {
            return Ok(Self(offers.into_iter().map(|(name, (_, offer))| (name, offer)).collect()));
        }
        Err(errors)
    }

    /// These offers, and `others` in place of those that have the same name.
    #[must_use]
    pub fn overridden_by(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The offer of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Offer> {
        self.0.get(name)
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// All offers, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Offer> {
        self.0.values()
    }
}

fn second(file: &str, text: &str, at: &Range<usize>, name: &str, first: &str) -> OfferError {
    let problems = Problems::new(file, text);
    problems.report(
        at,
        "name",
        format!("\"{name}\" is the name of the offer in {first}"),
        "give each offer its own name",
    );
    problems.into_error()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::super::payload::PayloadTemplate;
    use super::*;

    const MINIMAL: &str = "name = \"a\"\ntitle.ja = \"あ\"\ndescription.ja = \"い\"\n";

    #[test]
    fn the_binary_ships_three_offers() {
        let offers = Offers::embedded().unwrap_or_else(|errors| panic!("{}", errors[0]));
        assert_eq!(offers.names().collect::<Vec<_>>(), ["anchored", "minimal", "wifi"]);
        assert_eq!(offers.iter().count(), 3);
        assert_eq!(offers.get("other"), None);
    }

    /// Each leads back to the check page, also in a year's time; the smallest has nothing else beside the certificate.
    #[test]
    fn every_shipped_offer_has_the_icon_of_the_check_page() {
        let offers = Offers::embedded().unwrap();
        for offer in offers.iter() {
            let clips =
                offer.payloads.iter().filter(|payload| matches!(payload, PayloadTemplate::WebClip(_)));
            assert_eq!(clips.count(), 1, "{}", offer.name);
        }
        assert_eq!(offers.get("minimal").unwrap().payloads.len(), 1);
    }

    #[test]
    fn two_offers_of_one_name_are_refused_with_both_files() {
        let renamed = MINIMAL.replace("\"a\"", "\"b\"");
        let errors =
            Offers::from_texts([("1.toml", MINIMAL), ("2.toml", &renamed), ("3.toml", MINIMAL)]).unwrap_err();
        assert_eq!(errors.len(), 1);
        let problem = &errors[0].problems()[0];
        assert_eq!((problem.file.as_str(), problem.line, problem.column), ("3.toml", 1, 8));
        assert!(problem.wrong.contains("1.toml"), "{problem}");
    }

    #[test]
    fn every_file_that_is_wrong_is_reported() {
        let errors =
            Offers::from_texts([("1.toml", "x = 1"), ("2.toml", MINIMAL), ("3.toml", "y = 1")]).unwrap_err();
        assert_eq!(errors.iter().map(OfferError::file).collect::<Vec<_>>(), ["1.toml", "3.toml"]);
    }

    #[test]
    fn an_offer_of_the_directory_takes_the_place_of_a_shipped_one() {
        let ours = MINIMAL.replace("\"a\"", "\"wifi\"");
        let offers =
            Offers::embedded().unwrap().overridden_by(Offers::from_texts([("wifi.toml", ours)]).unwrap());
        assert_eq!(offers.names().count(), 3);
        assert!(offers.get("wifi").unwrap().payloads.is_empty());
    }
}
