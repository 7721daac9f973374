//! Tegata whole, in this process: real sockets on free ports, the embedded store in a folder of its own, and a clock that a
//! story moves.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use openssl::x509::X509;
use tegata::clock::{Clock, ManualClock, SystemClock};
use tegata::device::Platform;
use tegata::directory::{Contact, Operator, OperatorToken, Organization, OrganizationId};
use tegata::enrollment::{
    Actor, AuthorityParts, AuthoritySettings, Caller, Carrier, EnrollmentDetail, EnrollmentId, Invite,
    IssuedInvitation, LockPolicy, Maker, RegistrationAuthority, SubscriberInvite,
};
use tegata::entropy::SystemEntropy;
use tegata::http::{
    self, Allowance, AskForCertificate, RateLimits, Settings, SiteParts, TlsFiles, TlsSource,
};
use tegata::letter::{Area, Stationery, StationeryParts, Typeface, Window};
use tegata::operations::Printing;
use tegata::pepper::Pepper;
use tegata::pki::{
    Issuance, IssuancePolicy, Issuer, KeyPool, KeyType, ProfileSigner, SerialNumber, Subject, SubjectAltName,
    SubjectKey, issue_server_certificate, issue_signer_certificate,
};
use tegata::profile::Offers;
use tegata::store::Store;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::measured::MeasuredStore;
use tegata::telemetry::Metrics;
use tempfile::TempDir;
use url::Url;

use crate::offers;
use crate::phone::bundle::{Encryption, Identity};
use crate::phone::connection::{Connection, Tls};
use crate::stored::{Certificate, Stored};

/// The pepper of every story; not secret here, so that a story can look for what must not be found.
pub const PEPPER: [u8; 32] = *b"a pepper for stories, 32 bytes..";

/// A running installation with one organization.
pub struct Site {
    pub authority: RegistrationAuthority,
    pub clock: Arc<ManualClock>,
    /// Where people land.
    pub landing: Url,
    /// Where an installation is proven.
    pub check: SocketAddr,
    /// Where operators work.
    pub console: Url,
    /// Who invites.
    pub caller: Caller,
    /// What that operator shows.
    pub token: OperatorToken,
    pub pepper: Arc<Pepper>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// A certificate that the issuer signed and that is in no ledger.
    pub stray: Identity,
    pub folder: TempDir,
}

fn serial() -> SerialNumber {
    SerialNumber::random(&SystemEntropy).unwrap()
}

fn named(name: &str) -> Subject {
    Subject::common_name_only(name).unwrap()
}

/// The CA of a story, its signer and its server certificate, on disk where a client needs them.
struct Trust {
    issuer: Issuer,
    signer: ProfileSigner,
    certificate: PathBuf,
    key: PathBuf,
}

fn write_pem(path: &Path, certificates: &[&X509]) {
    let pem: Vec<u8> = certificates.iter().flat_map(|certificate| certificate.to_pem().unwrap()).collect();
    std::fs::write(path, pem).unwrap();
}

fn trust(folder: &Path, now: Timestamp) -> Trust {
    let root = Issuer::create_root(&named("Story Root"), KeyType::P256, 3_650, serial(), now).unwrap();
    let issuer =
        root.create_intermediate(&named("Story Issuer"), KeyType::P256, 3_000, serial(), now).unwrap();
    let key = SubjectKey::generate(KeyType::P256).unwrap();
    let signer = issue_signer_certificate(&issuer, &named("Story Signer"), &key, serial(), now, 800).unwrap();
    let chain = issuer.bundle_chain();
    let signer = ProfileSigner::new(&signer, &chain, key.as_pkey().to_owned()).unwrap();
    let key = SubjectKey::generate(KeyType::P256).unwrap();
    let server = issue_server_certificate(&issuer, &["localhost"], &key, serial(), now, 800).unwrap();
    let paths = ["root.pem", "server.pem", "server.key"].map(|name| folder.join(name));
    write_pem(&paths[0], &[&root.certificate().to_owned()]);
    write_pem(&paths[1], &[&server, &issuer.certificate().to_owned()]);
    std::fs::write(&paths[2], key.as_pkey().private_key_to_pem_pkcs8().unwrap()).unwrap();
    let [_, certificate, key] = paths;
    Trust { issuer, signer, certificate, key }
}

