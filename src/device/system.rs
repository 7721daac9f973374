//! Which operating system, and which version of it.

use super::agent::Agent;
use super::browser::Browser;
use super::platform::{OsVersion, Platform};

/// Words that only browsers and applications of an iPhone or iPad send. Beside `Macintosh` they tell an iPad.
const APPLE_MOBILE: &[&str] = &[
    "crios",
    "edgios",
    "fxios",
    "vivaios",
    "opios",
    "opt",
    "gsa",
    "mobile",
    "line",
    "liff",
    "fbios",
    "yjapp-ios",
    "teamsmobile-ios",
    "mxios",
];

/// What marks a telephone, console or television that calls itself after the system it is built from or wants to be.
const OTHERS: &[&str] =
    &["windows phone", "iemobile", "wpdesktop", "windows ce", "xbox", "playstation", "nintendo"];

/// How a part of the first comment begins, in the order in which it counts: models of Android are called iPhone, not the
/// other way round.
const BEGINNINGS: &[(&str, Platform)] = &[
    ("android", Platform::Android),
    ("linux android", Platform::Android),
    ("ipad", Platform::Ipados),
    ("iphone", Platform::Ios),
    ("ipod", Platform::Ios),
    ("macintosh", Platform::Macos),
    ("windows", Platform::Windows),
    ("cros ", Platform::Chromeos),
];

/// What the first comment says that the device runs.
pub(super) fn platform(agent: &Agent<'_>) -> Platform {
    if agent.says("kaios") || agent.system().any(|part| OTHERS.iter().any(|mark| part.contains(mark))) {
        return Platform::Unknown;
    }
    let begins = |beginning: &str| agent.system().any(|part| part.starts_with(beginning));
    match BEGINNINGS.iter().find(|(beginning, _)| begins(beginning)) {
        Some((_, Platform::Macos)) if is_ipad_as_mac(agent) => Platform::Ipados,
        Some((_, platform)) => *platform,
        None if !agent.system().any(|part| part.contains("linux")) => Platform::Unknown,
        None if is_android_as_linux(agent) => Platform::Android,
        None => Platform::Linux,
    }
}

/// Whether an agent that says `Macintosh` is an iPad all the same: it names software that no Mac has.
fn is_ipad_as_mac(agent: &Agent<'_>) -> bool {
    let brave = agent.says("brave") && !agent.says("chrome");
    let facebook = agent.word_named("fban").is_some_and(|word| word.version.contains("ios"));
    brave || facebook || agent.words.iter().any(|word| APPLE_MOBILE.contains(&word.name))
}

/// Whether an agent that says `X11; Linux` is an Android device set to desktop pages: it names software that no PC with
/// Linux has. Televisions have Samsung's browser too, but no X11.
fn is_android_as_linux(agent: &Agent<'_>) -> bool {
    agent.system().any(|part| part == "x11") && (agent.says("edga") || agent.says("samsungbrowser"))
}

/// What is known of the version of the system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// The version, when it is sure.
    pub(super) known: Option<OsVersion>,
    /// The major that it has at the least, though the version itself is not known.
    pub(super) at_least: u32,
}

impl Version {
    pub(super) fn of(known: Option<OsVersion>) -> Self {
        let at_least = known.as_ref().map_or(0, OsVersion::major);
        Self { known, at_least }
    }
}

/// The version that the agent tells.
pub(super) fn version(agent: &Agent<'_>, platform: Platform, browser: &Browser) -> Version {
    match platform {
        Platform::Ios | Platform::Ipados => apple_mobile(agent, browser),
        Platform::Android => Version::of(android(agent)),
        Platform::Windows => Version::of(windows(agent)),
        // macOS has been 10_15_7 since Big Sur, and the rest have none that matters.
        Platform::Macos | Platform::Chromeos | Platform::Linux | Platform::Unknown => Version::default(),
    }
}

