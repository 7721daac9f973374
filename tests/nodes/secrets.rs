//! What two nodes on one Redis say of themselves in a whole life, at their most talkative: log, metrics and traces have nothing
//! that opens anything.

use std::os::unix::fs::PermissionsExt as _;

use reqwest::StatusCode;
use url::Url;

use crate::collector::Collector;
use crate::ground::json;
use crate::page::hook;
use crate::person::{Person, at, check, identity, location};
use crate::ports;
use crate::program::{Installation, Invited};
use crate::redis::Server;

fn free() -> String {
    format!("127.0.0.1:{}", ports::own())
}

/// What must never be said, and what it is.
#[derive(Default)]
struct Hidden(Vec<(&'static str, String)>);

impl Hidden {
    fn add(&mut self, what: &'static str, text: impl Into<String>) {
        let text = text.into();
        assert!(text.len() >= 8, "{what} is too short to be looked for: {text}");
        let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        self.0.push((what, text));
        self.0.push((what, bare));
    }

    fn invitation(&mut self, invited: &Invited) {
        self.add("code", invited.link.rsplit('/').next().unwrap());
        self.add("number", &invited.number);
        self.add("secret", &invited.secret);
    }

    fn is_not_in(&self, place: &str, text: &[u8]) {
        assert!(!text.is_empty(), "{place} says nothing");
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        for (what, hidden) in &self.0 {
            let hidden = hidden.to_ascii_lowercase();
            let around = text.find(&hidden).map(|at| {
                let near =
                    |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                text[near(at.saturating_sub(200))..near(at + 200)].to_owned()
            });
            assert_eq!(around, None, "the {what} {hidden} is in {place}");
        }
    }
}

/// By number, with a wrong secret and with one that is too short, then by the link, to the end; then everything that an
/// operator does to it.
async fn live(one: &Installation, two: &Installation, hidden: &mut Hidden) {
    let person = Person::new();
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    hidden.invitation(&invited);
    let mut form = person.get(&two.landing()).await.form();
    form.fill(hook::NUMBER, &invited.number).fill(hook::SECRET, "33333-33333");
    hidden.add("nonce", form.fields.iter().find(|(name, _)| name == hook::NONCE).unwrap().1.clone());
    hidden.add("wrong secret", "33333-33333");
    let wrong = person.send(&form, two).await;
    assert_eq!(wrong.code().as_deref(), Some("T-102"), "{}", wrong.said());
    form.fill(hook::NUMBER, "99999-99999-99999").fill(hook::SECRET, &invited.secret);
    person.send(&form, one).await;
    let form = person.form(&invited, one).await;
    hidden.add("nonce", form.fields.iter().find(|(name, _)| name == hook::NONCE).unwrap().1.clone());
    let ticket = location(&person.send(&form, two).await);
    hidden.add("ticket", ticket.path().rsplit('/').next().unwrap());
    let page = person.get(&at(one, &ticket)).await;
    assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
    let bundle = person.bytes(&at(two, &page.links(hook::FILE).remove(0))).await;
    let told = check(&one.check, &one.root(), Some(identity(&bundle, &invited.secret))).await;
    assert_eq!((told.status, told.code()), (StatusCode::OK, None), "{}", told.said());
    // What is asked for after the end, and what nobody has.
    person.get(&at(two, &ticket)).await;
    person.get(&at(one, &Url::parse(&invited.link).unwrap())).await;
    let lost = json(two, &["reissue", &invited.enrollment, "--reason", "lost", "--yes", "--json"]);
    for (what, key) in [("code", "link"), ("number", "number"), ("secret", "secret")] {
        let text = lost[key].as_str().unwrap_or_else(|| panic!("no {key} in {lost}"));
        hidden.add(what, text.rsplit('/').next().unwrap());
    }
    json(one, &["cancel", lost["enrollment"].as_str().unwrap(), "--yes", "--json"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_metrics_and_traces_of_a_whole_life_on_redis_hold_nothing_that_opens_anything() {
    let password = "hush-hush-hush";
    let mut redis = Server::durable(&["--requirepass", password]);
    let kept = tempfile::tempdir().unwrap();
    let file = kept.path().join("password");
    std::fs::write(&file, password).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let token = kept.path().join("headers");
    std::fs::write(&token, "Authorization: Bearer collectors-token\n").unwrap();
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    let collector = Collector::start(false);
    let arguments = ["--store-url", &redis.url(), "--store-password-file", file.to_str().unwrap()];
    let settings = [
        ("TEGATA_LOG_LEVEL", "debug"),
        ("TEGATA_LOG_FORMAT", "json"),
        ("TEGATA_STORE_PATIENCE", "500ms"),
        ("TEGATA_TELEMETRY_OTLP_ENDPOINT", &collector.endpoint),
        ("TEGATA_TELEMETRY_OTLP_HEADERS_FILE", token.to_str().unwrap()),
    ];
    let one = Installation::create_with(&arguments, &settings);
    let (metrics, others) = (free(), free());
    let (one, two) = (
        one.clone().with("TEGATA_METRICS_LISTEN", &metrics),
        one.beside().with("TEGATA_METRICS_LISTEN", &others),
    );
    let running = [one.serve(), two.serve()];
    let mut hidden = Hidden::default();
    hidden.add("password for Redis", password);
    hidden.add("collector's token", "collectors-token");
    let pepper = std::fs::read_to_string(one.directory().join("pepper")).unwrap();
    hidden.add("pepper", pepper.trim());
    live(&one, &two, &mut hidden).await;

    // The same doors while the store is gone: what fails is told at length.
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    hidden.invitation(&invited);
    let person = Person::new();
    let form = person.form(&invited, &one).await;
    redis.kill();
    for node in [&one, &two] {
        let page = person.send(&form, node).await;
        assert_eq!(page.code().as_deref(), Some("T-190"), "{}", page.said());
        let page = person.get(&at(node, &Url::parse(&invited.link).unwrap())).await;
        assert_eq!(page.code().as_deref(), Some("T-190"), "{}", page.said());
    }
    redis.start_again();

    for listen in [&metrics, &others] {
        let page = person.get(&Url::parse(&format!("http://{listen}/metrics")).unwrap()).await;
        hidden.is_not_in("the metrics", page.text.as_bytes());
    }
    for node in running {
        node.stop();
    }
    for node in [&one, &two] {
        let log = node.logged();
        hidden.is_not_in("the log", log.as_bytes());
        let requests = log.lines().filter(|line| line.contains(r#""message":"request""#));
        let mut routes = std::collections::BTreeSet::new();
        for line in requests {
            let line: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(line["reference"].as_str().is_some_and(|reference| reference.len() == 11), "{line}");
            routes.insert(line["route"].as_str().unwrap().to_owned());
        }
        assert!(routes.contains("/c/{code}"), "{routes:?}");
        assert!(log.lines().all(|line| line.starts_with('{')), "every line is JSON: {log}");
    }
    hidden.is_not_in("the traces", &collector.bytes());
    let spans = collector.spans();
    assert!(
        spans.iter().any(|span| span.attributes.get("db.system.name").is_some_and(|name| name == "redis"))
    );
    assert!(
        spans.iter().any(|span| span.attributes.get("error.type").is_some_and(|kind| kind == "unavailable"))
    );
    assert!(collector.heads().contains("collectors-token"), "it reached the collector, and nobody else");
}
