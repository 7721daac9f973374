//! Offers: what an organization hands out, one TOML file each.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::file_name::{Extension, file_name};
use super::localized::Localized;
use super::payload::PayloadTemplate;
use super::problem::OfferError;
use super::template::{Template, TemplateError};
use super::text::excerpt;
use super::variable::{TemplateValues, Variable};
use crate::pki::key::KeyType;

/// The longest label of an identity, in characters; pickers of certificates cut longer ones.
const LONGEST_FRIENDLY_NAME: usize = 64;

/// What an organization hands out: subject, key, validity, payloads, texts and policy. The keys of the file are
/// described by [`Offer::reference`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name among the offers: small letters, digits and hyphens.
    pub name: String,
    /// What people see as its name; also the profile's name on the device.
    pub title: Localized,
    /// One or two sentences for the person who installs it.
    pub description: Localized,
    /// The kind of key that is made for the subscriber.
    pub key: KeyType,
    /// How long the certificate is valid, in days.
    pub validity_days: u32,
    /// How long an invitation is open, in days.
    pub invitation_days: u32,
    /// How long the link of an invitation works; afterwards number and secret do until the invitation ends.
    pub link_life: SignedDuration,
    /// How often and how long a claimed bundle can be fetched.
    pub delivery: DeliveryPolicy,
    /// The file that a device installs.
    pub bundle: BundlePolicy,
    /// The subject of the certificate.
    pub subject: SubjectTemplate,
    /// The alternative names of the certificate.
    pub san: AlternativeNamesTemplate,
    /// The label under which a device lists the identity; see [`Offer::friendly_name`].
    pub friendly_name: Template,
    /// Addresses in the certificate, where they differ from the issuer's.
    pub urls: CertificateUrls,
    /// Whether the root goes into the PKCS#12 file beside the intermediates.
    pub include_root_in_p12: bool,
    /// What the person agrees to before an Apple device installs the profile.
    pub consent: Option<Localized>,
    /// Whether the profile removes itself when the certificate expires.
    pub remove_at_expiry: bool,
    /// What the profile carries beside the identity.
    pub payloads: Vec<PayloadTemplate>,
}

/// How often and how long a claimed bundle can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// How many complete or partial fetches are answered, 1 to 20.
    pub fetches: u32,
    /// How long after the claim they are, 1 to 60 minutes.
    pub window: SignedDuration,
}

/// The file that a device installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundlePolicy {
    /// Where the bundle password comes from.
    pub password: PasswordMode,
    /// Whether a profile carries the password, so that the device does not ask for it.
    pub embedded: bool,
    /// The template of its file name; see [`Offer::file_name`].
    pub file_name: Template,
    /// The ending on Windows.
    pub windows_extension: Extension,
    /// Which devices are served.
    pub platforms: BTreeSet<Platform>,
}

/// Where the bundle password comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PasswordMode {
    /// It is the secret of the claim.
    Secret,
    /// It is made by the machine and shown on the ticket page.
    Shown,
    /// It is made when the enrollment is issued and travels on a second letter.
    Separate,
    /// The person chooses it.
    Chosen,
}

/// A family of devices that an offer can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// iPhone (and iPod touch).
    Iphone,
    /// iPad.
    Ipad,
    /// A Mac.
    Mac,
    /// Android phones and tablets.
    Android,
    /// Windows PCs.
    Windows,
}

/// The subject of the certificate, as templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubjectTemplate {
    /// commonName.
    pub common_name: Template,
    /// organizationName.
    pub organization: Option<Template>,
    /// organizationalUnitName.
    pub organizational_unit: Option<Template>,
    /// countryName, two capital letters.
    pub country: Option<String>,
    /// The attribute serialNumber of the person, not the certificate's serial number.
    pub serial_number: Option<Template>,
}

/// The subject of one certificate (RFC 5280 §4.1.2.6, attribute types and lengths of Appendix A).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectNames {
    /// commonName, at most 64 characters.
    pub common_name: String,
    /// organizationName, at most 64 characters.
    pub organization: Option<String>,
    /// organizationalUnitName, at most 64 characters.
    pub organizational_unit: Option<String>,
    /// countryName, two capital letters.
    pub country: Option<String>,
    /// serialNumber, at most 64 characters.
    pub serial_number: Option<String>,
}

/// The alternative names of the certificate, as templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlternativeNamesTemplate {
    /// rfc822Name.
    pub email: Option<Template>,
    /// uniformResourceIdentifier.
    pub uri: Option<Template>,
}

/// The alternative names of one certificate (RFC 5280 §4.2.1.6), in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlternativeNames {
    /// rfc822Name.
    pub email: Option<String>,
    /// uniformResourceIdentifier.
    pub uri: Option<String>,
}

