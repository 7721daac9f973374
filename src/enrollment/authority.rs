//! The registration authority: what every use case stands on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use openssl::hash::{DigestBytes, MessageDigest};
use tokio::sync::{Notify, broadcast};
use url::Url;

use super::bundle::Maker;
use super::caller::By;
use super::follow::Openings;
use super::hint::Hint;
use super::id::EnrollmentId;
use super::outbox::{MailSettings, MailStanding};
use super::places::moved;
use super::record::{Enrollment, Happening, LifeEvent};
use super::refusal::Refusal;
use super::transition::LockPolicy;
use crate::clock::Clock;
use crate::directory::{
    Access, Directory, DirectoryError, OrganizationId, SessionPolicy, SubscriberId, partition,
};
use crate::entropy::{Entropy, EntropyError};
use crate::ledger::{self, CertificateRecord, RevocationReason};
use crate::mail::MailId;
use crate::pepper::{Pepper, PepperError};
use crate::pki::Issuer;
use crate::pki::serial::SerialNumber;
use crate::profile::{Localized, Offers};
use crate::store::record::{decode, encode};
use crate::store::{Commit, Guard, Key, KeyError, Partition, Store, StoreError, Version};

/// How many live notices a slow listener may lag behind before it loses the oldest.
const NOTICES_KEPT: usize = 256;

/// How often a lost race is decided again before the caller is asked to come back.
pub(super) const TRIES: usize = 64;

/// What the authority is told by its configuration.
#[derive(Debug, Clone)]
pub struct AuthoritySettings {
    /// Where people reach the landing site, such as `https://cert.example.jp/`.
    pub public_url: Url,
    /// Where an installation is proven, such as `https://check.example.jp/check`.
    pub check_url: Url,
    /// How wrong secrets are met.
    pub lock: LockPolicy,
    /// How long a process is believed to be making a certificate before another may begin anew.
    pub claim_lease: SignedDuration,
    /// How long a second request waits for the first one's certificate.
    pub claim_wait: SignedDuration,
    /// How mail is sent, where it is.
    pub mail: Option<MailSettings>,
}

/// Something that happens just now, for a live view. Nothing is kept of it.
#[derive(Debug, Clone)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// To which enrollment.
    pub enrollment: EnrollmentId,
    /// What.
    pub kind: NoticeKind,
}

/// What happens just now.
#[derive(Debug, Clone)]
pub enum NoticeKind {
    /// Somebody looks at the invitation's page. Changes nothing, and is not in the audit log.
    Opened,
    /// A step of its life, as the audit log has it.
    Happened(Happening),
}

fn kinds(events: &[LifeEvent]) -> String {
    events.iter().map(|event| event.happening.name()).collect::<Vec<_>>().join(", ")
}

