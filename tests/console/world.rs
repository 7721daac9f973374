//! A console of two nodes over one store, two organizations, and people with roles in them.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use jiff::SignedDuration;
use tegata::clock::ManualClock;
use tegata::directory::{
    Access, Account, Actor, Contact, Doer, Facility, Invited, Operator, OperatorToken, Organization,
    OrganizationId, Passkey, Role, Shown, WelcomeToken, partition,
};
use tegata::enrollment::{
    AuthorityParts, AuthoritySettings, LockPolicy, MailSettings, Maker, RegistrationAuthority,
};
use tegata::entropy::SystemEntropy;
use tegata::http::{Settings, Site, SiteParts, serve};
use tegata::operations::{Printing, Stopper, stopper};
use tegata::pepper::Pepper;
use tegata::profile::Offers;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::{Partition, Store};
use tempfile::TempDir;

use crate::browser::Browser;

/// The facility of the facility managers.
pub const FACILITY: &str = "G13B";

/// What stands until it is dropped.
pub struct World {
    pub clock: Arc<ManualClock>,
    pub authority: RegistrationAuthority,
    pub store: Arc<dyn Store>,
    pub midori: OrganizationId,
    pub aoba: OrganizationId,
    /// Where the two nodes listen; people reach the first.
    pub nodes: [SocketAddr; 2],
    /// Tells the nodes to stop.
    pub stopper: Stopper,
    handles: Vec<ServerHandle>,
    _directory: TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        for handle in &self.handles {
            drop(handle.stop(false));
        }
    }
}

fn authority(
    store: &Arc<dyn Store>,
    clock: &Arc<ManualClock>,
    pepper: &Arc<Pepper>,
    url: &str,
    mail: Option<MailSettings>,
) -> RegistrationAuthority {
    RegistrationAuthority::new(AuthorityParts {
        store: Arc::clone(store),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        pepper: Arc::clone(pepper),
        offers: Arc::new(Offers::embedded().unwrap()),
        maker: Maker::idle(),
        settings: AuthoritySettings {
            public_url: url.parse().unwrap(),
            check_url: "https://localhost:1/check".parse().unwrap(),
            lock: LockPolicy::default(),
            claim_lease: SignedDuration::from_secs(30),
            claim_wait: SignedDuration::from_secs(30),
            mail,
        },
    })
    .unwrap()
}

pub fn doer() -> Doer {
    Doer::new(Actor::CommandLine)
}

impl World {
    pub async fn new() -> Self {
        Self::at(None).await
    }

    /// The same where mail is sent.
    pub async fn mailing() -> Self {
        let mail = MailSettings {
            from: "cert@example.jp".parse().unwrap(),
            reply_to: None,
            bounce: None,
            bounce_by_mail: false,
            gives_up_after: SignedDuration::from_hours(48),
            attempt: SignedDuration::from_mins(5),
        };
        Self::with(None, Some(mail)).await
    }

    /// What the organization's records stand in.
    pub fn partition(&self) -> Partition {
        partition(&self.midori).unwrap()
    }

    /// The same under another address than its listener's, as behind a proxy.
    pub async fn at(public: Option<&str>) -> Self {
        Self::with(public, None).await
    }

    async fn with(public: Option<&str>, mail: Option<MailSettings>) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-21T09:00:00Z".parse().unwrap()));
        let pepper = Arc::new(Pepper::new(&[9; 32]).unwrap());
        let file = directory.path().join("store.sqlite");
        let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(file, clock.clone()).unwrap());
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let nodes = [0, 1].map(|node: usize| listeners[node].local_addr().unwrap());
        let own = format!("http://localhost:{}/", nodes[0].port());
        let url = public.unwrap_or(&own);
        let (stopper, stop) = stopper();
        let mut handles = Vec::new();
        let mut authorities = Vec::new();
        for listener in listeners {
            let authority = authority(&store, &clock, &pepper, url, mail.clone());
            let mut settings =
                Settings::new(url.parse().unwrap(), "https://localhost:1/check".parse().unwrap());
            settings.console_url = Some(url.parse().unwrap());
            settings.stop = Some(stop.clone());
            settings.printing = Some(Arc::new(Printing {
                authority: authority.clone(),
                store: Arc::clone(&store),
                clock: clock.clone(),
                entropy: Arc::new(SystemEntropy),
                pepper: Arc::clone(&pepper),
                press: crate::press::press(url),
            }));
            let parts = SiteParts {
                authority: authority.clone(),
                settings,
                clock: clock.clone(),
                entropy: Arc::new(SystemEntropy),
                pepper: Arc::clone(&pepper),
                metrics: Arc::default(),
                ready: Arc::new(|| Box::pin(async { Ok(()) })),
            };
            let bound = serve(&Site::console(parts).unwrap().unwrap(), listener, None, 1).unwrap();
            handles.push(bound.server.handle());
            tokio::spawn(bound.server);
            authorities.push(authority);
        }
        let authority = authorities.swap_remove(0);
        let mut ids = Vec::new();
        for (id, name) in [("midori", "みどり会"), ("aoba", "あおば会")] {
            let id: OrganizationId = id.parse().unwrap();
            let token = OperatorToken::draw(&SystemEntropy).unwrap();
            let operator = Operator::new(&id, "program", &token, &pepper).unwrap();
            let organization = Organization::new(id.clone(), name.to_owned(), Contact::default());
            authority.directory().create(&organization, &operator).await.unwrap();
            let facility = Facility::new(FACILITY.parse().unwrap(), "みどり医院".to_owned());
            authority.directory().put_facility(&id, &facility).await.unwrap();
            ids.push(id);
        }
        let [midori, aoba] = ids.try_into().unwrap();
        Self { clock, store, authority, midori, aoba, nodes, stopper, handles, _directory: directory }
    }

    pub fn access(&self) -> &Access {
        self.authority.access()
    }

    pub fn advance_minutes(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// A one-time link to a role.
    pub async fn link(&self, organization: &OrganizationId, role: Role) -> WelcomeToken {
        let facilities = match role {
            Role::FacilityManager => [FACILITY.parse().unwrap()].into(),
            _ => std::collections::BTreeSet::default(),
        };
        let invited = Invited::Operator { organization: organization.clone(), role, facilities };
        self.access().invite(invited, "佐藤 明子", None, &doer()).await.unwrap().0
    }

    /// Somebody with a role who has joined; the passkey is one that nobody can show.
    pub async fn member(&self, organization: &OrganizationId, role: Role) -> Account {
        let token = self.link(organization, role).await;
        self.join(&token).await
    }

    /// An administrator of the installation.
    pub async fn administrator(&self) -> Account {
        let (token, _) =
            self.access().invite(Invited::Administrator, "管理 花子", None, &doer()).await.unwrap();
        self.join(&token).await
    }

    async fn join(&self, token: &WelcomeToken) -> Account {
        let passkey = Passkey {
            name: "key".to_owned(),
            credential_id: token.expose()[..20].to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            last_used_at: None,
            credential: "{}".to_owned(),
        };
        self.access().join(token, "佐藤 明子", &passkey, Some("ja"), None).await.unwrap().0
    }

    /// A browser in which this person has just signed in.
    pub async fn signed_in(&self, account: &Account) -> Browser {
        let credential_id = account.passkeys[0].credential_id.clone();
        let shown = Shown { account: account.id, credential_id, credential: None };
        let (token, _) = self.access().begin_session(&shown, None, None).await.unwrap();
        let mut browser = self.browser();
        browser.cookies.insert("tegata-session".to_owned(), token.expose().to_owned());
        browser
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::at(self.nodes[0])
    }
}
