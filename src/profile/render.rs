//! From an offer and what is known of one enrollment to its configuration profile.

use std::io::{self, Write};

use jiff::Timestamp;
use plist::{Date, Dictionary, Value};
use thiserror::Error;
use url::Host;
use uuid::Uuid;
use zeroize::Zeroize;

use super::offer::Offer;
use super::payload::{self, AnchorUuids, IDENTITY, PayloadTemplate};
use super::template::TemplateError;
use super::text::{Lines, excerpt, forbidden_character};
use super::variable::TemplateValues;

/// The namespace of our name-based UUIDs (RFC 9562 §5.5). It must never change: the same names must always make the
/// same UUIDs.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f5b_21c9_3a0e_4d53_9c41_7d0e_88a2_f1b6);

/// What is known of one enrollment when its profile is made.
#[derive(Clone, Copy)]
pub struct ProfileContext<'a> {
    /// The host of the service, with or without a port; the profile's identifier begins with it, reversed.
    pub service_host: &'a str,
    /// The enrollment line: the same for an enrollment and its renewals, so that a renewal replaces the profile in
    /// place. Letters, digits and hyphens.
    pub line: &'a str,
    /// The certificate's serial number in hexadecimal.
    pub serial: &'a str,
    /// When the certificate expires.
    pub not_after: Timestamp,
    /// The values for the offer's templates.
    pub values: TemplateValues<'a>,
    /// Which devices may install it.
    pub target: TargetDeviceType,
    /// The language of names and descriptions (BCP 47).
    pub language: &'a str,
    /// The identity as a PKCS#12 file.
    pub pkcs12: &'a [u8],
    /// The name of that file within the profile.
    pub pkcs12_file_name: &'a str,
    /// What the device calls the identity.
    pub display_name: &'a str,
    /// The bundle password, if and only if the offer says that the profile carries it.
    pub embedded_password: Option<&'a str>,
    /// Our own roots, DER.
    pub roots: &'a [&'a [u8]],
    /// Our own intermediates, DER.
    pub intermediates: &'a [&'a [u8]],
}

/// Which devices may install a profile (Apple, `TopLevel`, `TargetDeviceType`). A known one spares the person a
/// question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetDeviceType {
    /// Any: where an iPad may pose as a Mac.
    Any,
    /// iPhone and iPad.
    IphoneIpad,
    /// Mac; it also gets what exists on a Mac alone.
    Mac,
}

