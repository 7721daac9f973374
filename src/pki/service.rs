//! Certificates for Tegata's own servers and signers, for demonstrations, tests and closed networks.

use core::net::IpAddr;

use der::asn1::{Ia5String, OctetString};
use jiff::Timestamp;
use openssl::x509::X509;
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};

use crate::pki::certificate::begin;
use crate::pki::error::PkiError;
use crate::pki::extension::{Extensions, KeyPurpose};
use crate::pki::issuer::Issuer;
use crate::pki::key::{KeyType, SubjectKey};
use crate::pki::public_half::PublicHalf;
use crate::pki::serial::SerialNumber;
use crate::pki::subject::{Subject, SubjectError};
use crate::pki::validity::{BACKDATE, Standing, backdated, days};

/// Why a certificate for a server or a signer is not issued.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The issuer is not valid now.
    #[error("{issuer} is not valid now: {standing:?}")]
    IssuerNotValid {
        /// The issuer's name.
        issuer: String,
        /// Where it stands.
        standing: Standing,
    },
    /// A lifetime that Apple's systems refuse, or none.
    #[error("such a certificate lives for 1 to {SERVICE_DAYS_LIMIT} days, not {0}")]
    Days(u32),
    /// Neither a host name nor an address.
    #[error("{0:?} is neither a host name in ASCII nor an IP address")]
    Name(String),
    /// No name, or too many.
    #[error("a server certificate has 1 to {NAMES_LIMIT} names, not {0}")]
    Names(usize),
    /// The subject does not fit.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// OpenSSL or a DER writer refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

/// The longest life of a server certificate that iOS 13 and macOS 10.15 accept, the backdated hour included
/// (<https://support.apple.com/103769>).
pub const SERVICE_DAYS_LIMIT: u32 = 825;
/// The most names of a server certificate.
pub const NAMES_LIMIT: usize = 100;

/// Issues a TLS server certificate for host names (`*.` in front allowed) and IP addresses, with extendedKeyUsage
/// serverAuth as Apple's systems ask for. It ends with its issuer at the latest.
///
/// # Errors
/// When a name or the lifetime does not fit, or the issuer is not valid now.
pub fn issue_server_certificate<S: AsRef<str>>(
    issuer: &Issuer,
    names: &[S],
    key: &SubjectKey,
    serial: SerialNumber,
    now: Timestamp,
    lifetime: u32,
) -> Result<X509, ServiceError> {
    if !(1..=NAMES_LIMIT).contains(&names.len()) {
        return Err(ServiceError::Names(names.len()));
    }
    let general_names = names.iter().map(|name| general_name(name.as_ref())).collect::<Result<_, _>>()?;
    // Clients look at the alternative names alone; the common name is for people and has 64 characters at most.
    let short = names.iter().map(AsRef::as_ref).find(|name| name.chars().count() <= 64);
    let subject = Subject::common_name_only(short.unwrap_or("server"))?;
    issue(issuer, &subject, general_names, KeyPurpose::ServerAuth, key, serial, (now, lifetime))
}

/// Issues a certificate for signing profiles, with extendedKeyUsage emailProtection: the purpose of CMS signatures,
/// which `openssl cms -verify` asks for by default and which Apple's S/MIME policy accepts; devices accept even
/// serverAuth there, so the usage is never held against a signer. A device calls a profile "verified" only where it
/// already trusts the root.
///
/// # Errors
/// When the lifetime does not fit, or the issuer is not valid now.
pub fn issue_signer_certificate(
    issuer: &Issuer,
    subject: &Subject,
    key: &SubjectKey,
    serial: SerialNumber,
    now: Timestamp,
    lifetime: u32,
) -> Result<X509, ServiceError> {
    issue(issuer, subject, GeneralNames::new(), KeyPurpose::EmailProtection, key, serial, (now, lifetime))
}

