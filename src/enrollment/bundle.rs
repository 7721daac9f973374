//! From a begun claim to the files that a device installs: key, certificate, PKCS#12, profile, signature.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use openssl::hash::{MessageDigest, hash};
use openssl::x509::X509Ref;
use tokio::sync::Semaphore;
use url::Url;
use zeroize::Zeroizing;

use super::authority::RegistrationAuthority;
use super::invite::template_values;
use super::record::Enrollment;
use super::sealed::MadeFile;
use super::state::Claim;
use super::view::BundleFile;
use crate::device::{BundleKind, BundleTarget, Device, Platform};
use crate::directory::{Facility, Organization, Subscriber};
use crate::ledger::{CertificateRecord, CertificateStatus};
use crate::pki::pkcs12::{BundlePassword, FriendlyName, Variant, write};
use crate::pki::{
    Attribute, Identity, Issuance, IssuancePolicy, Issuer, KeyPool, PkiError, ProfileSigner, Standing,
    Subject, SubjectAltName,
};
use crate::profile::{
    self, Extension, Offer, PasswordMode, PayloadTemplate, ProfileContext, TargetDeviceType, TemplateValues,
};

const PROFILE_TYPE: &str = "application/x-apple-aspen-config";
const PKCS12_TYPE: &str = "application/x-pkcs12";

/// The least score and length that a bundle password of a person's choice needs: the compatible encryption lets an offline guesser
/// try a million passwords a second, so only zxcvbn's highest score (10^10 guesses and more) will do.
const LEAST_SCORE: zxcvbn::Score = zxcvbn::Score::Four;
const LEAST_LENGTH: usize = 10;

/// Why a bundle could not be made. Nothing of it is a person's fault.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A template of the offer cannot be filled.
    #[error(transparent)]
    Template(#[from] profile::TemplateError),
    /// A name does not fit into a certificate.
    #[error(transparent)]
    Subject(#[from] crate::pki::SubjectError),
    /// An alternative name does not fit into a certificate.
    #[error(transparent)]
    AlternativeName(#[from] crate::pki::AlternativeNameError),
    /// A URL of the offer is none.
    #[error("{url:?} in the offer is no URL: {source}")]
    Url {
        /// The text.
        url: String,
        /// Why.
        source: url::ParseError,
    },
    /// The certificate could not be issued.
    #[error(transparent)]
    Issuance(#[from] crate::pki::IssuanceError),
    /// A key or a file could not be made.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// OpenSSL refused.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// The profile could not be rendered.
    #[error(transparent)]
    Profile(#[from] profile::ProfileError),
    /// The machinery has shut down.
    #[error("Tegata is shutting down")]
    ShuttingDown,
}

/// What makes keys, certificates and bundles, on threads of its own so that pages are never kept waiting.
#[derive(Clone)]
pub struct Maker {
    issuers: Arc<Vec<Issuer>>,
    issuer_name: Arc<str>,
    signer: Option<Arc<ArcSwap<ProfileSigner>>>,
    pool: Arc<KeyPool>,
    urls: IssuancePolicy,
    /// As many bundles at a time as there are processors: more would only make each of them late.
    at_work: Arc<Semaphore>,
}

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Maker").field("issuer", &self.issuer_name).finish_non_exhaustive()
    }
}

impl Maker {
    /// A maker whose certificates are signed by `issuer`; certificates of `former` issuers are still recognised. `policy` has the
    /// URLs for certificates whose offer names none; its validity is the offer's.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        former: Vec<Issuer>,
        signer: Arc<ArcSwap<ProfileSigner>>,
        pool: Arc<KeyPool>,
        policy: IssuancePolicy,
    ) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let issuer_name = Arc::from(issuer.name());
        let mut issuers = vec![issuer];
        issuers.extend(former);
        Self {
            issuers: Arc::new(issuers),
            issuer_name,
            signer: Some(signer),
            pool,
            urls: policy,
            at_work: Arc::new(Semaphore::new(processors)),
        }
    }

    /// A maker that makes nothing and knows no issuer: for processes that only administer, and need no key for it.
    #[must_use]
    pub fn idle() -> Self {
        Self {
            issuers: Arc::new(Vec::new()),
            issuer_name: Arc::from(""),
            signer: None,
            pool: Arc::new(KeyPool::empty()),
            urls: IssuancePolicy::default(),
            at_work: Arc::new(Semaphore::new(1)),
        }
    }

    /// The issuers whose certificates are recognised; the first one signs.
    #[must_use]
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// The signing issuer's name, RFC 4514.
    #[must_use]
    pub fn issuer_name(&self) -> String {
        self.issuer_name.to_string()
    }

    /// Where `now` stands in the validity of the signer's certificate, as it was read last; nothing where there is no signer.
    pub(super) fn signer_standing(&self, now: Timestamp) -> Option<Standing> {
        self.signer.as_ref().map(|signer| signer.load().standing(now))
    }

    /// The keys that are kept ready.
    pub(super) fn pool(&self) -> &KeyPool {
        &self.pool
    }

    fn issuer(&self) -> Result<&Issuer, BundleError> {
        self.issuers.first().ok_or(BundleError::ShuttingDown)
    }
}

