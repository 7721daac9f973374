//! A simulated phone, and the person who holds it.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::pkcs12::Pkcs12;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Certificate, Client, ClientBuilder, Identity, RequestBuilder, Response};
use url::Url;
use zeroize::Zeroizing;

use super::Invited;
use super::page::{attribute, text};
use super::report::Tally;
use crate::entropy::{Entropy as _, SystemEntropy};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
const PREVIEWER: &str = "facebookexternalhit/1.1;line-poker/1.0";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often somebody who is told to come back in a moment does.
const TRIES: u32 = 5;
/// The most bytes of an answer that are read.
const LONGEST: usize = 4 << 20;

/// What phones do, and how many of a hundred.
#[derive(Debug)]
pub(super) struct Habits {
    pub(super) target: Url,
    pub(super) check: Option<Url>,
    pub(super) root: Option<Vec<u8>>,
    pub(super) think: Duration,
    pub(super) abort: u8,
    pub(super) twice: u8,
    pub(super) again: u8,
    pub(super) previews: u8,
    pub(super) wrong: u8,
}

impl Habits {
    fn builder(&self) -> Result<ClientBuilder, String> {
        let builder = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let Some(root) = &self.root else { return Ok(builder) };
        let roots = Certificate::from_pem_bundle(root).map_err(|error| error.to_string())?;
        Ok(builder.tls_certs_only(roots))
    }

    /// What all phones send by: to read the system's roots anew for each would be most of the load.
    pub(super) fn clients(&self) -> Result<Client, String> {
        self.builder()?.build().map_err(|error| error.to_string())
    }
}

/// An answer, read whole.
struct Answer {
    status: u16,
    location: Option<String>,
    media_type: String,
    body: Vec<u8>,
}

impl Answer {
    fn page(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn code(&self) -> String {
        attribute(&self.page(), "data-code=\"", "data-code").unwrap_or_else(|| self.status.to_string())
    }
}

/// A way that ended before the installation; what was wrong has been told.
struct GaveUp;

/// One phone.
pub(super) struct Phone {
    number: usize,
    habits: Arc<Habits>,
    client: Client,
    tally: Tally,
    agent: &'static str,
    address: Ipv4Addr,
}

impl Phone {
    pub(super) fn new(number: usize, habits: Arc<Habits>, client: Client, tally: Tally) -> Self {
        // 198.18.0.0/15 is for such purposes (RFC 2544); each phone has another network of its own.
        let [_, _, high, low] = u32::try_from(number % 0x1_0000).unwrap_or_default().to_be_bytes();
        let agent = if number.is_multiple_of(2) { ANDROID } else { IPHONE };
        Self { number, habits, client, tally, agent, address: Ipv4Addr::new(198, 18, high, low) }
    }

    /// Whether a person does what so many of a hundred do.
    fn does(percent: u8) -> bool {
        let mut drawn = [0; 2];
        SystemEntropy.fill(&mut drawn).is_ok() && u16::from_be_bytes(drawn) % 100 < u16::from(percent)
    }

    async fn think(&self) {
        let half = self.habits.think / 2;
        let mut drawn = [0; 1];
        let drawn = if SystemEntropy.fill(&mut drawn).is_ok() { u32::from(drawn[0]) } else { 0 };
        if !half.is_zero() {
            tokio::time::sleep(half + half * drawn / 256).await;
        }
    }

    /// The whole way with one invitation.
    pub(super) async fn live(self, invited: &Invited) {
        let installed = self.way(invited).await.is_ok();
        self.tally.end(installed);
    }

    async fn way(&self, invited: &Invited) -> Result<(), GaveUp> {
        let link = self.join(&self.habits.target, &format!("c/{}", invited.code()))?;
        if Self::does(self.habits.previews) {
            let preview = self.client.get(Url::clone(&link)).header("user-agent", PREVIEWER);
            let seen = self.answer("preview", preview).await?;
            if attribute(&seen.page(), "name=\"form\"", "value").is_some() {
                self.tally.broken("a previewer sees no form", format!("phone {}", self.number));
            }
        }
        let mut page = self.open(&link).await?;
        if Self::does(self.habits.wrong) {
            let answer = self.send("wrong", &link, &page, "22222-22222").await?;
            if answer.status == 303 {
                self.tally.broken("a wrong secret opens nothing", format!("phone {}", self.number));
                return Err(GaveUp);
            }
            page = answer.page();
        }
        let ticket = self.claim(&link, &page, &invited.secret).await?;
        let shown = self.answer("ticket", self.get(&ticket)).await?;
        let shown = shown.page();
        let Some(href) = attribute(&shown, "id=\"file\"", "href") else {
            self.tally.broken("a ticket has a file", format!("phone {}: {}", self.number, page_name(&shown)));
            return Err(GaveUp);
        };
        let file = self.join(&ticket, &href)?;
        let bundle = self.fetch(&file).await?;
        let password = text(&shown, "id=\"bundle-password\"", "code").map(Zeroizing::new);
        let password = password.as_ref().or(invited.bundle_password.as_ref()).unwrap_or(&invited.secret);
        let opened = unpack(&bundle, password).map_err(|error| {
            self.tally.broken("a bundle opens with its password", format!("phone {}: {error}", self.number));
            GaveUp
        })?;
        match &self.habits.check {
            Some(check) => self.prove(check, &opened).await,
            None => Ok(()),
        }
    }

