//! What is sent to a collector of traces, as another implementation of Protocol Buffers reads it; and a collector that is slow
//! or gone.

use std::process::Command;
use std::time::Instant;

use rustix::process::Signal;

use crate::collector::{Collector, Sent};
use crate::ground::Ground;
use crate::person::{PATIENCE, Person, Running, value_of};

/// A service that sends its traces to `endpoint`, by this variable.
struct Traced {
    running: Running,
    person: Person,
    landing: String,
    metrics: String,
}

impl Traced {
    fn start(ground: &Ground, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.current_dir(ground.path()).args(["--config", "site", "serve"]).env_clear();
        for name in ["TEGATA_HTTP_LISTEN", "TEGATA_CHECK_LISTEN", "TEGATA_METRICS_LISTEN"] {
            command.env(name, "127.0.0.1:0");
        }
        command.env("TEGATA_POOL_RSA_2048", "0").envs(variables.iter().copied());
        let mut running = Running::start(&mut command, false);
        let mut listens = |mark| value_of(&running.line(mark), "listens").to_owned();
        let landing = format!("http://{}", listens("the landing site is open"));
        let check = format!("https://{}", listens("the check site is open"));
        let metrics = format!("http://{}/metrics", listens("the metrics are open"));
        Self { running, person: Person::at(&landing, &check), landing, metrics }
    }

    /// How many spans ended so.
    fn spans(&self, outcome: &str) -> u64 {
        let text = self.person.get(&self.metrics).text;
        let beginning = format!("tegata_trace_spans_total{{outcome=\"{outcome}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&beginning));
        line.map_or(0, |number| number.parse().unwrap())
    }

    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "it never came to this: {what}");
        }
    }

    fn stop(mut self) {
        self.running.signal(Signal::TERM);
        assert_eq!(self.running.end(), Some(0), "{:#?}", self.running.seen);
    }
}

#[track_caller]
fn one<'a>(spans: &'a [Sent], name: &str, holds: impl Fn(&Sent) -> bool) -> &'a Sent {
    let names: Vec<_> = spans.iter().map(|span| (&span.name, &span.attributes)).collect();
    spans
        .iter()
        .find(|span| span.name == name && holds(span))
        .unwrap_or_else(|| panic!("no {name} among {names:#?}"))
}

#[test]
fn a_claim_is_one_trace_from_the_request_to_the_signature() {
    let ground = Ground::new();
    let collector = Collector::start(false);
    let headers = ground.private("headers", "X-Collector-Token: hush hush\n");
    let service = Traced::start(
        &ground,
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint),
            ("TEGATA_TELEMETRY_OTLP_HEADERS_FILE", headers.to_str().unwrap()),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=trial"),
            ("TEGATA_PROXIES_TRUSTED", "127.0.0.1"),
        ],
    );
    let invitation = ground.invite(&[]);
    let identity = service.person.install(&invitation);
    assert_eq!(service.person.check(Some(identity)), "ok");
    let other = ground.invite(&[]);
    service.person.claim(&other, "22222-22222");
    let upstream = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    service.person.get_with(&format!("{}/help", service.landing), "traceparent", upstream);
    service.stop();

    let heads = collector.heads().to_ascii_lowercase();
    assert!(heads.starts_with("post /v1/traces http/1.1\r\n"), "{heads}");
    assert!(heads.contains("content-type: application/x-protobuf"), "{heads}");
    assert!(heads.contains("x-collector-token: hush hush"), "{heads}");
    let spans = collector.spans();
    let request = one(&spans, "POST /c/{code}", |span| span.attributes["http.response.status_code"] == "303");
    assert_eq!((request.kind, request.parent.as_str(), request.scope.as_str()), (2, "", "tegata"));
    for (attribute, value) in
        [("http.request.method", "POST"), ("http.route", "/c/{code}"), ("tegata.site", "landing")]
    {
        assert_eq!(request.attributes.get(attribute).map(String::as_str), Some(value), "{request:?}");
    }
    assert!(request.attributes["tegata.reference"].len() == 11, "{request:?}");
    assert_eq!(request.resource["service.name"], "tegata");
    assert_eq!(request.resource["deployment.environment.name"], "trial");
    assert_eq!(request.resource["service.instance.id"].len(), 16);
    let within = |name: &str| one(&spans, name, |span| span.trace == request.trace);
    let claim = within("claim");
    assert_eq!(claim.parent, request.span);
    assert_eq!(claim.attributes["tegata.platform"], "android");
    assert_eq!(claim.attributes["tegata.enrollment"], invitation["enrollment"].as_str().unwrap());
    let bundle = within("bundle");
    assert_eq!(bundle.parent, claim.span);
    for step in ["key", "sign"] {
        let step = within(step);
        assert_eq!(step.parent, bundle.span);
        assert!(step.nanoseconds > 0 && step.nanoseconds <= bundle.nanoseconds, "{step:?}");
    }
    let commit = one(&spans, "commit", |span| span.parent == claim.span);
    assert_eq!((commit.kind, commit.attributes["db.system.name"].as_str()), (3, "embedded"));
    let refused = one(&spans, "POST /c/{code}", |span| span.attributes["http.response.status_code"] == "403");
    assert_eq!((refused.attributes["tegata.code"].as_str(), refused.status.0), ("T-102", 0));
    one(&spans, "sweep", |span| span.parent.is_empty());
    one(&spans, "GET /", |span| span.attributes["tegata.site"] == "check");
    let continued = one(&spans, "GET /help", |_| true);
    assert_eq!(continued.trace, "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(continued.parent, "b7ad6b7169203331");
    assert!(spans.iter().all(|span| span.events == 0 && span.links == 0 && span.status.1.is_empty()));
}

