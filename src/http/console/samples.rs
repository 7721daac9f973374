//! Every page of the console, rendered in both languages: what must hold for all of them, and, with `TEGATA_SAMPLES=DIR`, files to
//! look at.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use scraper::Html;

use super::account::AccountPage;
use super::act::ActPage;
use super::bulk::{BulkPage, JobPage};
use super::enrollment::EnrollmentPage;
use super::enrollments::EnrollmentsPage;
use super::entered::Entered;
use super::flash::Tone;
use super::frame::{ConsoleFrame, Nonces, Said, role_name};
use super::handover::HandoverPage;
use super::help::{CodePage, HelpEntry, HelpPage, codes};
use super::home::{Choice, ChooserPage, HomePage, lost_mail, shown};
use super::interrupted::{Kept, ResumePage};
use super::issue::IssuePage;
use super::join::JoinPage;
use super::letters::{LettersPage, OrderPage, PrintingPage};
use super::mail::MailPage;
use super::navigation::{NavigationGroup, Way};
use super::passkeys::Ceremony;
use super::recover::{CodeShownPage, NewPasskeyPage, RecoverPage};
use super::refusal::{ALL, RefusalPage};
use super::selection::SelectionPage;
use super::sign_in::SignInPage;
use super::step_up::StepUpPage;
use super::upkeep;
use crate::clock::ManualClock;
use crate::directory::{AccountId, Act, ListedSession, Passkey, Role, Session};
use crate::enrollment::{Need, Upkeep};
use crate::entropy::SystemEntropy;
use crate::http::catalogues::{catalogue_of, keys_of};
use crate::http::language::Language;
use crate::http::nonce::FormNonces;
use crate::http::page::{LanguageLink, Problem};
use crate::http::samples::selector;
use crate::http::words::Words;
use crate::pepper::Pepper;

/// A page of the console that can show itself in the states that matter.
pub trait Sampled: Template + Sized {
    /// Name and page.
    fn samples(words: Words) -> Vec<(&'static str, Self)>;
}

/// The present of all samples.
pub fn now() -> jiff::Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

/// The frame of a page that somebody with this role sees in an organization.
pub fn within(words: Words, role: Role, name: &'static str, title: &impl ToString) -> ConsoleFrame {
    let way = |(below, key): (&str, &str)| Way {
        href: format!("/o/midori/{below}").trim_end_matches('/').to_owned(),
        text: words.say(key).to_string(),
        current: name == below,
    };
    let group = |heading: &str, ways: &[(&str, &str)]| NavigationGroup {
        heading: words.say(heading).to_string(),
        ways: ways.iter().copied().map(way).collect(),
    };
    let navigation = vec![
        group(
            "nav-work",
            &[
                ("", "nav-home"),
                ("issue", "nav-issue"),
                ("enrollments", "nav-enrollments"),
                ("bulk", "nav-bulk"),
                ("letters", "nav-letters"),
                ("mail", "nav-mail"),
            ],
        ),
        group("nav-directory", &[("subscribers", "nav-subscribers"), ("facilities", "nav-facilities")]),
        group(
            "nav-organization",
            &[("operators", "nav-operators"), ("audit", "nav-audit"), ("settings", "nav-settings")],
        ),
    ];
    ConsoleFrame {
        organization: Some("みどり医療介護連携センター".to_owned()),
        person: Some("佐藤 明子".to_owned()),
        role: Some(role),
        navigation,
        ..outside(words, name, title)
    }
    .allowing(Act::ALL.into_iter().filter(|act| role.may(*act)).collect())
}

/// The frame of a page before anybody has signed in.
pub fn outside(words: Words, name: &'static str, title: &impl ToString) -> ConsoleFrame {
    let clock = Arc::new(ManualClock::at(now()));
    let nonces = FormNonces::new(Arc::new(Pepper::new(&[7; 32]).unwrap()), clock, Arc::new(SystemEntropy));
    let languages = [Language::Japanese, Language::English].map(|language| LanguageLink {
        language,
        href: format!("/?lang={}", language.tag()),
        current: language == words.0,
    });
    let frame = ConsoleFrame::empty(words, name, title.to_string(), now());
    ConsoleFrame {
        languages: languages.into(),
        reference: "7K3QM-2XW9A".to_owned(),
        path: format!("/o/midori/{name}"),
        nonces: Some(Nonces { nonces, scope: "sample".to_owned() }),
        ..frame
    }
}

impl Sampled for HomePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |numbers: [usize; 7], role: Role, upkeep: &[Upkeep]| {
            let counted = Need::ALL.into_iter().zip(numbers);
            let mut needs: Vec<_> = counted
                .map(|(need, number)| shown(words, need, number, number == 1_000, "/o/midori/enrollments"))
                .collect();
            needs.push(lost_mail(words, numbers[0], false, "/o/midori/mail"));
            needs.sort_by_key(|need| need.class == "zero");
            Self {
                frame: within(words, role, "home", &words.say("home-title")),
                needs,
                upkeep: upkeep.iter().map(|need| upkeep::shown(words, *need)).collect(),
                quiet: numbers == [0; 7],
                issue: role.may(Act::Issue).then(|| "/o/midori/issue".to_owned()),
            }
        };
        let at = now();
        let all = [
            Upkeep::IssuerEnded(at),
            Upkeep::SignerEnded(at),
            Upkeep::IssuerEnds(at),
            Upkeep::SignerEnds(at),
            Upkeep::KeysWaitedFor,
        ];
        vec![
            ("home", page([3, 12, 1, 4, 1_000, 0, 0], Role::Operator, &[])),
            ("home-quiet", page([0; 7], Role::Auditor, &[])),
            ("home-upkeep", page([1, 0, 0, 0, 2, 0, 0], Role::Operator, &all)),
        ]
    }
}

