//! The second screen: the file, its password, and what to do on this very device.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;

use super::entry::{missed, preview};
use super::error::HttpError;
use super::frame::page;
use super::guide::{DrawnStep, Names, Situation};
use super::page::Frame;
use super::refusal::{self, RefusalPage, Unfinished};
use super::visit::Visit;
use super::watch::Deadline;
use super::words::Phrase;
use crate::device::{OsVersion, Platform};
use crate::enrollment::{BundleFile, OpenedTicket, Refusal, Ticket, TicketStanding};
use crate::pki::pkcs12::Variant;
use crate::profile::PasswordMode;

/// How the page shows the bundle password.
#[derive(Clone)]
pub enum PasswordBox {
    /// In the page, in groups that are easy to read; together they are the password, without anything between.
    Shown {
        /// The groups.
        groups: Vec<String>,
        /// Whether it is the secret that the person typed before.
        typed_before: bool,
    },
    /// It comes by a letter of its own.
    Separate,
    /// Nobody is asked for it.
    NotAsked,
}

impl std::fmt::Debug for PasswordBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordBox(..)")
    }
}

/// How many characters of a password stand together.
const GROUP: usize = 5;

/// A password in groups: one that was made without separators by fives; any other as it is, since every character counts.
#[must_use]
pub fn groups(password: &str) -> Vec<String> {
    if password.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let characters: Vec<char> = password.chars().collect();
        characters.chunks(GROUP).map(|group| group.iter().collect()).collect()
    } else {
        vec![password.to_owned()]
    }
}

/// A link to a file.
#[derive(Debug, Clone)]
pub struct FileLink {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Its media type.
    pub media_type: String,
    /// Its variant's name, for `data-variant`.
    pub variant: &'static str,
}

/// What to do now.
#[derive(Debug, Template)]
#[template(path = "ticket.html")]
pub struct TicketPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// What is handed out.
    pub offer: String,
    /// What is said where this is surely another kind of device than the one it was made for.
    pub elsewhere: Option<String>,
    /// The bundle password.
    pub password: PasswordBox,
    /// The file to install.
    pub file: FileLink,
    /// Its compatible variant, where there is one.
    pub compatible: Option<FileLink>,
    /// Until when it can be fetched, as a time of day.
    pub until: String,
    /// How long that is from now.
    pub span: String,
    /// The same for machines (RFC 3339).
    pub window_ends_at: String,
    /// How often it can be fetched.
    pub fetches_left: u32,
    /// When it was fetched whole.
    pub fetched: Option<String>,
    /// Until when a profile that was downloaded must be installed.
    pub deadline: Option<Deadline>,
    /// Where a script asks how far the delivery is.
    pub watch: String,
    /// The steps.
    pub steps: Vec<DrawnStep>,
    /// The same page with the steps for other versions of the system: what they are called, and where.
    pub others: Vec<(String, String)>,
    /// Whether it is only a guess that the steps are the right ones.
    pub guessed: bool,
    /// What helps where nothing happens.
    pub prompt: Phrase<'static>,
    /// The check page.
    pub check: String,
    /// The name that the device will show.
    pub certificate_name: String,
    /// When the certificate ends.
    pub not_after: String,
}

/// The certificate is installed and proven; the file is gone.
#[derive(Debug, Template)]
#[template(path = "installed.html")]
pub struct InstalledPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// Since when, on what.
    pub fact: String,
    /// The check page.
    pub check: String,
    /// How the certificate whose place it took is removed; empty where there is none.
    pub removal: Vec<DrawnStep>,
}

/// The ticket in an address, or its stand-in.
pub(super) fn ticket_of(visit: &Visit, request: &HttpRequest) -> Result<Ticket, HttpError> {
    let text = request.match_info().get("ticket").unwrap_or_default();
    visit.site().stand_ins.ticket(text).ok_or_else(|| HttpError::internal("no stand-in for a ticket"))
}

