//! A landing site, a check site, and a person with an invitation.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use arc_swap::ArcSwap;
use jiff::SignedDuration;
use openssl::pkcs12::Pkcs12;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response};
use scraper::{Html, Selector};
use tegata::clock::ManualClock;
use tegata::directory::{Contact, Operator, OperatorToken, Organization, OrganizationId};
use tegata::enrollment::{
    Actor, AuthorityParts, AuthoritySettings, Caller, Carrier, Invite, IssuedInvitation, LockPolicy, Maker,
    RegistrationAuthority, SubscriberInvite,
};
use tegata::entropy::SystemEntropy;
use tegata::http::{Settings, Site, SiteParts, TlsSource, Unready, serve};
use tegata::pepper::Pepper;
use tegata::pki::key::{KeyType, SubjectKey};
use tegata::pki::serial::SerialNumber;
use tegata::pki::{IssuancePolicy, Issuer, KeyPool, ProfileSigner, Subject, issue_signer_certificate};
use tegata::profile::Offers;
use tegata::store::embedded::EmbeddedStore;
use tempfile::TempDir;

pub const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
pub const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1";
pub const LINE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/15.12.0";
pub const LINE_PREVIEW: &str = "facebookexternalhit/1.1;line-poker/1.0";

const OFFER: &str = r#"
name = "test"
title = { ja = "試験の証明書", en = "Test certificate" }
description = { ja = "試験", en = "Test" }
key = "p-256"
"#;

const CHOSEN: &str = r#"
name = "chosen"
title = { ja = "試験" }
description = { ja = "試験" }
key = "p-256"
[bundle]
password = "chosen"
"#;

fn serial() -> SerialNumber {
    SerialNumber::random(&SystemEntropy).unwrap()
}

fn start() -> jiff::Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

/// What the sites stand on. The servers stop when it is dropped.
pub struct World {
    pub clock: Arc<ManualClock>,
    pub authority: RegistrationAuthority,
    pub caller: Caller,
    /// The issuing CA's certificate (DER).
    pub issuer: Vec<u8>,
    pub landing: SocketAddr,
    pub check: SocketAddr,
    pub directory: TempDir,
    handles: Vec<ServerHandle>,
}

impl Drop for World {
    fn drop(&mut self) {
        for handle in &self.handles {
            // The future only tells when it has stopped; the message is sent by the call.
            drop(handle.stop(false));
        }
    }
}