/// A certificate that nobody asked for.
pub fn stray(issuer: &Issuer, now: Timestamp) -> Identity {
    let key = SubjectKey::generate(KeyType::P256).unwrap();
    let (policy, names) = (IssuancePolicy::default(), SubjectAltName::default());
    let prepared =
        Issuance::prepare(issuer, &policy, &named("Nobody"), &names, key.as_pkey(), serial(), now).unwrap();
    let certificate = prepared.sign(issuer).unwrap();
    let key = key.as_pkey().to_owned();
    Identity { certificate, key, chain: issuer.bundle_chain(), name: None, encryption: Encryption::Modern }
}

impl Site {
    /// Starts an installation with the organization `clinic`, whose doors stand open as wide as a story needs.
    pub async fn start() -> Self {
        let wide = Allowance { burst: NonZeroU32::MAX, refill: Duration::from_millis(1) };
        Self::start_with(RateLimits { forms: wide, misses: wide }).await
    }

    /// The same with these limits on what one address may ask.
    pub async fn start_with(limits: RateLimits) -> Self {
        let folder = tempfile::Builder::new().prefix("tegata-story-").tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let engine = EmbeddedStore::open(folder.path().join("store.sqlite"), clock.clone()).unwrap();
        let metrics = Arc::new(Metrics::new());
        let store: Arc<dyn Store> = Arc::new(MeasuredStore::new(Arc::new(engine), Arc::clone(&metrics) as _));
        let landing = TcpListener::bind("127.0.0.1:0").unwrap();
        let check = TcpListener::bind("127.0.0.1:0").unwrap();
        let console = TcpListener::bind("127.0.0.1:0").unwrap();
        let console_url =
            Url::parse(&format!("http://localhost:{}/", console.local_addr().unwrap().port())).unwrap();
        let landing_url =
            Url::parse(&format!("http://localhost:{}/", landing.local_addr().unwrap().port())).unwrap();
        let check_address = check.local_addr().unwrap();
        let check_url = Url::parse(&format!("https://localhost:{}/check", check_address.port())).unwrap();
        let trust = trust(folder.path(), clock.now());
        let pepper = Arc::new(Pepper::new(&PEPPER).unwrap());
        let shipped = Offers::embedded().unwrap();
        let offers = shipped.overridden_by(Offers::from_texts(offers::ALL).unwrap());
        let advertised = trust.issuer.certificate().to_der().unwrap();
        let stray = stray(&trust.issuer, clock.now());
        let maker = Maker::new(
            trust.issuer,
            Vec::new(),
            Arc::new(ArcSwap::from_pointee(trust.signer)),
            Arc::new(KeyPool::empty()),
            IssuancePolicy::default(),
        );
        let authority = RegistrationAuthority::new(AuthorityParts {
            store: Arc::clone(&store),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            pepper: Arc::clone(&pepper),
            offers: Arc::new(offers),
            maker,
            settings: AuthoritySettings {
                public_url: landing_url.clone(),
                check_url: check_url.clone(),
                lock: LockPolicy::default(),
                claim_lease: SignedDuration::from_secs(60),
                claim_wait: SignedDuration::from_secs(20),
                mail: None,
            },
        })
        .unwrap();
        let parts = SiteParts {
            authority: authority.clone(),
            settings: Settings {
                limits,
                console_url: Some(console_url.clone()),
                printing: Some(Arc::new(printing(&authority, &store, &clock, &pepper, &landing_url))),
                ..Settings::new(landing_url.clone(), check_url)
            },
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            pepper: Arc::clone(&pepper),
            metrics: Arc::clone(&metrics),
            ready: Arc::new(|| Box::pin(async { Ok(()) })),
        };
        let ask = AskForCertificate::Yes { issuers: vec![advertised] };
        let files = TlsFiles { certificate: trust.certificate, key: trust.key };
        let tls = TlsSource::open(files, ask).unwrap();
        let landing_site = http::Site::landing(parts.clone()).unwrap();
        let landing = http::serve(&landing_site, landing, None, 2).unwrap();
        let check = http::serve(&http::Site::check(parts.clone()).unwrap(), check, Some(&tls), 2).unwrap();
        let console_site = http::Site::console(parts).unwrap().unwrap();
        let console = http::serve(&console_site, console, None, 1).unwrap();
        for bound in [landing, check, console] {
            tokio::spawn(bound.server);
        }
        let (caller, token) = tenant(&authority, "clinic", &pepper).await;
        Self {
            authority,
            clock,
            landing: landing_url,
            check: check_address,
            console: console_url,
            caller,
            token,
            pepper,
            store,
            metrics,
            stray,
            folder,
        }
    }