impl Sampled for ChooserPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |names: &[&str], administrator| Self {
            frame: outside(words, "chooser", &words.say("chooser-title")),
            choices: names
                .iter()
                .map(|name| Choice {
                    href: "/o/midori".to_owned(),
                    name: (*name).to_owned(),
                    role: role_name(words, Role::Operator),
                })
                .collect(),
            administrator,
        };
        vec![
            ("chooser", page(&["みどり医療介護連携センター", "あおば会"], false)),
            ("chooser-none", page(&[], false)),
            ("chooser-administrator", page(&[], true)),
        ]
    }
}

impl Sampled for HelpPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let entry = |code| HelpEntry { code, title: words.explain(code, "title").to_string() };
        let frame = outside(words, "help", &words.say("console-help-title"));
        vec![("help", Self { frame, entries: codes().map(entry).collect() })]
    }
}

impl Sampled for CodePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |trouble: super::refusal::Trouble| {
            let problem = Problem::explain(words, trouble.code());
            let frame =
                outside(words, "code", &problem.title).under(&words.say("console-help-title"), "/help");
            (trouble.code(), Self { frame, problem })
        };
        ALL.into_iter().map(page).collect()
    }
}

impl Sampled for RefusalPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let problem = Problem::explain(words, "T-503");
        let frame = within(words, Role::HelpDesk, "refusal", &problem.title).with_reference();
        let signed_in = Self { frame, problem, onward: "/".to_owned() };
        let problem = Problem::explain(words, "T-208");
        let frame = outside(words, "refusal", &problem.title).with_reference();
        vec![
            ("refusal-role", signed_in),
            ("refusal-nowhere", Self { frame, problem, onward: "/".to_owned() }),
        ]
    }
}

impl Sampled for ResumePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let path = "/o/midori/issue".to_owned();
        let fields = vec![("name".to_owned(), "<田中> \"花子\"《はなこ》".to_owned())];
        let kept = Some(Kept { path: path.clone(), fields, by: None });
        let page = |problem: Option<Problem>, kept, others| {
            let title =
                problem.as_ref().map_or_else(|| words.say("resume-title").plain(), |it| it.title.clone());
            let frame = within(words, Role::Operator, "resume", &title);
            Self { frame, problem, kept, others, back: path.clone() }
        };
        let problem = || Some(Problem::explain(words, "T-502"));
        let mut clear = page(None, kept.clone(), false);
        clear.frame.said = Some(Said { tone: Tone::Good, text: words.say("resume-lead").to_string() });
        vec![
            ("resume", clear),
            ("resume-anothers", page(None, kept.clone(), true)),
            ("resume-other-form", page(problem(), kept, false)),
            ("resume-lost", page(problem(), None, false)),
        ]
    }
}

/// What a browser is asked, as a page carries it.
pub fn ceremony() -> Ceremony {
    Ceremony { options: r#"{"publicKey":{"challenge":"AAAA"}}"#.to_owned(), state: "c2VhbGVk".to_owned() }
}

impl Sampled for SignInPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |problem: Option<&'static str>| Self {
            frame: outside(words, "sign-in", &words.say("sign-in-title")),
            problem: problem.map(|code| Problem::explain(words, code)),
            ceremony: ceremony(),
            back: "/".to_owned(),
            kept: problem.map(|_| "{}".to_owned()),
        };
        vec![
            ("sign-in", page(None)),
            ("sign-in-interrupted", page(Some("T-501"))),
            ("sign-in-copied", page(Some("T-507"))),
        ]
    }
}

impl Sampled for StepUpPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |problem: Option<&'static str>| Self {
            frame: within(words, Role::Operator, "step-up", &words.say("step-up-title")),
            problem: problem.map(|code| Problem::explain(words, code)),
            ceremony: ceremony(),
            back: "/".to_owned(),
            kept: None,
        };
        vec![("step-up", page(None)), ("step-up-interrupted", page(Some("T-505")))]
    }
}

