//! What a request tells of its device besides the User-Agent: client hints (User-Agent Client Hints, WICG, §3), the number of
//! touch points that a script reports, and the person's own correction.

use sfv::{BareItem, Item, List, ListEntry, Parser};

use super::platform::{OsVersion, Platform};

/// The most that is read of one hint, in bytes. Chrome's longest, the list of brands, stays below 200.
const LONGEST: usize = 1_024;

/// Everything that a request tells of its device. Only the User-Agent comes from every browser; none of it is trusted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// The header `User-Agent`; empty when there was none. The first 1,024 bytes are read.
    pub user_agent: &'a str,
    /// `Sec-CH-UA-Platform`, as sent: `"Android"`.
    pub ch_platform: Option<&'a str>,
    /// `Sec-CH-UA-Platform-Version`, as sent: `"14.0.0"`.
    pub ch_platform_version: Option<&'a str>,
    /// `Sec-CH-UA-Model`, as sent: `"Pixel 8"`, and `""` on every PC.
    pub ch_model: Option<&'a str>,
    /// `Sec-CH-UA-Mobile`, as sent: `?1` or `?0`.
    pub ch_mobile: Option<&'a str>,
    /// `Sec-CH-UA`, as sent: `"Chromium";v="142", "Brave";v="142"`.
    pub ch_ua: Option<&'a str>,
    /// `navigator.maxTouchPoints`, where a script reported it: 5 on an iPad, 0 on a Mac.
    pub touch_points: Option<u8>,
    /// What the person chose in place of what was recognised. [`Platform::Unknown`] is no choice.
    pub chosen: Option<Platform>,
}

impl<'a> Hints<'a> {
    /// The User-Agent alone.
    #[must_use]
    pub fn of(user_agent: &'a str) -> Self {
        Self { user_agent, ..Self::default() }
    }

    /// The platform by client hints.
    pub(super) fn platform(&self) -> Option<Platform> {
        match string(self.ch_platform?).as_str() {
            "android" => Some(Platform::Android),
            "windows" => Some(Platform::Windows),
            "macos" => Some(Platform::Macos),
            "chrome os" | "chromium os" | "chromeos" => Some(Platform::Chromeos),
            "ios" => Some(Platform::Ios),
            "linux" => Some(Platform::Linux),
            _ => None,
        }
    }

    /// The system's version by client hints, when they are about this platform.
    pub(super) fn version(&self, platform: Platform) -> Option<OsVersion> {
        if self.platform() != Some(platform) {
            return None;
        }
        let version = OsVersion::parse(&string(self.ch_platform_version?))?;
        match platform {
            Platform::Android | Platform::Macos | Platform::Ios if version.major() > 0 => {
                Some(version.shortened())
            }
            Platform::Windows => windows(&version),
            _ => None,
        }
    }

    /// The brands of `Sec-CH-UA`, lowercased: at most 16.
    pub(super) fn brands(&self) -> Vec<String> {
        let list: Option<List> = self.ch_ua.and_then(|text| Parser::new(bounded(text)).parse().ok());
        let entries = list.into_iter().flatten().take(16);
        entries
            .filter_map(|entry| match entry {
                ListEntry::Item(Item { bare_item: BareItem::String(brand), .. }) => {
                    Some(brand.as_str().to_ascii_lowercase())
                }
                _ => None,
            })
            .collect()
    }

    /// Whether something only a telephone or tablet has was reported: touch, a model, `?1`. Tells an Android device that
    /// asks for desktop pages from a PC with Linux.
    pub(super) fn is_handheld(&self) -> bool {
        self.touch_points.is_some_and(|points| points > 1)
            || self.ch_model.is_some_and(|model| !string(model).is_empty())
            || self.ch_mobile.is_some_and(|mobile| mobile.trim() == "?1")
    }
}