/// A refusal of what a ticket leads to, with whom to ask there.
pub(super) async fn refused(visit: &Visit, ticket: &Ticket, refusal: Refusal) -> HttpError {
    if refusal == Refusal::Unknown {
        return missed(visit, refusal);
    }
    if let Some(organization) = visit.site().authority.organization_behind_ticket(ticket).await {
        visit.belongs_to(&organization);
    }
    refusal.into()
}

/// `GET /t/{ticket}`: what to do now. Changes nothing, and can be opened again until the window ends.
///
/// # Errors
/// The refusal that applies.
pub async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    if visit.device(None).bot {
        return preview(&visit);
    }
    let ticket = ticket_of(&visit, &request)?;
    let standing = match visit.site().authority.ticket(&ticket).await {
        Ok(standing) => standing,
        Err(refusal) => return over(&visit, &ticket, refusal).await,
    };
    match standing {
        TicketStanding::Open(opened) => {
            visit.is_about(&opened.enrollment);
            visit.wears(&opened.look);
            page(StatusCode::OK, &draw(&visit, &ticket, &opened)?)
        }
        TicketStanding::Installed { at, platform, os_version, has_predecessor } => {
            if let Some(organization) = visit.site().authority.organization_behind_ticket(&ticket).await {
                visit.belongs_to(&organization);
            }
            let words = visit.words();
            let fact = words
                .say("installed-fact")
                .with("at", words.moment(at, visit.site().now()))
                .with("device", words.device(platform));
            let installed = InstalledPage {
                frame: visit.frame("installed", &words.say("installed-title")),
                platform,
                fact: fact.to_string(),
                check: check_url(&visit),
                removal: if has_predecessor {
                    let version = os_version.as_deref().and_then(OsVersion::parse);
                    Situation::of_system(platform, version.as_ref().map(OsVersion::major)).removal(words)
                } else {
                    Vec::new()
                },
            };
            page(StatusCode::OK, &installed)
        }
    }
}

/// The page of a refusal. Who has fetched the file may stand in the middle of its installation: the steps stay.
async fn over(visit: &Visit, ticket: &Ticket, refusal: Refusal) -> Result<HttpResponse, HttpError> {
    let is_over = matches!(refusal, Refusal::WindowOver { fetched: true, .. });
    let error = refused(visit, ticket, refusal).await;
    if !is_over {
        return Err(error);
    }
    let Some(fetched) = visit.site().authority.fetched_bundle(ticket).await else { return Err(error) };
    let words = visit.words();
    let version = fetched.os_version.as_deref().and_then(OsVersion::parse);
    let situation = Situation {
        platform: fetched.platform,
        major: version.as_ref().map(OsVersion::major),
        chosen: visit.parameters().guide,
        asks_password: !fetched.embedded,
        has_consent: fetched.has_consent,
        has_trust_anchor: fetched.has_trust_anchor,
        downloads: false,
        names: Names {
            certificate: fetched.certificate_name,
            file: fetched.file,
            offer: fetched.offer.get(words.0.bcp47()).to_owned(),
            tablet: false,
        },
    };
    visit.refused_with(error.code());
    let unfinished = Some(Unfinished { steps: situation.steps(words), check: check_url(visit) });
    page(error.status_code(), &RefusalPage { unfinished, ..refusal::of(visit, &error) })
}

/// The check page in the language of this one.
pub(super) fn check_url(visit: &Visit) -> String {
    let mut url = visit.site().settings.check_url.clone();
    if let Some(language) = visit.parameters().language {
        url.query_pairs_mut().append_pair("lang", language.tag());
    }
    url.into()
}

const fn variant_name(variant: Variant) -> &'static str {
    match variant {
        Variant::Modern => "modern",
        Variant::Compatible => "compatible",
    }
}

fn link(visit: &Visit, ticket: &Ticket, file: &BundleFile) -> Result<FileLink, HttpError> {
    let mut url = visit.site().settings.public_url.clone();
    url.path_segments_mut()
        .map_err(|()| HttpError::internal("the public address takes no path"))?
        .clear()
        .extend(["d", ticket.expose(), &file.name]);
    Ok(FileLink {
        name: file.name.clone(),
        href: url.path().to_owned(),
        media_type: file.media_type.clone(),
        variant: variant_name(file.variant),
    })
}

