//! Offers that nobody wrote in good faith: an answer, bounded in size, never a panic and never an exhausted stack.

use proptest::prelude::*;
use tegata::profile::{Offer, OfferError, TargetDeviceType, TemplateValues, render};

use super::ground::{context, everything, intermediate, root, text};

/// The report of a text that must be refused; it is short, whatever was in the file.
fn refused(text: &str) -> OfferError {
    let error = Offer::parse("hostile.toml", text).unwrap_err();
    let report = error.to_string();
    assert!(!error.problems().is_empty() && error.problems().len() <= 50);
    assert!(report.len() < 50_000, "a report of {} bytes", report.len());
    error
}

/// A test runs on 2 MB of stack; the parser alone would exhaust it on the third of these.
#[test]
fn deep_nesting_is_refused_before_it_costs_the_stack() {
    refused(&format!("a = {}", "[".repeat(200_000)));
    refused(&format!("a = {}{}", "[".repeat(70), "]".repeat(70)));
    let key = ["a"; 79].join(".");
    refused(&format!("{}{}", format!("{key} = {{").repeat(79), "}".repeat(79)));
    let shorter = ["a"; 9].join(".");
    refused(&format!("{}{}", format!("{shorter} = {{").repeat(79), "}".repeat(79)));
    refused(&format!("[{key}]\n"));
    refused(&format!("[{}]\n", ["\"a\""; 79].join(" . ")));
    refused(&"[[payloads]]\n".repeat(10_000));
}

#[test]
fn long_texts_are_refused_and_not_repeated() {
    let long = "x".repeat(1_000_000);
    let error = refused(&text(&format!("friendly_name = \"{long}\"")));
    assert!(error.to_string().contains("1000081 bytes"), "{error}");
    let long = "x".repeat(200_000);
    for line in [
        format!("friendly_name = \"{long}\""),
        format!("friendly_name = \"{{{long}}}\""),
        format!("key = \"{long}\""),
        format!("link_life = \"{long}\""),
        format!("consent.ja = \"{long}\""),
        format!("consent.{long} = \"x\""),
        format!("{long} = 1"),
        format!("validity_days = 1{}", "0".repeat(200_000)),
        format!("urls.crl = [\"{long}\"]"),
        format!("[[payloads]]\ntype = \"{long}\""),
        format!("[[payloads]]\ntype = \"trust-anchor\"\npem = \"{long}\""),
        format!("[[payloads]]\ntype = \"web-clip\"\nlabel.ja = \"x\"\nicon = \"{long}\""),
    ] {
        let error = refused(&text(&line));
        assert!(error.to_string().len() < 3_000, "{}", error.to_string().len());
    }
}

#[test]
fn a_file_of_nothing_but_mistakes_gets_a_report_with_an_end() {
    refused(&"= \n".repeat(80_000));
    let unknown: Vec<_> = (0..20_000).map(|number| format!("key{number} = 1\n")).collect();
    let unknown = unknown.concat();
    let error = refused(&unknown);
    assert!(error.to_string().contains("… and 19953 more"), "{error}");
}

/// Every key of every table, as a value of every other type.
#[test]
fn a_value_of_the_wrong_type_is_refused_wherever_it_stands() {
    let everything = include_str!("../fixtures/offers/everything.toml");
    let keys: Vec<_> =
        everything.lines().filter(|line| line.contains(" = ") && !line.contains("\"\"\"")).collect();
    assert!(keys.len() > 50, "only {} keys", keys.len());
    for line in keys {
        let (key, _) = line.split_once(" = ").unwrap();
        let accepted =
            ["\"\\u0000\"", "-1", "1.5", "1979-05-27", "[[[]]]", "{ x = {} }"].into_iter().filter(|value| {
                Offer::parse("x", &everything.replace(line, &format!("{key} = {value}"))).is_ok()
            });
        assert_eq!(accepted.collect::<Vec<_>>(), Vec::<&str>::new(), "{key}");
    }
}

/// Pieces of TOML, right and wrong, that make files which get past the parser more often than random characters.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(include_str!("../fixtures/offers/everything.toml").lines().collect::<Vec<_>>())
            .prop_map(|line| format!("{line}\n")),
        prop::sample::select(include_str!("../fixtures/offers/broken.toml").lines().collect::<Vec<_>>())
            .prop_map(|line| format!("{line}\n")),
        "[a-z_.]{1,12} = ([0-9]{1,30}|\"[^\"\\\\\n]{0,30}\"|\\[\\]|\\{\\}|true)\n",
        "\\PC{0,20}",
        prop::sample::select(vec![
            "[", "]", "{", "}", "\"", "'", "\"\"\"", "=", "\n", "\r", "\0", "#", ",", "."
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(fragments in prop::collection::vec(fragment(), 0..60)) {
        let text = fragments.concat();
        if let Err(error) = Offer::parse("hostile.toml", &text) {
            let lines = text.split('\n').count();
            prop_assert!(error.to_string().len() < 50_000);
            for problem in error.problems() {
                prop_assert!((1..=lines).contains(&problem.line), "{problem}");
                prop_assert!(!problem.wrong.is_empty() && !problem.right.is_empty());
            }
        }
    }

    /// Whatever stands in the directory: a profile is refused, or it is well formed and says what was given.
    #[test]
    fn no_value_makes_a_profile_that_cannot_be_read(
        name in "\\PC{0,40}|.{0,40}", id in ".{0,40}", email in ".{0,40}", organization in "(?s).{0,60}",
    ) {
        let offer = everything();
        let values = TemplateValues {
            subscriber_name: &name, subscriber_id: &id, subscriber_email: Some(&email),
            organization_name: &organization, ..super::ground::tanaka()
        };
        let (root, intermediate) = (root(), intermediate());
        let mut context = context(&offer, TargetDeviceType::Mac, "ja");
        (context.values, context.roots, context.intermediates) = (values, &[], &[]);
        let (roots, intermediates) = ([root.as_slice()], [intermediate.as_slice()]);
        (context.roots, context.intermediates) = (&roots, &intermediates);
        if let Ok(xml) = render(&offer, &context) {
            let profile: plist::Dictionary = plist::from_bytes(&xml).unwrap();
            let written = profile.get("PayloadOrganization").and_then(plist::Value::as_string);
            prop_assert_eq!(written, Some(organization.as_str()));
        }
    }

    #[test]
    fn what_a_certificate_names_is_within_its_bounds(
        name in ".{0,90}", id in ".{0,90}", email in ".{0,300}", facility in "\\PC{0,90}",
    ) {
        let offer = everything();
        let values = TemplateValues {
            subscriber_name: &name, subscriber_id: &id, subscriber_email: Some(&email),
            facility_name: Some(&facility), ..super::ground::tanaka()
        };
        if let Ok(subject) = offer.subject(&values) {
            let texts = [Some(subject.common_name), subject.organizational_unit, subject.serial_number];
            for text in texts.into_iter().flatten() {
                prop_assert!((1..=64).contains(&text.chars().count()) && !text.contains(char::is_control));
            }
        }
        if let Ok(names) = offer.alternative_names(&values) {
            for text in [names.email, names.uri].into_iter().flatten() {
                prop_assert!(text.is_ascii() && text.len() <= 255);
            }
        }
        if let Ok(label) = offer.friendly_name(&values) {
            prop_assert!((1..=64).contains(&label.chars().count()) && !label.contains(['.', '@']));
        }
    }
}