/// Windows counts its client hint by releases of an interface: 0.1 to 0.3 are 7 to 8.1, 1 to 10 are Windows 10, 13 and above
/// 11 (Microsoft, "Detect Windows 11 and CPU architecture using User-Agent Client Hints").
fn windows(version: &OsVersion) -> Option<OsVersion> {
    match version.major() {
        0 if version.as_str().starts_with("0.1") => Some(OsVersion::named("7", 7)),
        0 if version.as_str().starts_with("0.2") => Some(OsVersion::named("8", 8)),
        0 if version.as_str().starts_with("0.3") => Some(OsVersion::named("8.1", 8)),
        0 => None,
        1..=12 => Some(OsVersion::named("10", 10)),
        _ => Some(OsVersion::named("11", 11)),
    }
}

/// A structured string (RFC 9651 §3.3.3), lowercased. Proxies and old browsers lose the quotes, so that a bare text counts as
/// well.
fn string(text: &str) -> String {
    let text = bounded(text);
    let item: Option<Item> = Parser::new(text).parse().ok();
    match item.map(|item| item.bare_item) {
        Some(BareItem::String(text)) => text.as_str().to_ascii_lowercase(),
        _ => text.trim().trim_matches('"').to_ascii_lowercase(),
    }
}

fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints<'a>(platform: &'a str, version: &'a str) -> Hints<'a> {
        Hints { ch_platform: Some(platform), ch_platform_version: Some(version), ..Hints::default() }
    }

    fn version(platform: &str, version: &str) -> Option<String> {
        let hints = hints(platform, version);
        hints.version(hints.platform()?).map(|version| version.as_str().to_owned())
    }

    #[test]
    fn platform_versions_are_told_as_people_say_them() {
        for (platform, said, expected) in [
            ("\"Android\"", "\"14.0.0\"", Some("14")),
            ("Android", "9", Some("9")),
            ("\"Android\"", "\"8.1.0\"", Some("8.1")),
            ("\"Windows\"", "\"15.0.0\"", Some("11")),
            ("\"Windows\"", "\"13.0.0\"", Some("11")),
            ("\"Windows\"", "\"10.0.0\"", Some("10")),
            ("\"Windows\"", "\"0.3.0\"", Some("8.1")),
            ("\"Windows\"", "\"0.1.0\"", Some("7")),
            ("\"Windows\"", "\"0.0.0\"", None),
            ("\"macOS\"", "\"15.3.0\"", Some("15.3")),
            ("\"Linux\"", "\"6.1.0\"", None),
            ("\"Android\"", "\"\"", None),
            ("\"Android\"", "\"x\"", None),
        ] {
            assert_eq!(version(platform, said).as_deref(), expected, "{platform} {said}");
        }
    }

    #[test]
    fn a_version_counts_only_for_the_platform_it_came_with() {
        assert_eq!(hints("\"Android\"", "\"14\"").version(Platform::Windows), None);
        assert_eq!(hints("\"Beos\"", "\"5\"").platform(), None);
    }

    #[test]
    fn brands_are_read_past_grease() {
        let brands = |text| Hints { ch_ua: Some(text), ..Hints::default() }.brands();
        assert_eq!(
            brands(r#""Chromium";v="124", "Android WebView";v="124", "Not(A:Brand";v="24""#),
            ["chromium", "android webview", "not(a:brand"]
        );
        assert_eq!(brands(r#"" Not;A Brand";v="99", "\\Br\"and";v="1""#), [" not;a brand", "\\br\"and"]);
        for broken in ["", "\"", "Chromium;;", "\u{0}", "手", &"\"a\",".repeat(5_000)] {
            assert!(brands(broken).len() <= 16, "{broken}");
        }
    }

    #[test]
    fn a_handheld_is_told_by_touch_model_or_mobile() {
        assert!(!Hints::default().is_handheld());
        assert!(Hints { touch_points: Some(5), ..Hints::default() }.is_handheld());
        assert!(!Hints { touch_points: Some(1), ch_model: Some("\"\""), ..Hints::default() }.is_handheld());
        assert!(Hints { ch_model: Some("\"SM-X706N\""), ..Hints::default() }.is_handheld());
        assert!(Hints { ch_mobile: Some("?1"), ..Hints::default() }.is_handheld());
    }
}
