//! Devices are recognised as the labelled samples say, and no text whatever does harm.
#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use tegata::device::{Device, Hints, Platform, bundle_target, hop};

/// Sixty strings seen in the wild.
const SEEN: &str = include_str!("fixtures/user_agents.json");
/// Made after what browsers, applications and bots of all kinds send, labelled by the same rules.
const MORE: &str = include_str!("fixtures/more_user_agents.json");

struct Sample {
    agent: String,
    labels: Value,
}

fn samples(text: &str) -> Vec<Sample> {
    let samples: Vec<Value> = serde_json::from_str(text).unwrap();
    let split = |mut sample: Value| {
        let agent = sample.as_object_mut().unwrap().remove("ua").unwrap();
        Sample { agent: agent.as_str().unwrap().to_owned(), labels: sample }
    };
    samples.into_iter().map(split).collect()
}

static ALL: LazyLock<Vec<Sample>> =
    LazyLock::new(|| samples(SEEN).into_iter().chain(samples(MORE)).collect());

fn told(agent: &str) -> Value {
    serde_json::to_value(Device::recognise(&Hints::of(agent))).unwrap()
}

fn mismatches(samples: &[Sample]) -> Vec<String> {
    let wrong = samples.iter().filter(|sample| told(&sample.agent) != sample.labels);
    wrong
        .map(|it| format!("{}\n   expected {}\n   told     {}", it.agent, it.labels, told(&it.agent)))
        .collect()
}

#[test]
fn the_sixty_samples_are_classified_as_labelled() {
    let samples = samples(SEEN);
    assert_eq!(samples.len(), 60);
    let wrong = mismatches(&samples);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn browsers_applications_and_bots_of_all_kinds_are_classified_by_the_same_rules() {
    let samples = samples(MORE);
    assert!(samples.len() >= 250);
    let wrong = mismatches(&samples);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_device_is_written_with_exactly_the_labelled_fields() {
    let text = serde_json::to_string(&Device::recognise(&Hints::of("Profile/1.0"))).unwrap();
    assert_eq!(
        text,
        r#"{"platform":"ios","os_version":null,"browser":"apple-profile-service","in_app":false,"bot":false,"can_install":false}"#
    );
}

#[test]
fn what_follows_the_first_1024_bytes_is_not_read() {
    for sample in ALL.iter() {
        let padded = format!("{:1024}{}", sample.agent, "Line/1.0 Googlebot (".repeat(10_000));
        assert_eq!(told(&padded), sample.labels, "{}", sample.agent);
    }
}

/// What holds of every device, whatever was sent.
fn holds(hints: &Hints<'_>) -> Result<(), TestCaseError> {
    let device = Device::recognise(hints);
    let name = device.browser.as_str();
    prop_assert!((1..=40).contains(&name.len()), "{}", name);
    prop_assert!(
        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b)),
        "{}",
        name
    );
    if let Some(version) = &device.os_version {
        prop_assert!((1..=25).contains(&version.as_str().len()), "{}", version);
    }
    if device.bot {
        prop_assert_eq!(device.platform, Platform::Unknown);
        prop_assert!(!device.in_app && !device.can_install && device.obstacle().is_none());
    } else {
        prop_assert_eq!(device.can_install, device.obstacle().is_none());
    }
    prop_assert!(!(device.in_app && device.can_install));
    let apple = matches!(device.platform, Platform::Ios | Platform::Ipados | Platform::Macos);
    let profile = matches!(bundle_target(&device).kind, tegata::device::BundleKind::Profile);
    prop_assert_eq!(apple, profile);
    if let Some(url) = hop(&device, "https://cert.example.jp/C/7K3W", false) {
        prop_assert!(!device.can_install && !device.bot, "{}", url);
    }
    Ok(())
}