/// Where the ticket's script asks, in the language of the page.
fn watch(visit: &Visit, ticket: &Ticket) -> Result<String, HttpError> {
    let mut url = visit.site().settings.public_url.clone();
    url.path_segments_mut()
        .map_err(|()| HttpError::internal("the public address takes no path"))?
        .clear()
        .extend(["t", ticket.expose(), "state"]);
    Ok(format!("{}?lang={}", url.path(), visit.words().0.tag()))
}

/// What is said where the page is open on another kind of device than the one that claimed.
fn elsewhere(visit: &Visit, made_for: Platform) -> Option<String> {
    let (words, here) = (visit.words(), visit.device(None).platform);
    here.is_surely_not(made_for).then(|| {
        let said = words.say("ticket-elsewhere").with("device", words.device(made_for));
        said.with("here", words.device(here)).to_string()
    })
}

fn draw(visit: &Visit, ticket: &Ticket, opened: &OpenedTicket) -> Result<TicketPage, HttpError> {
    let words = visit.words();
    let now = visit.site().now();
    let first = opened.files.first().ok_or_else(|| HttpError::internal("a delivery without a file"))?;
    let version = opened.os_version.as_deref().and_then(OsVersion::parse);
    let situation = Situation {
        platform: opened.platform,
        major: version.as_ref().map(OsVersion::major),
        chosen: visit.parameters().guide,
        asks_password: !opened.embedded,
        has_consent: opened.has_consent,
        has_trust_anchor: opened.has_trust_anchor,
        downloads: opened.fetches_left > 0,
        names: Names {
            certificate: opened.certificate_name.clone(),
            file: first.name.clone(),
            offer: opened.offer.get(words.0.bcp47()).to_owned(),
            tablet: false,
        },
    };
    let others = situation.others(words).into_iter().map(|other| {
        let there = visit.here(|parameters| parameters.guide = Some(other.name));
        (other.label, format!("{there}#steps"))
    });
    let password = match &opened.password {
        _ if opened.embedded => PasswordBox::NotAsked,
        Some(password) => PasswordBox::Shown {
            groups: groups(password),
            typed_before: opened.password_mode == PasswordMode::Secret,
        },
        None => PasswordBox::Separate,
    };
    let (_, span) = words.until(opened.window_ends, now);
    let compatible = opened.files.iter().skip(1).find(|file| file.variant == Variant::Compatible);
    let frame = visit.frame("ticket", &words.say("ticket-title"));
    Ok(TicketPage {
        frame: frame.of(opened.organization.clone(), (&opened.contact).into()),
        platform: opened.platform,
        offer: opened.offer.get(words.0.bcp47()).to_owned(),
        elsewhere: elsewhere(visit, opened.platform),
        password,
        file: link(visit, ticket, first)?,
        compatible: compatible.map(|file| link(visit, ticket, file)).transpose()?,
        until: words.time_of_day(opened.window_ends),
        span,
        window_ends_at: opened.window_ends.to_string(),
        fetches_left: opened.fetches_left,
        fetched: opened.fetched_at.map(|at| words.moment(at, now)),
        deadline: Deadline::of(words, opened.target, opened.fetched_at, now),
        watch: watch(visit, ticket)?,
        steps: situation.steps(words),
        others: others.collect(),
        guessed: situation.is_a_guess(),
        prompt: situation.prompt(words),
        check: check_url(visit),
        certificate_name: opened.certificate_name.clone(),
        not_after: words.date(opened.not_after),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_grouped_only_where_nothing_has_to_be_typed_between() {
        assert_eq!(groups("abcdefghjkmnpqr"), ["abcde", "fghjk", "mnpqr"]);
        assert_eq!(groups("abcde-fghjk"), ["abcde-fghjk"]);
        assert_eq!(groups("my own: pässword"), ["my own: pässword"]);
    }
}