/// What a claim orders.
pub(super) struct Order {
    pub(super) claim: Claim,
    pub(super) language: String,
    pub(super) device: Device,
    pub(super) password: BundlePassword,
}

/// A finished bundle.
pub(super) struct Made {
    pub(super) files: Vec<MadeFile>,
    pub(super) certificate_name: String,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    subject: String,
    der: Vec<u8>,
    password: BundlePassword,
    mode: PasswordMode,
    embedded: bool,
}

impl Made {
    /// The password that the ticket page shows; `None` where it comes by a letter, or nobody needs it.
    pub(super) fn shown_password(&self) -> Option<Zeroizing<String>> {
        let shown = self.mode != PasswordMode::Separate && !self.embedded;
        shown.then(|| Zeroizing::new(self.password.expose().to_owned()))
    }

    /// The ledger's record, completed.
    pub(super) fn recorded(&self, mut record: CertificateRecord, at: Timestamp) -> CertificateRecord {
        record.status = CertificateStatus::Valid { at };
        record.subject.clone_from(&self.subject);
        record.not_before = Some(self.not_before);
        record.not_after = Some(self.not_after);
        record.der = Some(hex::encode(&self.der));
        record
    }
}

/// What is known of the person and the device when the bundle is made.
struct Brief {
    organization: Organization,
    subscriber: Subscriber,
    facility: Option<Facility>,
    line: String,
    id: String,
    offer: Offer,
    order: Order,
    now: Timestamp,
    service_host: String,
    check_url: String,
}

impl RegistrationAuthority {
    /// Makes the bundle of a begun claim, on another thread.
    pub(super) async fn make_bundle(
        &self,
        begun: &Enrollment,
        order: Order,
    ) -> Result<Made, Box<dyn std::error::Error + Send + Sync>> {
        let directory = &self.0.directory;
        let organization = self.organization(&begun.organization).await?;
        let subscriber = directory.find_subscriber(&begun.organization, &begun.subscriber).await?;
        let subscriber = subscriber.ok_or("the enrollment's subscriber is not in the directory")?;
        let facility = match &begun.facility {
            Some(code) => directory.find_facility(&begun.organization, code).await?,
            None => None,
        };
        let settings = &self.0.parts.settings;
        let brief = Brief {
            organization,
            subscriber,
            facility,
            line: begun.line.to_string(),
            id: begun.id.to_string(),
            offer: self.offer(&begun.offer)?.clone(),
            order,
            now: self.now(),
            service_host: settings.public_url.host_str().unwrap_or_default().to_owned(),
            check_url: settings.check_url.to_string(),
        };
        let maker = self.0.parts.maker.clone();
        let permit =
            Arc::clone(&maker.at_work).acquire_owned().await.map_err(|_| BundleError::ShuttingDown)?;
        let span = tracing::info_span!(
            "bundle",
            tegata.key = %brief.offer.key,
            tegata.target = ?brief.order.claim.target.kind,
        );
        let made = tokio::task::spawn_blocking(move || {
            let made = span.in_scope(|| maker.make(&brief));
            drop(permit);
            made
        });
        Ok(made.await??)
    }
}

