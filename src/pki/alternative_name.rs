//! Further names of a subject: e-mail addresses and URIs.

use der::asn1::Ia5String;
use url::Url;
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};

use crate::pki::error::PkiError;

/// Why an alternative name cannot stand in a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlternativeNameError {
    /// No e-mail address (RFC 5321 in ASCII).
    #[error("{0:?} is no e-mail address in ASCII of at most 254 characters")]
    Email(String),
    /// No absolute URI in ASCII.
    #[error("{0:?} is no absolute URI in ASCII of at most {limit} characters", limit = SubjectAltName::URI_LIMIT)]
    Uri(String),
    /// More alternative names than a certificate should carry.
    #[error("a certificate carries at most {limit} alternative names, here are {count}", limit = SubjectAltName::LIMIT)]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

/// Further names of the subject: e-mail addresses and URIs, each checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectAltName {
    emails: Vec<String>,
    uris: Vec<String>,
}

impl SubjectAltName {
    /// The most names of a certificate.
    pub const LIMIT: usize = 16;
    /// The longest URI, in characters.
    pub const URI_LIMIT: usize = 1024;

    /// Checks the names and keeps their order, e-mail addresses first.
    ///
    /// # Errors
    /// When there are too many, or one is no ASCII e-mail address (RFC 5280 section 4.2.1.6, rfc822Name) or no
    /// absolute URI.
    pub fn new(
        emails: impl IntoIterator<Item = String>,
        uris: impl IntoIterator<Item = String>,
    ) -> Result<Self, AlternativeNameError> {
        let names = Self { emails: emails.into_iter().collect(), uris: uris.into_iter().collect() };
        let count = names.emails.len() + names.uris.len();
        if count > Self::LIMIT {
            return Err(AlternativeNameError::TooMany { count });
        }
        let short = |text: &String| text.chars().take(80).collect();
        if let Some(wrong) = names.emails.iter().find(|email| !is_email(email)) {
            return Err(AlternativeNameError::Email(short(wrong)));
        }
        if let Some(wrong) = names.uris.iter().find(|uri| !is_uri(uri)) {
            return Err(AlternativeNameError::Uri(short(wrong)));
        }
        Ok(names)
    }

    /// The e-mail addresses.
    #[must_use]
    pub fn emails(&self) -> &[String] {
        &self.emails
    }

    /// The URIs.
    #[must_use]
    pub fn uris(&self) -> &[String] {
        &self.uris
    }

    pub(crate) fn to_general_names(&self) -> Result<GeneralNames, PkiError> {
        let emails = self.emails.iter().map(|email| Ok(GeneralName::Rfc822Name(Ia5String::new(email)?)));
        let uris =
            self.uris.iter().map(|uri| Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(uri)?)));
        emails.chain(uris).collect()
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom))
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn is_uri(text: &str) -> bool {
    text.len() <= SubjectAltName::URI_LIMIT
        && text.bytes().all(|b| b.is_ascii_graphic())
        && Url::parse(text).is_ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_and_uris_are_told_from_other_text() {
        for email in ["taro@example.jp", "a.b+c@x", "o'neil@sub.example.com"] {
            assert!(SubjectAltName::new([email.to_owned()], []).is_ok(), "{email}");
        }
        for email in [
            "",
            "taro",
            "@example.jp",
            "a@",
            "a b@example.jp",
            "たろう@example.jp",
            "a@b@c",
            "a..b@c",
            "a\n@b",
        ] {
            assert_eq!(
                SubjectAltName::new([email.to_owned()], []),
                Err(AlternativeNameError::Email(email.to_owned())),
                "{email}"
            );
        }
        assert!(
            SubjectAltName::new([], ["urn:uuid:0".to_owned(), "https://example.jp/a".to_owned()]).is_ok()
        );
        for uri in ["", "example.jp", "/a", "https://例え.jp/", "https://a b/"] {
            assert_eq!(
                SubjectAltName::new([], [uri.to_owned()]),
                Err(AlternativeNameError::Uri(uri.to_owned())),
                "{uri}"
            );
        }
        let many = (0..17).map(|i| format!("urn:x:{i}"));
        assert_eq!(SubjectAltName::new([], many), Err(AlternativeNameError::TooMany { count: 17 }));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_encoded(email in "[a-z.+@ é\\PC]{0,12}", uri in "[a-z:/.%?\\PC]{0,12}") {
            let taken = [SubjectAltName::new([email], []), SubjectAltName::new([], [uri])];
            for names in taken.into_iter().flatten() {
                prop_assert_eq!(names.to_general_names().unwrap().len(), 1);
            }
        }
    }
}