/// What differs between worlds.
#[derive(Default)]
pub struct Wanted {
    pub settings: Option<fn(&mut Settings)>,
    /// What the readiness check does in place of saying yes.
    pub ready: Option<fn() -> Result<(), Unready>>,
    pub check_tls: Option<fn(&World) -> Arc<TlsSource>>,
    pub landing_tls: Option<fn(&World) -> Arc<TlsSource>>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Wanted::default()).await
    }

    pub async fn with_settings(settings: fn(&mut Settings)) -> Self {
        Self::with(Wanted { settings: Some(settings), ..Wanted::default() }).await
    }

    pub async fn with(wanted: Wanted) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(start()));
        let pepper = Arc::new(Pepper::new(&[9; 32]).unwrap());
        let store = EmbeddedStore::open(directory.path().join("store.sqlite"), clock.clone()).unwrap();

        let name = |text: &str| Subject::common_name_only(text).unwrap();
        let root = Issuer::create_root(&name("Root"), KeyType::P256, 3_650, serial(), start()).unwrap();
        let ca = root.create_intermediate(&name("Issuer"), KeyType::P256, 3_000, serial(), start()).unwrap();
        let key = SubjectKey::generate(KeyType::P256).unwrap();
        let certificate =
            issue_signer_certificate(&ca, &name("Signer"), &key, serial(), start(), 300).unwrap();
        let signer = ProfileSigner::new(&certificate, &ca.bundle_chain(), key.as_pkey().to_owned()).unwrap();
        let signer = Arc::new(ArcSwap::from_pointee(signer));
        let pool = Arc::new(KeyPool::empty());
        let issuer = ca.certificate().to_der().unwrap();
        let maker = Maker::new(ca, vec![], signer, pool, IssuancePolicy::default());

        let landing = TcpListener::bind("127.0.0.1:0").unwrap();
        let check = TcpListener::bind("127.0.0.1:0").unwrap();
        let public_url = format!("http://{}/", landing.local_addr().unwrap());
        let check_url = format!("https://localhost:{}/check", check.local_addr().unwrap().port());
        let texts = [("test.toml", OFFER.to_owned()), ("chosen.toml", CHOSEN.to_owned())];
        let authority = RegistrationAuthority::new(AuthorityParts {
            store: Arc::new(store),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            pepper: pepper.clone(),
            offers: Arc::new(Offers::from_texts(texts).unwrap()),
            maker,
            settings: AuthoritySettings {
                public_url: public_url.parse().unwrap(),
                check_url: check_url.parse().unwrap(),
                lock: LockPolicy::default(),
                claim_lease: SignedDuration::from_secs(30),
                claim_wait: SignedDuration::from_secs(30),
                mail: None,
            },
        })
        .unwrap();
        let id: OrganizationId = "default".parse().unwrap();
        let token = OperatorToken::draw(&SystemEntropy).unwrap();
        let operator = Operator::new(&id, "first", &token, &pepper).unwrap();
        let contact = Contact { phone: Some("03-1234-5678".into()), ..Contact::default() };
        let organization = Organization::new(id.clone(), "みどり医院".into(), contact);
        authority.directory().create(&organization, &operator).await.unwrap();

        let mut settings = Settings::new(public_url.parse().unwrap(), check_url.parse().unwrap());
        if let Some(change) = wanted.settings {
            change(&mut settings);
        }
        let ready = wanted.ready.unwrap_or(|| Ok(()));
        let parts = SiteParts {
            authority: authority.clone(),
            settings,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            pepper,
            metrics: Arc::default(),
            ready: Arc::new(move || Box::pin(async move { ready() })),
        };
        let caller = Caller::new(id, Actor::CommandLine);
        let (landing_at, check_at) = (landing.local_addr().unwrap(), check.local_addr().unwrap());
        let mut world = Self {
            clock,
            authority,
            caller,
            issuer,
            landing: landing_at,
            check: check_at,
            directory,
            handles: Vec::new(),
        };
        let landing_tls = wanted.landing_tls.map(|make| make(&world));
        let check_tls = wanted.check_tls.map(|make| make(&world));
        for (site, listener, tls) in [
            (Site::landing(parts.clone()).unwrap(), landing, landing_tls),
            (Site::check(parts).unwrap(), check, check_tls),
        ] {
            let bound = serve(&site, listener, tls.as_ref(), 1).unwrap();
            world.handles.push(bound.server.handle());
            tokio::spawn(bound.server);
        }
        world
    }

    pub async fn invite(&self) -> IssuedInvitation {
        self.invite_to("test").await
    }

    pub async fn invite_to(&self, offer: &str) -> IssuedInvitation {
        let subscriber = SubscriberInvite { id: None, name: "田中 花子".into(), kana: None, email: None };
        let invite = Invite {
            subscriber,
            facility: None,
            offer: offer.into(),
            platforms: vec![],
            note: None,
            carrier: Carrier::Message,
        };
        self.authority.invite(&self.caller, invite).await.unwrap()
    }

    pub fn landing(&self, path: &str) -> String {
        format!("http://{}{path}", self.landing)
    }

    pub fn check(&self, path: &str) -> String {
        format!("http://{}{path}", self.check)
    }

    /// A person's browser, that neither follows nor remembers.
    #[expect(clippy::unused_self, reason = "reads as whose browser it is")]
    pub fn browser(&self) -> Browser {
        Browser::new(ANDROID)
    }

    /// The standing of an enrollment, as the operator sees it.
    pub async fn standing(&self, invitation: &IssuedInvitation) -> String {
        let detail = self.authority.show(&self.caller, &invitation.enrollment).await.unwrap();
        serde_json::to_value(detail.summary).unwrap()["state"].as_str().unwrap().to_owned()
    }
}