impl Maker {
    fn make(&self, brief: &Brief) -> Result<Made, BundleError> {
        let Brief { offer, order, now, .. } = brief;
        let values = template_values(
            &brief.organization,
            &brief.subscriber,
            brief.facility.as_ref(),
            &brief.id,
            &brief.check_url,
        );
        let names = checked_names(offer, &values)?;
        let issuer = self.issuer()?;
        let key =
            tracing::info_span!("key", tegata.key = %offer.key).in_scope(|| self.pool.take(offer.key))?;
        let issuance = Issuance::prepare(
            issuer,
            &self.policy(offer)?,
            &names.subject,
            &names.alternative,
            key.as_pkey(),
            order.claim.serial,
            *now,
        )?;
        let (not_before, not_after) = (issuance.not_before(), issuance.not_after());
        let certificate = tracing::info_span!("sign").in_scope(|| issuance.sign(issuer))?;
        let der = certificate.to_der()?;
        let subject = crate::pki::certificate::name_text(certificate.subject_name());
        let identity = Identity { key, certificate, chain: issuer.bundle_chain() };
        let target = order.claim.target;
        let embedded = embeds(offer, target);
        let mut files = vec![self.file(brief, &values, &identity, &names, not_after, target.variant)?];
        if target.variant == Variant::Modern {
            let compatible = Variant::Compatible;
            files.push(self.file(brief, &values, &identity, &names, not_after, compatible)?);
        }
        Ok(Made {
            files,
            certificate_name: names.friendly.to_string(),
            not_before,
            not_after,
            subject,
            der,
            password: order.password.clone(),
            mode: offer.bundle.password,
            embedded,
        })
    }

    fn policy(&self, offer: &Offer) -> Result<IssuancePolicy, BundleError> {
        let urls = |own: &[String], default: &[Url]| -> Result<Vec<Url>, BundleError> {
            if own.is_empty() {
                return Ok(default.to_vec());
            }
            let parse = |url: &String| {
                Url::parse(url).map_err(|source| BundleError::Url { url: url.clone(), source })
            };
            own.iter().map(parse).collect()
        };
        Ok(IssuancePolicy {
            validity_days: offer.validity_days,
            backdate: self.urls.backdate,
            crl_urls: urls(&offer.urls.crl, &self.urls.crl_urls)?,
            ocsp_urls: urls(&offer.urls.ocsp, &self.urls.ocsp_urls)?,
            ca_issuer_urls: urls(&offer.urls.ca_issuers, &self.urls.ca_issuer_urls)?,
        })
    }

    fn file(
        &self,
        brief: &Brief,
        values: &TemplateValues<'_>,
        identity: &Identity,
        names: &Names,
        not_after: Timestamp,
        variant: Variant,
    ) -> Result<MadeFile, BundleError> {
        let (offer, order) = (&brief.offer, &brief.order);
        let target = order.claim.target;
        let include_root = offer.include_root_in_p12;
        let pkcs12 = write(identity, &names.friendly, &order.password, variant, include_root)?;
        let extension = match (target.kind, order.claim.platform) {
            (BundleKind::Profile, _) => Extension::Mobileconfig,
            (BundleKind::Pkcs12, Platform::Windows) => offer.bundle.windows_extension,
            (BundleKind::Pkcs12, _) => Extension::P12,
        };
        let name = offer.file_name(values, extension);
        // The second variant needs a name of its own: some systems would not download "the same" file again.
        let name = match (variant, target.variant) {
            (Variant::Compatible, Variant::Modern) => renamed(&name, "compatible"),
            _ => name,
        };
        if target.kind == BundleKind::Pkcs12 {
            return made(name, PKCS12_TYPE, variant, pkcs12);
        }
        let issuer = self.issuer()?;
        let der = |certificate: &X509Ref| certificate.to_der();
        let root = issuer.root();
        let roots = root.map(|root| der(root)).transpose()?;
        let chain = issuer.bundle_chain();
        let below = chain.iter().filter(|one| root.is_none_or(|root| one.as_ref() != root));
        let intermediates = below.map(|one| der(one)).collect::<Result<Vec<_>, _>>()?;
        let roots: Vec<&[u8]> = roots.iter().map(Vec::as_slice).collect();
        let intermediates: Vec<&[u8]> = intermediates.iter().map(Vec::as_slice).collect();
        let serial = order.claim.serial.to_string();
        let context = ProfileContext {
            service_host: &brief.service_host,
            line: &brief.line,
            serial: &serial,
            not_after,
            values: *values,
            target: profile_target(&order.device),
            language: &order.language,
            pkcs12: &pkcs12,
            pkcs12_file_name: "identity.p12",
            display_name: names.friendly.as_str(),
            embedded_password: embeds(offer, target).then(|| order.password.expose()),
            roots: &roots,
            intermediates: &intermediates,
        };
        let xml = Zeroizing::new(profile::render(offer, &context)?);
        let signer = self.signer.as_ref().ok_or(BundleError::ShuttingDown)?;
        let profile = signer.load().sign(&xml, brief.now)?;
        made(name, PROFILE_TYPE, variant, Zeroizing::new(profile))
    }
}