    fn join(&self, base: &Url, to: &str) -> Result<Url, GaveUp> {
        base.join(to).map_err(|error| {
            self.tally.broken("addresses lead somewhere", format!("phone {}: {error}", self.number));
            GaveUp
        })
    }

    fn get(&self, url: &Url) -> RequestBuilder {
        self.client.get(Url::clone(url)).header("user-agent", self.agent)
    }

    /// Sends a request and reads its answer whole; measures it, and notes a server that fails. Who is told to come back in a
    /// moment does so, a few times.
    async fn answer(&self, step: &'static str, request: RequestBuilder) -> Result<Answer, GaveUp> {
        let request = request.header("x-forwarded-for", self.address.to_string());
        for attempt in 1..=TRIES {
            let Some(request) = request.try_clone() else { return Err(GaveUp) };
            let begun = Instant::now();
            let answer = read(request).await;
            let status = answer.as_ref().map_or(0, |answer| answer.status);
            self.tally.step(step, status, begun.elapsed());
            match answer {
                Err(error) => {
                    self.tally.broken("the server answers", format!("phone {} {step}: {error}", self.number));
                    return Err(GaveUp);
                }
                Ok(answer) if matches!(status, 429 | 503) && attempt < TRIES => drop(answer),
                Ok(answer) if status >= 500 => {
                    let what = format!("phone {} {step}: {status} {}", self.number, answer.code());
                    self.tally.broken("the server does not fail", what);
                    return Err(GaveUp);
                }
                Ok(answer) => return Ok(answer),
            }
            tokio::time::sleep(Duration::from_millis(500) * attempt).await;
        }
        Err(GaveUp)
    }

    async fn open(&self, link: &Url) -> Result<String, GaveUp> {
        self.think().await;
        let answer = self.answer("open", self.get(link)).await?;
        if answer.status != 200 || attribute(&answer.page(), "name=\"form\"", "value").is_none() {
            let what = format!("phone {}: {}", self.number, answer.code());
            self.tally.broken("an unused invitation opens", what);
            return Err(GaveUp);
        }
        Ok(answer.page())
    }

