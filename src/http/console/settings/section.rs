//! A section of the settings: its form, what somebody else changed in it meanwhile, and its history.

use actix_web::HttpResponse;
use askama::Template;

use super::form::{filled, read};
use crate::directory::{
    About, DirectoryError, Look, MailLanguage, Notice, Organization, SecretByMail, Section, Settings, Version,
};
use crate::http::console::audit::{HistoryLine, history, told};
use crate::http::console::desk::Desk;
use crate::http::console::enrollments::offers;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::refusal::Trouble;
use crate::http::error::HttpError;
use crate::http::look::LogoLink;
use crate::http::words::Words;

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/section.html")]
pub struct SectionPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Which section, by its name in addresses.
    pub section: &'static str,
    /// What was typed.
    pub entered: Entered,
    /// The version that is shown.
    pub version: u64,
    /// What somebody else did since the page was shown.
    pub changed: Vec<HistoryLine>,
    /// What happened to the section, newest first.
    pub history: Vec<HistoryLine>,
    /// The overview.
    pub back: String,
    /// Whether the page wears colours that are not kept yet.
    pub preview: bool,
    /// The logo as it is.
    pub logo: Option<LogoLink>,
    /// Where a logo is sent.
    pub logo_at: String,
    /// Where it is taken away.
    pub remove_at: String,
    /// The offers.
    pub offers: Vec<(String, String)>,
    /// How the secret can travel: word, text and what it means.
    pub secrets: Vec<(&'static str, &'static str, &'static str)>,
    /// The notices: word and text.
    pub notices: Vec<(&'static str, &'static str)>,
    /// The languages of mails.
    pub languages: Vec<(&'static str, String)>,
    /// Whether the installation sends mail.
    pub sends_mail: bool,
}

/// The text of a section's heading, and what it is about.
pub(super) const fn texts(section: Section) -> (&'static str, &'static str) {
    match section {
        Section::Name => ("settings-name", "settings-name-lead"),
        Section::Look => ("settings-look", "settings-look-lead"),
        Section::Entry => ("settings-entry", "settings-entry-lead"),
        Section::Offers => ("settings-offers", "settings-offers-lead"),
        Section::Limits => ("settings-limits", "settings-limits-lead"),
        Section::Mail => ("settings-mail", "settings-mail-lead"),
    }
}

/// How the secret can travel.
pub(super) fn secrets() -> Vec<(&'static str, &'static str, &'static str)> {
    let texts = |how: SecretByMail| match how {
        SecretByMail::Never => ("secret-never", "secret-never-about"),
        SecretByMail::Apart => ("secret-apart", "secret-apart-about"),
        SecretByMail::Together => ("secret-together", "secret-together-about"),
    };
    SecretByMail::ALL.iter().map(|how| (how.name(), texts(*how).0, texts(*how).1)).collect()
}

/// The mails that people get of themselves.
pub(super) fn notices() -> Vec<(&'static str, &'static str)> {
    let text = |notice: Notice| match notice {
        Notice::Fetched => "notice-fetched",
        Notice::Installed => "notice-installed",
        Notice::Reissued => "notice-reissued",
        Notice::Revoked => "notice-revoked",
    };
    Notice::ALL.map(|notice| (notice.name(), text(notice))).into()
}

/// The languages of mails.
pub(super) fn languages(words: Words) -> Vec<(&'static str, String)> {
    let text = |language: MailLanguage| match language {
        MailLanguage::Japanese => "mail-japanese",
        MailLanguage::English => "mail-english",
        MailLanguage::Both => "mail-both",
    };
    MailLanguage::ALL.iter().map(|language| (language.name(), words.say(text(*language)).plain())).collect()
}

/// The section that the address names at its end.
fn named(desk: &Desk) -> Result<Section, HttpError> {
    let last = desk.path().rsplit('/').next().unwrap_or_default();
    let last = if last == "logo" { "look" } else { last };
    Section::ALL.into_iter().find(|section| section.name() == last).ok_or(HttpError::NotFound)
}

/// The organization as it is, with its version.
pub(super) async fn present(desk: &Desk) -> Result<(Organization, Version), HttpError> {
    desk.access().organization(desk.organization_id()?).await?.ok_or(HttpError::NotFound)
}

pub(super) async fn page(
    desk: &Desk,
    typed: Option<Entered>,
    changed: Vec<HistoryLine>,
    preview: bool,
) -> Result<SectionPage, HttpError> {
    let (words, section) = (desk.words(), named(desk)?);
    let (organization, version) = present(desk).await?;
    let about = About::Organization(organization.id.clone());
    let events = desk.access().history_of(&organization.id, &about).await?;
    let back = desk.at("settings");
    Ok(SectionPage {
        frame: desk
            .frame("settings-section", &words.say(texts(section).0))
            .under(&words.say("nav-settings"), back.clone()),
        section: section.name(),
        entered: typed.unwrap_or_else(|| filled(section, &organization)),
        version: version.0,
        changed,
        history: history(words, events.iter().filter(|event| section.is_told_of(event))),
        back,
        preview,
        logo: LogoLink::of(&organization.look),
        logo_at: desk.at("settings/logo"),
        remove_at: desk.at("settings/logo/remove"),
        offers: offers(desk),
        secrets: secrets(),
        notices: notices(),
        languages: languages(words),
        sends_mail: desk.authority().sends_mail(),
    })
}

/// `GET /o/{organization}/settings/SECTION`.
///
/// # Errors
/// When the store fails.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&page(&desk, None, Vec::new(), false).await?)
}

/// `POST /o/{organization}/settings/SECTION`: changes it, on condition that nobody changed this section meanwhile; or shows the
/// page in the colours that were typed.
///
/// # Errors
/// When the store fails.
pub async fn change(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, section, mut entered) = (desk.words(), named(&desk)?, Entered::of(desk.typed()));
    let seen = entered.value("version").parse().ok().map(Version);
    let (Some(settings), Some(seen)) = (read(section, &mut entered, words), seen) else {
        return desk.page_again(&page(&desk, Some(entered), Vec::new(), false).await?);
    };
    if let (true, Settings::Colours { light, dark }) = (entered.has("preview", "yes"), &settings) {
        let logo = desk.organization()?.look.logo.clone();
        desk.visit.wears(&Look { colour: *light, dark_colour: *dark, logo });
        return desk.page(&page(&desk, Some(entered), Vec::new(), true).await?);
    }
    keep(&desk, seen, &settings, entered).await
}

/// Keeps what a form says, and tells what came of it.
pub(super) async fn keep(
    desk: &Desk,
    seen: Version,
    settings: &Settings,
    mut entered: Entered,
) -> Result<HttpResponse, HttpError> {
    let words = desk.words();
    match desk.access().change_settings(desk.organization_id()?, seen, settings, &desk.doer()).await {
        Ok(_) => {
            let here = desk.at(&format!("settings/{}", settings.section().name()));
            Ok(desk.done(&here, &Flash::good("settings-saved")))
        }
        Err(DirectoryError::Unfit(unfit)) => {
            entered.unfit(&unfit, words);
            desk.page_again(&page(desk, Some(entered), Vec::new(), false).await?)
        }
        Err(DirectoryError::Changed(changed)) => {
            desk.visit.refused_with(Trouble::Changed.code());
            let section = settings.section();
            let news = changed.news.iter().filter(|event| section.is_told_of(event));
            let news = news.map(|event| told(words, event)).collect();
            desk.page_again(&page(desk, Some(entered), news, false).await?)
        }
        Err(error) => Err(error.into()),
    }
}
