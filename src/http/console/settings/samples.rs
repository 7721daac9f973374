//! The pages of settings in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use serde_json::json;

use super::close::ClosePage;
use super::form::{filled, read};
use super::overview::{Part, SettingsPage, facts};
use super::section::{SectionPage, languages, notices, secrets, texts};
use crate::directory::{Change, Contact, Organization, Role, SecretByMail, Section};
use crate::http::console::audit::{HistoryLine, sample_history};
use crate::http::console::entered::Entered;
use crate::http::console::samples::{Rendered, Sampled, now, render, within};
use crate::http::words::Words;

/// Draws all of them.
pub fn draw(pages: &mut Vec<Rendered>) {
    render::<SettingsPage>(pages);
    render::<SectionPage>(pages);
    render::<ClosePage>(pages);
}

const BACK: &str = "/o/midori/settings";

fn organization() -> Organization {
    let contact = Contact {
        name: Some("情報システム室《じょうほう》".to_owned()),
        phone: Some("03-1234-5678".to_owned()),
        email: None,
        hours: Some("平日 9:00～17:00".to_owned()),
    };
    let name = "みどり医療介護連携センター".to_owned();
    let mut it = Organization::new("midori".parse().unwrap(), name, contact);
    it.look.colour = Some("#1a4f9c".parse().unwrap());
    it.policy.offers = Some(["standard".to_owned()].into());
    it.policy.certificates_per_person = Some(3);
    it.policy.link_hours = Some(48);
    it.mail_secret(SecretByMail::Apart);
    it
}

fn offers() -> Vec<(String, String)> {
    let pair = |name: &str, title: &str| (name.to_owned(), title.to_owned());
    vec![pair("standard", "標準の証明書"), pair("minimal", "短期の証明書")]
}

fn told(words: Words) -> Vec<HistoryLine> {
    let change = |field: &str, before, after| Change { field: field.to_owned(), before, after };
    let phone = change("contact.phone", json!("03-1234-5600"), json!("03-1234-5678"));
    sample_history(words, &[phone, change("policy.attempts", json!(null), json!(5))])
}

impl Sampled for SettingsPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let it = organization();
        let page = |role: Role, closed| {
            let part = |section: Section| Part {
                name: section.name(),
                title: texts(section).0,
                href: format!("{BACK}/{}", section.name()),
                facts: facts(words, section, &it, &offers()),
            };
            Self {
                frame: within(words, role, "settings", &words.say("nav-settings")),
                parts: Section::ALL.map(part).into(),
                logo: None,
                closed,
                close: (role == Role::Operator).then(|| format!("{BACK}/close")),
                history: told(words),
            }
        };
        vec![("settings", page(Role::Operator, None)), ("settings-closed", page(Role::Auditor, Some(now())))]
    }
}

impl Sampled for SectionPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let it = organization();
        let page = |section: Section, entered: Option<Entered>, changed| Self {
            frame: within(words, Role::Operator, "settings-section", &words.say(texts(section).0))
                .under(&words.say("nav-settings"), BACK),
            section: section.name(),
            entered: entered.unwrap_or_else(|| filled(section, &it)),
            version: 7,
            changed,
            history: told(words),
            back: BACK.to_owned(),
            preview: false,
            logo: None,
            logo_at: format!("{BACK}/logo"),
            remove_at: format!("{BACK}/logo/remove"),
            offers: offers(),
            secrets: secrets(),
            notices: notices(),
            languages: languages(words),
            sends_mail: section != Section::Mail,
        };
        let mut unreadable = Entered::default().with("colour", &"#ffcc00").with("dark-colour", &"blue");
        read(Section::Look, &mut unreadable, words);
        unreadable.wrong_but("file", &words.say("logo-not-png"), &words.say("logo-right"));
        let mut wrong = filled(Section::Limits, &it);
        wrong.wrong("link-hours", &words.say("flaw-range").with("least", 1).with("most", 2_160));
        let preview = Self { preview: true, ..page(Section::Look, None, Vec::new()) };
        vec![
            ("settings-name", page(Section::Name, None, told(words))),
            ("settings-look", preview),
            ("settings-look-wrong", page(Section::Look, Some(unreadable), Vec::new())),
            ("settings-entry", page(Section::Entry, None, Vec::new())),
            ("settings-offers", page(Section::Offers, None, Vec::new())),
            ("settings-limits", page(Section::Limits, Some(wrong), Vec::new())),
            ("settings-mail", page(Section::Mail, None, Vec::new())),
        ]
    }
}

impl Sampled for ClosePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |closed| Self {
            frame: within(words, Role::Operator, "settings-close", &words.say("settings-close"))
                .under(&words.say("nav-settings"), BACK),
            name: "みどり医療介護連携センター".to_owned(),
            closed,
            entered: Entered::default(),
            reopen: format!("{BACK}/reopen"),
            back: BACK.to_owned(),
        };
        vec![("settings-close", page(None)), ("settings-reopen", page(Some(now())))]
    }
}
