//! Offers and the profiles that are made from them, as devices and other implementations read them.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[path = "offers/ground.rs"]
mod ground;
#[path = "offers/hostile.rs"]
mod hostile;
#[path = "offers/profiles.rs"]
mod profiles;
#[path = "offers/readers.rs"]
mod readers;
#[path = "offers/refusals.rs"]
mod refusals;
#[path = "offers/signing.rs"]
mod signing;

use std::collections::BTreeSet;
use std::path::Path;

use ground::{DEVICES, LANGUAGES, everything, rendered, shipped};
use tegata::profile::Offer;

/// Snapshots of every shipped offer, and of one with every key, for every device in both languages.
#[test]
fn every_shipped_offer_makes_the_profile_that_was_reviewed() {
    let mut names = BTreeSet::new();
    for offer in shipped().iter().chain([&everything()]) {
        for device in DEVICES {
            for language in LANGUAGES {
                let name = format!("{}-{}-{language}", offer.name, device.name);
                let xml = rendered(offer, device.target, language);
                insta::assert_snapshot!(name.clone(), String::from_utf8(xml).unwrap());
                names.insert(format!("offers__{name}"));
            }
        }
    }
    // One that nothing compares any more would look like proof.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let stems = files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned());
    let ours: BTreeSet<_> = stems.filter(|stem| stem.starts_with("offers__")).collect();
    assert_eq!(ours.difference(&names).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn one_report_lists_ten_mistakes_with_their_places_and_remedies() {
    let text = include_str!("fixtures/offers/broken.toml");
    let error = Offer::parse("clinic.toml", text).unwrap_err();
    assert_eq!(error.problems().len(), 10);
    let expected = include_str!("fixtures/offers/broken.txt");
    assert_eq!(error.to_string(), expected, "the report is now:\n{error}");
}

/// `TEGATA_WRITE_DOCS=1 cargo test --test offers` writes the file anew.
#[test]
fn the_documentation_of_offers_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/offers.md");
    if std::env::var_os("TEGATA_WRITE_DOCS").is_some() {
        std::fs::write(&path, Offer::reference()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == Offer::reference(),
        "docs/offers.md is out of date: TEGATA_WRITE_DOCS=1 cargo test --test offers"
    );
}