/// Why an operator's request was not done; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// No such enrollment in this organization.
    #[error("there is no enrollment {0}")]
    NoSuchEnrollment(String),
    /// No such person in this organization.
    #[error("there is no subscriber {0}")]
    NoSuchSubscriber(SubscriberId),
    /// No such job in this organization.
    #[error("there is no job {0}")]
    NoSuchJob(String),
    /// No such organization.
    #[error("there is no organization {0}")]
    NoSuchOrganization(OrganizationId),
    /// It is another facility's, which is not the caller's.
    #[error("{0} is beyond your facilities")]
    BeyondReach(String),
    /// No such offer.
    #[error("there is no offer {name:?}; the offers are {known}")]
    NoSuchOffer {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The enrollment's standing does not allow it.
    #[error("enrollment {id} is {standing}: {hint}")]
    NotNow {
        /// Which.
        id: EnrollmentId,
        /// Its standing.
        standing: super::state::Standing,
        /// What to do instead.
        hint: Hint,
    },
    /// Somebody was quicker, and things stand otherwise than was shown.
    #[error("enrollment {id} has changed since it was shown ({})", kinds(since))]
    Changed {
        /// Which.
        id: EnrollmentId,
        /// What happened since, oldest first.
        since: Vec<LifeEvent>,
    },
    /// The same form was sent before with something else in it.
    #[error("this form was sent before, and enrollment {0} was issued then; nothing more was")]
    SentBefore(EnrollmentId),
    /// The same form was sent before, and the link that it issued has been made anew since.
    #[error("enrollment {0} was issued by this form before, and its link has been made anew since")]
    LinkRenewed(EnrollmentId),
    /// No such mail in this organization.
    #[error("there is no mail {0}")]
    NoSuchMail(String),
    /// The mail's standing does not allow it.
    #[error("mail {mail} is {standing}: {hint}")]
    MailNotNow {
        /// Which.
        mail: MailId,
        /// Its standing.
        standing: MailStanding,
        /// Why, and what to do instead.
        hint: &'static str,
    },
    /// What was given does not do.
    #[error("{what}: {why}")]
    Unfit {
        /// Which input.
        what: &'static str,
        /// Why, and what would do.
        why: String,
    },
    /// Others change the same thing all the time.
    #[error("others are changing this enrollment at the same time; try again")]
    Busy,
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Hashing or sealing failed.
    #[error(transparent)]
    Pepper(#[from] PepperError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A name cannot be a key of the store.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A serial number could not be drawn or a certificate not be read.
    #[error(transparent)]
    Pki(#[from] crate::pki::PkiError),
}

/// What the authority is made of.
#[derive(Debug)]
pub struct AuthorityParts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What everything secret is hashed under.
    pub pepper: Arc<Pepper>,
    /// What can be handed out.
    pub offers: Arc<Offers>,
    /// What makes keys, certificates and bundles.
    pub maker: Maker,
    /// The rest.
    pub settings: AuthoritySettings,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) parts: AuthorityParts,
    pub(super) directory: Directory,
    pub(super) access: Access,
    /// The name of this process, for claims in the making.
    pub(super) node: String,
    live: broadcast::Sender<Notice>,
    pub(super) openings: Openings,
    /// Told when a job was begun in this process.
    pub(super) job_begun: Notify,
}

/// The registration authority. Cheap to clone; every clone is the same.
#[derive(Debug, Clone)]
pub struct RegistrationAuthority(pub(super) Arc<Inner>);

/// An enrollment as it was read.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) enrollment: Enrollment,
    pub(super) version: Version,
    pub(super) partition: Partition,
}

/// The document that holds an enrollment.
pub(super) fn enrollment_key(id: &EnrollmentId) -> Result<Key, KeyError> {
    Key::new(format!("enrollment/{id}"))
}

impl RegistrationAuthority {
    /// Puts the authority together.
    ///
    /// # Errors
    /// When there is no randomness for the process's name.
    pub fn new(parts: AuthorityParts) -> Result<Self, EntropyError> {
        Self::with_sessions(parts, SessionPolicy::default())
    }

