//! One enrollment, the people around it, and the processes that serve it and die.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use openssl::pkcs12::Pkcs12;
use tegata::clock::{Clock, ManualClock};
use tegata::device::{Device, Hints};
use tegata::directory::{Contact, Operator, OperatorToken, Organization, OrganizationId, partition};
use tegata::enrollment::{
    Actor, AuthorityParts, AuthoritySettings, Caller, Carrier, CheckOutcome, ClaimRequest, Credential,
    Enrollment, EnrollmentId, FetchPart, Happening, Invite, IssuedInvitation, LifeEvent, LockPolicy,
    MailSettings, Maker, Refusal, RegistrationAuthority, Secret, SubscriberInvite, Ticket,
};
use tegata::entropy::SystemEntropy;
use tegata::ledger::{self, CertificateStatus};
use tegata::pepper::Pepper;
use tegata::pki::key::{KeyType, SubjectKey};
use tegata::pki::serial::SerialNumber;
use tegata::pki::{IssuancePolicy, Issuer, KeyPool, ProfileSigner, Subject, issue_signer_certificate};
use tegata::profile::Offers;
use tegata::store::record::decode;
use tegata::store::{Contents, Key, Partition, Position, Store, Version};
use tempfile::TempDir;

use crate::crashing::{CrashingStore, Side};
use crate::engine::{self, Engine};

const OFFER: &str = r#"
name = "test"
title = { ja = "試験" }
description = { ja = "試験" }
"#;

/// What a device holds after a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub serial: SerialNumber,
    pub der: Vec<u8>,
}

pub struct World {
    pub clock: Arc<ManualClock>,
    pub invitation: IssuedInvitation,
    pub caller: Caller,
    pub partition: Partition,
    pub inner: Arc<dyn Contents>,
    maker: Maker,
    kind: KeyType,
    mail: Option<MailSettings>,
    pub store: Arc<CrashingStore>,
    pub authority: RegistrationAuthority,
    /// Removed with the world.
    directory: TempDir,
    _engine: Engine,
}

fn serial() -> SerialNumber {
    SerialNumber::random(&SystemEntropy).unwrap()
}

fn start() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn issuer() -> Issuer {
    let name = |text: &str| Subject::common_name_only(text).unwrap();
    let root = Issuer::create_root(&name("Root"), KeyType::P256, 3_650, serial(), start()).unwrap();
    root.create_intermediate(&name("Issuer"), KeyType::P256, 3_000, serial(), start()).unwrap()
}

fn authority(
    store: Arc<dyn Store>,
    clock: &Arc<ManualClock>,
    maker: &Maker,
    kind: KeyType,
    mail: Option<MailSettings>,
) -> RegistrationAuthority {
    RegistrationAuthority::new(AuthorityParts {
        store,
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        pepper: Arc::new(Pepper::new(&[9; 32]).unwrap()),
        offers: Arc::new(Offers::from_texts([("test.toml", format!("{OFFER}key = \"{kind}\"\n"))]).unwrap()),
        maker: maker.clone(),
        settings: AuthoritySettings {
            public_url: "https://cert.example.jp/".parse().unwrap(),
            check_url: "https://check.example.jp/check".parse().unwrap(),
            lock: LockPolicy::default(),
            claim_lease: SignedDuration::from_secs(30),
            claim_wait: SignedDuration::from_secs(30),
            mail,
        },
    })
    .unwrap()
}

pub fn invite(name: &str) -> Invite {
    let subscriber = SubscriberInvite { id: None, name: name.into(), kana: None, email: None };
    Invite {
        subscriber,
        facility: None,
        offer: "test".into(),
        platforms: vec![],
        note: None,
        carrier: Carrier::Message,
    }
}

pub fn android() -> Device {
    Device::recognise(&Hints {
        user_agent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        ..Hints::default()
    })
}

impl World {
    /// The credentials of an invitation, as the person has them.
    pub fn request(invitation: &IssuedInvitation, form: Option<u8>) -> ClaimRequest {
        let by = match form {
            None => Credential::Code(invitation.code.clone()),
            Some(form) => Credential::Number { number: invitation.number.clone(), form: [form; 16] },
        };
        ClaimRequest {
            by,
            secret: invitation.secret.clone(),
            device: android(),
            chosen_password: None,
            language: "ja".into(),
        }
    }

    /// With P-256 keys, which are made in no time.
    pub async fn new() -> Self {
        Self::with(KeyType::P256, Arc::new(KeyPool::empty())).await
    }

    pub async fn with(kind: KeyType, pool: Arc<KeyPool>) -> Self {
        Self::mailing(kind, pool, None).await
    }