fn made(
    name: String,
    media_type: &str,
    variant: Variant,
    bytes: Zeroizing<Vec<u8>>,
) -> Result<MadeFile, BundleError> {
    let etag = hex::encode(hash(MessageDigest::sha256(), &bytes)?);
    let file = BundleFile {
        name,
        media_type: media_type.to_owned(),
        variant,
        size: bytes.len() as u64,
        etag: etag[..32].to_owned(),
    };
    Ok(MadeFile { file, bytes })
}

fn renamed(name: &str, addition: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{addition}.{extension}"),
        None => format!("{name}-{addition}"),
    }
}

/// An iPad may say that it is a Mac, so that a profile for "the Mac" may be for either.
fn profile_target(device: &Device) -> TargetDeviceType {
    match device.platform {
        Platform::Ios | Platform::Ipados => TargetDeviceType::IphoneIpad,
        _ if device.is_surely_a_mac() => TargetDeviceType::Mac,
        _ => TargetDeviceType::Any,
    }
}

/// The names of one certificate, checked.
pub(super) struct Names {
    subject: Subject,
    alternative: SubjectAltName,
    friendly: FriendlyName,
}

/// Fills the offer's templates and checks that a certificate can carry the result.
pub(super) fn checked_names(offer: &Offer, values: &TemplateValues<'_>) -> Result<Names, BundleError> {
    let names = offer.subject(values)?;
    let attributes = [
        (Attribute::Country, names.country),
        (Attribute::Organization, names.organization),
        (Attribute::OrganizationalUnit, names.organizational_unit),
        (Attribute::SerialNumber, names.serial_number),
        (Attribute::CommonName, Some(names.common_name)),
    ];
    let attributes = attributes.into_iter().filter_map(|(kind, value)| value.map(|value| (kind, value)));
    let alternative = offer.alternative_names(values)?;
    Ok(Names {
        subject: Subject::new(attributes)?,
        alternative: SubjectAltName::new(alternative.email, alternative.uri)?,
        friendly: FriendlyName::clean(&offer.friendly_name(values)?),
    })
}

/// The kinds of device that an offer serves.
pub(super) fn platforms(offer: &Offer) -> Vec<Platform> {
    offer
        .bundle
        .platforms
        .iter()
        .map(|platform| match platform {
            profile::Platform::Iphone => Platform::Ios,
            profile::Platform::Ipad => Platform::Ipados,
            profile::Platform::Mac => Platform::Macos,
            profile::Platform::Android => Platform::Android,
            profile::Platform::Windows => Platform::Windows,
        })
        .collect()
}

/// Whether the profile carries its own password.
pub(super) fn embeds(offer: &Offer, target: BundleTarget) -> bool {
    offer.bundle.embedded && target.kind == BundleKind::Profile
}

/// Whether the person must switch a root on under "Certificate Trust Settings".
pub(super) fn has_trust_anchor(offer: &Offer, target: BundleTarget) -> bool {
    let anchors = |payload: &PayloadTemplate| matches!(payload, PayloadTemplate::TrustAnchor(_));
    target.kind == BundleKind::Profile && offer.payloads.iter().any(anchors)
}

/// Whether the device shows a text to agree to before it installs the file.
pub(super) fn has_consent(offer: &Offer, target: BundleTarget) -> bool {
    target.kind == BundleKind::Profile && offer.consent.is_some()
}

/// Whether a bundle password of a person's choice keeps an offline guesser busy; the person's own name does not count.
pub(super) fn strong_enough(chosen: &BundlePassword, name: &str) -> bool {
    let known: Vec<&str> = name.split_whitespace().chain([name, "tegata"]).collect();
    let estimate = zxcvbn::zxcvbn(chosen.expose(), &known);
    chosen.expose().len() >= LEAST_LENGTH && estimate.score() >= LEAST_SCORE
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_password_must_be_long_and_unguessable() {
        let judge = |text: &str| strong_enough(&BundlePassword::parse(text).unwrap(), "Taro Yamada");
        assert!(judge("kumo-tsubame-7-hashi"));
        for weak in ["password1234", "1234567890", "TaroYamada", "qwertyuiop", "h7#Kq2"] {
            assert!(!judge(weak), "{weak}");
        }
    }

    #[test]
    fn the_second_file_has_a_name_of_its_own() {
        assert_eq!(renamed("G13B-yamada.p12", "compatible"), "G13B-yamada-compatible.p12");
    }
}