pub struct Browser {
    client: Client,
}

/// A page as it came.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// An attribute of the first element that `selector` finds.
    pub fn find(&self, selector: &str, attribute: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let element = html.select(&Selector::parse(selector).unwrap()).next()?;
        Some(element.attr(attribute)?.to_owned())
    }

    /// The text of the first element that `selector` finds.
    pub fn text_of(&self, selector: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let element = html.select(&Selector::parse(selector).unwrap()).next()?;
        Some(element.text().collect())
    }

    pub fn has(&self, selector: &str) -> bool {
        Html::parse_document(&self.text).select(&Selector::parse(selector).unwrap()).next().is_some()
    }

    /// What `<body>` says of itself.
    pub fn mark(&self, name: &str) -> Option<String> {
        self.find("body", &format!("data-{name}"))
    }

    pub fn kind(&self) -> String {
        self.mark("page").unwrap_or_default()
    }

    pub fn nonce(&self) -> String {
        self.find("form#entry input[name=form]", "value").unwrap()
    }
}

impl Browser {
    pub fn new(agent: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_str(agent).unwrap());
        let client = Client::builder()
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { client }
    }

    pub async fn get(&self, url: &str) -> Page {
        self.send(Method::GET, url, &[], None).await
    }

    pub async fn get_with(&self, url: &str, headers: &[(&'static str, &str)]) -> Page {
        self.send(Method::GET, url, headers, None).await
    }

    pub async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(url, &[], fields).await
    }

    pub async fn post_with(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        fields: &[(&str, &str)],
    ) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(Method::POST, url, &all, Some(body)).await
    }

    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Option<String>,
    ) -> Page {
        let mut request = self.client.request(method, url);
        for (name, value) in headers {
            request = request.header(HeaderName::from_static(name), *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        Page::of(request.send().await.unwrap()).await
    }
}

/// A claimed file's address, name and password.
pub struct Claimed {
    pub ticket: String,
    pub file: String,
    pub password: String,
}

impl World {
    /// The way of a person: the link, the secret, the ticket.
    pub async fn claim(&self, invitation: &IssuedInvitation) -> Claimed {
        self.claim_on(invitation, ANDROID).await
    }

    /// The same on the device that this agent names.
    pub async fn claim_on(&self, invitation: &IssuedInvitation, agent: &str) -> Claimed {
        let browser = Browser::new(agent);
        let link = self.landing(&format!("/c/{}", invitation.code.expose()));
        let form = browser.get(&link).await;
        assert_eq!((form.status, form.kind().as_str()), (200, "secret"));
        let secret = invitation.secret.grouped();
        let sent = browser.post(&link, &[("form", &form.nonce()), ("secret", &secret)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let ticket = self.landing(sent.header("location").unwrap());
        let page = browser.get(&ticket).await;
        assert_eq!((page.status, page.kind().as_str()), (200, "ticket"));
        let file = self.landing(&page.find("#file", "href").unwrap());
        Claimed { ticket, file, password: page.text_of("#bundle-password").unwrap() }
    }
}

impl World {
    /// The whole file.
    pub async fn download(&self, claimed: &Claimed) -> bytes::Bytes {
        let response = self.browser().client.get(&claimed.file).send().await.unwrap();
        response.bytes().await.unwrap()
    }
}

/// Opens a PKCS#12 and gives certificate and key as PEM.
pub fn open_bundle(bytes: &[u8], password: &str) -> (Vec<u8>, Vec<u8>) {
    let opened = Pkcs12::from_der(bytes).unwrap().parse2(password).unwrap();
    (opened.cert.unwrap().to_pem().unwrap(), opened.pkey.unwrap().private_key_to_pem_pkcs8().unwrap())
}
