//! The systems a person may hold in their hands, and their versions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The operating system of a device, as far as it matters for what is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// iPhone and iPod touch.
    Ios,
    /// iPad. By default its Safari says that it is a Mac.
    Ipados,
    /// Phones and tablets with Android, whoever made them.
    Android,
    /// Windows on a PC.
    Windows,
    /// A Mac, or an iPad that nobody has told apart from one yet.
    Macos,
    /// A Chromebook.
    Chromeos,
    /// Linux on a PC, or an Android device that was told to ask for desktop pages.
    Linux,
    /// Everything else, and everything that does not say.
    Unknown,
}

impl Platform {
    /// Every platform, in the order of the declaration.
    pub const ALL: [Self; 8] = [
        Self::Ios,
        Self::Ipados,
        Self::Android,
        Self::Windows,
        Self::Macos,
        Self::Chromeos,
        Self::Linux,
        Self::Unknown,
    ];

    /// The lowercase name: `ios`, `ipados`, `android`, `windows`, `macos`, `chromeos`, `linux` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Ipados => "ipados",
            Self::Android => "android",
            Self::Windows => "windows",
            Self::Macos => "macos",
            Self::Chromeos => "chromeos",
            Self::Linux => "linux",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the device takes a configuration profile.
    #[must_use]
    pub const fn is_apple(self) -> bool {
        matches!(self, Self::Ios | Self::Ipados | Self::Macos)
    }

    /// Whether it is an iPhone, iPod or iPad, where every browser is built on Safari's engine.
    #[must_use]
    pub const fn is_apple_mobile(self) -> bool {
        matches!(self, Self::Ios | Self::Ipados)
    }

    /// Whether a device that seems to be of this kind is surely none of the `other`. An iPad may pass itself off as a Mac, and
    /// takes what an iPhone takes; what is unknown, Linux or a Chromebook may be an Android that asks for pages of a PC.
    #[must_use]
    pub fn is_surely_not(self, other: Self) -> bool {
        let installs = |platform| {
            matches!(platform, Self::Ios | Self::Ipados | Self::Android | Self::Windows | Self::Macos)
        };
        let related =
            self == other || (self.is_apple() && other.is_apple() && [self, other].contains(&Self::Ipados));
        installs(self) && installs(other) && !related
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a platform is one of ios, ipados, android, windows, macos, chromeos, linux, unknown")]
pub struct UnknownPlatformName;

impl FromStr for Platform {
    type Err = UnknownPlatformName;

    /// Takes exactly the names that [`Platform::as_str`] gives, as the chooser's form sends them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|platform| platform.as_str() == text).ok_or(UnknownPlatformName)
    }
}

/// A version of an operating system as its makers write it: `26.4.2`, `14`, `8.1`, `xp`, or `10+` where Windows 10 and 11
/// cannot be told apart.
///
/// It keeps the text as it was said and compares by [`OsVersion::major`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OsVersion {
    text: String,
    major: u32,
}

impl OsVersion {
    /// Reads `26.4.2`, `26_4_2` or `10+`: a number, and what follows it of digits and points.
    /// Nothing when the text does not begin with a number below 10,000.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let end =
            text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len()).min(24);
        let plus = if text[end..].starts_with('+') { "+" } else { "" };
        let digits = text[..end].replace('_', ".");
        let digits = digits.trim_end_matches('.');
        let major = digits.split('.').next()?;
        if major.len() > 4 {
            return None;
        }
        Some(Self { major: major.parse().ok()?, text: format!("{digits}{plus}") })
    }

    /// A version that has a name in place of a number, or a number that is not its own: Windows `xp` is 5, `vista` 6.
    pub(super) fn named(text: &str, major: u32) -> Self {
        Self { text: text.to_owned(), major }
    }

    /// The version without trailing `.0`: client hints say `14.0.0` where everyone says 14.
    pub(super) fn shortened(mut self) -> Self {
        while let Some(shorter) = self.text.strip_suffix(".0") {
            self.text.truncate(shorter.len());
        }
        self
    }

    /// The version as it was said.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first number: 26 of `26.4.2`.
    #[must_use]
    pub const fn major(&self) -> u32 {
        self.major
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for OsVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it fails")]
mod tests {
    use super::*;

    #[test]
    fn every_platform_is_read_back_from_its_name() {
        for platform in Platform::ALL {
            assert_eq!(platform.as_str().parse(), Ok(platform));
            assert_eq!(serde_json::to_value(platform).unwrap(), platform.as_str());
        }
        assert_eq!("iOS".parse::<Platform>(), Err(UnknownPlatformName));
        assert_eq!("".parse::<Platform>(), Err(UnknownPlatformName));
    }

    #[test]
    fn a_version_keeps_its_text_and_knows_its_major() {
        for (said, text, major) in [
            ("26_4_2", "26.4.2", 26),
            ("10+", "10+", 10),
            ("27", "27", 27),
            ("4.4.4 Build", "4.4.4", 4),
            ("26_0_0", "26.0.0", 26),
            ("8.", "8", 8),
        ] {
            let version = OsVersion::parse(said).unwrap();
            assert_eq!((version.as_str(), version.major()), (text, major), "{said}");
        }
        for said in ["", "x", ".1", "_", "99999", "99999999999999999999999999999999"] {
            assert_eq!(OsVersion::parse(said), None, "{said}");
        }
        assert_eq!(OsVersion::parse("14.0.0").unwrap().shortened().as_str(), "14");
        assert_eq!(OsVersion::parse("15.3.0").unwrap().shortened().as_str(), "15.3");
    }
}