fn issue(
    issuer: &Issuer,
    subject: &Subject,
    names: GeneralNames,
    purpose: KeyPurpose,
    key: &SubjectKey,
    serial: SerialNumber,
    (now, lifetime): (Timestamp, u32),
) -> Result<X509, ServiceError> {
    if !(1..=SERVICE_DAYS_LIMIT).contains(&lifetime) {
        return Err(ServiceError::Days(lifetime));
    }
    let standing = issuer.standing(now);
    if !standing.is_valid() {
        return Err(ServiceError::IssuerNotValid { issuer: issuer.name(), standing });
    }
    let (issuer_from, issuer_until) = issuer.validity();
    let from = backdated(now, BACKDATE);
    let until = from.checked_add(days(lifetime)).map_err(|_| ServiceError::Days(lifetime))?.min(issuer_until);
    let half = PublicHalf::of(key.as_pkey())?;
    let name = subject.to_x509_name().map_err(PkiError::from)?;
    let mut builder = begin(&name, issuer.subject(), &half, serial, (from.max(issuer_from), until))?;
    Extensions(&mut builder)
        .end_entity()?
        .end_entity_key_usage(half.kind.is_some_and(KeyType::is_rsa))?
        .purpose(purpose)?
        .key_identifiers(&half.identifier, issuer.key_identifier())?
        .names(names)?;
    Ok(issuer.sign(builder)?)
}

fn general_name(name: &str) -> Result<GeneralName, ServiceError> {
    let address = name.parse::<IpAddr>().map(|address| match address {
        IpAddr::V4(address) => OctetString::new(address.octets()),
        IpAddr::V6(address) => OctetString::new(address.octets()),
    });
    match address {
        Ok(octets) => Ok(GeneralName::IpAddress(octets.map_err(PkiError::from)?)),
        Err(_) if is_host_name(name) => {
            Ok(GeneralName::DnsName(Ia5String::new(name).map_err(PkiError::from)?))
        }
        Err(_) => Err(ServiceError::Name(name.chars().take(80).collect())),
    }
}

/// RFC 1123 section 2.1, and a whole leftmost label as `*` (RFC 9525 section 6.3).
fn is_host_name(name: &str) -> bool {
    let labels = name.strip_prefix("*.").unwrap_or(name);
    name.len() <= 253
        && labels.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::pki::sample;
    use crate::pki::validity::validity;

    fn server(names: &[&str], lifetime: u32) -> Result<X509, ServiceError> {
        let key = SubjectKey::generate(KeyType::P256).unwrap();
        let issuer = sample::issuer(KeyType::P256);
        issue_server_certificate(&issuer, names, &key, sample::serial(), sample::now(), lifetime)
    }

    #[test]
    fn host_names_and_addresses_become_alternative_names() {
        let certificate = server(&["tegata.example.jp", "*.example.jp", "192.168.0.7", "::1"], 90).unwrap();
        let names = certificate.subject_alt_names().unwrap();
        assert_eq!(names[0].dnsname(), Some("tegata.example.jp"));
        assert_eq!(names[1].dnsname(), Some("*.example.jp"));
        assert_eq!(names[2].ipaddress(), Some(&[192, 168, 0, 7][..]));
        assert_eq!(names[3].ipaddress().map(<[u8]>::len), Some(16));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for name in
            ["", "a b", "例え.jp", "-a.jp", "a..b", "https://a.jp", "a*.jp", "*", &"a".repeat(64), "a\0"]
        {
            assert!(matches!(server(&[name], 90), Err(ServiceError::Name(_))), "{name}");
        }
        assert!(matches!(server(&[], 90), Err(ServiceError::Names(0))));
        assert!(matches!(server(&["a"; 101], 90), Err(ServiceError::Names(101))));
    }

    #[test]
    fn a_lifetime_beyond_what_apple_accepts_is_refused() {
        assert!(matches!(server(&["a"], 0), Err(ServiceError::Days(0))));
        assert!(matches!(server(&["a"], 826), Err(ServiceError::Days(826))));
        let (from, until) = validity(&server(&["a"], 825).unwrap()).unwrap();
        assert_eq!(until.duration_since(from), days(825));
    }

    #[test]
    fn a_long_name_does_not_burst_the_common_name() {
        let long = format!("{}.{}.example.jp", "a".repeat(60), "b".repeat(60));
        assert!(server(&[&long], 90).is_ok());
    }
}
