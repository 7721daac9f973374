//! Who asks without a person: previewers, crawlers, scanners of mail gateways, monitors, HTTP libraries.
//!
//! A bot gets the landing page without its form. A person who is taken for a bot would be stuck, so a stranger is a bot only
//! when it says so: by its name, by the address of its owner, or by the word "compatible" that no browser of the last ten
//! years uses.

use super::agent::{Agent, Comment};
use super::browser::Browser;

/// Where one agent names several services, or hides its own name: the first that the text contains decides.
const SPECIAL: &[(&str, &str)] = &[
    // LINE and KakaoTalk present themselves as Facebook first, iMessage as Facebook and Twitter on an old Mac.
    ("line-poker", "line-poker"),
    ("kakaotalk-scrap", "kakaotalk-scrap"),
    ("facebot twitterbot", "imessage-preview"),
    ("googleimageproxy", "googleimageproxy"),
    ("yahoomailproxy", "yahoomailproxy"),
    ("mastodon/", "mastodon"),
    ("pingdom.com_bot", "pingdom"),
    // VirusTotal fetches through a platform that signs with its own name.
    ("virustotal", "virustotal"),
];

/// Words that are part of a bot's name and of nothing a person uses.
const MARKS: &[&str] = &[
    "crawl",
    "spider",
    "slurp",
    "scrap",
    "externalhit",
    "externalagent",
    "externalfetcher",
    "preview",
    "unfurl",
    "linkexpand",
    "headless",
    "phantomjs",
    "lighthouse",
    "pagespeed",
    "fetcher",
    "feedfetcher",
    "imgproxy",
    "imageproxy",
    "mailproxy",
    "favicon",
    "validator",
    "archiver",
    "linkcheck",
    "healthcheck",
    "health-check",
    "monitor",
    "uptime",
    "synthetic",
    "urlscan",
    "checker",
    "ptst",
    "gomezagent",
    "catchpoint",
    "playwright",
    "puppeteer",
    "selenium",
    "mediapartners",
    "httpclient",
    "httpasyncclient",
    "libcurl",
    "urllib",
    "jsdom",
    "facebookcatalog",
    "google-safety",
    "safebrowsing",
    "nagios",
    "zabbix",
    "statuscake",
    "site24x7",
    "datadog",
    "newrelic",
    "pingdom",
    "nutch",
    // Scanners of whole networks.
    "masscan",
    "zgrab",
    "nmap",
    "nikto",
    "nuclei",
    "arachni",
    "sqlmap",
    // Mail gateways and security services that open links before, or in place of, the person.
    "barracuda",
    "proofpoint",
    "mimecast",
    "bitdefender",
    "forcepoint",
    "fireeye",
    "zscaler",
    "fortiguard",
    "netcraft",
    "safelinks",
    "urldefense",
    "ironport",
    "trendmicro",
    "kaspersky",
    "sophos",
    "symantec",
];

/// What an agent begins with that is a library or a tool, never a browser: the whole word, or followed by `-`.
const TOOLS: &[&str] = &[
    "curl",
    "wget",
    "python",
    "aiohttp",
    "httpx",
    "go-http-client",
    "java",
    "apache-httpclient",
    "okhttp",
    "dalvik",
    "reqwest",
    "axios",
    "node",
    "node-fetch",
    "node.js",
    "needle",
    "hackney",
    "jetty",
    "anthropic",
    "undici",
    "got",
    "deno",
    "bun",
    "php",
    "guzzlehttp",
    "symfony",
    "ruby",
    "faraday",
    "http.rb",
    "httparty",
    "libwww",
    "lwp",
    "perl",
    "lua-resty-http",
    "httpie",
    "postmanruntime",
    "insomnia",
    "powershell",
    "winhttp",
    "microsoft",
    "ms-office",
    "ktor",
    "dart",
    "jersey",
    "rest-client",
    "jakarta",
    "elb",
    "kube",
    "kube-probe",
    "check_http",
    "prometheus",
    "blackbox",
    "blackbox-exporter",
    "amazon",
    "amazon-route53-health-check-service",
    "envoy",
    "traefik",
    "iframely",
    "embedly",
    "whatsapp",
    "viber",
    "synapse",
    "outlook",
    "hatena",
    "baidu",
    "expanse",
    "cloudflare",
    "stripe",
];

/// Marks that stand anywhere outside the comments and belong to a program that shows no page.
const PROGRAMS: &[&str] = &["cfnetwork", "powershell", "windowspowershell", "ms-office", "msoffice"];

/// Parts of a comment that are no name.
const NO_NAMES: &[&str] = &[
    "http",
    "+http",
    "www.",
    "khtml",
    "like gecko",
    "windows",
    "win64",
    "wow64",
    "x64",
    "linux",
    "x11",
    "macintosh",
    "intel mac",
    "android",
    "iphone",
    "ipad",
    "cpu ",
    "rv:",
    "msie",
    "trident",
    "compatible",
    "via ",
    "build/",
];

