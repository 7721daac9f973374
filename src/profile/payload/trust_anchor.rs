//! Certificates that the device is told to trust.

use std::collections::BTreeMap;

use der::{Decode, Encode};
use plist::{Dictionary, Value};
use uuid::Uuid;
use x509_cert::Certificate;
use x509_cert::ext::pkix::BasicConstraints;

use super::type_key;
use crate::profile::localized::Localized;
use crate::profile::parse::is_slug;
use crate::profile::render::{ProfileError, Rendering};
use crate::profile::schema::{Key, Kind, Presence};
use crate::profile::section::Section;
use crate::profile::text::{Lines, forbidden_character};

/// What it is for.
pub(super) const DOC: &str = "Certificates that the device is told to trust: our own, or others such as \
    those of a RADIUS server, or of an authority that is on its way in or out. Needed only where the device must trust \
    servers under them. On an iPhone or iPad the person must still switch a root on for web sites, under Settings > \
    General > About > Certificate Trust Settings.";

/// Its keys.
pub(super) const KEYS: &[Key] = &[
    type_key(&["trust-anchor"], "\"trust-anchor\""),
    Key {
        name: "id",
        kind: Kind::Text { longest: 40 },
        presence: Presence::Optional,
        example: "\"ours\"",
        doc: "A name by which another payload of this offer refers to it: small letters, digits and hyphens.",
    },
    Key {
        name: "issuer",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "true",
        doc: "Whether these are our own root and intermediates. Either this or pem.",
    },
    Key {
        name: "pem",
        kind: Kind::Lines { longest: 100_000 },
        presence: Presence::Optional,
        example: "\"\"\"-----BEGIN CERTIFICATE-----…\"\"\"",
        doc: "One or several CA certificates in PEM, at most 10. Either this or issuer.",
    },
    Key {
        name: "title",
        kind: Kind::Localized { longest: 64, lines: false },
        presence: Presence::Optional,
        example: r#"{ ja = "…", en = "Root certificate" }"#,
        doc: "What the device calls it. Left out: the name in the certificate.",
    },
];

/// How many certificates one payload may hold.
const MOST_CERTIFICATES: usize = 10;

/// `com.apple.security.root` for roots, `com.apple.security.pkcs1` for intermediates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor {
    /// The name by which other payloads refer to it.
    pub id: Option<String>,
    /// Whether these are our own root and intermediates.
    pub issuer: bool,
    /// What the device calls it.
    pub title: Option<Localized>,
    /// The certificates from the offer, in DER.
    pub certificates: Vec<Vec<u8>>,
}

/// The UUIDs of the certificates by the name of their trust anchor.
pub(in crate::profile) type AnchorUuids = BTreeMap<String, Vec<Uuid>>;

impl TrustAnchor {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let id = section.text("id");
        if id.as_ref().is_some_and(|id| !is_slug(id)) {
            section.report(
                "id",
                "must be small letters, digits and hyphens",
                "write for example: id = \"ours\"",
            );
        }
        let issuer = section.flag("issuer").unwrap_or_default();
        let pem = section.text("pem");
        if issuer && section.has("pem") {
            section.report("pem", "stands beside issuer = true", "write two payloads, one for each");
        }
        if !issuer && !section.has("pem") {
            let wrong = "or pem must say which certificates these are";
            section.report("issuer", wrong, "write issuer = true for our own");
        }
        let certificates = pem.map(|pem| read_pem(section, &pem)).unwrap_or_default();
        Self { id, issuer, title: section.localized("title"), certificates }
    }

    /// The payloads of these certificates.
    fn render(&self, rendering: &Rendering<'_>) -> Result<Vec<(Uuid, Dictionary)>, ProfileError> {
        let context = rendering.context;
        let own: Vec<&[u8]> =
            if self.issuer { [context.roots, context.intermediates].concat() } else { Vec::new() };
        if self.issuer && context.roots.is_empty() {
            return Err(ProfileError::NoOwnRoot);
        }
        let payloads = own.into_iter().chain(self.certificates.iter().map(Vec::as_slice)).map(|der| {
            let certificate = Certificate::from_der(der).map_err(ProfileError::TrustAnchor)?;
            let named = name_of(&certificate);
            let title = self.title.as_ref().map_or(named.as_str(), |title| title.get(context.language));
            let kind = if is_self_issued(&certificate) { "root" } else { "pkcs1" };
            let part = rendering.part("anchor", &hex::encode(der));
            let uuid = rendering.uuid(&part);
            let mut payload = rendering.payload(&format!("com.apple.security.{kind}"), &part, uuid, title);
            payload.insert("PayloadCertificateFileName".into(), Value::from(format!("{part}.cer")));
            payload.insert("PayloadContent".into(), Value::Data(der.to_vec()));
            Ok((uuid, payload))
        });
        payloads.collect()
    }
}