/// Addresses that the certificate tells; where a list is empty, the issuer's own hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CertificateUrls {
    /// Where the revocation list is (RFC 5280 §4.2.1.13).
    pub crl: Vec<String>,
    /// Where OCSP answers (RFC 5280 §4.2.2.1).
    pub ocsp: Vec<String>,
    /// Where the issuer's certificate is (RFC 5280 §4.2.2.1).
    pub ca_issuers: Vec<String>,
}

impl Offer {
    /// Reads an offer. `file_name` is only for the report.
    ///
    /// # Errors
    /// [`OfferError`] with every problem found in the text.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, OfferError> {
        super::parse::parse(file_name, text).map(|(offer, _)| offer)
    }

    /// Every key of an offer with its meaning, bounds and default, in Markdown.
    #[must_use]
    pub fn reference() -> String {
        super::reference::reference()
    }

    /// The values without which this offer cannot be issued. Those for alternative names are not among them: a person
    /// without e-mail address gets a certificate without one.
    #[must_use]
    pub fn required_values(&self) -> BTreeSet<Variable> {
        let subject = &self.subject;
        let parts = [&subject.organization, &subject.organizational_unit, &subject.serial_number];
        [&subject.common_name, &self.friendly_name]
            .into_iter()
            .chain(parts.into_iter().flatten())
            .chain(self.payloads.iter().flat_map(PayloadTemplate::templates))
            .flat_map(Template::variables)
            .collect()
    }

    /// Those of [`Offer::required_values`] that `values` lacks.
    #[must_use]
    pub fn missing_values(&self, values: &TemplateValues<'_>) -> Vec<Variable> {
        self.required_values().into_iter().filter(|variable| values.get(*variable).is_none()).collect()
    }

    /// The subject of this person's certificate.
    ///
    /// # Errors
    /// [`TemplateError`] where a value is missing or an attribute gets too long (RFC 5280 Appendix A.1, upper
    /// bounds).
    pub fn subject(&self, values: &TemplateValues<'_>) -> Result<SubjectNames, TemplateError> {
        let attribute = |key, template: &Template| limited(key, 64, template.render(key, values)?);
        let optional = |key, template: &Option<Template>| {
            template.as_ref().map(|template| attribute(key, template)).transpose()
        };
        Ok(SubjectNames {
            common_name: attribute("subject.common_name", &self.subject.common_name)?,
            organization: optional("subject.organization", &self.subject.organization)?,
            organizational_unit: optional("subject.organizational_unit", &self.subject.organizational_unit)?,
            country: self.subject.country.clone(),
            serial_number: optional("subject.serial_number", &self.subject.serial_number)?,
        })
    }

    /// The alternative names of this person's certificate; a name whose values are not all known is left out.
    ///
    /// # Errors
    /// [`TemplateError`] where a name is not ASCII or longer than 255 characters.
    pub fn alternative_names(&self, values: &TemplateValues<'_>) -> Result<AlternativeNames, TemplateError> {
        let known =
            |template: &Option<Template>| template.clone().filter(|template| template.is_complete(values));
        let checked = |key, text: String| {
            if text.is_ascii() {
                limited(key, 255, text)
            } else {
                Err(TemplateError::NotAscii { key, excerpt: excerpt(&text, 40) })
            }
        };
        let email = known(&self.san.email)
            .map(|template| checked("san.email", template.render("san.email", values)?));
        let uri =
            known(&self.san.uri).map(|template| checked("san.uri", template.render_uri("san.uri", values)?));
        Ok(AlternativeNames { email: email.transpose()?, uri: uri.transpose()? })
    }

    /// The label under which a device lists the identity, without `.` and `@`: Android cuts the name at its last dot,
    /// and an address reads as one that can be tapped.
    ///
    /// # Errors
    /// [`TemplateError`] where a value is missing or the label is longer than 64 characters.
    pub fn friendly_name(&self, values: &TemplateValues<'_>) -> Result<String, TemplateError> {
        let text = self.friendly_name.render("friendly_name", values)?.replace(['.', '@'], " ");
        let label = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let label = if label.is_empty() { values.enrollment_id.to_owned() } else { label };
        limited("friendly_name", LONGEST_FRIENDLY_NAME, label)
    }

    /// The name of the bundle's file: ASCII letters, digits, `-` and `_`, never empty, then the ending.
    #[must_use]
    pub fn file_name(&self, values: &TemplateValues<'_>, extension: Extension) -> String {
        file_name(&self.bundle.file_name, values, extension)
    }
}

fn limited(key: &'static str, limit: usize, text: String) -> Result<String, TemplateError> {
    let length = text.chars().count();
    if length > limit {
        return Err(TemplateError::TooLong { key, length, limit, excerpt: excerpt(&text, 40) });
    }
    Ok(text)
}
