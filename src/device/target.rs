//! Which bundle a device gets (the table of `docs/architecture.md`, "Bundles").

use serde::{Deserialize, Serialize};

use super::platform::Platform;
use super::recognise::Device;
use crate::pki::pkcs12::Variant;

/// The first versions that are known to read PBES2 with AES-256 and an HMAC-SHA-256 MAC. Apple: Security-61439 (iOS 18, macOS 15)
/// reads them, Security-61123 (iOS 17, macOS 14) calls the password wrong. Android: Bouncy Castle with PBES2 is in the firmware from 14 on.
const MODERN_IOS: u32 = 18;
const MODERN_MACOS: u32 = 15;
const MODERN_ANDROID: u32 = 14;

/// What kind of file a device installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BundleKind {
    /// A signed configuration profile.
    Profile,
    /// A PKCS#12 file.
    Pkcs12,
}

/// The bundle for one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BundleTarget {
    /// The kind of file.
    pub kind: BundleKind,
    /// How its PKCS#12 is encrypted.
    pub variant: Variant,
}

/// The bundle that this device can install. Whatever is unknown gets the encryption that everything reads.
#[must_use]
pub fn bundle_target(device: &Device) -> BundleTarget {
    let (kind, modern) = match device.platform {
        Platform::Ios | Platform::Ipados => (BundleKind::Profile, device.is_at_least(MODERN_IOS)),
        Platform::Macos => (BundleKind::Profile, device.is_at_least(MODERN_MACOS)),
        Platform::Android => (BundleKind::Pkcs12, device.is_at_least(MODERN_ANDROID)),
        Platform::Windows => (BundleKind::Pkcs12, device.is_at_least(10)),
        Platform::Chromeos | Platform::Linux | Platform::Unknown => (BundleKind::Pkcs12, false),
    };
    BundleTarget { kind, variant: if modern { Variant::Modern } else { Variant::Compatible } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Hints;

    const FROZEN: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
    const MAC_CHROME: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    const MAC_SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15";

    fn target(hints: &Hints<'_>) -> (BundleKind, Variant) {
        let target = bundle_target(&Device::recognise(hints));
        (target.kind, target.variant)
    }

    fn hinted<'a>(user_agent: &'a str, platform: &'a str, version: &'a str) -> Hints<'a> {
        Hints { ch_platform: Some(platform), ch_platform_version: Some(version), ..Hints::of(user_agent) }
    }

    #[test]
    fn an_iphone_gets_what_its_version_reads() {
        for (system, rest, variant) in [
            ("17_7", "Version/17.7 Mobile/15E148 Safari/604.1", Variant::Compatible),
            ("18_0", "Version/18.0 Mobile/15E148 Safari/604.1", Variant::Modern),
            ("18_7", "Version/26.2 Mobile/15E148 Safari/604.1", Variant::Modern),
            // Frozen: 18 or 26, and modern in either case.
            ("18_7", "Mobile/15E148 Safari Line/26.11.0", Variant::Modern),
        ] {
            let agent = format!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {rest}"
            );
            assert_eq!(target(&Hints::of(&agent)), (BundleKind::Profile, variant), "{agent}");
        }
    }

    #[test]
    fn android_gets_modern_protection_only_when_its_version_is_told() {
        assert_eq!(target(&Hints::of(FROZEN)), (BundleKind::Pkcs12, Variant::Compatible));
        assert_eq!(target(&hinted(FROZEN, "\"Android\"", "\"13.0.0\"")).1, Variant::Compatible);
        assert_eq!(target(&hinted(FROZEN, "\"Android\"", "\"14.0.0\"")).1, Variant::Modern);
    }

    #[test]
    fn a_mac_and_an_ipad_that_says_it_is_one_get_the_same() {
        assert_eq!(target(&Hints::of(MAC_SAFARI)), (BundleKind::Profile, Variant::Compatible));
        let ipad = Hints { touch_points: Some(5), ..Hints::of(MAC_SAFARI) };
        assert_eq!(target(&ipad), (BundleKind::Profile, Variant::Modern));
        assert_eq!(target(&hinted(MAC_CHROME, "\"macOS\"", "\"14.6.0\"")).1, Variant::Compatible);
        assert_eq!(target(&hinted(MAC_CHROME, "\"macOS\"", "\"15.0.0\"")).1, Variant::Modern);
    }

    #[test]
    fn windows_gets_modern_protection_from_10_on() {
        let windows = |version| {
            target(&Hints::of(&format!(
                "Mozilla/5.0 (Windows NT {version}; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"
            )))
        };
        assert_eq!(windows("10.0"), (BundleKind::Pkcs12, Variant::Modern));
        assert_eq!(windows("6.1"), (BundleKind::Pkcs12, Variant::Compatible));
    }

    #[test]
    fn whatever_else_is_chosen_gets_what_everything_reads() {
        for chosen in [Platform::Linux, Platform::Chromeos] {
            let hints = Hints { chosen: Some(chosen), ..Hints::of("Something/1.0") };
            assert_eq!(target(&hints), (BundleKind::Pkcs12, Variant::Compatible));
        }
        assert_eq!(target(&Hints::of("")), (BundleKind::Pkcs12, Variant::Compatible));
        let chosen = Hints { chosen: Some(Platform::Ios), ..Hints::of("Something/1.0") };
        assert_eq!(target(&chosen), (BundleKind::Profile, Variant::Compatible));
    }
}