/// Why a profile could not be made.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// The service's host is neither a host name nor an IP address.
    #[error("the service's host \"{0}\" is no host name")]
    ServiceHost(String),
    /// The enrollment line cannot be part of an identifier.
    #[error("the enrollment line \"{0}\" has other characters than letters, digits and hyphens")]
    Line(String),
    /// The serial number is not hexadecimal.
    #[error("the serial number \"{0}\" is not hexadecimal")]
    Serial(String),
    /// The certificate expires at a time that a property list cannot write.
    #[error("a profile cannot say that the certificate expires at {0}")]
    Expiry(Timestamp),
    /// A text has a character that XML cannot carry.
    #[error("the {0} contains a character that a profile cannot carry")]
    ForbiddenCharacter(&'static str),
    /// There is no PKCS#12 file.
    #[error("the PKCS#12 file is empty")]
    NoIdentity,
    /// The offer says that the profile carries the password, but none was given.
    #[error("the offer embeds the bundle password, but none was given")]
    PasswordMissing,
    /// A password was given, but the offer does not say that the profile carries it.
    #[error("a bundle password was given for a profile whose offer does not embed it")]
    PasswordNotAllowed,
    /// The offer's profile carries our own trust anchors, but there is no root.
    #[error("the offer carries our own trust anchors, but no root certificate was given")]
    NoOwnRoot,
    /// One of our own trust anchors is no certificate.
    #[error("a trust anchor is no certificate: {0}")]
    TrustAnchor(#[source] der::Error),
    /// A template of the offer cannot be filled.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The property list could not be written.
    #[error("the property list could not be written: {0}")]
    PropertyList(#[source] plist::Error),
}

/// Makes the profile, an unsigned XML property list. Equal input makes equal bytes. Where the offer embeds the bundle
/// password the profile is a secret like the password itself.
///
/// # Errors
/// [`ProfileError`] where something of the context does not fit, or a template lacks a value.
pub fn render(offer: &Offer, context: &ProfileContext<'_>) -> Result<Vec<u8>, ProfileError> {
    check(context)?;
    let mut rendering = Rendering::new(offer, context)?;
    let anchors = offer.payloads.iter().filter_map(|payload| match payload {
        PayloadTemplate::TrustAnchor(anchor) => Some(anchor),
        _ => None,
    });
    let (anchor_payloads, uuids) = payload::render_anchors(&rendering, anchors)?;
    rendering.anchors = uuids;
    let mut payloads = vec![payload::render_identity(&rendering)?];
    payloads.extend(anchor_payloads);
    for payload in &offer.payloads {
        payloads.extend(payload.render(&rendering)?);
    }
    let mut profile = Value::Dictionary(rendering.profile(payloads)?);
    let xml = write(&profile);
    wipe_password(&mut profile);
    xml.map_err(ProfileError::PropertyList)
}

/// Writes the property list in one piece: a buffer that grew would leave copies of an embedded password behind.
fn write(profile: &Value) -> Result<Vec<u8>, plist::Error> {
    let mut length = Length(0);
    profile.to_writer_xml(&mut length)?;
    let mut xml = Vec::with_capacity(length.0);
    profile.to_writer_xml(&mut xml)?;
    Ok(xml)
}

/// A writer that only counts.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn wipe_password(profile: &mut Value) {
    let payloads = profile.as_dictionary_mut().and_then(|profile| profile.get_mut("PayloadContent"));
    for payload in payloads.and_then(Value::as_array_mut).into_iter().flatten() {
        let password = payload.as_dictionary_mut().and_then(|payload| payload.get_mut("Password"));
        if let Some(Value::String(password)) = password {
            password.zeroize();
        }
    }
}

fn check(context: &ProfileContext<'_>) -> Result<(), ProfileError> {
    let texts = [
        ("organization's name", context.values.organization_name),
        ("display name", context.display_name),
        ("PKCS#12 file's name", context.pkcs12_file_name),
        ("bundle password", context.embedded_password.unwrap_or_default()),
    ];
    for (name, text) in texts {
        if forbidden_character(text, Lines::One).is_some() {
            return Err(ProfileError::ForbiddenCharacter(name));
        }
    }
    if context.line.is_empty()
        || !context.line.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Err(ProfileError::Line(excerpt(context.line, 60)));
    }
    if context.serial.is_empty() || !context.serial.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ProfileError::Serial(excerpt(context.serial, 60)));
    }
    if context.pkcs12.is_empty() {
        return Err(ProfileError::NoIdentity);
    }
    Ok(())
}

/// A profile on its way.
pub(super) struct Rendering<'a> {
    pub(super) offer: &'a Offer,
    pub(super) context: &'a ProfileContext<'a>,
    /// The UUID of the identity's payload.
    pub(super) identity: Uuid,
    /// The profile's identifier, to which payloads append theirs.
    base: String,
    anchors: AnchorUuids,
}

impl<'a> Rendering<'a> {
    fn new(offer: &'a Offer, context: &'a ProfileContext<'a>) -> Result<Self, ProfileError> {
        let base = format!("{}.{}", reversed_host(context.service_host)?, context.line);
        let identity = Uuid::new_v5(
            &NAMESPACE,
            format!("{base}.{IDENTITY}/{}", context.serial.to_ascii_lowercase()).as_bytes(),
        );
        Ok(Self { offer, context, identity, base, anchors: AnchorUuids::new() })
    }

    /// The profile around its payloads.
    fn profile(&self, payloads: Vec<Dictionary>) -> Result<Dictionary, ProfileError> {
        let (offer, context) = (self.offer, self.context);
        let uuid = Uuid::new_v5(&NAMESPACE, self.base.as_bytes());
        let mut profile =
            self.dictionary("Configuration", self.base.clone(), uuid, offer.title.get(context.language));
        profile.insert("PayloadDescription".into(), Value::from(offer.description.get(context.language)));
        profile.insert("PayloadScope".into(), Value::from("User"));
        match context.target {
            TargetDeviceType::Any => None,
            TargetDeviceType::IphoneIpad => profile.insert("TargetDeviceType".into(), Value::from(1_u64)),
            TargetDeviceType::Mac => profile.insert("TargetDeviceType".into(), Value::from(5_u64)),
        };
        if offer.remove_at_expiry {
            profile.insert("RemovalDate".into(), date(context.not_after)?);
        }
        if let Some(consent) = &offer.consent {
            let mut texts: Dictionary =
                consent.iter().map(|(language, text)| (language, Value::from(text))).collect();
            texts.insert("default".into(), Value::from(consent.get(context.language)));
            profile.insert("ConsentText".into(), Value::Dictionary(texts));
        }
        profile.insert(
            "PayloadContent".into(),
            Value::Array(payloads.into_iter().map(Value::Dictionary).collect()),
        );
        Ok(profile)
    }

