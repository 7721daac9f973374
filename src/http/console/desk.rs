//! What a handler of the console is given: a [`Guest`] where everybody may come, a [`Desk`] where somebody is signed in.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use jiff::Timestamp;

use super::cookies;
use super::flash::Flash;
use super::frame::{ConsoleFrame, nonce_scope};
use super::passkeys::Passkeys;
use super::query::Query;
use super::standing::{Place, Standing};
use super::typed::Typed;
use crate::directory::{
    About, Access, Account, Act, Actor, Deed, Directory, Doer, InstallationAct, Organization, OrganizationId,
    Role, SessionToken,
};
use crate::enrollment::{Caller, RegistrationAuthority};
use crate::entropy::Entropy;
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::visit::Visit;
use crate::http::words::Words;

/// A form that nobody sent.
static NOTHING_TYPED: Typed = Typed::empty();

/// A request to the console, by whomever.
#[derive(Clone)]
pub struct Guest {
    pub(super) visit: Visit,
    path: String,
    query: Query,
    scope: String,
    typed: Option<Rc<Typed>>,
    key: Option<[u8; 16]>,
    said: Option<Rc<Flash>>,
    method: Method,
}

impl Guest {
    pub(super) fn new(visit: Visit, request: &HttpRequest, typed: Option<Rc<Typed>>) -> Self {
        let scope = scope(visit.standing().as_deref(), || cookies::browser(&visit, request));
        Self {
            path: request.path().to_owned(),
            query: Query::read(request.path(), request.query_string()),
            scope,
            typed,
            key: None,
            // A page that is fetched in the background, such as a live view, says nothing.
            said: is_page(request).then(|| Flash::take(&visit, request)).flatten().map(Rc::new),
            method: request.method().clone(),
            visit,
        }
    }

    /// Whether the form came with a nonce of this session and this address; its random part is the form's own name.
    pub(super) fn takes_nonce(&mut self) -> bool {
        // A form with a file carries it in its address.
        let nonce = match &self.typed {
            Some(typed) => typed.get("form").to_owned(),
            None => self.query.get("form").to_owned(),
        };
        let opened = self.visit.site().nonces.open(&nonce_scope(&self.scope, &self.path), &nonce);
        self.key = opened.ok();
        self.key.is_some()
    }

    /// The nonce of a form that is sent to `path`: `<input type="hidden" name="form">`.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn nonce(&self, path: &str) -> Result<String, HttpError> {
        self.visit.site().nonces.issue(&nonce_scope(&self.scope, path)).map_err(HttpError::internal)
    }

    /// What the nonces of this request's forms are bound to.
    pub(super) fn scope(&self) -> &str {
        &self.scope
    }

    /// What the page before this one has to say.
    pub(super) fn said(&self) -> Option<&Flash> {
        self.said.as_deref()
    }

    /// Whether the request reads a page, and sends nothing.
    pub(super) fn is_reading(&self) -> bool {
        self.method != Method::POST
    }

    /// Whether a form was sent that was read.
    pub(super) const fn has_typed(&self) -> bool {
        self.typed.is_some()
    }

    /// What was typed into the form; nothing where none was sent.
    #[must_use]
    pub fn typed(&self) -> &Typed {
        self.typed.as_deref().unwrap_or(&NOTHING_TYPED)
    }

    /// The name of the form that was sent: the same form sent twice has the same one, so that its act can be done once.
    #[must_use]
    pub fn key(&self) -> [u8; 16] {
        self.key.unwrap_or_default()
    }

    /// What the address asks for: filters, order, cursor.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// The path of the request.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The texts in this request's language.
    #[must_use]
    pub fn words(&self) -> Words {
        self.visit.words()
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.visit.site().now()
    }

    /// What decides about enrollments.
    #[must_use]
    pub fn authority(&self) -> &RegistrationAuthority {
        &self.visit.site().authority
    }

    /// What lets people in, and changes the directory.
    #[must_use]
    pub fn access(&self) -> &Access {
        self.visit.site().authority.access()
    }

    /// The passkeys of this console.
    pub(super) fn passkeys(&self) -> Result<&Passkeys, HttpError> {
        self.visit.site().passkeys.as_ref().ok_or_else(|| HttpError::internal("this address has no passkeys"))
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        self.visit.site().entropy.as_ref()
    }

    /// From which address the request comes.
    #[must_use]
    pub fn from(&self) -> IpAddr {
        self.visit.ends().client
    }

    /// Who is signed in, on a page that is open to everybody.
    pub(super) fn standing(&self) -> Option<Rc<Standing>> {
        self.visit.standing()
    }

    /// The same request, once somebody has been let in by it.
    pub(super) fn let_in(&self, standing: &Standing) -> Self {
        Self { scope: scope(Some(standing), String::new), ..self.clone() }
    }

    /// The device of the request in a few words, such as "Windows (Chrome)".
    #[must_use]
    pub fn device_name(&self) -> String {
        let device = self.visit.device(None);
        format!("{} ({})", self.words().device(device.platform), device.browser.as_str())
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        self.visit.site().authority.directory()
    }

    /// What stands around the page `name`.
    #[must_use]
    pub fn frame(&self, name: &'static str, title: &dyn ToString) -> ConsoleFrame {
        ConsoleFrame::of(self, name, title.to_string())
    }

    /// A page as a response; what was to be said once has then been said.
    ///
    /// # Errors
    /// When it cannot be rendered, which no page of ours does.
    #[expect(clippy::unused_self, reason = "reads as whose answer it is")]
    pub fn page(&self, content: &impl Template) -> Result<HttpResponse, HttpError> {
        page(StatusCode::OK, content)
    }

    /// A page whose form was not taken.
    ///
    /// # Errors
    /// As [`Self::page`].
    #[expect(clippy::unused_self, reason = "reads as whose answer it is")]
    pub fn page_again(&self, content: &impl Template) -> Result<HttpResponse, HttpError> {
        page(StatusCode::UNPROCESSABLE_ENTITY, content)
    }

    /// Sends the browser to `path`, an address of this site.
    #[must_use]
    #[expect(clippy::unused_self, reason = "reads as whose answer it is")]
    pub fn go(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((LOCATION, path.to_owned())).finish()
    }

    /// Something was done: the next page says so once.
    #[must_use]
    pub fn done(&self, path: &str, said: &Flash) -> HttpResponse {
        self.visit.keeps(said.cookie(&self.visit.site().url));
        self.go(path)
    }
}

