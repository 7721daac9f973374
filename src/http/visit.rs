//! One request, as its handler sees it: who asks, on what device, in which language, and under which reference.

use std::cell::{Cell, RefCell};
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, USER_AGENT};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use tracing::Span;
use tracing::field::Empty;

use super::connection::Connection;
use super::console::{Standing, chosen_language, language_cookie, offered_language};
use super::error::HttpError;
use super::form::Form;
use super::guide;
use super::language::Language;
use super::limits::Kind;
use super::look::{self, LogoLink};
use super::page::{ContactLines, Frame, here, language_links};
use super::settings::{Ends, SiteKind};
use super::site::Site;
use super::words::Words;
use crate::device::{Device, Hints, Platform};
use crate::directory::{Look, Organization};
use crate::enrollment::EnrollmentId;
use crate::entropy::Entropy;

/// The parameters that an address of ours may carry.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parameters {
    /// The language that the person chose.
    pub language: Option<Language>,
    /// The device that the person chose.
    pub device: Option<Platform>,
    /// The guide that the person chose in place of the one for the device's version.
    pub guide: Option<&'static str>,
    /// Whether the person goes on in spite of what stands in the way.
    pub anyway: bool,
    /// Whether a hop to another browser was tried.
    pub hopped: bool,
    /// Whether LINE was asked to open the page outside.
    pub external: bool,
}

/// The most parameters that are looked at.
const MOST_PARAMETERS: usize = 16;

impl Parameters {
    fn read(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).take(MOST_PARAMETERS) {
            match (name.as_ref(), value.as_ref()) {
                ("lang", tag) => read.language = Language::from_tag(tag),
                ("device", name) => {
                    read.device = name.parse().ok().filter(|device| *device != Platform::Unknown);
                }
                ("guide", name) => read.guide = guide::named(name),
                ("anyway", "1") => read.anyway = true,
                ("hopped", "1") => read.hopped = true,
                ("openExternalBrowser", _) => read.external = true,
                _ => {}
            }
        }
        read
    }

    /// The parameters as an address carries them.
    #[must_use]
    pub fn pairs(self) -> Vec<(&'static str, &'static str)> {
        let mut pairs = Vec::new();
        pairs.extend(self.device.map(|device| ("device", device.as_str())));
        pairs.extend(self.guide.map(|name| ("guide", name)));
        pairs.extend(self.anyway.then_some(("anyway", "1")));
        pairs.extend(self.hopped.then_some(("hopped", "1")));
        pairs.extend(self.external.then_some(("openExternalBrowser", "1")));
        pairs.extend(self.language.map(|language| ("lang", language.tag())));
        pairs
    }
}

/// What the request's headers say of the device.
#[derive(Debug, Clone, Default)]
struct Agent {
    text: String,
    ua: Option<String>,
    platform: Option<String>,
    platform_version: Option<String>,
    model: Option<String>,
    mobile: Option<String>,
}

impl Agent {
    fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            text: text(USER_AGENT.as_str()).unwrap_or_default(),
            ua: text("sec-ch-ua"),
            platform: text("sec-ch-ua-platform"),
            platform_version: text("sec-ch-ua-platform-version"),
            model: text("sec-ch-ua-model"),
            mobile: text("sec-ch-ua-mobile"),
        }
    }
}

struct Inner {
    site: Arc<Site>,
    reference: String,
    parameters: Parameters,
    language: Language,
    ends: Ends,
    path: String,
    agent: Agent,
    connection: Option<Connection>,
    about: RefCell<Option<EnrollmentId>>,
    code: Cell<Option<&'static str>>,
    asks_check: Cell<bool>,
    look: RefCell<Look>,
    organization: RefCell<Option<(String, ContactLines)>>,
    standing: RefCell<Option<Rc<Standing>>>,
    cookies: RefCell<Vec<Cookie<'static>>>,
    span: Span,
}

/// One request.
#[derive(Clone)]
pub struct Visit(Rc<Inner>);

/// The letters of a reference: what can be told apart on the telephone.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new reference, such as `7K3QM-2XW9A` (50 bits).
fn draw_reference(entropy: &dyn Entropy) -> String {
    // A reference is a name, not a secret: where there is no randomness the request fails for other reasons.
    let bytes: [u8; 10] = entropy.bytes().unwrap_or_default();
    let letters: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    format!("{}-{}", &letters[..5], &letters[5..])
}

