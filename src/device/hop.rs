//! The way out of a browser that cannot install, into one that can.

use url::Url;
use url::form_urlencoded::byte_serialize;

use super::browser::Browser;
use super::platform::Platform;
use super::recognise::Device;

/// What LINE takes as the wish to open a link outside (LINE Developers, "URLを外部ブラウザで開く"). Case matters.
const OPEN_EXTERNAL: (&str, &str) = ("openExternalBrowser", "1");

/// How a link leads out of the browser that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// LINE opens the device's browser for a URL with `openExternalBrowser=1`.
    LineExternal,
    /// Android opens Chrome for an `intent:` URL, after a tap.
    AndroidIntent,
    /// iOS 17 and later open Safari for an `x-safari-https:` URL, after a tap; applications may refuse.
    SafariScheme,
    /// Nothing but the person's own hand: the menu "open in browser", or the copied address.
    Manual,
}

impl Hop {
    /// The hop that is worth trying on `device`; nothing where none is needed or none can help.
    ///
    /// `already_hopped` says that a hop was tried and led back into the same browser: then only [`Hop::Manual`] is left.
    #[must_use]
    pub fn of(device: &Device, already_hopped: bool) -> Option<Self> {
        use super::obstacle::Obstacle;
        if !matches!(device.obstacle()?, Obstacle::InApp { .. } | Obstacle::OtherBrowser { .. }) {
            return None;
        }
        Some(match device.platform {
            _ if already_hopped => Self::Manual,
            _ if device.browser == Browser::LINE => Self::LineExternal,
            Platform::Android => Self::AndroidIntent,
            Platform::Ios | Platform::Ipados if device.is_at_least(17) => Self::SafariScheme,
            _ => Self::Manual,
        })
    }
}

/// The URL to link (never to redirect) to, so that `url` opens in the browser that can install. Nothing where only the
/// person's hand helps, where no hop is needed, and where `url` is no `http` or `https` URL with a host.
///
/// `url` must carry all that the page needs: no cookie crosses. In LINE a URL that already has the parameter is not tried
/// again, whatever `already_hopped` says.
#[must_use]
pub fn hop(device: &Device, url: &str, already_hopped: bool) -> Option<String> {
    let mut url =
        Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    url.set_fragment(None);
    match Hop::of(device, already_hopped)? {
        Hop::LineExternal => {
            if url.query_pairs().any(|(name, _)| name == OPEN_EXTERNAL.0) {
                return None;
            }
            url.query_pairs_mut().append_pair(OPEN_EXTERNAL.0, OPEN_EXTERNAL.1);
            Some(url.into())
        }
        Hop::AndroidIntent => {
            let fallback: String = byte_serialize(url.as_str().as_bytes()).collect();
            let (scheme, rest) = url.as_str().split_once("://")?;
            Some(format!(
                "intent://{rest}#Intent;scheme={scheme};package=com.android.chrome;S.browser_fallback_url={fallback};end"
            ))
        }
        Hop::SafariScheme if url.scheme() == "https" => Some(format!("x-safari-{url}")),
        Hop::SafariScheme | Hop::Manual => None,
    }
}
