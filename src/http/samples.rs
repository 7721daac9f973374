//! Every page in every state, rendered in every language: what must hold for all of them, and, with `TEGATA_SAMPLES=DIR`,
//! files to look at.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;

use askama::Template;
use scraper::{Html, Selector};

use super::check::CheckPage;
use super::entry::{EntryPage, PreviewPage, RecognisedDevice};
use super::guide::Situation;
use super::help::{CODES, CodePage, HelpEntry, HelpPage};
use super::language::Language;
use super::obstacle::{BrowserPage, ChoosePage, UnfitPage};
use super::page::{CHOOSABLE, Choice, ContactLines, Frame, Problem, here, language_links};
use super::refusal::{Action, RefusalPage};
use super::ticket::{FileLink, InstalledPage, PasswordBox, TicketPage, groups};
use super::words::Words;
use crate::device::Platform;

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

impl Sampled for EntryPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let version = crate::device::OsVersion::parse("18.1");
        let secret = |problem: Option<&'static str>, attempts| Self {
            frame: from_clinic(frame(words, "secret", &words.say("secret-title"))),
            action: "?".to_owned(),
            nonce: "A".repeat(75),
            offer: Some("医療介護連携システム 接続用証明書".to_owned()),
            asks_number: false,
            number: String::new(),
            asks_password: false,
            problem: problem.map(|code| Problem::explain(words, code)),
            attempts,
            resumable_until: None,
            open_until: Some(words.moment("2026-11-23T09:05:00Z".parse().unwrap(), now())),
            device: Some(RecognisedDevice {
                platform: Platform::Ios,
                name: words.device_with_version(Platform::Ios, version.as_ref()),
                chosen: false,
            }),
            choices: choices(words, Some(Platform::Ios)),
        };
        let number = |problem: Option<&'static str>| Self {
            frame: frame(words, "number", &words.say("number-title")),
            offer: None,
            asks_number: true,
            number: problem.map(|_| "1234 5678".to_owned()).unwrap_or_default(),
            problem: problem.map(|code| Problem::explain(words, code)),
            open_until: None,
            ..secret(None, None)
        };
        let resumed = Self { resumable_until: Some(words.time_of_day(now())), ..secret(None, None) };
        let chosen = Self { asks_password: true, ..secret(Some("T-114"), None) };
        vec![
            ("secret", secret(None, None)),
            ("secret-wrong", secret(Some("T-102"), Some(3))),
            ("secret-last", secret(Some("T-102"), Some(1))),
            ("secret-expired-form", secret(Some("T-202"), None)),
            ("secret-resumed", resumed),
            ("secret-password", chosen),
            ("number", number(None)),
            ("number-wrong", number(Some("T-102"))),
        ]
    }
}

fn now() -> jiff::Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

impl Sampled for PreviewPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        vec![("preview", Self { frame: frame(words, "preview", &words.say("site-name")) })]
    }
}

impl Sampled for ChoosePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let frame = from_clinic(frame(words, "choose", &words.say("choose-title")));
        vec![("choose", Self { frame, choices: choices(words, None) })]
    }
}

impl Sampled for BrowserPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |platform, instead: &str, in_app, hop: Option<&str>| Self {
            frame: from_clinic(frame(
                words,
                "browser",
                &words.say("browser-title").with("browser", instead.to_owned()),
            )),
            platform,
            obstacle: if in_app { "in-app-browser" } else { "other-browser" },
            in_app,
            instead: instead.to_owned(),
            hop: hop.map(str::to_owned),
            address: "https://cert.example.jp/c/0123456789ABCDEFGHJKMNPQRS".to_owned(),
            anyway: here(&[("anyway", "1")]),
            choices: choices(words, Some(platform)),
        };
        vec![
            (
                "browser-line",
                page(Platform::Ios, "safari", true, Some("x-safari-https://cert.example.jp/c/X")),
            ),
            ("browser-manual", page(Platform::Android, "chrome", true, None)),
            ("browser-ie", page(Platform::Windows, "edge", false, None)),
        ]
    }
}

