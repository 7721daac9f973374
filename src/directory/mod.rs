//! Organizations, facilities, subscribers and operators: who there is, and whose share of the store is whose.
//!
//! Everything of an organization lies in its own partition; only the list of organizations is the installation's.

mod access;
mod account;
mod actor;
mod ceremony;
mod changed;
mod colour;
mod doors;
mod edits;
mod event;
mod inviting;
pub(crate) mod letters;
mod logo;
mod mail_address;
mod mail_policy;
mod operator;
mod operators;
mod organization;
mod policy;
mod recovery;
mod refused;
mod role;
mod search;
mod session;
mod settings;
mod subscriber;
mod tenants;
mod text;
mod token;
mod welcome;

pub use access::{Access, Post, SessionPolicy};
pub use account::{Account, AccountId, NotAnAccountId, Passkey, Recovery};
pub use actor::Actor;
pub use ceremony::CEREMONY_LASTS;
pub use changed::Changed;
pub use colour::{Colour, Ground, NotAColour, Unreadable};
pub use doors::{FirstPage, FoundFacility};
pub use edits::{FacilityForm, OrganizationForm, SubscriberForm};
pub use event::{About, Change, Deed, DirectoryEvent, Doer};
pub use logo::{LARGEST_FILE as LARGEST_LOGO_FILE, Logo, LogoError, LogoFile};
pub use mail_address::{MailAddress, NotAMailAddress};
pub use mail_policy::{MailLanguage, MailPolicy, SECRET_DELAYS, SecretByMail};
pub use operator::{Operator, OperatorToken};
pub use operators::ListedOperator;
pub use organization::{
    Contact, Facility, FacilityCode, FirstQuestion, Look, NotAnIdentifier, Organization, OrganizationId,
};
pub use policy::{Notice, Policy};
pub use refused::Refusing;
pub use role::{Act, Facilities, InstallationAct, NotARole, Reach, Role};
pub use search::{Page, PeopleQuery, folded};
pub use session::{ListedSession, Renewed, Session, Shown};
pub use settings::{Limits, MailForm, Section, Settings};
pub use subscriber::{Subscriber, SubscriberId};
pub use tenants::Tenants;
pub use text::{Flaw, LONGEST_TEXT, Unfit, address, line};
pub use token::{RecoveryCode, RecoveryTicket, SessionToken, WelcomeToken};
pub use welcome::{Invited, OpenWelcome, WELCOME_LASTS, Welcome};

pub use crate::store::Version;

use std::sync::Arc;

use jiff::Timestamp;

use crate::entropy::EntropyError;
use crate::pepper::{Pepper, PepperError, Purpose, SecretHash};
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, Guard, IndexEntry, Key, KeyError, Partition, Scan, Store, StoreError};