/// iOS and iPadOS: Safari's `Version/` has been the system's own since iOS 26 froze the system's
/// token at `18_6` and `18_7`.
fn apple_mobile(agent: &Agent<'_>, browser: &Browser) -> Version {
    let token = agent.system().find_map(|part| {
        // Some applications leave the `OS` out.
        ["os ", "cpu iphone "].into_iter().find_map(|mark| {
            let rest = &part[part.find(mark)? + mark.len()..];
            rest.starts_with(|c: char| c.is_ascii_digit()).then_some(rest)
        })
    });
    let safari = agent.word_named("version").and_then(|word| OsVersion::parse(word.version));
    let Some(text) = token else {
        // An iPad that says that it is a Mac: its Safari has the version of its system, other browsers' are their own.
        return Version::of(safari.filter(|_| *browser == Browser::SAFARI));
    };
    let frozen = is_frozen(text);
    let Some(system) = OsVersion::parse(text) else { return Version::default() };
    // Edge and applications say `Version/18.0` on 18.5: theirs counts only when it tells of a newer system.
    let safari_like = matches!(browser.as_str(), "safari" | "brave" | "duckduckgo" | "opera");
    match safari {
        Some(safari) if safari.major() > system.major() => Version::of(Some(safari)),
        Some(safari) if safari_like && safari.major() == system.major() => Version::of(Some(safari)),
        None if frozen => match told_by_application(agent) {
            Some(own) => Version::of(Some(own)),
            None => Version { known: None, at_least: system.major() },
        },
        _ => Version::of(Some(system)),
    }
}

/// `18_6` or `18_7` and nothing more, which iOS 26 and later send as well.
fn is_frozen(token: &str) -> bool {
    let digits =
        token.split(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).next().unwrap_or_default();
    matches!(digits, "18_6" | "18_7" | "18.6" | "18.7")
}

/// Facebook's `FBSV/17.6.1`, Instagram's `(iPhone14,8; iOS 16_6; …)`: asked of the system, not copied from Safari.
fn told_by_application(agent: &Agent<'_>) -> Option<OsVersion> {
    if let Some(word) = agent.word_named("fbsv") {
        return OsVersion::parse(word.version);
    }
    let mut later = agent.comments.iter().skip(1).flat_map(super::agent::Comment::segments);
    later.find_map(|part| {
        OsVersion::parse(part.strip_prefix("ios ").or_else(|| part.strip_prefix("android "))?)
    })
}

/// Android: Chrome has said `Android 10; K` on every version since 110.
fn android(agent: &Agent<'_>) -> Option<OsVersion> {
    let mut parts = agent.system().skip_while(|part| !part.contains("android"));
    let text = parts.next()?;
    let rest = &text[text.find("android")? + "android".len()..];
    let version = OsVersion::parse(rest.trim_start_matches([' ', '-', '/']));
    let frozen =
        version.as_ref().is_some_and(|version| version.as_str() == "10") && parts.next() == Some("k");
    if !frozen {
        return version;
    }
    told_by_application(agent).or_else(|| {
        // Instagram's `Android (34/14; …)`: the level of the interface and the version.
        let at = agent.words.iter().rposition(|word| word.name == "android")?;
        let own = agent.comments.iter().find(|comment| comment.after == at + 1)?;
        OsVersion::parse(own.segments().next()?.split_once('/')?.1)
    })
}

/// Windows by the name people know it under. 10 and 11 both say `NT 10.0`.
fn windows(agent: &Agent<'_>) -> Option<OsVersion> {
    let number = agent.system().find_map(|part| part.strip_prefix("windows nt "))?;
    match OsVersion::parse(number)?.as_str() {
        "6.3" => Some(OsVersion::named("8.1", 8)),
        "6.2" => Some(OsVersion::named("8", 8)),
        "6.1" => Some(OsVersion::named("7", 7)),
        "6.0" => Some(OsVersion::named("vista", 6)),
        "5.1" | "5.2" => Some(OsVersion::named("xp", 5)),
        _ if OsVersion::parse(number)?.major() >= 10 => Some(OsVersion::named("10+", 10)),
        _ => None,
    }
}