impl Sampled for UnfitPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let old = Self {
            frame: from_clinic(frame(words, "too-old", &words.say("old-title"))),
            platform: Platform::Android,
            obstacle: "system-too-old",
            code: None,
            fact: words
                .say("old-fact")
                .with("device", "Android 4.4")
                .with("platform", "android")
                .with("needed", 5)
                .to_string(),
            todo: words.say("old-todo").to_string(),
            anyway: Some(here(&[("anyway", "1")])),
            choices: choices(words, Some(Platform::Android)),
        };
        let other = Self {
            frame: from_clinic(frame(words, "unfit", &words.say("other-title"))),
            platform: Platform::Linux,
            obstacle: "not-a-platform",
            code: None,
            fact: words.say("other-fact").with("device", "Linux").to_string(),
            todo: words.say("other-todo").to_string(),
            anyway: None,
            choices: choices(words, None),
        };
        vec![("too-old", old), ("unfit", other)]
    }
}

impl Sampled for TicketPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |platform: Platform, major, password: PasswordBox, fetched: bool, trust| {
            let name = if platform.is_apple() { "midori-tanaka.mobileconfig" } else { "midori-tanaka.p12" };
            let asks_password = !matches!(password, PasswordBox::NotAsked);
            let situation = Situation { platform, major, asks_password, has_trust_anchor: trust, file: name };
            let link = |variant| FileLink {
                name: name.to_owned(),
                href: format!("/d/0123456789ABCDEFGHJKMNPQRS/{name}"),
                media_type: "application/x-pkcs12".to_owned(),
                variant,
            };
            Self {
                frame: from_clinic(frame(words, "ticket", &words.say("ticket-title"))),
                platform,
                is_profile: platform.is_apple(),
                offer: "医療介護連携システム 接続用証明書".to_owned(),
                password,
                file: link("modern"),
                compatible: (!fetched).then(|| link("compatible")),
                until: words.time_of_day("2026-11-21T09:10:00Z".parse().unwrap()),
                span: words.span(jiff::SignedDuration::from_secs(599)),
                window_ends_at: "2026-11-21T09:10:00Z".to_owned(),
                fetches_left: if fetched { 1 } else { 5 },
                fetched: fetched.then(|| words.moment(now(), now())),
                steps: situation.steps(words),
                prompt: situation.prompt(words),
                removal: situation.removal(words),
                check: "https://check.example.jp/check".to_owned(),
                certificate_name: "田中 花子 (みどり)".to_owned(),
                not_after: words.date("2030-02-16T15:00:00Z".parse().unwrap()),
            }
        };
        let shown =
            |password: &str, typed_before| PasswordBox::Shown { groups: groups(password), typed_before };
        vec![
            ("ticket-iphone", page(Platform::Ios, Some(18), shown("abcde-fghjk", true), false, false)),
            ("ticket-iphone-old", page(Platform::Ios, Some(14), shown("abcdefghjkmnpqr", false), true, true)),
            ("ticket-ipad", page(Platform::Ipados, None, PasswordBox::NotAsked, false, false)),
            ("ticket-android", page(Platform::Android, Some(14), PasswordBox::Separate, false, false)),
            ("ticket-android-old", page(Platform::Android, Some(9), shown("abcde-fghjk", true), true, false)),
            (
                "ticket-android-unknown",
                page(Platform::Android, None, shown("abcde-fghjk", true), false, false),
            ),
            ("ticket-windows", page(Platform::Windows, Some(11), shown("abcde-fghjk", true), false, true)),
            ("ticket-mac", page(Platform::Macos, None, shown("abcdefghjkmnpqr", false), false, false)),
            ("ticket-mac-12", page(Platform::Macos, Some(12), PasswordBox::NotAsked, false, false)),
            ("ticket-mac-13", page(Platform::Macos, Some(13), PasswordBox::NotAsked, false, false)),
            ("ticket-mac-15", page(Platform::Macos, Some(15), PasswordBox::NotAsked, false, false)),
            ("ticket-other", page(Platform::Linux, None, shown("abcde-fghjk", true), false, false)),
        ]
    }
}

impl Sampled for InstalledPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let fact =
            words.say("installed-fact").with("at", words.moment(now(), now())).with("device", "iPhone");
        let page = Self {
            frame: frame(words, "installed", &words.say("installed-title")),
            platform: Platform::Ios,
            fact: fact.to_string(),
            check: "https://check.example.jp/check".to_owned(),
        };
        vec![("installed", page)]
    }
}