    async fn send(&self, step: &'static str, link: &Url, page: &str, secret: &str) -> Result<Answer, GaveUp> {
        self.think().await;
        let nonce = attribute(page, "name=\"form\"", "value").unwrap_or_default();
        let mut fields = vec![("form", nonce.as_str()), ("secret", secret)];
        if attribute(page, "name=\"password\"", "name").is_some() {
            fields.push(("password", CHOSEN));
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(Url::clone(link)).header("user-agent", self.agent).body(body);
        self.answer(step, request.header(CONTENT_TYPE, "application/x-www-form-urlencoded")).await
    }

    /// Claims; gives the ticket's address. Somebody who presses twice gets to the same one.
    async fn claim(&self, link: &Url, page: &str, secret: &str) -> Result<Url, GaveUp> {
        let claimed = self.send("claim", link, page, secret).await?;
        let Some(location) = claimed.location.filter(|_| claimed.status == 303) else {
            let what = format!(
                "phone {}: {} {}",
                self.number,
                claimed.status,
                page_name(&String::from_utf8_lossy(&claimed.body))
            );
            self.tally.broken("the right secret leads to a ticket", what);
            return Err(GaveUp);
        };
        if Self::does(self.habits.again) {
            let again = self.send("again", link, page, secret).await?;
            if again.location.as_ref() != Some(&location) {
                let what = format!("phone {}: {}", self.number, again.status);
                self.tally.broken("the same form leads to the same ticket", what);
            }
        }
        self.join(link, &location)
    }

    /// Downloads the file; some break off first, some fetch twice.
    async fn fetch(&self, file: &Url) -> Result<Answer, GaveUp> {
        self.think().await;
        if Self::does(self.habits.abort) {
            let request = self.get(file).header("x-forwarded-for", self.address.to_string());
            let begun = Instant::now();
            let answer = request.send().await;
            self.tally.step(
                "abort",
                answer.as_ref().map_or(0, |answer| answer.status().as_u16()),
                begun.elapsed(),
            );
            // The connection closes with what was not read.
            drop(answer);
        }
        let first = self.file("download", file).await?;
        if Self::does(self.habits.twice) {
            let second = self.file("twice", file).await?;
            if second.body != first.body {
                let what =
                    format!("phone {}: {} and {} bytes", self.number, first.body.len(), second.body.len());
                self.tally.broken("every fetch has the same bytes", what);
            }
        }
        Ok(first)
    }

    async fn file(&self, step: &'static str, file: &Url) -> Result<Answer, GaveUp> {
        let answer = self.answer(step, self.get(file)).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        self.tally.broken(
            "a ticket's file can be fetched",
            format!("phone {} {step}: {}", self.number, answer.code()),
        );
        Err(GaveUp)
    }

    /// Shows the certificate to the check site.
    async fn prove(&self, check: &Url, opened: &Opened) -> Result<(), GaveUp> {
        self.think().await;
        let failed = |error: String| {
            self.tally.broken("a certificate can be shown", format!("phone {}: {error}", self.number));
            GaveUp
        };
        let identity = Identity::from_pkcs8_pem(&opened.certificate, &opened.key);
        let identity = identity.map_err(|error| failed(error.to_string()))?;
        let builder = self.habits.builder().map_err(failed)?;
        let client = builder.identity(identity).build().map_err(|error| failed(error.to_string()))?;
        let url = self.join(check, "/check")?;
        let answer = self.answer("check", client.get(url).header("user-agent", self.agent)).await?;
        match attribute(&answer.page(), "data-outcome=\"", "data-outcome").as_deref() {
            Some("ok") => Ok(()),
            outcome => Err(failed(outcome.unwrap_or("no outcome").to_owned())),
        }
    }
}

/// What somebody types who may choose.
const CHOSEN: &str = "mizu-no-naka-no-7-tsuki";

fn page_name(page: &str) -> String {
    let code = attribute(page, "data-code=\"", "data-code");
    let name = attribute(page, "data-page=\"", "data-page");
    [name, code].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

async fn read(request: RequestBuilder) -> Result<Answer, String> {
    let failed = |error: reqwest::Error| {
        let mut told = &error as &dyn std::error::Error;
        while let Some(source) = told.source() {
            told = source;
        }
        told.to_string()
    };
    let mut response: Response = request.send().await.map_err(failed)?;
    let header =
        |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let (location, media_type) = (header(LOCATION), header(CONTENT_TYPE).unwrap_or_default());
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err("an answer without end".to_owned());
        }
    }
    Ok(Answer { status, location, media_type, body })
}

/// What was in a bundle, PEM.
struct Opened {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// Opens a bundle as a device does.
fn unpack(bundle: &Answer, password: &str) -> Result<Opened, String> {
    let profile = bundle.media_type.starts_with("application/x-apple-aspen-config");
    let (inside, embedded) = if profile { identity_of(&bundle.body)? } else { (bundle.body.clone(), None) };
    let password = embedded.as_ref().map_or(password, |embedded| embedded.as_str());
    let failed = |error: openssl::error::ErrorStack| error.to_string();
    let opened = Pkcs12::from_der(&inside).and_then(|file| file.parse2(password)).map_err(failed)?;
    let (Some(certificate), Some(key)) = (opened.cert, opened.pkey) else {
        return Err("certificate or key is missing".to_owned());
    };
    let fits = certificate.public_key().map_err(failed)?.public_eq(&key);
    let mut chain = certificate.to_pem().map_err(failed)?;
    for above in opened.ca.into_iter().flatten() {
        chain.extend(above.to_pem().map_err(failed)?);
    }
    let key = Zeroizing::new(key.private_key_to_pem_pkcs8().map_err(failed)?);
    if fits {
        Ok(Opened { certificate: chain, key })
    } else {
        Err("the key is of another certificate".to_owned())
    }
}

/// The PKCS#12 in a signed profile, and its password where that lies beside it.
fn identity_of(signed: &[u8]) -> Result<(Vec<u8>, Option<Zeroizing<String>>), String> {
    let mut content = Vec::new();
    let flags = CMSOptions::NO_SIGNER_CERT_VERIFY | CMSOptions::BINARY;
    CmsContentInfo::from_der(signed)
        .and_then(|mut signed| signed.verify(None, None, None, Some(&mut content), flags))
        .map_err(|error| error.to_string())?;
    let profile: plist::Value = plist::from_bytes(&content).map_err(|error| error.to_string())?;
    let payloads = profile.as_dictionary().and_then(|profile| profile.get("PayloadContent")?.as_array());
    let identity = payloads.into_iter().flatten().filter_map(plist::Value::as_dictionary).find(|payload| {
        payload.get("PayloadType").and_then(plist::Value::as_string) == Some("com.apple.security.pkcs12")
    });
    let Some(identity) = identity else { return Err("no identity is in the profile".to_owned()) };
    let bytes = identity.get("PayloadContent").and_then(plist::Value::as_data);
    let password = identity.get("Password").and_then(plist::Value::as_string);
    let bytes = bytes.ok_or("the identity is empty")?.to_vec();
    Ok((bytes, password.map(|password| Zeroizing::new(password.to_owned()))))
}