    /// The root that clients trust, PEM.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Moves the time on.
    pub fn later(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Invites Hanako Yamada with an offer.
    pub async fn invite(&self, offer: &str) -> IssuedInvitation {
        self.invite_for(offer, &[]).await
    }

    /// Invites Hanako Yamada with an offer, for some kinds of device.
    pub async fn invite_for(&self, offer: &str, platforms: &[Platform]) -> IssuedInvitation {
        self.invite_as(&self.caller, offer, platforms).await
    }

    /// Has an operator of any organization invite Hanako Yamada.
    pub async fn invite_as(&self, caller: &Caller, offer: &str, platforms: &[Platform]) -> IssuedInvitation {
        let subscriber = SubscriberInvite {
            id: None,
            name: "山田 花子".to_owned(),
            kana: None,
            email: Some("hanako.yamada@clinic.example.jp".to_owned()),
        };
        let invite = Invite {
            subscriber,
            facility: Some("G13B".parse().unwrap()),
            offer: offer.to_owned(),
            platforms: platforms.to_vec(),
            note: None,
            carrier: Carrier::Message,
        };
        self.authority.invite(caller, invite).await.unwrap()
    }

    /// Everything that is known of an enrollment.
    pub async fn show(&self, id: &EnrollmentId) -> EnrollmentDetail {
        self.authority.show(&self.caller, id).await.unwrap()
    }

    /// The word for where an enrollment stands.
    pub async fn standing(&self, id: &EnrollmentId) -> String {
        self.show(id).await.summary.state.to_string()
    }

    /// Waits until an enrollment stands so: that a file has arrived is known a moment after its last byte.
    pub async fn becomes(&self, id: &EnrollmentId, standing: &str) {
        let mut live = self.authority.live();
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while self.standing(id).await != standing {
                live.recv().await.unwrap();
            }
        });
        let waited = waited.await;
        assert!(waited.is_ok(), "{id} is {}, and not {standing}", self.standing(id).await);
    }

    /// Every certificate of an enrollment that the ledger has.
    pub fn certificates_of(&self, id: &EnrollmentId) -> Vec<Certificate> {
        self.stored().certificates().filter(|certificate| certificate.enrollment == id.as_str()).collect()
    }

    /// How many of them are valid.
    pub fn valid_certificates_of(&self, id: &EnrollmentId) -> usize {
        self.certificates_of(id).iter().filter(|certificate| certificate.status == "valid").count()
    }

    /// Everything that is stored.
    pub fn dump(&self) -> Vec<String> {
        self.stored().rows
    }

    /// What is in the store's file.
    pub fn stored(&self) -> Stored {
        Stored::read(&self.folder.path().join("store.sqlite"))
    }

    /// A connection to the check host.
    pub fn connection(&self, identity: Option<&Identity>, tls: Tls) -> Connection {
        Connection::new(self.check, "localhost", &self.root(), identity, tls)
    }
}

/// What prints letters, on a font of Debian's packages (`tests/packages.txt`).
fn printing(
    authority: &RegistrationAuthority,
    store: &Arc<dyn Store>,
    clock: &Arc<ManualClock>,
    pepper: &Arc<Pepper>,
    site: &Url,
) -> Printing {
    let site = site.clone();
    Printing {
        authority: authority.clone(),
        store: Arc::clone(store),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        pepper: Arc::clone(pepper),
        press: Arc::new(move |organization, language, date| {
            let font = std::fs::read("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").unwrap();
            let font = Typeface::read(font).unwrap();
            Ok(Stationery::new(StationeryParts {
                regular: font.clone(),
                bold: font,
                window: Window::new(Area::new(20.0, 12.0, 90.0, 45.0)).unwrap(),
                language,
                organization: organization.name,
                contact: organization.contact,
                site: site.clone(),
                date,
            }))
        }),
    }
}

/// Creates an organization; gives its first operator, and what that one shows.
pub async fn tenant(authority: &RegistrationAuthority, id: &str, pepper: &Pepper) -> (Caller, OperatorToken) {
    let id: OrganizationId = id.parse().unwrap();
    let token = OperatorToken::draw(&SystemEntropy).unwrap();
    let operator = Operator::new(&id, "keiko", &token, pepper).unwrap();
    let organization = Organization::new(
        id.clone(),
        "みなと診療所".to_owned(),
        Contact { phone: Some("03-0000-0000".to_owned()), ..Contact::default() },
    );
    authority.directory().create(&organization, &operator).await.unwrap();
    (Caller::new(id, Actor::Operator("keiko".to_owned())), token)
}
