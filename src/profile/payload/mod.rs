//! What a profile carries: the identity, always, and what the offer adds. One file per kind of payload, with its
//! keys, how it is read, and how it is written.
//!
//! The keys and values are those of Apple's schema (apple/device-management, `mdm/profiles`, iOS 18.1 and macOS
//! 15.1).

mod identity;
mod identity_preference;
mod trust_anchor;
mod vpn;
mod web_clip;
mod wifi;

use std::collections::BTreeSet;

use plist::Dictionary;

pub use identity_preference::IdentityPreference;
pub use trust_anchor::TrustAnchor;
pub use vpn::{OnDemand, Vpn, VpnAuthentication};
pub use web_clip::WebClip;
pub use wifi::{Wifi, WifiSecurity};

pub(super) use identity::{IDENTITY, render as render_identity};
pub(super) use trust_anchor::{AnchorUuids, render_all as render_anchors};

use super::render::{ProfileError, Rendering};
use super::schema::{Key, Kind, Presence};
use super::section::Section;
use super::template::Template;
use crate::pki::key::KeyType;

/// A payload beside the identity, as the offer describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadTemplate {
    /// Certificates that the device is told to trust.
    TrustAnchor(TrustAnchor),
    /// A Wi-Fi network with EAP-TLS.
    Wifi(Wifi),
    /// A VPN with IKEv2.
    Vpn(Vpn),
    /// An icon on the home screen that opens a page.
    WebClip(WebClip),
    /// Which sites the identity is for, on a Mac.
    IdentityPreference(IdentityPreference),
}

/// The kinds of payload as `type` names them, with their keys and what they are for.
pub(super) const KINDS: &[(&str, &[Key], &str)] = &[
    ("trust-anchor", trust_anchor::KEYS, trust_anchor::DOC),
    ("wifi", wifi::KEYS, wifi::DOC),
    ("vpn", vpn::KEYS, vpn::DOC),
    ("web-clip", web_clip::KEYS, web_clip::DOC),
    ("identity-preference", identity_preference::KEYS, identity_preference::DOC),
];

/// The description of the key that names the kind of a payload.
const fn type_key(kinds: &'static [&'static str], example: &'static str) -> Key {
    Key {
        name: "type",
        kind: Kind::Choice(kinds),
        presence: Presence::Required,
        example,
        doc: "The kind of payload.",
    }
}

impl PayloadTemplate {
    /// The templates that must be filled for the payload to be written.
    pub(super) fn templates(&self) -> Vec<&Template> {
        match self {
            Self::TrustAnchor(_) => Vec::new(),
            Self::Wifi(wifi) => wifi.identity.iter().collect(),
            Self::Vpn(vpn) => vec![&vpn.local_identifier],
            Self::WebClip(web_clip) => vec![&web_clip.url],
            Self::IdentityPreference(preference) => preference.names.iter().collect(),
        }
    }

    /// What no two payloads of one offer may share, in words.
    fn subject(&self) -> Option<String> {
        match self {
            Self::TrustAnchor(anchor) => anchor.issuer.then(|| "our own certificates".into()),
            Self::Wifi(wifi) => Some(format!("the network \"{}\"", wifi.ssid)),
            Self::Vpn(vpn) => Some(format!("the VPN server \"{}\"", vpn.server)),
            Self::WebClip(web_clip) => Some(format!("a web clip for \"{}\"", web_clip.url.source())),
            Self::IdentityPreference(_) => Some("the sites of the identity".into()),
        }
    }

    /// The dictionaries of this payload; none where it is not for the device.
    pub(super) fn render(&self, rendering: &Rendering<'_>) -> Result<Vec<Dictionary>, ProfileError> {
        match self {
            // Written before all others, since they are referred to.
            Self::TrustAnchor(_) => Ok(Vec::new()),
            Self::Wifi(wifi) => wifi.render(rendering).map(|payload| vec![payload]),
            Self::Vpn(vpn) => vpn.render(rendering).map(|payload| vec![payload]),
            Self::WebClip(web_clip) => web_clip.render(rendering).map(|payload| vec![payload]),
            Self::IdentityPreference(preference) => preference.render(rendering),
        }
    }
}

/// Reads the payloads of an offer whose subscribers get a `key`.
pub(super) fn read_all(offer: &Section<'_>, key: KeyType) -> Vec<PayloadTemplate> {
    let names: Vec<_> = KINDS.iter().map(|(name, ..)| *name).collect();
    let mut read = Vec::new();
    for table in offer.tables("payloads") {
        let kind = table.kind();
        let Some((name, keys, _)) = KINDS.iter().find(|(name, ..)| Some(*name) == kind) else {
            table.report_kind(&names);
            continue;
        };
        let section = table.open(keys);
        let payload = match *name {
            "trust-anchor" => PayloadTemplate::TrustAnchor(TrustAnchor::read(&section)),
            "wifi" => PayloadTemplate::Wifi(Wifi::read(&section)),
            "vpn" => PayloadTemplate::Vpn(Vpn::read(&section, key)),
            "web-clip" => PayloadTemplate::WebClip(WebClip::read(&section)),
            _ => PayloadTemplate::IdentityPreference(IdentityPreference::read(&section)),
        };
        read.push((section, payload));
    }
    check_together(&read);
    read.into_iter().map(|(_, payload)| payload).collect()
}

/// Notes what is only wrong because of another payload.
fn check_together(read: &[(Section<'_>, PayloadTemplate)]) {
    let mut subjects = BTreeSet::new();
    let mut anchors = BTreeSet::new();
    for (section, payload) in read {
        if let Some(subject) = payload.subject()
            && !subjects.insert(subject.clone())
        {
            section.report("type", format!("is the second payload for {subject}"), "keep one of the two");
        }
        if let PayloadTemplate::TrustAnchor(TrustAnchor { id: Some(id), .. }) = payload
            && !anchors.insert(id.as_str())
        {
            section.report(
                "id",
                format!("\"{id}\" is the name of another trust anchor"),
                "give each its own name",
            );
        }
    }
    for (section, payload) in read {
        if let PayloadTemplate::Wifi(wifi) = payload {
            wifi.check_anchors(section, &anchors);
        }
    }
}
