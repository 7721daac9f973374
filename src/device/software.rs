//! Which browser or application shows the page.

use super::agent::{Agent, Comment, Word};
use super::browser::Browser;
use super::platform::Platform;

/// What shows the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Software {
    pub(super) browser: Browser,
    pub(super) in_app: bool,
    /// The number before the first point of the browser's version.
    pub(super) major: Option<u32>,
}

impl Software {
    pub(super) fn app(browser: Browser) -> Self {
        Self { browser, in_app: true, major: None }
    }

    fn browser(browser: Browser, major: Option<u32>) -> Self {
        Self { browser, in_app: false, major }
    }
}

/// A word as it stands, or with `*` at the end: a word that begins so.
type Mark = &'static str;

/// Applications whose built-in browser names itself. The order decides where one wears another's mark: Instagram and
/// Threads carry Facebook's, Teams and Slack are Electron.
const APPS: &[(Mark, &str)] = &[
    ("line", "line"),
    ("liff", "line"),
    ("yjapp*", "yahoo-japan"),
    ("jp.co.yahoo*", "yahoo-japan"),
    ("instagram", "instagram"),
    ("barcelona", "threads"),
    ("fban", "facebook"),
    ("fbav", "facebook"),
    ("fb_iab", "facebook"),
    ("fbios", "facebook"),
    ("fb4a", "facebook"),
    ("metaiab*", "facebook"),
    ("gsa", "google-app"),
    ("micromessenger", "wechat"),
    ("wechat", "wechat"),
    ("teams*", "teams"),
    ("slack*", "slack"),
    ("com.tinyspeck*", "slack"),
    ("telegram*", "telegram"),
    ("rakuten*", "rakuten"),
    ("kakaotalk", "kakaotalk"),
    ("kakaostory", "kakaostory"),
    ("linkedinapp", "linkedin"),
    ("linkedin", "linkedin"),
    ("twitter*", "twitter"),
    ("snapchat", "snapchat"),
    ("pinterest*", "pinterest"),
    ("tiktok*", "tiktok"),
    ("musical_ly*", "tiktok"),
    ("bytedancewebview", "tiktok"),
    ("bytelocale", "tiktok"),
    ("trill*", "tiktok"),
    ("aweme*", "tiktok"),
    ("smartnews*", "smartnews"),
    ("outlook*", "outlook"),
    ("thunderbird", "thunderbird"),
    ("discord*", "discord"),
    ("reddit", "reddit"),
    ("whatsapp", "whatsapp"),
    ("waios", "whatsapp"),
    ("wa4a", "whatsapp"),
    ("viber", "viber"),
    ("weibo*", "weibo"),
    ("alipayclient", "alipay"),
    ("dingtalk", "dingtalk"),
    ("baiduboxapp", "baidu"),
    ("qq", "qq"),
    // Applications whose mark only says that they are one.
    ("naver", "webview"),
    ("daumapps", "webview"),
    ("electron", "webview"),
];

/// Browsers that name themselves, in the order in which the names count: each later one also appears inside earlier ones.
const BROWSERS: &[(Mark, &str)] = &[
    ("vivaios", "vivaldi"),
    ("vivaldi", "vivaldi"),
    ("ddg", "duckduckgo"),
    ("duckduckgo", "duckduckgo"),
    ("brave*", "brave"),
    ("opios", "opera-mini"),
    ("opt", "opera"),
    ("opx", "opera"),
    ("opr", "opera"),
    ("edg", "edge"),
    ("edgios", "edge"),
    ("edga", "edge"),
    ("edge", "edge"),
    ("yabrowser", "yandex"),
    ("yowser", "yandex"),
    ("yandexsearch*", "yandex"),
    ("yasearch*", "yandex"),
    ("fxios", "firefox"),
    ("focus", "firefox"),
    ("klar", "firefox"),
    ("mozacfetch", "firefox"),
    ("firefox", "firefox"),
    ("silk", "silk"),
    ("puffin", "puffin"),
    ("whale", "whale"),
    ("coast", "opera"),
    ("quark", "quark"),
    ("maxthon", "maxthon"),
    ("sleipnir", "sleipnir"),
    ("mxios", "maxthon"),
    ("mqqbrowser", "qq"),
    ("ubrowser", "uc"),
    ("ucweb", "uc"),
];

/// The words of a Chrome or Safari that nobody has changed.
const GENUINE: &[&str] =
    &["mozilla", "applewebkit", "version", "chrome", "chromium", "crios", "mobile", "safari", "gecko"];