/// The payloads of all trust anchors, each certificate once, and who refers to which by what name.
pub(in crate::profile) fn render_all<'a>(
    rendering: &Rendering<'_>,
    anchors: impl Iterator<Item = &'a TrustAnchor>,
) -> Result<(Vec<Dictionary>, AnchorUuids), ProfileError> {
    let (mut payloads, mut uuids, mut seen) = (Vec::new(), AnchorUuids::new(), Vec::new());
    for anchor in anchors {
        for (uuid, payload) in anchor.render(rendering)? {
            if let Some(id) = &anchor.id {
                uuids.entry(id.clone()).or_default().push(uuid);
            }
            if !seen.contains(&uuid) {
                seen.push(uuid);
                payloads.push(payload);
            }
        }
    }
    Ok((payloads, uuids))
}

fn read_pem(section: &Section<'_>, pem: &str) -> Vec<Vec<u8>> {
    let right = "paste CA certificates, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----";
    if pem.contains("PRIVATE KEY") {
        section.report(
            "pem",
            "contains a private key, which must never be in an offer",
            "take the key out, and replace it: it has been seen",
        );
        return Vec::new();
    }
    let certificates = match Certificate::load_pem_chain(pem.trim().as_bytes()) {
        Ok(certificates) => certificates,
        Err(error) => {
            section.report("pem", format!("cannot be read as certificates: {error}"), right);
            return Vec::new();
        }
    };
    if certificates.is_empty() || certificates.len() > MOST_CERTIFICATES {
        section.report(
            "pem",
            format!("has {} certificates, but must have 1 to {MOST_CERTIFICATES}", certificates.len()),
            right,
        );
        return Vec::new();
    }
    for certificate in &certificates {
        if !is_authority(certificate) {
            let wrong = format!("contains the certificate of \"{}\", which is no CA", name_of(certificate));
            section.report("pem", wrong, "put the certificate of the CA that issued it here");
        }
    }
    certificates.iter().filter_map(|certificate| certificate.to_der().ok()).collect()
}

/// Whether a certificate can issue others: its basic constraints say so (RFC 5280 §4.2.1.9), or it is an old root
/// without any.
fn is_authority(certificate: &Certificate) -> bool {
    match certificate.tbs_certificate().get_extension::<BasicConstraints>() {
        Ok(Some((_, constraints))) => constraints.ca,
        Ok(None) => is_self_issued(certificate),
        Err(_) => false,
    }
}

fn is_self_issued(certificate: &Certificate) -> bool {
    certificate.tbs_certificate().issuer() == certificate.tbs_certificate().subject()
}

/// What to call a certificate: its common name, else its whole subject.
fn name_of(certificate: &Certificate) -> String {
    let subject = certificate.tbs_certificate().subject();
    let common_name = subject.common_name().ok().flatten().map(|name| name.value().into_owned());
    let name = common_name.unwrap_or_else(|| subject.to_string());
    // The name comes from outside; a profile with a control character would not open.
    name.chars()
        .filter(|character| forbidden_character(character.encode_utf8(&mut [0; 4]), Lines::One).is_none())
        .take(64)
        .collect()
}