#[test]
fn a_trace_that_a_stranger_names_is_not_continued() {
    let ground = Ground::new();
    let collector = Collector::start(false);
    let endpoint = format!("{}/v1/traces", collector.endpoint);
    let service = Traced::start(&ground, &[("TEGATA_TELEMETRY_OTLP_ENDPOINT", &endpoint)]);
    // Whoever could set the flag could switch off what is watched, or have everything recorded.
    let upstream = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    service.person.get_with(&format!("{}/help", service.landing), "traceparent", upstream);
    service.stop();
    let spans = collector.spans();
    let seen = one(&spans, "GET /help", |_| true);
    assert!(seen.trace != "0af7651916cd43dd8448eb211c80319c" && seen.parent.is_empty(), "{seen:?}");
}

#[test]
fn a_collector_that_never_answers_keeps_nobody_waiting() {
    let ground = Ground::new();
    let collector = Collector::start(true);
    let mut service =
        Traced::start(&ground, &[("TEGATA_TELEMETRY_OTLP_ENDPOINT", collector.endpoint.as_str())]);
    // More than the queue holds, while not one message is answered.
    service.until("spans are let fall", |service| {
        service.person.get_often(&format!("{}/healthz", service.landing), 1_000);
        service.spans("dropped") > 0
    });
    assert_eq!(service.spans("sent"), 0);
    let told = service.running.line("traces cannot be delivered");
    assert!(told.contains(&collector.endpoint), "{told}");
    // It answers at last: what is made from now on arrives.
    collector.speak();
    service.until("spans arrive", |service| service.spans("sent") > 0);
    service.running.line("traces are delivered again");
    service.stop();
}

#[test]
fn a_collector_that_is_gone_is_told_once_and_holds_up_no_end() {
    let ground = Ground::new();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut service =
        Traced::start(&ground, &[("TEGATA_TELEMETRY_OTLP_ENDPOINT", &format!("http://{gone}"))]);
    service.running.line("traces cannot be delivered");
    let failed = service.spans("failed");
    service.until("more is tried", |service| {
        service.person.get(&format!("{}/healthz", service.landing));
        service.spans("failed") > failed
    });
    service.running.signal(Signal::TERM);
    assert_eq!(service.running.end(), Some(0));
    let told = service.running.seen.iter().filter(|line| line.contains("traces cannot be delivered"));
    assert_eq!(told.count(), 1, "{:#?}", service.running.seen);
}

#[test]
fn without_an_endpoint_nothing_is_sent_or_counted() {
    let ground = Ground::new();
    let service = Traced::start(&ground, &[]);
    service.person.get(&format!("{}/help", service.landing));
    for outcome in ["sent", "failed", "dropped"] {
        assert_eq!(service.spans(outcome), 0);
    }
    service.stop();
    ground.configure(&[("#otlp_endpoint =", "otlp_endpoint = \"collector:4317\"")]);
    let ran = ground.on_site(&["config", "check"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("telemetry.otlp_endpoint = \"collector:4317\""), "{}", ran.err);
}
