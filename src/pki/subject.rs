//! Whom a certificate is about: names, checked and encoded.

use std::fmt;

use openssl::asn1::Asn1Type;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::x509::X509Name;
use serde::{Deserialize, Serialize};

/// Why a subject cannot stand in a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// An attribute with nothing in it.
    #[error("{0} is empty")]
    Empty(Attribute),
    /// An attribute longer than X.520 allows.
    #[error("{attribute} has {length} characters, X.520 allows {limit}")]
    TooLong {
        /// The attribute.
        attribute: Attribute,
        /// How long it is, in characters.
        length: usize,
        /// How long it may be, in characters.
        limit: usize,
    },
    /// A control character, such as a line break, NUL or an override of the reading direction.
    #[error("{0} contains a control character")]
    ControlCharacter(Attribute),
    /// A character outside the `PrintableString` that the attribute must be.
    #[error("{attribute} may hold only ASCII letters, digits and ' ( ) + , - . / : = ?, not {character:?}")]
    NotPrintable {
        /// The attribute.
        attribute: Attribute,
        /// The first character that does not fit.
        character: char,
    },
    /// A country that is not two capital letters.
    #[error("country is two capital letters of ISO 3166 such as JP, not {0:?}")]
    Country(String),
    /// No common name; the device's lists of certificates would show nothing.
    #[error(
        "a subject has exactly one common_name, the name under which devices list the certificate; this one has {0}"
    )]
    CommonName(usize),
    /// More attributes than any directory uses.
    #[error("a subject has at most {limit} attributes, this one has {count}", limit = Subject::LIMIT)]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

/// An attribute of a subject. Texts are `UTF8String`; country and serial number are `PrintableString`, as RFC 5280
/// appendix A wants them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// CN, at most 64 characters.
    CommonName,
    /// SN, the family name, at most 64 characters here (X.520 sets no practical bound).
    Surname,
    /// GN, the given name, at most 64 characters here.
    GivenName,
    /// serialNumber of the person or thing (never the certificate's), at most 64 characters.
    SerialNumber,
    /// C, two capital letters.
    Country,
    /// L, at most 128 characters.
    Locality,
    /// ST, at most 128 characters.
    StateOrProvince,
    /// O, at most 64 characters.
    Organization,
    /// OU, at most 64 characters.
    OrganizationalUnit,
    /// title, at most 64 characters.
    Title,
    /// UID, at most 256 characters (RFC 4519 section 2.39 sets no bound, RFC 1274 did).
    UserId,
}

