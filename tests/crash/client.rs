//! A person who keeps at it: claims, fetches, installs, proves, and begins again where the server died.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

/// The server went away in the middle; what it had not acknowledged may or may not have been done.
struct Gone;

impl From<reqwest::Error> for Gone {
    fn from(_: reqwest::Error) -> Self {
        Self
    }
}

/// Somebody with an Android phone.
pub struct Client {
    installation: Installation,
    http: reqwest::Client,
    /// The address that a proxy would tell of the person whose life it is.
    address: String,
    chance: Chance,
}

impl Client {
    pub fn new(installation: &Installation, chance: Chance) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(ANDROID)
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { installation: installation.clone(), http, address: String::new(), chance }
    }

    /// Lives life after life until it is `over`.
    pub fn work(mut self, lives: &Lives, over: &AtomicBool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            while !over.load(Ordering::Relaxed) {
                let begun = lives.take().or_else(|| self.invited());
                let Some(mut life) = begun else { continue };
                match self.live(&mut life).await {
                    Ok(()) => lives.finished(life),
                    Err(Gone) => return lives.interrupted(life),
                }
            }
        });
    }

    /// Somebody new; one in ten invitations is killed in the middle, too.
    fn invited(&mut self) -> Option<Life> {
        let impatient = self.chance.below(10) == 0;
        let patience = impatient.then(|| Duration::from_millis(self.chance.below(60)));
        let invited = self.installation.invite(&["--offer", "quick"], patience)?;
        Some(Life::of(invited))
    }

    /// Brings every life to its end, with nobody killing any more.
    pub fn finish(mut self, lives: &Lives) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            while let Some(mut life) = lives.take() {
                assert!(self.live(&mut life).await.is_ok(), "the server went away by itself: {life:?}");
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

    async fn open(&self, address: &Url) -> Result<Page, Gone> {
        let response = self.get(address).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
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
        let sent = (0..sendings).map(|_| self.post(&form).send());
        for answer in futures_util::future::join_all(sent).await {
            let answer = answer?;
            let status = answer.status();
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
            let response = self.get(&address).send().await?;
            let (status, bytes) = (response.status(), response.bytes().await?.to_vec());
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
        let http = reqwest::Client::builder()
            .identity(identity)
            .add_root_certificate(reqwest::Certificate::from_pem(&self.installation.root()).unwrap())
            .build()
            .unwrap();
        let response = http.get(self.installation.check.clone()).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        let page = Page { address: self.installation.check.clone(), status, headers, text };
        assert_eq!((page.status, page.code()), (StatusCode::OK, None), "{life:?}: {}", page.said());
        life.installed = true;
        Ok(())
    }
}
