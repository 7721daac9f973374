//! A person who keeps at it: claims, fetches, installs, proves, and begins again where the server died.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use openssl::pkcs12::Pkcs12;
use reqwest::{Identity, StatusCode};
use url::Url;

use crate::chance::Chance;
use crate::life::{Life, Lives};
use crate::page::{Form, Page, hook};
use crate::program::Installation;

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                       Mobile Safari/537.36";

/// The fetches that an offer allows.
const FETCHES: u32 = 5;

/// How long somebody whose time is over still waits for an answer before breaking off.
const BREAKS_OFF: Duration = Duration::from_millis(500);

/// How long it may take until everything that was interrupted is at its end: longer than a claim's lease.
const SETTLED: Duration = Duration::from_mins(2);

/// The server went away in the middle; what it had not acknowledged may or may not have been done.
struct Gone;

impl From<reqwest::Error> for Gone {
    fn from(_: reqwest::Error) -> Self {
        Self
    }
}

/// What a person may meet.
#[derive(Clone)]
pub struct World {
    /// Every node; each request goes to one of them by chance.
    pub nodes: Vec<Installation>,
    /// How long an answer may take before the person gives up on it and tries again later.
    pub patience: Duration,
    /// Whether "not possible at the moment" (503) is an answer that may be given: the store itself is struck, too.
    pub store_fails: bool,
}

/// When it has been over for a while.
async fn is_over(over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(BREAKS_OFF).await;
}

/// Somebody with an Android phone.
pub struct Client {
    world: World,
    http: reqwest::Client,
    /// The address that a proxy would tell of the person whose life it is.
    address: String,
    chance: Chance,
}