impl Attribute {
    /// The name that configuration and messages use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommonName => "common_name",
            Self::Surname => "surname",
            Self::GivenName => "given_name",
            Self::SerialNumber => "serial_number",
            Self::Country => "country",
            Self::Locality => "locality",
            Self::StateOrProvince => "state_or_province",
            Self::Organization => "organization",
            Self::OrganizationalUnit => "organizational_unit",
            Self::Title => "title",
            Self::UserId => "user_id",
        }
    }

    /// The most characters it may have (RFC 5280 appendix A, the `ub-` bounds).
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Country => 2,
            Self::Locality | Self::StateOrProvince => 128,
            Self::UserId => 256,
            _ => 64,
        }
    }

    const fn nid(self) -> Nid {
        match self {
            Self::CommonName => Nid::COMMONNAME,
            Self::Surname => Nid::SURNAME,
            Self::GivenName => Nid::GIVENNAME,
            Self::SerialNumber => Nid::SERIALNUMBER,
            Self::Country => Nid::COUNTRYNAME,
            Self::Locality => Nid::LOCALITYNAME,
            Self::StateOrProvince => Nid::STATEORPROVINCENAME,
            Self::Organization => Nid::ORGANIZATIONNAME,
            Self::OrganizationalUnit => Nid::ORGANIZATIONALUNITNAME,
            Self::Title => Nid::TITLE,
            Self::UserId => Nid::USERID,
        }
    }

    const fn asn1_type(self) -> Asn1Type {
        match self {
            Self::Country | Self::SerialNumber => Asn1Type::PRINTABLESTRING,
            _ => Asn1Type::UTF8STRING,
        }
    }

    /// Checks one value, so that an offer's template or a form can be told early which field is wrong.
    ///
    /// # Errors
    /// When the value is empty, too long or holds characters that the attribute cannot.
    pub fn check(self, value: &str) -> Result<(), SubjectError> {
        let length = value.chars().count();
        if value.trim().is_empty() {
            return Err(SubjectError::Empty(self));
        }
        // Overrides of the reading direction would let a name pose as another in an operator's list.
        let steers = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if value.chars().any(|c| c.is_control() || steers(c)) {
            return Err(SubjectError::ControlCharacter(self));
        }
        if self == Self::Country && !(length == 2 && value.bytes().all(|b| b.is_ascii_uppercase())) {
            return Err(SubjectError::Country(value.chars().take(40).collect()));
        }
        if length > self.limit() {
            return Err(SubjectError::TooLong { attribute: self, length, limit: self.limit() });
        }
        let printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c);
        match value.chars().find(|c| !printable(*c)) {
            Some(character) if self.asn1_type() == Asn1Type::PRINTABLESTRING => {
                Err(SubjectError::NotPrintable { attribute: self, character })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whom a certificate is about: attributes in the order in which they are written, each checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(Vec<(Attribute, String)>);

impl Subject {
    /// The most attributes of a subject.
    pub const LIMIT: usize = 16;

    /// Checks the attributes and keeps their order, most general first by custom (C, O, OU, CN).
    ///
    /// # Errors
    /// When an attribute does not fit its bounds, there are too many, or there is not exactly one common name.
    pub fn new(attributes: impl IntoIterator<Item = (Attribute, String)>) -> Result<Self, SubjectError> {
        let attributes: Vec<_> = attributes.into_iter().collect();
        if attributes.len() > Self::LIMIT {
            return Err(SubjectError::TooMany { count: attributes.len() });
        }
        for (attribute, value) in &attributes {
            attribute.check(value)?;
        }
        match attributes.iter().filter(|(attribute, _)| *attribute == Attribute::CommonName).count() {
            1 => Ok(Self(attributes)),
            count => Err(SubjectError::CommonName(count)),
        }
    }

    /// A subject that is nothing but a common name.
    ///
    /// # Errors
    /// When the name does not fit.
    pub fn common_name_only(common_name: impl Into<String>) -> Result<Self, SubjectError> {
        Self::new([(Attribute::CommonName, common_name.into())])
    }

    /// The attributes in order.
    #[must_use]
    pub fn attributes(&self) -> &[(Attribute, String)] {
        &self.0
    }

    /// The common name.
    #[must_use]
    pub fn common_name(&self) -> &str {
        let named = self.0.iter().find(|(attribute, _)| *attribute == Attribute::CommonName);
        named.map_or("", |(_, value)| value)
    }

    pub(crate) fn to_x509_name(&self) -> Result<X509Name, ErrorStack> {
        let mut name = X509Name::builder()?;
        for (attribute, value) in &self.0 {
            name.append_entry_by_nid_with_type(attribute.nid(), value, attribute.asn1_type())?;
        }
        Ok(name.build())
    }
}

impl fmt::Display for Subject {
    /// `organization=Example, common_name=Taro`, for people; not a format to be read back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (attribute, value)) in self.0.iter().enumerate() {
            write!(f, "{}{attribute}={value}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Attribute; 11] = [
        Attribute::CommonName,
        Attribute::Surname,
        Attribute::GivenName,
        Attribute::SerialNumber,
        Attribute::Country,
        Attribute::Locality,
        Attribute::StateOrProvince,
        Attribute::Organization,
        Attribute::OrganizationalUnit,
        Attribute::Title,
        Attribute::UserId,
    ];

    #[test]
    fn the_bounds_of_x_520_count_characters_not_bytes() {
        assert_eq!(Attribute::CommonName.check(&"手".repeat(64)), Ok(()));
        assert_eq!(
            Attribute::CommonName.check(&"手".repeat(65)),
            Err(SubjectError::TooLong { attribute: Attribute::CommonName, length: 65, limit: 64 })
        );
        assert_eq!(Attribute::Locality.check(&"a".repeat(128)), Ok(()));
    }

    #[test]
    fn nul_and_line_breaks_are_refused() {
        for text in ["a\0b", "a\nb", "a\u{7f}", "a\u{202e}b"] {
            assert_eq!(
                Attribute::CommonName.check(text),
                Err(SubjectError::ControlCharacter(Attribute::CommonName))
            );
        }
        assert_eq!(Attribute::Title.check(" \u{3000}"), Err(SubjectError::Empty(Attribute::Title)));
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!(Attribute::Country.check("JP"), Ok(()));
        for text in ["jp", "JPN", "日本", "J1"] {
            assert_eq!(Attribute::Country.check(text), Err(SubjectError::Country(text.to_owned())));
        }
    }

    #[test]
    fn a_serial_number_is_printable() {
        assert_eq!(Attribute::SerialNumber.check("G13B-01"), Ok(()));
        assert_eq!(
            Attribute::SerialNumber.check("G13B_01"),
            Err(SubjectError::NotPrintable { attribute: Attribute::SerialNumber, character: '_' })
        );
    }

    #[test]
    fn exactly_one_common_name_is_asked_for() {
        let organization = (Attribute::Organization, "Example".to_owned());
        let name = (Attribute::CommonName, "Taro".to_owned());
        assert_eq!(Subject::new([organization.clone()]), Err(SubjectError::CommonName(0)));
        assert_eq!(Subject::new([name.clone(), name.clone()]), Err(SubjectError::CommonName(2)));
        let subject = Subject::new([organization, name]).unwrap();
        assert_eq!(subject.to_string(), "organization=Example, common_name=Taro");
        assert_eq!(subject.common_name(), "Taro");
    }

    proptest! {
        #[test]
        fn what_passes_the_check_is_encoded_and_read_back(
            kind in prop::sample::select(&ALL[..]),
            text in any::<String>(),
        ) {
            if kind.check(&text).is_ok() {
                let mut attributes = vec![(kind, text.clone())];
                if kind != Attribute::CommonName {
                    attributes.push((Attribute::CommonName, "x".to_owned()));
                }
                let name = Subject::new(attributes).unwrap().to_x509_name().unwrap();
                let entry = name.entries().next().unwrap();
                prop_assert_eq!(entry.data().to_string().unwrap(), text);
            }
        }
    }
}