/// Pieces that the rules look for, in any order and nesting.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Mozilla/5.0 ",
        "(",
        ")",
        "((",
        "))",
        ";",
        "; ",
        "[",
        "]",
        "/",
        "//",
        " ",
        "iPhone; CPU iPhone OS 18_7 like Mac OS X",
        "iPad; CPU OS ",
        "99999999999999",
        "_",
        ".",
        "Macintosh; Intel Mac OS X 10_15_7",
        "Linux; Android 10; K",
        "Android ",
        "Windows NT ",
        "Windows NT 10.0",
        "X11; CrOS ",
        "X11; Linux",
        "KHTML, like Gecko",
        "AppleWebKit/605.1.15 ",
        "Version/",
        "26.4.2 ",
        "Mobile/15E148 ",
        "Safari/604.1 ",
        "Chrome/142.0.0.0 ",
        "CriOS/",
        "Line/",
        "LIFF",
        "; wv",
        "compatible; ",
        "bot",
        "Twitterbot/1.0",
        "+https://",
        "facebookexternalhit/1.1;",
        "line-poker",
        "FBSV/",
        "Android (34/",
        "Browser/",
        "Opera Mini/",
        "MSIE 9.0",
        "Trident",
        "手形",
        "\u{0}",
        "\u{202e}",
        "ecosia",
        "X/YBrowser/1",
        "K",
        "OS ",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    // A failure prints its input, which then becomes a sample of its own.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_taken_without_harm(
        agent in any::<String>(),
        hint in prop::option::of(any::<String>()),
        touch_points in any::<Option<u8>>(),
        chosen in prop::option::of(prop::sample::select(Platform::ALL.to_vec())),
    ) {
        let hint = hint.as_deref();
        holds(&Hints {
            user_agent: &agent,
            ch_platform: hint,
            ch_platform_version: hint,
            ch_model: hint,
            ch_mobile: hint,
            ch_ua: hint,
            touch_points,
            chosen,
        })?;
    }

    #[test]
    fn any_mixture_of_what_the_rules_look_for_is_taken_without_harm(
        agent in pieces(),
        platform in prop::option::of(prop::sample::select(vec!["\"Android\"", "\"Windows\"", "\"macOS\"", "iOS", "\""])),
        version in prop::option::of("\"?[0-9.]{0,30}\"?"),
        brands in prop::option::of("(\"[A-Za-z ]{0,20}\";v=\"[0-9]{1,3}\",? ?){0,5}"),
        chosen in prop::option::of(prop::sample::select(Platform::ALL.to_vec())),
    ) {
        holds(&Hints {
            ch_platform: platform,
            ch_platform_version: version.as_deref(),
            ch_ua: brands.as_deref(),
            chosen,
            ..Hints::of(&agent)
        })?;
    }

    #[test]
    fn blanks_separators_and_numbers_at_the_end_change_nothing(
        at in any::<prop::sample::Index>(),
        tail in "[ \t;,]( ?[0-9]{1,4}(\\.[0-9]{1,4}){0,3})?[ ;]{0,3}",
    ) {
        let sample = at.get(&ALL);
        // The profile installer is known by its whole text.
        prop_assume!(!sample.agent.starts_with("Profile/"));
        prop_assert_eq!(&told(&format!("{}{}", sample.agent, tail)), &sample.labels, "{}{:?}", sample.agent, tail);
    }

    #[test]
    fn an_unknown_word_at_the_end_changes_nothing_on_a_pc_or_in_an_application_and_leaves_a_bot_a_bot(
        at in any::<prop::sample::Index>(),
        word in "Q[a-z]{3,9}z(/[0-9]{1,3}(\\.[0-9]{1,3}){0,2})?",
    ) {
        let sample = at.get(&ALL);
        let pc = ["windows", "macos", "linux", "chromeos"].contains(&sample.labels["platform"].as_str().unwrap());
        let told = told(&format!("{} {word}", sample.agent));
        if pc || sample.labels["in_app"] == true {
            prop_assert_eq!(&told, &sample.labels, "{} {}", sample.agent, word);
        }
        prop_assert_eq!(&told["bot"], &sample.labels["bot"], "{} {}", sample.agent, word);
    }
}