/// What a refusal knows in its case: a time, a length, a number.
fn fact(words: Words, code: &'static str) -> Option<String> {
    let at = words.moment(now(), now());
    let key = match code {
        "T-112" => "t-112-fact-unfetched".to_owned(),
        _ => format!("{}-fact", code.to_ascii_lowercase()),
    };
    let text = words
        .say(&key)
        .with("at", at.clone())
        .with("until", at)
        .with("span", words.span(jiff::SignedDuration::from_secs(900)))
        .with("device", words.device(Platform::Ios))
        .with("devices", words.devices(&[Platform::Windows, Platform::Macos]))
        .with("limit", 5)
        .with("reason", "key-compromise")
        .to_string();
    (text != key).then_some(text)
}

impl Sampled for RefusalPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let refusals = CODES.into_iter().filter(|code| !code.starts_with("T-3"));
        refusals
            .map(|code| {
                let problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
                let action = (code == "T-106")
                    .then(|| Action { href: "/".to_owned(), text: words.say("t-106-action").to_string() });
                let page = Self {
                    frame: frame(words, "refusal", &problem.title).with_reference(),
                    problem,
                    action,
                    help: Some(format!("/help/{code}")),
                };
                (code, page)
            })
            .collect()
    }
}

impl Sampled for CheckPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let details = |keys: [(&str, &str); 2]| {
            keys.map(|(key, value)| (words.say(key).to_string(), value.to_owned())).to_vec()
        };
        let ok = Self {
            frame: frame(words, "check", &words.say("check-ok-title")),
            outcome: "ok",
            problem: None,
            details: details([("check-ok-name", "田中 花子"), ("check-ok-until", "2030-02-17")]),
            again: "?".to_owned(),
        };
        let mut pages = vec![("check-ok", ok)];
        for code in CODES.into_iter().filter(|code| code.starts_with("T-3")) {
            let problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
            let issuers = [("check-issuer-shown", "CN=Other CA"), ("check-issuer-expected", "CN=Midori CA")];
            let page = Self {
                frame: frame(words, "check", &problem.title).with_reference(),
                outcome: "problem",
                problem: Some(problem),
                details: if code == "T-302" { details(issuers) } else { Vec::new() },
                again: "?".to_owned(),
            };
            pages.push((code, page));
        }
        pages
    }
}

impl Sampled for HelpPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let entries = CODES.into_iter().map(|code| HelpEntry {
            code,
            title: words.explain(code, "title").to_string(),
            href: format!("/help/{code}"),
        });
        let frame = frame(words, "help", &words.say("help-title"));
        vec![("help", Self { frame, entries: entries.collect() })]
    }
}

impl Sampled for CodePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let problem = Problem::explain(words, "T-108");
        let frame = frame(words, "code", &problem.title);
        vec![("code", Self { frame, problem, all: "/help".to_owned() })]
    }
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
    render::<PreviewPage>(&mut pages);
    render::<ChoosePage>(&mut pages);
    render::<BrowserPage>(&mut pages);
    render::<UnfitPage>(&mut pages);
    render::<TicketPage>(&mut pages);
    render::<InstalledPage>(&mut pages);
    render::<RefusalPage>(&mut pages);
    render::<CheckPage>(&mut pages);
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
        assert!(page.html.len() <= 30 * 1024, "{name} has {} bytes", page.html.len());
        let html = Html::parse_document(&page.html);
        assert!(html.errors.is_empty(), "{name}: {:?}", html.errors);
        let root = html.select(&selector("html")).next().unwrap();
        assert_eq!(root.attr("lang"), Some(page.language.tag()), "{name}");
        assert_eq!(html.select(&selector("h1")).count(), 1, "{name}");
        assert!(html.select(&selector("body[data-page]")).count() == 1, "{name}");
        assert!(html.select(&selector("title")).next().unwrap().text().any(|text| !text.is_empty()));
        // Nothing that the Content-Security-Policy would stop, nothing from elsewhere, no picture of a code.
        assert_eq!(html.select(&selector("script:not([src]), iframe, object, embed, img, base")).count(), 0);
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
