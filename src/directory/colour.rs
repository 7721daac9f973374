//! The colour of an organization, and whether people can read what is written in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The least contrast of text with what it stands on (WCAG 2.2, 1.4.3).
const TEXT: f64 = 4.5;

/// A colour of sRGB, written `#0b6b4f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written with six digits like #0b6b4f, not {0:?}")]
pub struct NotAColour(String);

/// A colour in which nobody could read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "in {colour}, text and buttons {ground} would have a contrast of {found}:1, and people need 4.5:1; the nearest shade that they can read is {nearest}"
)]
pub struct Unreadable {
    /// What was asked for.
    pub colour: Colour,
    /// On which pages.
    pub ground: Ground,
    /// Its least contrast, rounded down to a tenth.
    pub found: String,
    /// The nearest shade of it that passes.
    pub nearest: Colour,
}

/// Which of the two pages a colour stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The light page.
    Light,
    /// The dark page.
    Dark,
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Light => "on light pages",
            Self::Dark => "on dark pages",
        })
    }
}

impl Ground {
    /// What lies behind everything. The style sheet's `--page`.
    #[must_use]
    pub const fn page(self) -> Colour {
        match self {
            Self::Light => Colour([0xf3, 0xf4, 0xf1]),
            Self::Dark => Colour([0x12, 0x15, 0x14]),
        }
    }

    /// What most text stands on. The style sheet's `--sheet`.
    #[must_use]
    pub const fn sheet(self) -> Colour {
        match self {
            Self::Light => Colour([0xff; 3]),
            Self::Dark => Colour([0x1c, 0x20, 0x1e]),
        }
    }

    /// What is written on a button that is filled with the colour.
    #[must_use]
    pub const fn on_accent(self) -> Colour {
        match self {
            Self::Light => Colour([0xff; 3]),
            Self::Dark => Colour([0x0c, 0x0f, 0x0e]),
        }
    }

    /// How much of the colour is in the wash behind notices, in 256ths.
    const fn wash_share(self) -> u16 {
        match self {
            Self::Light => 20,
            Self::Dark => 32,
        }
    }
}

impl Colour {
    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126f64.mul_add(r, 0.7152f64.mul_add(g, 0.0722 * b))
    }

    /// The contrast ratio of two colours (WCAG 2.2), from 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// This colour with `share` 256ths of `other` in it.
    fn mixed(self, other: Self, share: u16) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * u32::from(256 - share) + u32::from(other) * u32::from(share);
            u8::try_from(sum / 256).unwrap_or(u8::MAX)
        };
        Self([0, 1, 2].map(|channel| mix(self.0[channel], other.0[channel])))
    }

    /// The wash of this colour behind notices and marks.
    #[must_use]
    pub fn wash(self, ground: Ground) -> Self {
        ground.sheet().mixed(self, ground.wash_share())
    }

    /// The least contrast that text in this colour, or on a button of it, has.
    fn least_contrast(self, ground: Ground) -> f64 {
        let beside = [ground.page(), ground.sheet(), ground.on_accent(), self.wash(ground)];
        beside.into_iter().map(|other| self.contrast(other)).fold(f64::INFINITY, f64::min)
    }

    /// The nearest shade of this colour in which people can read: darker on light pages, lighter on dark ones.
    #[must_use]
    pub fn nearest_readable(self, ground: Ground) -> Self {
        let end = match ground {
            Ground::Light => Self([0; 3]),
            Ground::Dark => Self([0xff; 3]),
        };
        let shades = (0..=256).map(|share| self.mixed(end, share));
        shades.into_iter().find(|shade| shade.least_contrast(ground) >= TEXT).unwrap_or(end)
    }

    /// Whether people can read text in this colour, and text on a button of it.
    ///
    /// # Errors
    /// [`Unreadable`], with the nearest shade that passes.
    pub fn check(self, ground: Ground) -> Result<(), Unreadable> {
        let contrast = self.least_contrast(ground);
        if contrast >= TEXT {
            return Ok(());
        }
        let found = format!("{:.1}", (contrast * 10.0).floor() / 10.0);
        Err(Unreadable { colour: self, ground, found, nearest: self.nearest_readable(ground) })
    }
}

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let wrong = || NotAColour(text.chars().take(40).collect());
        let digits = text.strip_prefix('#').unwrap_or(text);
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| wrong())?;
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = NotAColour;

    fn try_from(text: String) -> Result<Self, NotAColour> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        assert!((colour("#000000").contrast(colour("#ffffff")) - 21.0).abs() < 0.001);
        // The well-known grey that just passes on white.
        assert!((colour("#767676").contrast(colour("ffffff")) - 4.54).abs() < 0.01);
    }

    #[test]
    fn a_colour_that_nobody_can_read_is_refused_with_its_nearest_shade() {
        assert_eq!(colour("#0b6b4f").check(Ground::Light), Ok(()));
        let refused = colour("#ffcc00").check(Ground::Light).unwrap_err();
        assert_eq!(refused.nearest.check(Ground::Light), Ok(()));
        assert!(refused.to_string().contains(&refused.nearest.to_string()), "{refused}");
        let refused = colour("#0b2b8f").check(Ground::Dark).unwrap_err();
        assert_eq!(refused.nearest.check(Ground::Dark), Ok(()));
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        assert_eq!(colour("0B6B4F").to_string(), "#0b6b4f");
        for text in ["", "#", "#fff", "#0b6b4", "#0b6b4f0", "green", "#0b6b4g", "url(x)", "#0b6b4f;}"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_colour_has_a_shade_that_people_can_read(channels: [u8; 3]) {
            for ground in [Ground::Light, Ground::Dark] {
                let nearest = Colour(channels).nearest_readable(ground);
                prop_assert_eq!(nearest.check(ground), Ok(()));
                prop_assert_eq!(nearest.nearest_readable(ground), nearest);
                // What is written on the wash in the page's own ink.
                let ink = match ground {
                    Ground::Light => colour("#1b1f1d"),
                    Ground::Dark => colour("#eef1ef"),
                };
                prop_assert!(ink.contrast(nearest.wash(ground)) >= 7.0);
            }
        }
    }
}