    /// The same, with operators signed in for so long.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_sessions(parts: AuthorityParts, sessions: SessionPolicy) -> Result<Self, EntropyError> {
        let node: [u8; 8] = parts.entropy.bytes()?;
        let directory = Directory::new(Arc::clone(&parts.store));
        let access = Access::new(
            directory.clone(),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.entropy),
            Arc::clone(&parts.pepper),
        );
        let access = access.with_policy(sessions);
        Ok(Self(Arc::new(Inner {
            directory,
            access,
            node: hex::encode(node),
            live: broadcast::channel(NOTICES_KEPT).0,
            openings: Openings::default(),
            job_begun: Notify::new(),
            parts,
        })))
    }

    /// What happens from now on in this process.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<Notice> {
        self.0.live.subscribe()
    }

    /// The directory beside it.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// What lets operators in, and changes the directory.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.0.access
    }

    /// What can be handed out: each offer's name and title.
    pub fn offers(&self) -> impl Iterator<Item = (&str, &Localized)> {
        let offers = &self.0.parts.offers;
        offers.names().filter_map(|name| offers.get(name).map(|offer| (name, &offer.title)))
    }

    /// The fingerprints of the root that the signing issuer stands under, SHA-256 and SHA-1 (which Windows shows), as people
    /// compare them: `AB:CD:…`. Nothing where there is no issuer or no root.
    #[must_use]
    pub fn root_fingerprints(&self) -> Vec<String> {
        let root = self.0.parts.maker.issuers().first().and_then(Issuer::root);
        let digests = [MessageDigest::sha256(), MessageDigest::sha1()].map(|kind| root?.digest(kind).ok());
        let pairs = |digest: DigestBytes| {
            digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
        };
        digests.into_iter().flatten().map(pairs).collect()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.0.parts.store.as_ref()
    }

    pub(super) fn tell(&self, enrollment: &EnrollmentId, kind: NoticeKind) {
        // Nobody listening is the normal case.
        let _ = self.0.live.send(Notice { at: self.now(), enrollment: enrollment.clone(), kind });
    }

    pub(super) async fn load(
        &self,
        organization: &OrganizationId,
        id: &EnrollmentId,
    ) -> Result<Option<Loaded>, StoreError> {
        let limit = |e: KeyError| StoreError::Limit(e.to_string());
        let partition = partition(organization).map_err(limit)?;
        let key = enrollment_key(id).map_err(limit)?;
        let Some(document) = self.store().find(&partition, &key).await? else { return Ok(None) };
        let enrollment = decode(&document.bytes)?;
        Ok(Some(Loaded { enrollment, version: document.version, partition }))
    }

    /// Adds the next form of an enrollment, its places in the indexes and what happened to a commit, on condition that it is
    /// still as it was read.
    pub(super) fn change<'a>(
        &self,
        mut commit: Commit,
        read: &Loaded,
        next: &Enrollment,
        by: impl Into<By<'a>>,
        happened: &[Happening],
    ) -> Result<Commit, StoreError> {
        let limit = |e: KeyError| StoreError::Limit(e.to_string());
        let next = Enrollment { changed_at: Some(self.now()), ..next.clone() };
        let key = enrollment_key(&next.id).map_err(limit)?;
        commit = commit.guard(Guard::Version(key.clone(), read.version)).put(key, encode(&next)?);
        commit = moved(commit, &read.enrollment, &next).map_err(limit)?;
        self.record(commit, &next.id, by, happened)
    }

    /// Adds events to a commit.
    pub(super) fn record<'a>(
        &self,
        mut commit: Commit,
        id: &EnrollmentId,
        by: impl Into<By<'a>>,
        happened: &[Happening],
    ) -> Result<Commit, StoreError> {
        let By { actor, from } = by.into();
        let about = enrollment_key(id).map_err(|e| StoreError::Limit(e.to_string()))?;
        for happening in happened {
            commit = commit.event_about(
                about.clone(),
                encode(&LifeEvent {
                    at: self.now(),
                    enrollment: id.clone(),
                    actor: actor.clone(),
                    from,
                    happening: happening.clone(),
                })?,
            );
        }
        Ok(commit)
    }

    /// Tells the live view what a commit made true.
    pub(super) fn tell_all(&self, id: &EnrollmentId, happened: &[Happening]) {
        for happening in happened {
            self.tell(id, NoticeKind::Happened(happening.clone()));
        }
    }

    /// Adds the end of a certificate to a commit: revoked where it was valid, abandoned where it was only prepared.
    pub(super) async fn end_certificate(
        &self,
        commit: Commit,
        partition: &Partition,
        serial: SerialNumber,
        reason: RevocationReason,
    ) -> Result<Commit, StoreError> {
        let Some((record, version)) = ledger::find(self.store(), partition, &serial).await? else {
            return Err(StoreError::Damaged(format!("certificate {serial} is not in the ledger")));
        };
        let record: CertificateRecord = record.ended(self.now(), reason);
        ledger::change(commit, &record, version)
    }

    /// Gives a certificate up in the ledger of which no byte was ever fetched. Right only in a commit that is guarded by the
    /// version of the enrollment that says so: a fetch is counted there before its first byte leaves.
    pub(super) async fn abandon_certificate(
        &self,
        commit: Commit,
        partition: &Partition,
        serial: SerialNumber,
    ) -> Result<Commit, StoreError> {
        let Some((record, version)) = ledger::find(self.store(), partition, &serial).await? else {
            return Err(StoreError::Damaged(format!("certificate {serial} is not in the ledger")));
        };
        ledger::change(commit, &record.abandoned(self.now()), version)
    }
}

/// What a person is told when the machinery fails: nothing was used up, and the log has the cause.
pub(super) fn try_again(error: &dyn std::error::Error) -> Refusal {
    tracing::error!(error = %chain(error), "a request for a person could not be done");
    Refusal::TryAgain
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