    /// That sends mail.
    pub async fn mailing(kind: KeyType, pool: Arc<KeyPool>, mail: Option<MailSettings>) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(start()));
        let (inner, engine) = engine::open(directory.path(), clock.clone()).await;
        let ca = issuer();
        let key = SubjectKey::generate(KeyType::P256).unwrap();
        let name = Subject::common_name_only("Signer").unwrap();
        let certificate = issue_signer_certificate(&ca, &name, &key, serial(), start(), 300).unwrap();
        let signer = ProfileSigner::new(&certificate, &ca.bundle_chain(), key.as_pkey().to_owned()).unwrap();
        let signer = Arc::new(ArcSwap::from_pointee(signer));
        let maker = Maker::new(ca, vec![], signer, pool, IssuancePolicy::default());
        let store = Arc::new(CrashingStore::new(inner.clone(), None));
        let authority = authority(store.clone(), &clock, &maker, kind, mail.clone());
        let id: OrganizationId = "default".parse().unwrap();
        let token = OperatorToken::draw(&SystemEntropy).unwrap();
        let operator = Operator::new(&id, "first", &token, &Pepper::new(&[9; 32]).unwrap()).unwrap();
        let organization = Organization::new(id.clone(), "Example".into(), Contact::default());
        authority.directory().create(&organization, &operator).await.unwrap();
        let caller = Caller::new(id.clone(), Actor::CommandLine);
        let invitation = authority.invite(&caller, invite("山田 太郎")).await.unwrap();
        let partition = partition(&id).unwrap();
        Self {
            clock,
            invitation,
            caller,
            partition,
            inner,
            maker,
            kind,
            mail,
            store,
            authority,
            directory,
            _engine: engine,
        }
    }

    /// A new process, which dies at a change where a plan says so.
    pub fn restart(&mut self, plan: Option<(u8, Side)>) {
        self.store = Arc::new(CrashingStore::new(self.inner.clone(), plan));
        self.authority =
            authority(self.store.clone(), &self.clock, &self.maker, self.kind, self.mail.clone());
    }

    pub async fn claim(&self, form: Option<u8>, right: bool) -> Result<Ticket, Refusal> {
        let mut request = Self::request(&self.invitation, form);
        if !right {
            request.secret = Secret::parse("22222-22222").unwrap();
        }
        self.authority.claim(request).await
    }

    /// Fetches the file that the ticket's page shows first, and opens it.
    pub async fn fetch(&self, ticket: &Ticket, part: FetchPart) -> Result<(Held, Vec<u8>), Refusal> {
        let standing = self.authority.ticket(ticket).await?;
        let tegata::enrollment::TicketStanding::Open(opened) = standing else {
            return Err(Refusal::Unknown);
        };
        let fetched = self.authority.fetch(ticket, &opened.files[0].name, part).await?;
        let parsed = Pkcs12::from_der(&fetched.bytes).unwrap();
        let parsed = parsed.parse2(opened.password.as_ref().unwrap()).unwrap();
        let certificate = parsed.cert.unwrap();
        assert!(certificate.public_key().unwrap().public_eq(&parsed.pkey.unwrap()));
        let held =
            Held { serial: SerialNumber::of(&certificate).unwrap(), der: certificate.to_der().unwrap() };
        Ok((held, fetched.bytes.to_vec()))
    }

    pub async fn check(&self, held: &Held) -> CheckOutcome {
        self.authority.check(Some(&held.der)).await
    }

    /// Where everything is on the disk.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The enrollment as the store has it, whoever lives or is dead.
    pub async fn stored(&self) -> (Enrollment, Version) {
        self.stored_as(&self.invitation.enrollment).await
    }

    pub async fn stored_as(&self, id: &EnrollmentId) -> (Enrollment, Version) {
        let key = Key::new(format!("enrollment/{id}")).unwrap();
        let document = self.inner.find(&self.partition, &key).await.unwrap().unwrap();
        (decode(&document.bytes).unwrap(), document.version)
    }

    pub async fn happenings(&self) -> Vec<Happening> {
        self.happenings_of(&self.invitation.enrollment).await
    }

    pub async fn happenings_of(&self, id: &EnrollmentId) -> Vec<Happening> {
        let key = Key::new(format!("enrollment/{id}")).unwrap();
        let events = self.inner.events_about(&self.partition, &key, Position(0), 1_000).await.unwrap();
        events.iter().map(|event| decode::<LifeEvent>(&event.bytes).unwrap().happening).collect()
    }

    /// A whole life up to the proof.
    pub async fn install(&self, invitation: &IssuedInvitation) -> Held {
        let ticket = self.authority.claim(Self::request(invitation, None)).await.unwrap();
        let (held, _) = self.fetch(&ticket, FetchPart::Start).await.unwrap();
        assert!(matches!(self.check(&held).await, CheckOutcome::Ok { first: true, .. }));
        held
    }

    pub async fn status(&self, serial: SerialNumber) -> Option<CertificateStatus> {
        let found = ledger::find(self.inner.as_ref(), &self.partition, &serial).await.unwrap();
        found.map(|(record, _)| record.status)
    }
}