/// Why the directory did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// It exists already.
    #[error("{0} exists already")]
    Exists(String),
    /// It does not exist.
    #[error("{0} does not exist")]
    Missing(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The pepper is not the one under which this store's secrets are hashed.
    #[error(
        "this is not the pepper of this store: none of its links, numbers and secrets would be known; use the pepper that was made with it"
    )]
    OtherPepper,
    /// Fields do not do; every one that does not is named.
    #[error("{}", listed(.0))]
    Unfit(Vec<Unfit>),
    /// Somebody was quicker: nothing was changed.
    #[error("somebody else has changed this meanwhile; look at it again")]
    Changed(Box<Changed>),
    /// Others change the same thing all the time.
    #[error("others are changing this at the same time; try again")]
    Busy,
    /// The account, the place or the session has ended.
    #[error("it has ended")]
    Ended,
    /// Nobody would be left who may do this.
    #[error("nobody else is left who may do this; invite somebody first")]
    LastOne,
    /// The only passkey stays.
    #[error("this is the only passkey; add another one first")]
    LastPasskey,
    /// There are so many already.
    #[error("there are {0} already, and more do not fit")]
    TooMany(usize),
    /// A link that was never given out, or so long ago that nobody knows.
    #[error("this link leads nowhere")]
    UnknownLink,
    /// A link whose time is over.
    #[error("this link was open until {at}")]
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// A link or a code that was used.
    #[error("this has been used already")]
    Used,
    /// A recovery code that is none.
    #[error("this recovery code is not right")]
    WrongCode,
    /// Too many wrong codes.
    #[error("too many wrong codes; try again after {until}")]
    Locked {
        /// Until when, at the latest.
        until: Timestamp,
    },
    /// A name cannot be a key of the store.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Hashing failed.
    #[error(transparent)]
    Pepper(#[from] PepperError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

fn listed(unfit: &[Unfit]) -> String {
    unfit.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A hash that only the right pepper makes.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct PepperProof(SecretHash);

impl Record for PepperProof {
    const NAME: &'static str = "proof of the pepper";
    const FORMAT: u32 = 1;
}

/// Reads and changes the directory.
#[derive(Debug, Clone)]
pub struct Directory {
    store: Arc<dyn Store>,
}

/// The list of the organizations that ask for the facility first.
const FACILITY_FIRST: &str = "facility-first";

fn logo_key(name: &str) -> Result<Key, KeyError> {
    Key::new(format!("logo/{name}"))
}

/// The partition that holds everything of an organization.
///
/// # Errors
/// Never for a checked identifier; the type of the error is the store's.
pub fn partition(organization: &OrganizationId) -> Result<Partition, KeyError> {
    Partition::organization(organization.as_str())
}

impl Directory {
    /// A directory over `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    async fn read<T: Record>(
        &self,
        partition: &Partition,
        key: &str,
    ) -> Result<Option<(T, Version)>, DirectoryError> {
        match self.store.find(partition, &Key::new(key)?).await? {
            Some(document) => Ok(Some((decode(&document.bytes)?, document.version))),
            None => Ok(None),
        }
    }

    /// Creates an organization with its first operator. The installation's list is written first: an entry that leads nowhere
    /// (after a crash in between) is passed over and mended by the next try.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`] when it is there already.
    pub async fn create(
        &self,
        organization: &Organization,
        operator: &Operator,
    ) -> Result<(), DirectoryError> {
        let list = Commit::new().index(IndexEntry {
            index: Key::new("organizations")?,
            order: organization.id.as_str().to_owned(),
            document: Key::new(format!("organization/{}", organization.id))?,
        });
        self.store.commit(&Partition::installation(), list).await?;
        let key = Key::new("organization")?;
        let commit = Commit::new().guard(Guard::Absent(key.clone())).put(key, encode(organization)?);
        let commit = operators::place(commit, operator)?;
        match self.store.commit(&partition(&organization.id)?, commit).await {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict(_)) => {
                Err(DirectoryError::Exists(format!("organization {}", organization.id)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Proves that `pepper` is the one that this store was founded with; the first one that comes is.
    ///
    /// # Errors
    /// [`DirectoryError::OtherPepper`] when it is another.
    pub async fn prove_pepper(&self, pepper: &Pepper) -> Result<(), DirectoryError> {
        let (installation, key) = (Partition::installation(), Key::new("pepper")?);
        let own = PepperProof(pepper.hash(Purpose::Token, "installation", b"the pepper of this store")?);
        let first = Commit::new().guard(Guard::Absent(key.clone())).put(key.clone(), encode(&own)?);
        let known: Option<(PepperProof, Version)> = self.read(&installation, key.as_str()).await?;
        let known = match known {
            Some((known, _)) => known,
            None => match self.store.commit(&installation, first).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) => {
                    let known = self.read(&installation, key.as_str()).await?;
                    known.ok_or(DirectoryError::OtherPepper)?.0
                }
                Err(error) => return Err(error.into()),
            },
        };
        if own.0.matches(&known.0) { Ok(()) } else { Err(DirectoryError::OtherPepper) }
    }

    /// The organization with this identifier.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, DirectoryError> {
        Ok(self.read(&partition(id)?, "organization").await?.map(|(found, _)| found))
    }

    /// Writes an organization anew. Who asks for the facility first stands in a list of the installation as well, which is
    /// written before: an entry that is not true (after a crash in between) is passed over.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] when there is no such organization.
    pub async fn put_organization(&self, organization: &Organization) -> Result<(), DirectoryError> {
        let partition = partition(&organization.id)?;
        let key = Key::new("organization")?;
        let Some(found) = self.store.find(&partition, &key).await? else {
            return Err(DirectoryError::Missing(format!("organization {}", organization.id)));
        };
        self.list_first_question(&organization.id, organization.first_question).await?;
        let commit =
            Commit::new().guard(Guard::Version(key.clone(), found.version)).put(key, encode(organization)?);
        self.store.commit(&partition, commit).await?;
        Ok(())
    }

    /// Says in the installation's list whether an organization asks for the facility first.
    async fn list_first_question(
        &self,
        id: &OrganizationId,
        first: FirstQuestion,
    ) -> Result<(), DirectoryError> {
        let (index, order) = (Key::new(FACILITY_FIRST)?, id.as_str().to_owned());
        let list = match first {
            FirstQuestion::Number => Commit::new().unindex(index, order),
            FirstQuestion::Facility => {
                let document = Key::new(format!("organization/{id}"))?;
                Commit::new().index(IndexEntry { index, order, document })
            }
        };
        self.store.commit(&Partition::installation(), list).await?;
        Ok(())
    }

    /// Keeps the picture of a logo, before an organization's record names it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_logo(&self, logo: &Logo, file: &LogoFile) -> Result<(), DirectoryError> {
        let commit = Commit::new().put(logo_key(&logo.name)?, encode(file)?);
        self.store.commit(&Partition::installation(), commit).await?;
        Ok(())
    }

    /// Takes the picture of a logo away, after the organization's record names it no more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove_logo(&self, logo: &Logo) -> Result<(), DirectoryError> {
        let commit = Commit::new().delete(logo_key(&logo.name)?);
        self.store.commit(&Partition::installation(), commit).await?;
        Ok(())
    }

    /// The picture of the logo with this name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_logo(&self, name: &str) -> Result<Option<LogoFile>, DirectoryError> {
        if !Logo::is_name(name) {
            return Ok(None);
        }
        let found = self.read(&Partition::installation(), logo_key(name)?.as_str()).await?;
        Ok(found.map(|(file, _)| file))
    }

    /// The identifiers of all organizations, in byte order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn organizations(&self) -> Result<Vec<OrganizationId>, DirectoryError> {
        let index = Key::new("organizations")?;
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let scan = Scan { after, limit: 1_000, ..Scan::default() };
            let page = self.store.scan(&Partition::installation(), &index, scan).await?;
            found.extend(page.entries.iter().filter_map(|(order, _)| order.parse().ok()));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// The facility with this code.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
    ) -> Result<Option<Facility>, DirectoryError> {
        let found = self.read(&partition(organization)?, &format!("facility/{code}")).await?;
        Ok(found.map(|(facility, _)| facility))
    }

    /// The subscriber with this identifier.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_subscriber(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
    ) -> Result<Option<Subscriber>, DirectoryError> {
        let found = self.read(&partition(organization)?, &format!("subscriber/{id}")).await?;
        Ok(found.map(|(subscriber, _)| subscriber))
    }

    /// Writes a facility, new or changed, without an event: for founding and importing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_facility(
        &self,
        organization: &OrganizationId,
        facility: &Facility,
    ) -> Result<(), DirectoryError> {
        let key = Key::new(format!("facility/{}", facility.code))?;
        let old = self.find_facility(organization, &facility.code).await?;
        let old = old.as_ref().map(search::facility_places).unwrap_or_default();
        let commit = Commit::new().put(key.clone(), encode(facility)?);
        let commit = search::moved(commit, &key, &old, &search::facility_places(facility))?;
        self.store.commit(&partition(organization)?, commit).await?;
        Ok(())
    }

    /// The operator who shows this token, if there is one in this organization.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authenticate(
        &self,
        organization: &OrganizationId,
        name: &str,
        token: &OperatorToken,
        pepper: &Pepper,
    ) -> Result<Option<Operator>, DirectoryError> {
        let shown = pepper.hash(Purpose::Token, organization.as_str(), token.expose().as_bytes())?;
        let Ok(key) = Key::new(format!("operator/{name}")) else { return Ok(None) };
        let found = self.read::<Operator>(&partition(organization)?, key.as_str()).await?;
        Ok(found.map(|(operator, _)| operator).filter(|operator| {
            operator.ended_at.is_none() && operator.token.is_some_and(|token| token.matches(&shown))
        }))
    }
}