    /// The keys that every payload has.
    pub(super) fn payload(&self, kind: &str, part: &str, uuid: Uuid, display_name: &str) -> Dictionary {
        self.dictionary(kind, format!("{}.{part}", self.base), uuid, display_name)
    }

    fn dictionary(&self, kind: &str, identifier: String, uuid: Uuid, display_name: &str) -> Dictionary {
        let mut dictionary = Dictionary::new();
        dictionary.insert("PayloadType".into(), Value::from(kind));
        dictionary.insert("PayloadVersion".into(), Value::from(1_u64));
        dictionary.insert("PayloadIdentifier".into(), Value::from(identifier));
        dictionary.insert("PayloadUUID".into(), reference(uuid));
        dictionary.insert("PayloadDisplayName".into(), Value::from(display_name));
        dictionary.insert("PayloadOrganization".into(), Value::from(self.context.values.organization_name));
        dictionary
    }

    /// The last part of a payload's identifier: its kind and a digest of what makes it that payload, so that it does
    /// not depend on where in the offer it stands.
    #[expect(clippy::unused_self, reason = "beside uuid, which needs it, and called the same way")]
    pub(super) fn part(&self, kind: &str, what: &str) -> String {
        let digest = Uuid::new_v5(&NAMESPACE, what.as_bytes()).simple().to_string();
        format!("{kind}-{}", &digest[..12])
    }

    /// The UUID of the payload with this last part of its identifier.
    pub(super) fn uuid(&self, part: &str) -> Uuid {
        Uuid::new_v5(&NAMESPACE, format!("{}.{part}", self.base).as_bytes())
    }

    /// How another payload refers to the identity.
    pub(super) fn identity_reference(&self) -> Value {
        reference(self.identity)
    }

    /// How another payload refers to the certificates of the trust anchor `id`.
    pub(super) fn anchor_references(&self, id: &str) -> Vec<Value> {
        self.anchors.get(id).into_iter().flatten().copied().map(reference).collect()
    }
}

fn reference(uuid: Uuid) -> Value {
    Value::from(uuid.hyphenated().to_string().to_uppercase())
}

/// A property list has dates in whole seconds, in UTC.
fn date(time: Timestamp) -> Result<Value, ProfileError> {
    let text = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Date::from_xml_format(&text).map(Value::Date).map_err(|_| ProfileError::Expiry(time))
}

/// `cert.example.jp:8443` as `jp.example.cert`; an IP address as one part, under a name that no domain has.
fn reversed_host(host: &str) -> Result<String, ProfileError> {
    let refused = || ProfileError::ServiceHost(excerpt(host, 60));
    let address = |text: String| format!("tegata.{}", text.replace([':', '.'], "-"));
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    match Host::parse(name).map_err(|_| refused())? {
        Host::Ipv4(ip) => Ok(address(ip.to_string())),
        Host::Ipv6(ip) => Ok(address(ip.to_string())),
        Host::Domain(domain) => {
            let parts: Vec<_> = domain.trim_end_matches('.').split('.').rev().collect();
            let fits = |part: &&str| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            if parts.iter().all(fits) { Ok(parts.join(".")) } else { Err(refused()) }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_password_is_left_in_the_result_alone() {
        let mut identity = Dictionary::new();
        identity.insert("Password".into(), Value::from("correct-horse-15"));
        let mut profile = Dictionary::new();
        profile.insert("PayloadContent".into(), Value::Array(vec![Value::Dictionary(identity)]));
        let mut profile = Value::Dictionary(profile);
        let xml = write(&profile).unwrap();
        assert_eq!(xml.capacity(), xml.len(), "the buffer has never moved");
        assert!(String::from_utf8(xml).unwrap().contains("correct-horse-15"));
        wipe_password(&mut profile);
        assert!(!format!("{profile:?}").contains("correct-horse-15"));
    }
}
