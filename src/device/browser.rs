//! What asks: a browser, an application's built-in browser, or no person at all.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// The name of what sent a User-Agent: lowercase ASCII letters, digits, `.`, `_` and `-`, at most 40 characters.
///
/// Browsers and applications have the constants below. A bot is named by its own lowercased product token
/// (`googlebot`, `line-poker`), so that a log says who it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Browser(Cow<'static, str>);

/// The longest name that is kept of what a bot calls itself, in bytes.
const LONGEST_NAME: usize = 40;

macro_rules! known {
    ($($(#[doc = $doc:literal])+ $constant:ident = $name:literal;)+) => {
        impl Browser {
            $($(#[doc = $doc])+ pub const $constant: Self = Self(Cow::Borrowed($name));)+
        }
    };
}

known! {
    /// Safari, and Safari inside an application (`SFSafariViewController`), which cannot be told apart and need not be.
    SAFARI = "safari";
    /// Google Chrome, Chromium, and everything that says nothing else about itself.
    CHROME = "chrome";
    /// Microsoft Edge, on Chromium or older.
    EDGE = "edge";
    /// Firefox, Firefox Focus and Klar.
    FIREFOX = "firefox";
    /// Samsung Internet.
    SAMSUNG = "samsung";
    /// Brave, where it admits it.
    BRAVE = "brave";
    /// Opera, whatever engine it stands on.
    OPERA = "opera";
    /// Opera Mini: a server fetches the page in place of the device.
    OPERA_MINI = "opera-mini";
    /// Vivaldi.
    VIVALDI = "vivaldi";
    /// `DuckDuckGo`.
    DUCKDUCKGO = "duckduckgo";
    /// Yandex Browser.
    YANDEX = "yandex";
    /// Internet Explorer, and Edge in its Internet Explorer mode.
    IE = "ie";
    /// The browser of Android before Chrome.
    ANDROID_BROWSER = "android-browser";
    /// An application's built-in browser that does not say whose it is.
    WEBVIEW = "webview";
    /// LINE.
    LINE = "line";
    /// The device's own profile installer (`Profile/1.0`), which asks on nobody's tap.
    APPLE_PROFILE_SERVICE = "apple-profile-service";
    /// Nothing that is known.
    UNKNOWN = "unknown";
}

impl Browser {
    /// A name among the constants or written in the code.
    pub(super) const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name that a stranger gives itself, made safe to print: lowercased, blanks to hyphens, anything outside
    /// `a-z 0-9 . _ -` dropped, cut at 40 bytes. Nothing when no letter or digit is left.
    pub(super) fn by_its_own_name(said: &str) -> Option<Self> {
        let mut name = String::with_capacity(said.len().min(LONGEST_NAME));
        for c in said.trim().chars() {
            match c {
                _ if name.len() == LONGEST_NAME => break,
                'a'..='z' | '0'..='9' | '.' | '_' | '-' => name.push(c),
                'A'..='Z' => name.push(c.to_ascii_lowercase()),
                ' ' if !name.ends_with('-') => name.push('-'),
                _ => {}
            }
        }
        let name = name.trim_matches(['-', '_', '.']);
        name.contains(|c: char| c.is_ascii_alphanumeric()).then(|| Self(Cow::Owned(name.to_owned())))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Browser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_name_is_safe_to_print() {
        let name = |said| Browser::by_its_own_name(said).map(|browser| browser.as_str().to_owned());
        assert_eq!(name("Barracuda Sentinel ").as_deref(), Some("barracuda-sentinel"));
        assert_eq!(name("Yahoo! Slurp").as_deref(), Some("yahoo-slurp"));
        assert_eq!(name("Pingdom_").as_deref(), Some("pingdom"));
        assert_eq!(name("<script>bot").as_deref(), Some("scriptbot"));
        assert_eq!(name("\u{202e}\u{0}- -"), None);
        assert_eq!(name(&"a".repeat(500)).map(|name| name.len()), Some(LONGEST_NAME));
    }
}