/// A request as a trace has it; [`super::frame`] says what came of it.
fn span_of(site: SiteKind, reference: &str) -> Span {
    tracing::info_span!(
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = Empty,
        http.route = Empty,
        http.response.status_code = Empty,
        tegata.site = site.name(),
        tegata.reference = reference,
        tegata.code = Empty,
        tegata.enrollment = Empty,
    )
}

impl Visit {
    pub(super) fn of(site: &Arc<Site>, request: &ServiceRequest) -> Self {
        let headers = request.headers();
        let parameters = Parameters::read(request.query_string());
        let accepted =
            || headers.get(ACCEPT_LANGUAGE).and_then(|value| Language::accepted(value.to_str().ok()?));
        let reference = draw_reference(site.entropy.as_ref());
        let (language, cookies) = match site.kind {
            SiteKind::Landing | SiteKind::Check => {
                (parameters.language.or_else(accepted).unwrap_or(Language::Japanese), Vec::new())
            }
            SiteKind::Console => {
                let chosen = parameters.language.map(offered_language);
                let before = || chosen_language(request.request(), &site.url);
                let language = chosen.or_else(before).or_else(accepted).unwrap_or(Language::Japanese);
                let cookie = chosen.map(|language| language_cookie(language, &site.url));
                (offered_language(language), cookie.into_iter().collect())
            }
        };
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        Self(Rc::new(Inner {
            span: span_of(site.kind, &reference),
            reference,
            language,
            ends: Ends { peer, client: site.settings.proxies.client(peer, headers) },
            path: request.path().to_owned(),
            agent: Agent::read(headers),
            connection: request.request().conn_data::<Connection>().cloned(),
            about: RefCell::new(None),
            code: Cell::new(None),
            asks_check: Cell::new(false),
            look: RefCell::default(),
            organization: RefCell::default(),
            standing: RefCell::default(),
            cookies: RefCell::new(cookies),
            parameters,
            site: Arc::clone(site),
        }))
    }

    pub(super) fn site(&self) -> &Site {
        &self.0.site
    }