/// Whether the bytes of a document are the record that its key promises; `None` where the key is none of the directory's.
#[must_use]
pub fn check_record(key: &str, bytes: &[u8]) -> Option<Result<(), StoreError>> {
    Some(match key.split_once('/').map_or(key, |(kind, _)| kind) {
        "pepper" => decode::<PepperProof>(bytes).map(drop),
        "organization" => decode::<Organization>(bytes).map(drop),
        "facility" => decode::<Facility>(bytes).map(drop),
        "subscriber" => decode::<Subscriber>(bytes).map(drop),
        "operator" => decode::<Operator>(bytes).map(drop),
        "account" => decode::<Account>(bytes).map(drop),
        "recovery" => decode::<access::RecoveryPointer>(bytes).map(drop),
        _ => return None,
    })
}

/// Where a person, a facility or an operator stands in the indexes of its partition; `None` where the document is none of
/// them, or cannot be read.
#[must_use]
pub fn index_places(key: &str, bytes: &[u8]) -> Option<Vec<(&'static str, String)>> {
    match key.split_once('/')?.0 {
        "facility" => decode::<Facility>(bytes).ok().as_ref().map(search::facility_places),
        "subscriber" => decode::<Subscriber>(bytes).ok().as_ref().map(search::people_places),
        "operator" => decode::<Operator>(bytes).ok().map(|operator| vec![("operators", operator.name)]),
        _ => None,
    }
}