/// A request of somebody who is signed in.
#[derive(Clone)]
pub struct Desk {
    guest: Guest,
    standing: Rc<Standing>,
}

impl std::ops::Deref for Desk {
    type Target = Guest;

    fn deref(&self) -> &Guest {
        &self.guest
    }
}

impl Desk {
    pub(super) fn new(guest: Guest, standing: Rc<Standing>) -> Self {
        Self { guest, standing }
    }

    /// Who is signed in.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.standing.account
    }

    /// The session of this request.
    pub(super) fn token(&self) -> &SessionToken {
        &self.standing.token
    }

    /// Its name, which opens nothing.
    pub(super) fn session_name(&self) -> &str {
        self.standing.session_name()
    }

    /// Who the directory's log names for what is done now.
    #[must_use]
    pub fn doer(&self) -> Doer {
        let Account { id, name, .. } = &self.standing.account;
        Doer { actor: Actor::Account { id: *id, name: name.clone() }, from: Some(self.from()) }
    }

    fn place(&self) -> Result<&Place, HttpError> {
        self.standing.place.as_ref().ok_or(HttpError::NotFound)
    }

    /// The organization that the address names.
    ///
    /// # Errors
    /// [`HttpError::NotFound`] on a page that is of no organization.
    pub fn organization(&self) -> Result<&Organization, HttpError> {
        self.place().map(|place| &place.organization)
    }

    /// Its identifier.
    ///
    /// # Errors
    /// As [`Self::organization`].
    pub fn organization_id(&self) -> Result<&OrganizationId, HttpError> {
        self.organization().map(|organization| &organization.id)
    }

    /// An address of the organization: `desk.at("enrollments")` is `/o/{organization}/enrollments`.
    #[must_use]
    pub fn at(&self, below: &str) -> String {
        let id = self.organization_id().map(OrganizationId::as_str).unwrap_or_default();
        if below.is_empty() { format!("/o/{id}") } else { format!("/o/{id}/{below}") }
    }

    /// The role in it.
    ///
    /// # Errors
    /// As [`Self::organization`].
    pub fn role(&self) -> Result<Role, HttpError> {
        self.place().map(|place| place.operator.role)
    }

    /// Whether the role may do this, for showing buttons. What is done is guarded by the route, and by the domain.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.standing.place.as_ref().is_some_and(|place| place.operator.may(act))
    }

    /// Whether the account may do this to the installation.
    #[must_use]
    pub fn may_administer(&self, _: InstallationAct) -> bool {
        self.standing.account.administrator
    }

    /// Writes down that a list is taken away as a file, before it leaves: of the organization, or of the installation on its
    /// pages. Whoever only asks for the head of it takes nothing.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn exported(&self, what: &str) -> Result<(), HttpError> {
        if self.method == Method::HEAD {
            return Ok(());
        }
        let own = self.organization_id().ok();
        let about = own.map_or(About::Installation, |id| About::Organization(id.clone()));
        let deed = Deed::Exported { what: what.to_owned() };
        Ok(self.access().record(own, about, &self.doer(), deed).await?)
    }

    /// As whom the domain is asked, with the role's reach.
    ///
    /// # Errors
    /// As [`Self::organization`].
    pub fn caller(&self) -> Result<Caller, HttpError> {
        let place = self.place()?;
        let from = self.guest.visit.ends().client;
        Ok(Caller::of(place.organization.id.clone(), &place.operator, Some(from)))
    }
}

/// What forms are bound to: the session, or the browser before anybody has signed in.
fn scope(standing: Option<&Standing>, browser: impl FnOnce() -> String) -> String {
    match standing {
        Some(standing) => format!("session {}", standing.session_name()),
        None => format!("browser {}", browser()),
    }
}

/// Whether a person will see the answer as a page.
fn is_page(request: &HttpRequest) -> bool {
    let mode = request.headers().get("sec-fetch-mode").and_then(|value| value.to_str().ok());
    request.method() == Method::GET && mode.is_none_or(|mode| mode == "navigate")
}

fn taken<T: Clone + 'static>(request: &HttpRequest) -> Ready<Result<T, HttpError>> {
    let found = request.extensions().get::<T>().cloned();
    ready(found.ok_or_else(|| HttpError::internal("a request came past its guard")))
}

impl FromRequest for Guest {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        taken(request)
    }
}

impl FromRequest for Desk {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        taken(request)
    }
}
