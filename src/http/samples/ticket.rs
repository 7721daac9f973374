//! The second screen, on every device.

use super::super::guide::{Names, Situation};
use super::super::language::Language;
use super::super::page::here;
use super::super::ticket::{FileLink, InstalledPage, PasswordBox, TicketPage, groups};
use super::super::watch::Deadline;
use super::super::words::Words;
use super::{Sampled, frame, from_clinic, now};
use crate::device::{BundleKind, BundleTarget, Platform};
use crate::pki::pkcs12::Variant;

impl Sampled for TicketPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |platform: Platform, major, password: PasswordBox, fetched: bool, trust| {
            let name = if platform.is_apple() { "midori-tanaka.mobileconfig" } else { "midori-tanaka.p12" };
            let asks_password = !matches!(password, PasswordBox::NotAsked);
            let offer = match words.0 {
                Language::English => "Certificate for the Midori network",
                _ => "医療介護連携システム 接続用証明書",
            };
            let situation = Situation {
                platform,
                major,
                chosen: None,
                asks_password,
                has_consent: trust,
                has_trust_anchor: trust,
                downloads: true,
                names: Names {
                    certificate: "田中 花子 (みどり)".to_owned(),
                    file: name.to_owned(),
                    offer: offer.to_owned(),
                    tablet: false,
                },
            };
            let others = situation.others(words).into_iter();
            let others = others.map(|other| (other.label, here(&[("guide", other.name)])));
            let link = |variant| FileLink {
                name: name.to_owned(),
                href: format!("/d/0123456789ABCDEFGHJKMNPQRS/{name}"),
                media_type: "application/x-pkcs12".to_owned(),
                variant,
            };
            Self {
                frame: from_clinic(frame(words, "ticket", &words.say("ticket-title"))),
                platform,
                offer: offer.to_owned(),
                elsewhere: None,
                password,
                file: link("modern"),
                compatible: (!fetched).then(|| link("compatible")),
                until: words.time_of_day("2026-11-21T09:10:00Z".parse().unwrap()),
                span: words.span(jiff::SignedDuration::from_secs(599)),
                window_ends_at: "2026-11-21T09:10:00Z".to_owned(),
                fetches_left: if fetched { 1 } else { 5 },
                fetched: fetched.then(|| words.moment(now(), now())),
                deadline: Deadline::of(
                    words,
                    BundleTarget {
                        kind: if platform.is_apple() { BundleKind::Profile } else { BundleKind::Pkcs12 },
                        variant: Variant::Modern,
                    },
                    fetched.then(now),
                    now(),
                ),
                watch: "/t/0123456789ABCDEFGHJKMNPQRS/state?lang=ja".to_owned(),
                steps: situation.steps(words),
                others: others.collect(),
                guessed: situation.is_a_guess(),
                prompt: situation.prompt(words),
                check: "https://check.example.jp/check".to_owned(),
                certificate_name: "田中 花子 (みどり)".to_owned(),
                not_after: words.date("2030-02-16T15:00:00Z".parse().unwrap()),
            }
        };
        let shown =
            |password: &str, typed_before| PasswordBox::Shown { groups: groups(password), typed_before };
        let used_up = page(Platform::Android, Some(14), shown("abcde-fghjk", true), true, false);
        let said = words.say("ticket-elsewhere").with("device", "Android").with("here", "iPhone").to_string();
        let elsewhere = page(Platform::Android, Some(14), shown("abcde-fghjk", true), true, false);
        vec![
            ("ticket-elsewhere", Self { elsewhere: Some(said), ..elsewhere }),
            ("ticket-used-up", Self { fetches_left: 0, ..used_up }),
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
        let page = |platform, removal| Self {
            frame: frame(words, "installed", &words.say("installed-title")),
            platform,
            fact: fact.to_string(),
            check: "https://check.example.jp/check".to_owned(),
            removal,
        };
        let mut pages = vec![("installed", page(Platform::Ios, Vec::new()))];
        for (name, platform, major) in [
            ("installed-iphone", Platform::Ios, None),
            ("installed-iphone-old", Platform::Ios, Some(14)),
            ("installed-android", Platform::Android, None),
            ("installed-android-old", Platform::Android, Some(10)),
            ("installed-windows", Platform::Windows, None),
            ("installed-mac", Platform::Macos, None),
            ("installed-mac-13", Platform::Macos, Some(13)),
            ("installed-mac-12", Platform::Macos, Some(12)),
            ("installed-other", Platform::Linux, None),
        ] {
            pages.push((name, page(platform, Situation::of_system(platform, major).removal(words))));
        }
        pages
    }
}
