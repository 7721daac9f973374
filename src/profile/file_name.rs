//! Names of the files that people download.

use super::template::Template;
use super::variable::TemplateValues;

/// The longest name without its ending, in characters: what every file system and every download list shows whole.
const LONGEST_STEM: usize = 64;

/// The ending of a bundle's file name, which decides what a device does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extension {
    /// `.mobileconfig`, a configuration profile.
    Mobileconfig,
    /// `.p12`, a PKCS#12 file.
    P12,
    /// `.pfx`, the same under the name that Windows gives it.
    Pfx,
}

impl Extension {
    /// The ending without its dot.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobileconfig => "mobileconfig",
            Self::P12 => "p12",
            Self::Pfx => "pfx",
        }
    }
}

/// The name of a bundle's file: ASCII letters, digits, `-` and `_`, then the ending.
///
/// Only ASCII, since a name in Japanese arrives mangled by some browsers and mail programs; what is not ASCII is left
/// out, not romanised, and so are values that are not known. Where nothing is left, the enrollment's identifier is
/// the name.
pub(super) fn file_name(template: &Template, values: &TemplateValues<'_>, extension: Extension) -> String {
    let stem = [template.render_known(values), values.enrollment_id.to_owned()]
        .iter()
        .map(|text| stem(text))
        .find(|stem| !stem.is_empty())
        .unwrap_or_else(|| "certificate".into());
    format!("{stem}.{}", extension.as_str())
}

/// What of a text can stand in a file name on every system.
fn stem(text: &str) -> String {
    let mut stem = String::new();
    for character in text.chars() {
        let kept = match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => character,
            _ if character.is_ascii() => '-',
            _ => continue,
        };
        // One separator at a time, and none in front: a name that starts with a hyphen is an option to a command.
        if kept != '-' || !(stem.is_empty() || stem.ends_with('-')) {
            stem.push(kept);
        }
        if stem.len() == LONGEST_STEM {
            break;
        }
    }
    stem.truncate(stem.trim_end_matches(['-', '_']).len());
    if is_reserved(&stem) { format!("{stem}-") + "certificate" } else { stem }
}

/// Whether Windows takes the name for a device (Microsoft, *Naming Files, Paths, and Namespaces*).
fn is_reserved(stem: &str) -> bool {
    let upper = stem.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        upper
            .strip_prefix(prefix)
            .is_some_and(|number| number.len() == 1 && number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::variable::Variable;

    fn named(template: &str, values: &TemplateValues<'_>) -> String {
        file_name(&Template::parse(template, &Variable::ALL).unwrap(), values, Extension::P12)
    }

    fn tanaka() -> TemplateValues<'static> {
        TemplateValues {
            subscriber_name: "田中 花子",
            subscriber_id: "tanaka",
            facility_code: Some("G13B"),
            enrollment_id: "01K2",
            ..TemplateValues::default()
        }
    }

    #[test]
    fn a_name_says_whose_and_what() {
        assert_eq!(named("{facility.code}-{subscriber.id}-wifi", &tanaka()), "G13B-tanaka-wifi.p12");
    }

    #[test]
    fn what_is_unknown_or_not_ascii_is_left_out() {
        assert_eq!(named("{facility.name}-{subscriber.name}-{subscriber.id}", &tanaka()), "tanaka.p12");
        assert_eq!(named("a/../{subscriber.id}?x=1", &tanaka()), "a-tanaka-x-1.p12");
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_the_enrollment() {
        assert_eq!(named("{subscriber.name}", &tanaka()), "01K2.p12");
        assert_eq!(named("証明書", &TemplateValues::default()), "certificate.p12");
    }

    #[test]
    fn a_name_that_windows_reserves_is_lengthened() {
        assert_eq!(named("con", &tanaka()), "con-certificate.p12");
        assert_eq!(named("COM7", &tanaka()), "COM7-certificate.p12");
        assert_eq!(named("COM10", &tanaka()), "COM10.p12");
    }

    proptest! {
        #[test]
        fn every_name_is_safe_on_every_system(id in ".{0,200}", code in ".{0,80}", enrollment in ".{0,80}") {
            let values = TemplateValues {
                subscriber_id: &id,
                facility_code: Some(&code),
                enrollment_id: &enrollment,
                ..TemplateValues::default()
            };
            let name = named("{facility.code}-{subscriber.id}", &values);
            let stem = name.strip_suffix(".p12").unwrap();
            prop_assert!(!stem.is_empty() && stem.len() <= LONGEST_STEM + 12, "{name}");
            prop_assert!(stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{name}");
            prop_assert!(!stem.starts_with('-') && !is_reserved(stem), "{name}");
        }
    }
}
