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