/// The bot behind an agent, if there is one.
pub(super) fn recognise(agent: &Agent<'_>) -> Option<Browser> {
    if let Some((_, name)) = SPECIAL.iter().find(|(mark, _)| agent.text.contains(mark)) {
        return Some(Browser::of(name));
    }
    if let Some(named) = leading(agent) {
        return Some(named);
    }
    let mut uncommon = agent.words.iter().filter(|word| !word.is_common());
    if let Some(word) = uncommon.find(|word| is_bot(word.name) || PROGRAMS.contains(&word.name)) {
        return Browser::by_its_own_name(word.name);
    }
    if let Some(named) =
        agent.comments.iter().enumerate().find_map(|(at, comment)| commented(agent, at, comment))
    {
        return Some(named);
    }
    agent.has_address().then(|| Browser::of("bot"))
}

/// An agent that does not pretend to be a browser is named by what it begins with.
fn leading(agent: &Agent<'_>) -> Option<Browser> {
    let first = agent.words.first()?;
    if first.name == "mozilla" || first.name == "opera" || agent.text.starts_with('(') {
        return None;
    }
    let tool = TOOLS.iter().any(|tool| {
        first.name.strip_prefix(tool).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ':', '_']))
    });
    // `Barracuda Sentinel (EE)`, `Sogou web spider/4.0`, `Better Uptime Bot Mozilla/5.0`.
    let title = agent.text.split(['/', ';', '(', '[', ',']).next().map(without_version)?;
    let title = title.strip_suffix(" mozilla").unwrap_or(title);
    if tool || first.name.starts_with("google") || is_bot(title) || agent.has_address() || says_bot(agent) {
        return Browser::by_its_own_name(title);
    }
    None
}

fn says_bot(agent: &Agent<'_>) -> bool {
    agent.comments.iter().flat_map(Comment::segments).any(|segment| segment == "bot")
        || agent.words.iter().any(|word| word.name == "bot")
}

/// A name in a comment: beside an owner's address, after `compatible`, or anywhere but where Android tells its model, which may
/// be a CUBOT.
fn commented(agent: &Agent<'_>, at: usize, comment: &Comment<'_>) -> Option<Browser> {
    let claims = comment.segments().any(|segment| segment == "compatible") && !is_old_browser(comment);
    let names = || comment.segments().map(without_version).filter(|name| is_name(name));
    if claims || comment.has_address() {
        let claimed = comment.segments().skip_while(|segment| *segment != "compatible").map(without_version);
        return names()
            .find(|name| is_bot(name))
            .or_else(|| claimed.into_iter().find(|name| is_name(name)))
            .or_else(|| names().next())
            .or_else(|| preceding(agent, comment))
            .and_then(Browser::by_its_own_name)
            .or(Some(Browser::of("bot")));
    }
    let mut segments = comment.segments();
    if segments.next() == Some("khtml, like gecko") {
        // `(KHTML, like Gecko; Google Web Preview)`: nobody else adds to what a browser says here.
        return segments
            .find(|segment| is_name(segment))
            .map(without_version)
            .and_then(Browser::by_its_own_name);
    }
    let telephone = at == 0 && comment.segments().any(|segment| segment.contains("android"));
    let name = if telephone { None } else { names().find(|name| is_bot(name)) };
    name.and_then(Browser::by_its_own_name)
}

/// `Google (+https://…)`: the word before the address, unless it is a browser's.
fn preceding<'a>(agent: &Agent<'a>, comment: &Comment<'_>) -> Option<&'a str> {
    let word = agent.words.get(comment.after.checked_sub(1)?)?;
    (!word.is_common()).then_some(word.name)
}

/// Internet Explorer and Konqueror called themselves compatible too.
fn is_old_browser(comment: &Comment<'_>) -> bool {
    comment.segments().any(|segment| {
        segment.starts_with("msie") || segment.starts_with("konqueror") || segment.starts_with("trident")
    })
}

fn is_name(segment: &str) -> bool {
    segment.len() > 2
        && segment.starts_with(|c: char| c.is_ascii_alphabetic())
        && !segment.contains('@')
        && !segment.contains("://")
        && !matches!(segment, "bot" | "robot" | "spider" | "crawler")
        && !NO_NAMES.iter().any(|none| segment.starts_with(none))
}

/// `yahoo link preview` of itself, `bingbot` of `bingbot/2.0`, `foo bar` of `foo bar 1.0`.
fn without_version(segment: &str) -> &str {
    let name = segment.split('/').next().unwrap_or(segment);
    let number = name.match_indices(' ').find(|(at, _)| {
        name[at + 1..].starts_with(|c: char| c.is_ascii_digit() || c == '+')
            || name[at + 1..].starts_with("v1")
    });
    number.map_or(name, |(at, _)| &name[..at])
}

/// Whether a lowercase word or title names a bot.
fn is_bot(name: &str) -> bool {
    let named_bot = name.match_indices("bot").any(|(at, _)| {
        let (before, after) = (&name[..at], &name[at + 3..]);
        // CUBOT makes telephones.
        !before.ends_with("cu") && (after.is_empty() || after.starts_with(['-', '_', '.', ' ']))
    });
    // `chatgpt-user`, `amzn-user`: sent in somebody's name, by nobody.
    named_bot || name.ends_with("-user") || MARKS.iter().any(|mark| name.contains(mark))
}