/// Names what shows the page.
pub(super) fn recognise(agent: &Agent<'_>, platform: Platform) -> Software {
    if let Some((word, name)) = first_of(APPS, agent) {
        let name = if word.name == "qq" && word.version.is_empty() { "webview" } else { name };
        return Software::app(Browser::of(name));
    }
    if agent.says("opera") {
        return if agent.text.contains("opera mini") {
            Software::browser(Browser::OPERA_MINI, None)
        } else {
            Software::browser(Browser::OPERA, None)
        };
    }
    if let Some((word, name)) = first_of(BROWSERS, agent) {
        return Software::browser(Browser::of(name), word.major());
    }
    // `(Ecosia ios@10.3)` stands in a comment of its own.
    if agent.comments.iter().skip(2).flat_map(Comment::segments).any(|part| part.starts_with("ecosia")) {
        return Software::browser(Browser::of("ecosia"), None);
    }
    if agent.system().any(|part| part.starts_with("trident") || part.starts_with("msie"))
        || agent.says("trident")
    {
        return Software::browser(Browser::IE, None);
    }
    if let Some((browser, major)) = by_its_ending(agent) {
        return Software::browser(browser, major);
    }
    let software = by_engine(agent, platform);
    // What sends Chrome's or Safari's words on a telephone and then others is some application or a browser built on
    // the same engine. It is never the real one.
    if software.browser != Browser::UNKNOWN && is_mobile(platform) && agent.words.iter().any(is_foreign) {
        return Software::app(Browser::WEBVIEW);
    }
    software
}

/// Chrome, Safari, or the engine of either inside something that does not say what it is.
fn by_engine(agent: &Agent<'_>, platform: Platform) -> Software {
    let chrome = agent.word_named("chrome").or_else(|| agent.word_named("chromium"));
    let safari = agent.says("safari");
    let version = agent.word_named("version");
    match platform {
        Platform::Ios | Platform::Ipados => match (agent.word_named("crios"), version) {
            (Some(word), _) => Software::browser(Browser::CHROME, word.major()),
            (None, Some(word)) if safari => Software::browser(Browser::SAFARI, word.major()),
            _ => Software::app(Browser::WEBVIEW),
        },
        Platform::Android => match (chrome, version) {
            _ if agent.system().any(|part| part == "wv") => Software::app(Browser::WEBVIEW),
            // A WebView before Android 5 has no `wv`, but every WebView has the old browser's version.
            (Some(_), Some(_)) => Software::app(Browser::WEBVIEW),
            (Some(word), None) => Software::browser(Browser::CHROME, word.major()),
            (None, Some(_)) if safari => Software::browser(Browser::ANDROID_BROWSER, None),
            _ => Software::browser(Browser::UNKNOWN, None),
        },
        Platform::Macos => match (chrome, version) {
            (Some(word), _) => Software::browser(Browser::CHROME, word.major()),
            (None, Some(word)) if safari => Software::browser(Browser::SAFARI, word.major()),
            _ if agent.says("applewebkit") => Software::app(Browser::WEBVIEW),
            _ => Software::browser(Browser::UNKNOWN, None),
        },
        Platform::Windows | Platform::Chromeos | Platform::Linux | Platform::Unknown => chrome.map_or_else(
            || Software::browser(Browser::UNKNOWN, None),
            |word| Software::browser(Browser::CHROME, word.major()),
        ),
    }
}

/// `SamsungBrowser`, `HuaweiBrowser`, `MiuiBrowser`, `UCBrowser`, `VivoBrowser`: named by what stands before `Browser`.
fn by_its_ending(agent: &Agent<'_>) -> Option<(Browser, Option<u32>)> {
    agent.words.iter().find_map(|word| {
        // Xiaomi writes `XiaoMi/MiuiBrowser/14.2`.
        let inner = word.version.split('/').next().unwrap_or_default();
        let stem = word.name.strip_suffix("browser").or_else(|| inner.strip_suffix("browser"))?;
        Some((Browser::by_its_own_name(stem)?, word.major()))
    })
}

fn first_of<'a>(marks: &[(Mark, &'static str)], agent: &Agent<'a>) -> Option<(Word<'a>, &'static str)> {
    marks.iter().find_map(|(mark, name)| {
        let word = agent.words.iter().find(|word| match mark.strip_suffix('*') {
            Some(beginning) => word.name.starts_with(beginning),
            None => word.name == *mark,
        })?;
        Some((*word, *name))
    })
}

fn is_foreign(word: &Word<'_>) -> bool {
    // Smooz hides in `Safari/605.1.15/Smooz/1.96`.
    let hidden = word.name == "safari" && word.version.contains('/');
    hidden || (word.name.starts_with(|c: char| c.is_ascii_alphabetic()) && !GENUINE.contains(&word.name))
}

const fn is_mobile(platform: Platform) -> bool {
    matches!(platform, Platform::Ios | Platform::Ipados | Platform::Android)
}