impl Client {
    pub fn new(world: &World, chance: Chance) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(ANDROID)
            .timeout(world.patience)
            .build()
            .unwrap();
        Self { world: world.clone(), http, address: String::new(), chance }
    }

    fn node(&mut self) -> Installation {
        let number = self.chance.below(self.world.nodes.len() as u64);
        self.world.nodes[usize::try_from(number).unwrap()].clone()
    }

    /// The same address on one of the nodes.
    fn somewhere(&mut self, address: &Url) -> Url {
        let mut there = address.clone();
        there.set_port(self.node().landing().port()).unwrap();
        there
    }

    /// An answer, unless it says that nothing can be done at the moment where that may be said.
    fn told(&self, status: StatusCode) -> Result<StatusCode, Gone> {
        let excused = self.world.store_fails && status == StatusCode::SERVICE_UNAVAILABLE;
        if excused { Err(Gone) } else { Ok(status) }
    }

    /// Lives life after life until it is `over`.
    pub fn work(mut self, lives: &Lives, over: &AtomicBool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            while !over.load(Ordering::Relaxed) {
                let begun = lives.take().or_else(|| self.invited());
                let Some(mut life) = begun else { continue };
                let outcome = tokio::select! {
                    outcome = self.live(&mut life) => outcome,
                    // A claim whose maker was struck keeps people waiting for long.
                    () = is_over(over) => Err(Gone),
                };
                match outcome {
                    Ok(()) => lives.finished(life),
                    // There is one server, and it is gone.
                    Err(Gone) if !self.world.store_fails => return lives.interrupted(life),
                    Err(Gone) => lives.put_off(life),
                }
            }
        });
    }

    /// Somebody new; one in ten invitations is killed in the middle, too.
    fn invited(&mut self) -> Option<Life> {
        let impatient = self.chance.below(10) == 0;
        let patience = impatient.then(|| Duration::from_millis(self.chance.below(60)));
        let node = self.node();
        let offer = ["--offer", "quick"];
        let invited =
            if self.world.store_fails { node.try_invite(&offer) } else { node.invite(&offer, patience) };
        Some(Life::of(invited?))
    }

    /// Brings every life to its end, with nobody killing any more.
    pub fn finish(mut self, lives: &Lives) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let deadline = Instant::now() + SETTLED;
            while let Some(mut life) = lives.take() {
                // A claim whose maker was struck may wait for the end of its lease.
                while self.live(&mut life).await.is_err() {
                    let excused = self.world.store_fails && Instant::now() < deadline;
                    assert!(excused, "it does not come to an end: {life:?}");
                }
                lives.finished(life);
            }
        });
    }

    /// From wherever a life stands to its end.
    async fn live(&mut self, life: &mut Life) -> Result<(), Gone> {
        self.address =
            format!("10.{}.{}.{}", self.chance.below(256), self.chance.below(256), self.chance.below(256));
        if life.file.is_none() {
            let Some(ticket) = self.claim(life).await? else { return Ok(()) };
            if !self.fetch(life, &ticket).await? {
                return Ok(());
            }
        }
        self.prove(life).await
    }

    fn get(&self, address: &Url) -> reqwest::RequestBuilder {
        self.http.get(address.clone()).header("x-forwarded-for", &self.address)
    }

    fn post(&self, form: &Form) -> reqwest::RequestBuilder {
        self.http.post(form.action.clone()).header("x-forwarded-for", &self.address).form(&form.fields)
    }

    async fn open(&mut self, address: &Url) -> Result<Page, Gone> {
        let address = &self.somewhere(address);
        let response = self.get(address).send().await?;
        let (status, headers) = (self.told(response.status())?, response.headers().clone());
        Ok(Page { address: address.clone(), status, headers, text: response.text().await? })
    }

    /// Opens the link and sends the secret; the ticket's page, or nothing where the life is at its end.
    async fn claim(&mut self, life: &mut Life) -> Result<Option<Page>, Gone> {
        let link = Url::parse(&life.invited.link).unwrap();
        let page = self.open(&link).await?;
        if page.kind() == "refusal" {
            // The one thing that may have happened without our knowing: the check page's yes was lost on the way.
            assert_eq!(page.code().as_deref(), Some("T-109"), "{life:?}: {}", page.said());
            assert!(!life.certificates.is_empty(), "installed by nobody: {life:?}");
            life.installed = true;
            return Ok(None);
        }
        let mut form = page.form();
        form.fill(hook::SECRET, &life.invited.secret);
        let sendings = 1 + usize::from(self.chance.below(4) == 0);
        let sent: Vec<_> = (0..sendings)
            .map(|_| {
                let there = Form { action: self.somewhere(&form.action), fields: form.fields.clone() };
                self.post(&there).send()
            })
            .collect();
        for answer in futures_util::future::join_all(sent).await {
            let answer = answer?;
            let status = self.told(answer.status())?;
            assert_eq!(
                status,
                StatusCode::SEE_OTHER,
                "{life:?}: {}",
                answer.text().await.unwrap_or_default()
            );
            let ticket = answer.headers()["location"].to_str().unwrap().to_owned();
            let known = life.tickets.last();
            assert!(known.is_none_or(|known| *known == ticket), "another ticket, {ticket}: {life:?}");
            if known.is_none() {
                life.tickets.push(ticket);
            }
        }
        let ticket = page.address.join(life.tickets.last().unwrap()).unwrap();
        let page = self.open(&ticket).await?;
        assert_eq!(page.kind(), hook::TICKET, "{life:?}: {}", page.said());
        Ok(Some(page))
    }

    /// Fetches the file, sometimes twice; false where the fetches are used up by interruptions.
    async fn fetch(&mut self, life: &mut Life, ticket: &Page) -> Result<bool, Gone> {
        let address = ticket.links(hook::FILE).remove(0);
        for _ in 0..=self.chance.below(2) {
            life.fetches += 1;
            let there = self.somewhere(&address);
            let response = self.get(&there).send().await?;
            let (status, bytes) = (self.told(response.status())?, response.bytes().await?.to_vec());
            if status != StatusCode::OK {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert!(life.fetches > FETCHES && text.contains("T-113"), "{life:?}: {status}: {text}");
                life.refused = Some("T-113".to_owned());
                return Ok(life.file.is_some());
            }
            if let Some(before) = &life.file {
                assert!(*before == bytes, "another file: {life:?}");
            }
            life.file = Some(bytes);
        }
        Ok(true)
    }

    /// Shows the certificate to the check page.
    async fn prove(&mut self, life: &mut Life) -> Result<(), Gone> {
        let bundle =
            Pkcs12::from_der(life.file.as_ref().unwrap()).unwrap().parse2(&life.invited.secret).unwrap();
        let (certificate, key) = (bundle.cert.unwrap(), bundle.pkey.unwrap());
        let serial = hex::encode(certificate.serial_number().to_bn().unwrap().to_vec_padded(16).unwrap());
        if life.certificates.is_empty() {
            life.certificates.push((serial, certificate.to_der().unwrap()));
        }
        let mut chain = certificate.to_pem().unwrap();
        for above in bundle.ca.into_iter().flatten() {
            chain.extend(above.to_pem().unwrap());
        }
        let identity = Identity::from_pkcs8_pem(&chain, &key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        let node = self.node();
        let http = reqwest::Client::builder()
            .identity(identity)
            .add_root_certificate(reqwest::Certificate::from_pem(&node.root()).unwrap())
            .timeout(self.world.patience)
            .build()
            .unwrap();
        let response = http.get(node.check.clone()).send().await?;
        let (status, headers) = (self.told(response.status())?, response.headers().clone());
        let text = response.text().await?;
        let page = Page { address: node.check.clone(), status, headers, text };
        assert_eq!((page.status, page.code()), (StatusCode::OK, None), "{life:?}: {}", page.said());
        life.installed = true;
        Ok(())
    }
}
