//! Every page in every state, rendered in every language: what must hold for all of them, and, with `TEGATA_SAMPLES=DIR`,
//! files to look at.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod answers;
mod change;
mod entry;
mod ticket;

use std::collections::BTreeSet;

use askama::Template;
use scraper::{Html, Selector};

use super::change::ChangePage;
use super::check::CheckPage;
use super::entry::PreviewPage;
use super::entry_form::EntryPage;
use super::facility::FacilityPage;
use super::help::{CodePage, HelpPage};
use super::language::Language;
use super::look::{self, LogoLink};
use super::obstacle::{BrowserPage, ChoosePage, UnfitPage};
use super::page::{CHOOSABLE, Choice, ContactLines, Frame, here, language_links};
use super::refusal::RefusalPage;
use super::ticket::{InstalledPage, TicketPage};
use super::words::Words;
use crate::device::Platform;
use crate::directory::{Logo, Look};

/// A page that can show itself in the states that matter.
pub(super) trait Sampled: Template + Sized {
    /// Name and page.
    fn samples(words: Words) -> Vec<(&'static str, Self)>;
}

fn frame(words: Words, name: &'static str, title: &impl ToString) -> Frame {
    Frame {
        words,
        name,
        title: title.to_string(),
        from: None,
        contact: ContactLines::default(),
        rules: None,
        logo: None,
        help: "/help".to_owned(),
        reference: "7K3QM-2XW9A".to_owned(),
        show_reference: false,
        languages: language_links(words.0, &[]),
    }
}

fn from_clinic(frame: Frame) -> Frame {
    let contact = ContactLines {
        name: Some("みどり医療介護連携センター 情報担当".to_owned()),
        phone: Some("03-1234-5678".to_owned()),
        email: Some("support@midori.example.jp".to_owned()),
        hours: Some("平日 9:00-17:00".to_owned()),
    };
    frame.of("みどり医療介護連携センター".to_owned(), contact)
}

/// The same with an organization's own colour and logo.
fn with_look(frame: Frame) -> Frame {
    let logo = Logo { name: "0f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned(), width: 240, height: 80 };
    let look = Look { colour: Some("#1a4f9c".parse().unwrap()), logo: Some(logo), ..Look::default() };
    Frame { rules: look::rules(&look), logo: LogoLink::of(&look), ..from_clinic(frame) }
}

fn choices(words: Words, current: Option<Platform>) -> Vec<Choice> {
    CHOOSABLE
        .into_iter()
        .map(|platform| Choice {
            platform,
            name: words.device(platform),
            href: here(&[("device", platform.as_str())]),
            current: Some(platform) == current,
        })
        .collect()
}

fn now() -> jiff::Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

/// One rendered page.
pub(super) struct Rendered {
    /// The sample's name and its language.
    pub(super) name: String,
    /// Its language.
    pub(super) language: Language,
    /// The page.
    pub(super) html: String,
}

fn render<P: Sampled>(into: &mut Vec<Rendered>) {
    for language in Language::ALL {
        for (name, page) in P::samples(Words(language)) {
            let name = format!("{name}.{}", language.tag());
            into.push(Rendered { name, language, html: page.render().unwrap() });
        }
    }
}

pub(super) fn all() -> Vec<Rendered> {
    let mut pages = Vec::new();
    render::<EntryPage>(&mut pages);
    render::<FacilityPage>(&mut pages);
    render::<PreviewPage>(&mut pages);
    render::<ChoosePage>(&mut pages);
    render::<BrowserPage>(&mut pages);
    render::<UnfitPage>(&mut pages);
    render::<TicketPage>(&mut pages);
    render::<InstalledPage>(&mut pages);
    render::<RefusalPage>(&mut pages);
    render::<CheckPage>(&mut pages);
    render::<ChangePage>(&mut pages);
    render::<HelpPage>(&mut pages);
    render::<CodePage>(&mut pages);
    pages
}

#[test]
fn every_page_renders_in_every_language_and_can_be_looked_at() {
    let pages = all();
    assert!(pages.len() > 100);
    if let Some(folder) = std::env::var_os("TEGATA_SAMPLES") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for page in &pages {
            std::fs::write(folder.join(format!("{}.html", page.name)), &page.html).unwrap();
        }
    }
}

pub(super) fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

#[test]
fn every_page_is_sound_html() {
    for page in all() {
        let name = &page.name;
        // The first page is one request of at most 30 KB. Guides are drawn into the page, and cost it their pictures.
        let most = if name.starts_with("ticket") { 60 } else { 30 };
        assert!(page.html.len() <= most * 1024, "{name} has {} bytes", page.html.len());
        let html = Html::parse_document(&page.html);
        assert!(html.errors.is_empty(), "{name}: {:?}", html.errors);
        let root = html.select(&selector("html")).next().unwrap();
        assert_eq!(root.attr("lang"), Some(page.language.bcp47()), "{name}");
        assert_eq!(html.select(&selector("h1")).count(), 1, "{name}");
        assert!(html.select(&selector("body[data-page]")).count() == 1, "{name}");
        assert!(html.select(&selector("title")).next().unwrap().text().any(|text| !text.is_empty()));
        // Nothing that the Content-Security-Policy would stop, nothing from elsewhere, no picture of a code.
        assert_eq!(
            html.select(&selector(
                "script:not([src]), iframe, object, embed, img:not([src^='/logo/']), base"
            ))
            .count(),
            0
        );
        assert_eq!(html.select(&selector("[style], [onclick], [onload], [onsubmit]")).count(), 0, "{name}");
        assert_eq!(html.select(&selector("a[download], [autofocus]")).count(), 0, "{name}");
        for element in html.select(&selector("script[src], link[href]")) {
            let at = element.attr("src").or(element.attr("href")).unwrap();
            assert!(at.starts_with("/assets/"), "{name}: {at}");
        }
        let mut ids = BTreeSet::new();
        for element in html.select(&selector("[id]")) {
            assert!(
                ids.insert(element.attr("id").unwrap().to_owned()),
                "{name}: {:?} twice",
                element.attr("id")
            );
        }
        for input in html.select(&selector("input:not([type=hidden])")) {
            let id = input.attr("id").unwrap();
            assert_eq!(html.select(&selector(&format!("label[for={id}]"))).count(), 1, "{name}: {id}");
        }
        for described in html.select(&selector("[aria-describedby]")) {
            for id in described.attr("aria-describedby").unwrap().split(' ') {
                assert!(ids.contains(id), "{name}: {id} is not there");
            }
        }
    }
}