impl Sampled for JoinPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |frame: ConsoleFrame, organization: Option<&str>| Self {
            frame,
            role: role_name(words, Role::FacilityManager),
            organization: organization.map(str::to_owned),
            until: now() + jiff::SignedDuration::from_hours(40),
            entered: Entered::default().with("name", &"鈴木 健"),
            problem: None,
            ceremony: ceremony(),
        };
        let title = words.say("join-title");
        let clinic = Some("みどり医療介護連携センター");
        let mut wrong = page(outside(words, "join", &title), clinic);
        wrong.entered.wrong("name", &words.say("flaw-empty"));
        let administrator = Self {
            role: words.say("role-administrator").to_string(),
            problem: Some(Problem::explain(words, "T-513")),
            ..page(outside(words, "join", &title), None)
        };
        vec![
            ("join", page(outside(words, "join", &title), clinic)),
            ("join-signed-in", page(within(words, Role::Operator, "join", &title), clinic)),
            ("join-wrong", wrong),
            ("join-administrator", administrator),
        ]
    }
}

impl Sampled for RecoverPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |problem: Option<&'static str>| Self {
            frame: outside(words, "recover", &words.say("recover-title")),
            entered: Entered::default(),
            problem: problem.map(|code| Problem::explain(words, code)),
        };
        vec![("recover", page(None)), ("recover-wrong", page(Some("T-508")))]
    }
}

impl Sampled for NewPasskeyPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let frame = outside(words, "recover-passkey", &words.say("recover-passkey-title"));
        vec![("recover-passkey", Self { frame, problem: None, ticket: "t".to_owned(), ceremony: ceremony() })]
    }
}

impl Sampled for CodeShownPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |new| Self {
            frame: within(words, Role::Operator, "recovery-code", &words.say("code-shown-title")),
            code: zeroize::Zeroizing::new("7KQ4M-2XW9A-B3CD4-E5FG6-H7JK8-M9NP0".to_owned()),
            new,
        };
        vec![("recovery-code-first", page(true)), ("recovery-code-again", page(false))]
    }
}

impl Sampled for AccountPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let ago = |hours| now() - jiff::SignedDuration::from_hours(hours);
        let passkey = |name: &str, used: Option<i64>| Passkey {
            name: name.to_owned(),
            credential_id: hex::encode(name),
            created_at: ago(900),
            last_used_at: used.map(ago),
            credential: String::new(),
        };
        let session = |hours, device: &str, this| {
            let session = Session {
                account: AccountId::draw(&SystemEntropy).unwrap(),
                begun_at: ago(hours),
                from: Some("203.0.113.7".parse().unwrap()),
                device: Some(device.to_owned()),
                passkey: "Windows".to_owned(),
            };
            (ListedSession { id: format!("s{hours}"), session, seen_at: ago(hours / 2) }, this)
        };
        let page = |passkeys: Vec<Passkey>| Self {
            frame: within(words, Role::Operator, "account", &words.say("account-title")),
            passkeys,
            sessions: vec![session(1, "Windows (Chrome)", true), session(9, "iPhone (Safari)", false)],
            code_made: Some(ago(900)),
            entered: Entered::default().with("name", &"佐藤 明子").with("email", &"akiko@example.jp"),
            problem: None,
            ceremony: ceremony(),
        };
        let both = vec![passkey("Windows (Chrome)", Some(1)), passkey("iPhone (Safari)", None)];
        vec![
            ("account", page(both)),
            ("account-one-passkey", page(vec![passkey("Windows (Chrome)", Some(1))])),
        ]
    }
}

/// One rendered page.
pub struct Rendered {
    /// The sample's name and its language.
    pub name: String,
    /// Its language.
    pub language: Language,
    /// The page.
    pub html: String,
}

/// Draws every sample of a page in both languages.
pub fn render<P: Sampled>(into: &mut Vec<Rendered>) {
    for language in [Language::Japanese, Language::English] {
        for (name, page) in P::samples(Words(language)) {
            let name = format!("console-{name}.{}", language.tag());
            into.push(Rendered { name, language, html: page.render().unwrap() });
        }
    }
}