/// Whether the bytes of a volatile entry are the record that its key promises; `None` where the entry is none of the
/// directory's, or holds what the directory does not look into.
#[must_use]
pub fn check_entry(key: &str, bytes: &[u8]) -> Option<Result<(), StoreError>> {
    match key.split_once('/')?.0 {
        "session" => Some(decode::<Session>(bytes).map(drop)),
        "welcome" => Some(decode::<Welcome>(bytes).map(drop)),
        _ => None,
    }
}

/// Adds a new facility to a commit of its organization's partition, on condition that there is none with its code.
///
/// # Errors
/// When the record cannot be written.
pub(crate) fn new_facility(
    access: &Access,
    commit: Commit,
    facility: &Facility,
    doer: &Doer,
) -> Result<Commit, DirectoryError> {
    let key = Key::new(format!("facility/{}", facility.code))?;
    let commit = commit.guard(Guard::Absent(key.clone())).put(key.clone(), encode(facility)?);
    let commit = search::moved(commit, &key, &[], &search::facility_places(facility))?;
    let (about, called) = (About::Facility(facility.code.clone()), facility.name.clone());
    access.tell(commit, about, doer, None, Deed::Created { called })
}

/// Adds a person to a commit of its organization's partition, on condition that the record is still as `known`: written where
/// something changed, or where the version has to be a new one, with its event.
///
/// # Errors
/// When the record cannot be written.
pub(crate) fn put_subscriber(
    access: &Access,
    commit: Commit,
    known: Option<&(Subscriber, Version)>,
    subscriber: &Subscriber,
    renew: bool,
    doer: &Doer,
) -> Result<Commit, DirectoryError> {
    let key = Key::new(format!("subscriber/{}", subscriber.id))?;
    let about = About::Subscriber(subscriber.id.clone());
    let new = search::people_places(subscriber);
    let Some((old, version)) = known else {
        let commit = commit.guard(Guard::Absent(key.clone())).put(key.clone(), encode(subscriber)?);
        let commit = search::moved(commit, &key, &[], &new)?;
        return access.tell(commit, about, doer, None, Deed::Created { called: subscriber.name.clone() });
    };
    let mut commit = commit.guard(Guard::Version(key.clone(), *version));
    let changes = event::differences(old, subscriber, &[])?;
    if !changes.is_empty() || renew {
        commit = commit.put(key.clone(), encode(subscriber)?);
    }
    if changes.is_empty() {
        return Ok(commit);
    }
    let commit = search::moved(commit, &key, &search::people_places(old), &new)?;
    access.tell(commit, about, doer, Some(*version), Deed::Changed { changes })
}
