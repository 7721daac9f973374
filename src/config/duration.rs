//! Lengths of time, with their units.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use toml::de::DeValue;

use super::value::{Value, kind, quoted};

impl Value for SignedDuration {
    const SHAPE: &'static str = r#"a time with its unit, such as "10min", "48h", "1h 30min" or "180days""#;

    fn from_text(text: &str) -> Result<Self, String> {
        if text.trim().parse::<f64>().is_ok() {
            return Err("the unit is missing".to_owned());
        }
        let span: Span = text.trim().parse().map_err(|_| "it is no time with a unit".to_owned())?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err("months and years differ in length; write days".to_owned());
        }
        let length = span
            .to_duration(SpanRelativeTo::days_are_24_hours())
            .map_err(|_| "it is longer than can be counted".to_owned())?;
        if length.is_negative() { Err("it is negative".to_owned()) } else { Ok(length) }
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::String(text) => Self::from_text(text),
            DeValue::Integer(_) => Err("the unit is missing".to_owned()),
            other => Err(format!("{} stands here, a text in quotes is needed", kind(other))),
        }
    }

    fn shown(&self) -> String {
        quoted(&spell(*self))
    }
}

/// A duration in the largest unit that fits it evenly: `180days`, `48h`, `10min`, `90s`.
///
/// 48 hours stay hours: up to three days, people count in hours.
#[must_use]
pub fn spell(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    if length.subsec_nanos() != 0 || seconds == 0 {
        return format!("{length:#}");
    }
    match seconds {
        s if s % 86_400 == 0 && s > 3 * 86_400 => format!("{}days", s / 86_400),
        s if s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 => format!("{}min", s / 60),
        s => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        SignedDuration::from_text(text).err().unwrap_or_else(|| "accepted".to_owned())
    }

    #[test]
    fn a_duration_needs_its_unit_and_is_shown_as_people_say_it() {
        for (text, shown) in [
            ("48h", "48h"),
            ("2 days", "48h"),
            ("180days", "180days"),
            ("26 weeks", "182days"),
            ("10min", "10min"),
            ("10 minutes", "10min"),
            ("1h 30min", "90min"),
            ("PT90S", "90s"),
            ("250ms", "250ms"),
        ] {
            assert_eq!(SignedDuration::from_text(text).map(spell), Ok(shown.to_owned()), "{text}");
        }
        assert_eq!(refused("10"), "the unit is missing");
        assert_eq!(refused("6 months"), "months and years differ in length; write days");
        assert_eq!(refused("-1h"), "it is negative");
        assert_eq!(refused("soon"), "it is no time with a unit");
    }
}