    /// What is known of the connection.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        self.0.connection.as_ref()
    }

    /// What this request is in a trace.
    pub(super) fn span(&self) -> &Span {
        &self.0.span
    }

    /// The reference that page, header and log share.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Notes, for the log, which enrollment this request is about.
    pub fn is_about(&self, enrollment: &EnrollmentId) {
        self.0.about.replace(Some(enrollment.clone()));
    }

    /// The enrollment that this request turned out to be about.
    #[must_use]
    pub fn about(&self) -> Option<EnrollmentId> {
        self.0.about.borrow().clone()
    }

    /// Notes with which code this request was refused.
    pub fn refused_with(&self, code: &'static str) {
        self.0.code.set(Some(code));
    }

    /// The code with which this request was refused.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        self.0.code.get()
    }

    /// Notes whose request this turned out to be: every page of it has that organization's name, contact and look.
    pub fn belongs_to(&self, organization: &Organization) {
        let contact = ContactLines::from(&organization.contact);
        self.0.organization.replace(Some((organization.name.clone(), contact)));
        self.wears(&organization.look);
    }

    /// Notes who is signed in, on the console.
    pub(super) fn stands(&self, standing: Rc<Standing>) {
        if let Some(place) = &standing.place {
            self.wears(&place.organization.look);
        }
        self.0.standing.replace(Some(standing));
    }

    /// Who is signed in, on the console.
    pub(super) fn standing(&self) -> Option<Rc<Standing>> {
        self.0.standing.borrow().clone()
    }

    /// Gives the browser a cookie with the answer.
    pub(super) fn keeps(&self, cookie: Cookie<'static>) {
        self.0.cookies.borrow_mut().push(cookie);
    }

    /// The cookies that the answer gives.
    pub(super) fn cookies(&self) -> Vec<Cookie<'static>> {
        self.0.cookies.borrow().clone()
    }

    /// The path of the request.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Notes how the page of this request looks.
    pub fn wears(&self, look: &Look) {
        self.0.look.replace(look.clone());
    }

    /// The rules of the style sheet that this request's page adds to ours.
    #[must_use]
    pub fn rules(&self) -> Option<String> {
        look::rules(&self.0.look.borrow())
    }

    /// Notes that the script of this request's page asks the check site.
    pub fn asks_the_check_site(&self) {
        self.0.asks_check.set(true);
    }

    /// The other origin that the script of this request's page may ask.
    #[must_use]
    pub fn asks(&self) -> Option<String> {
        self.0.asks_check.get().then(|| self.site().settings.check_url.origin().ascii_serialization())
    }

    /// Who asks.
    #[must_use]
    pub fn ends(&self) -> Ends {
        self.0.ends
    }

    /// What the address carries.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.0.parameters
    }

    /// The texts in this request's language.
    #[must_use]
    pub fn words(&self) -> Words {
        Words(self.0.language)
    }

    /// What stands around the page `name`.
    #[must_use]
    pub fn frame(&self, name: &'static str, title: &dyn ToString) -> Frame {
        let frame = Frame {
            words: self.words(),
            name,
            title: title.to_string(),
            from: None,
            contact: self.site().settings.contact.clone(),
            rules: self.rules(),
            logo: LogoLink::of(&self.0.look.borrow()),
            help: self.help(),
            reference: self.reference().to_owned(),
            show_reference: false,
            languages: language_links(self.0.language, &self.0.parameters.pairs()),
        };
        match self.0.organization.borrow().clone() {
            None => frame,
            Some((name, contact)) => frame.of(name, contact),
        }
    }

    /// The list of all codes, which the landing site has.
    fn help(&self) -> String {
        let path = self.there("/help");
        match self.site().kind {
            SiteKind::Landing | SiteKind::Console => path,
            SiteKind::Check => self.site().settings.public_url.join(&path).map_or(path, String::from),
        }
    }

    /// This very page with these parameters, relative to itself.
    #[must_use]
    pub fn here(&self, change: impl FnOnce(&mut Parameters)) -> String {
        let mut parameters = self.0.parameters;
        change(&mut parameters);
        here(&parameters.pairs())
    }

    /// Another path of this site in the language that the person chose.
    #[must_use]
    pub fn there(&self, path: &str) -> String {
        match self.0.parameters.language {
            None => path.to_owned(),
            Some(language) => format!("{path}?lang={}", language.tag()),
        }
    }

    /// This page's whole address with these parameters, as another browser opens it.
    #[must_use]
    pub fn address(&self, change: impl FnOnce(&mut Parameters)) -> String {
        let mut parameters = self.0.parameters;
        change(&mut parameters);
        let mut url = self.site().settings.public_url.clone();
        url.set_path(&self.0.path);
        let pairs = parameters.pairs();
        if pairs.is_empty() {
            url.set_query(None);
        } else {
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        url.into()
    }

    /// The device: by the request's headers, by what a script put into the form, and by what the person chose.
    #[must_use]
    pub fn device(&self, form: Option<&Form>) -> Device {
        let agent = &self.0.agent;
        let filled = |name| form.and_then(|form| form.filled(name));
        let chosen = filled("device").and_then(|name| name.parse().ok());
        // Where the browser sends the hints itself, a script that answers the same question is not needed.
        let hint =
            |header: &'_ Option<String>, field| header.clone().or_else(|| filled(field).map(str::to_owned));
        let platform = hint(&agent.platform, "ch_platform");
        let platform_version = hint(&agent.platform_version, "ch_platform_version");
        let model = hint(&agent.model, "ch_model");
        Device::recognise(&Hints {
            user_agent: &agent.text,
            ch_platform: platform.as_deref(),
            ch_platform_version: platform_version.as_deref(),
            ch_model: model.as_deref(),
            ch_mobile: agent.mobile.as_deref(),
            ch_ua: agent.ua.as_deref(),
            touch_points: filled("touch").and_then(|points| points.parse().ok()),
            chosen: chosen.or(self.0.parameters.device),
        })
    }

    /// Counts one request of `kind` against the client's allowance.
    ///
    /// # Errors
    /// [`HttpError::RateLimited`] when it is used up.
    pub fn count(&self, kind: Kind) -> Result<(), HttpError> {
        self.site().limits.count(kind, self.0.ends.client).map_err(HttpError::RateLimited)
    }
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit").field("reference", &self.0.reference).finish_non_exhaustive()
    }
}

impl FromRequest for Visit {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| HttpError::internal("a request came past its frame")))
    }
}
