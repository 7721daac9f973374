//! Everything that is set, and who set it.

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;

use super::section::{languages, notices, secrets, texts};
use crate::directory::{About, Act, Deed, FirstQuestion, Organization, Section};
use crate::http::console::audit::{HistoryLine, history};
use crate::http::console::desk::Desk;
use crate::http::console::enrollments::offers;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;
use crate::http::look::LogoLink;
use crate::http::words::Words;

/// A section with what is set in it.
#[derive(Debug)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Its form.
    pub href: String,
    /// What is set: what it is, and how; where there is no value, what holds instead.
    pub facts: Vec<(&'static str, String)>,
}

/// The overview.
#[derive(Debug, Template)]
#[template(path = "console/settings.html")]
pub struct SettingsPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The sections.
    pub parts: Vec<Part>,
    /// The logo.
    pub logo: Option<LogoLink>,
    /// When the organization was closed, where it is.
    pub closed: Option<Timestamp>,
    /// Where it is closed or opened again, for those who may.
    pub close: Option<String>,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
}

/// What is set in a section.
pub(super) fn facts(
    words: Words,
    section: Section,
    it: &Organization,
    known: &[(String, String)],
) -> Vec<(&'static str, String)> {
    let none = || words.say("settings-unset").to_string();
    let text = |value: &Option<String>| value.clone().unwrap_or_else(none);
    let number = |value: Option<u32>| {
        value.map_or_else(|| words.say("settings-by-offer").to_string(), |value| value.to_string())
    };
    let say = |key: &str| words.say(key).to_string();
    match section {
        Section::Name => vec![
            ("field-name", it.name.clone()),
            ("field-contact-name", text(&it.contact.name)),
            ("field-contact-phone", text(&it.contact.phone)),
            ("field-contact-email", text(&it.contact.email)),
            ("field-contact-hours", text(&it.contact.hours)),
        ],
        Section::Look => {
            let colour = |value: Option<crate::directory::Colour>| {
                value.map_or_else(|| say("settings-default"), |colour| colour.to_string())
            };
            vec![("field-colour", colour(it.look.colour)), ("field-dark-colour", colour(it.look.dark_colour))]
        }
        Section::Entry => {
            let key = match it.first_question {
                FirstQuestion::Number => "entry-number",
                FirstQuestion::Facility => "entry-facility",
            };
            vec![("field-first-question", say(key))]
        }
        Section::Offers => {
            let called = |offer: &String| {
                known
                    .iter()
                    .find(|(name, _)| name == offer)
                    .map_or_else(|| offer.clone(), |(_, title)| title.clone())
            };
            let offers = it.policy.offers.as_ref();
            let offers = offers.map_or_else(
                || say("offers-all"),
                |offers| offers.iter().map(called).collect::<Vec<_>>().join(", "),
            );
            vec![("field-offers", offers)]
        }
        Section::Limits => vec![
            (
                "field-cap",
                it.policy
                    .certificates_per_person
                    .map_or_else(|| say("settings-unlimited"), |most| most.to_string()),
            ),
            ("field-link-hours", number(it.policy.link_hours)),
            ("field-invitation-days", number(it.policy.invitation_days)),
            (
                "field-attempts",
                it.policy.attempts.map_or_else(|| say("settings-by-installation"), |most| most.to_string()),
            ),
            ("field-stuck", it.policy.stuck_after_hours.to_string()),
            ("field-abandoned", it.policy.abandoned_after_days.to_string()),
            (
                "field-change-alone",
                say(if it.policy.change_alone { "change-alone-yes" } else { "change-alone-no" }),
            ),
        ],
        Section::Mail => {
            let how = it.secret_by_mail().name();
            let secret = secrets().into_iter().find(|(word, ..)| *word == how).map(|(_, key, _)| say(key));
            let told = notices()
                .into_iter()
                .filter(|(word, _)| it.policy.notices.iter().any(|own| own.name() == *word));
            let told = told.map(|(_, key)| words.say(key).plain()).collect::<Vec<_>>();
            let language = languages(words).into_iter().find(|(word, _)| *word == it.mail.language.name());
            let address = |value: &Option<crate::directory::MailAddress>| {
                value.as_ref().map_or_else(|| say("settings-by-installation"), ToString::to_string)
            };
            vec![
                ("settings-secret", secret.unwrap_or_default()),
                ("field-notices", if told.is_empty() { none() } else { told.join(", ") }),
                ("field-mail-language", language.map(|(_, text)| text).unwrap_or_default()),
                ("field-from-name", it.mail.from_name.clone().unwrap_or_else(|| it.name.clone())),
                ("field-reply-to", address(&it.mail.reply_to)),
                ("field-bounce", address(&it.mail.bounce)),
            ]
        }
    }
}

/// `GET /o/{organization}/settings`.
///
/// # Errors
/// When the store fails.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, organization, known) = (desk.words(), desk.organization()?, offers(&desk));
    let about = About::Organization(organization.id.clone());
    let events = desk.access().history_of(&organization.id, &about).await?;
    let of_settings = events.iter().filter(|event| {
        matches!(event.deed, Deed::Created { .. } | Deed::Changed { .. } | Deed::Ended | Deed::Reopened)
    });
    let part = |section: Section| Part {
        name: section.name(),
        title: texts(section).0,
        href: desk.at(&format!("settings/{}", section.name())),
        facts: facts(words, section, organization, &known),
    };
    let page = SettingsPage {
        frame: desk.frame("settings", &words.say("nav-settings")),
        parts: Section::ALL.map(part).into(),
        logo: LogoLink::of(&organization.look),
        closed: organization.closed_at,
        close: desk.may(Act::EditOrganization).then(|| desk.at("settings/close")),
        history: history(words, of_settings),
    };
    desk.page(&page)
}