/// Every page of the console.
pub fn all() -> Vec<Rendered> {
    let mut pages = Vec::new();
    render::<BulkPage>(&mut pages);
    render::<JobPage>(&mut pages);
    render::<LettersPage>(&mut pages);
    render::<OrderPage>(&mut pages);
    render::<PrintingPage>(&mut pages);
    render::<MailPage>(&mut pages);
    render::<SelectionPage>(&mut pages);
    render::<CodePage>(&mut pages);
    render::<HelpPage>(&mut pages);
    render::<ChooserPage>(&mut pages);
    render::<HomePage>(&mut pages);
    render::<RefusalPage>(&mut pages);
    render::<ResumePage>(&mut pages);
    render::<SignInPage>(&mut pages);
    render::<StepUpPage>(&mut pages);
    render::<JoinPage>(&mut pages);
    render::<RecoverPage>(&mut pages);
    render::<NewPasskeyPage>(&mut pages);
    render::<CodeShownPage>(&mut pages);
    render::<ActPage>(&mut pages);
    render::<EnrollmentPage>(&mut pages);
    render::<EnrollmentsPage>(&mut pages);
    render::<HandoverPage>(&mut pages);
    render::<IssuePage>(&mut pages);
    render::<AccountPage>(&mut pages);
    super::audit::draw_samples(&mut pages);
    super::installation::draw_samples(&mut pages);
    super::operators::draw_samples(&mut pages);
    super::settings::draw_samples(&mut pages);
    super::facilities::draw_samples(&mut pages);
    super::subscribers::draw_samples(&mut pages);
    pages
}

#[test]
fn every_page_of_the_console_renders_and_can_be_looked_at() {
    let pages = all();
    let names: BTreeSet<_> = pages.iter().map(|page| &page.name).collect();
    assert_eq!(names.len(), pages.len(), "two samples have one name");
    if let Some(folder) = std::env::var_os("TEGATA_SAMPLES") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for page in &pages {
            std::fs::write(folder.join(format!("{}.html", page.name)), &page.html).unwrap();
        }
    }
}

#[test]
fn every_page_of_the_console_is_sound_html() {
    for page in all() {
        let name = &page.name;
        let html = Html::parse_document(&page.html);
        assert!(html.errors.is_empty(), "{name}: {:?}", html.errors);
        let count = |text: &str| html.select(&selector(text)).count();
        let root = html.select(&selector("html")).next().unwrap();
        assert_eq!(root.attr("lang"), Some(page.language.bcp47()), "{name}");
        assert_eq!((count("h1"), count("body[data-page]"), count("main#main")), (1, 1, 1), "{name}");
        // Nothing that the Content-Security-Policy would stop, and nothing from elsewhere.
        assert_eq!(count("script:not([src]), iframe, object, embed, base, [style]"), 0, "{name}");
        assert_eq!(count("[onclick], [onload], [onsubmit], [onchange], [autofocus]"), 0, "{name}");
        for element in html.select(&selector("script[src], link[href]")) {
            let at = element.attr("src").or(element.attr("href")).unwrap();
            assert!(at.starts_with("/assets/"), "{name}: {at}");
        }
        let mut ids = BTreeSet::new();
        for element in html.select(&selector("[id]")) {
            let id = element.attr("id").unwrap();
            assert!(ids.insert(id.to_owned()), "{name}: {id:?} twice");
        }
        for field in html.select(&selector("input:not([type=hidden]), select, textarea")) {
            let labelled = field.attr("aria-label").is_some() || field.attr("aria-labelledby").is_some();
            let by_label = field.attr("id").is_some_and(|id| count(&format!("label[for='{id}']")) == 1);
            assert!(labelled || by_label, "{name}: {:?} has no label", field.attr("name"));
        }
        for described in html.select(&selector("[aria-describedby]")) {
            for id in described.attr("aria-describedby").unwrap().split_whitespace() {
                assert!(ids.contains(id), "{name}: {id} is not there");
            }
        }
        for form in html.select(&selector("form[method=post]")) {
            let nonce = form.select(&selector("input[type=hidden][name=form]")).count();
            let in_address = form.attr("action").is_some_and(|action| action.contains("form="));
            assert!(nonce == 1 || in_address, "{name}: a form without a nonce");
        }
        for cell in html.select(&selector(".list tbody td")) {
            let is_told = cell.attr("data-label").is_some() || cell.attr("colspan").is_some();
            let has_only_acts = cell.select(&selector("a, button, input")).next().is_some();
            assert!(is_told || has_only_acts, "{name}: a cell without its head");
        }
    }
}

#[test]
fn no_page_of_the_console_shows_a_key_in_place_of_its_text() {
    let mut keys = keys_of(&catalogue_of("ja"));
    keys.extend(keys_of(&catalogue_of("console/ja")));
    for page in all() {
        let html = Html::parse_document(&page.html);
        for node in html.select(&selector("body, title")).flat_map(|element| element.text()) {
            let text = node.trim();
            assert!(!keys.contains_key(text), "{}: {text}", page.name);
            assert!(!text.contains("{$") && !text.contains("{ $"), "{}: {text}", page.name);
        }
        assert_eq!(
            html.select(&selector("title ruby, option ruby, textarea ruby")).count(),
            0,
            "{}",
            page.name
        );
    }
}
