//! The metrics of one process, and the text in which Prometheus reads them.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{Call, Code, Device, Event, Outcome, Request, Round, Route, Task};
use super::reading::{Reading, Readings};
use crate::store::measured::{Measurement, StoreWatch};

/// The media type of [`Metrics::text`] (OpenMetrics 1.0, section "Overall Structure").
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A histogram for what takes 100 µs to half a minute.
fn seconds() -> Histogram {
    Histogram::new([
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
        10.0, 30.0,
    ])
}

type Seconds<L> = Family<L, Histogram, fn() -> Histogram>;

fn family<L: Clone + std::hash::Hash + Eq>() -> Seconds<L> {
    Family::new_with_constructor(seconds)
}

/// A request that was answered.
#[derive(Debug, Clone, Copy)]
pub struct RequestSeen<'a> {
    /// `landing` or `check`.
    pub site: &'static str,
    /// The method, as the client sent it; one that is not known counts as `other`.
    pub method: &'a str,
    /// The route's pattern, never the path.
    pub route: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// The stable code of a refusal or an error.
    pub code: Option<&'static str>,
    /// From the request's head to the answer's.
    pub took: Duration,
}

/// Work that recurs, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Expired entries are removed.
    Sweep,
    /// Old wrong tries at numbers that nobody has are forgotten.
    Decoys,
    /// The profile signer's files are looked at.
    Signer,
    /// Mails are sent.
    Mail,
    /// Jobs of many rows are done.
    Jobs,
}

impl Background {
    /// All of it.
    pub const ALL: [Self; 5] = [Self::Sweep, Self::Decoys, Self::Signer, Self::Mail, Self::Jobs];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Decoys => "decoys",
            Self::Signer => "signer",
            Self::Mail => "mail",
            Self::Jobs => "jobs",
        }
    }
}

/// How an attempt to hand a mail over ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostOutcome {
    /// The server took it.
    Sent,
    /// It is tried again.
    Later,
    /// It was refused for good.
    Refused,
    /// It was dropped or given up before it was sent.
    Dropped,
}

impl PostOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Later => "later",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }
}

/// What is counted and measured in this process.
#[derive(Debug)]
pub struct Metrics {
    registry: RwLock<Registry>,
    requests: Family<Request, Counter>,
    request_seconds: Seconds<Route>,
    refusals: Family<Code, Counter>,
    claim_seconds: Seconds<Outcome>,
    claims: Family<Device, Counter>,
    transfers: Family<Outcome, Counter>,
    checks: Family<Outcome, Counter>,
    events: Family<Event, Counter>,
    events_missed: Counter,
    store_seconds: Seconds<Call>,
    rounds: Family<Round, Counter>,
    last_good: Family<Task, Gauge<f64, AtomicU64>>,
    lease: Family<Task, Gauge>,
    spans: Family<Outcome, Counter>,
    mails: Family<Outcome, Counter>,
    mails_waiting: Gauge,
    oldest_mail: Gauge<f64, AtomicU64>,
}

/// Where the spans of traces are counted.
#[derive(Debug, Clone)]
pub(super) struct Spans(Family<Outcome, Counter>);

impl Spans {
    /// So many reached the collector.
    pub(super) fn sent(&self, spans: u64) {
        self.count("sent", spans);
    }

    /// So many could not be delivered.
    pub(super) fn failed(&self, spans: u64) {
        self.count("failed", spans);
    }

    /// So many found no room in the queue.
    pub(super) fn dropped(&self, spans: u64) {
        self.count("dropped", spans);
    }

    fn count(&self, outcome: &'static str, spans: u64) {
        self.0.get_or_create(&Outcome { outcome }).inc_by(spans);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: RwLock::new(Registry::with_prefix("tegata")),
            requests: Family::default(),
            request_seconds: family(),
            refusals: Family::default(),
            claim_seconds: family(),
            claims: Family::default(),
            transfers: Family::default(),
            checks: Family::default(),
            events: Family::default(),
            events_missed: Counter::default(),
            store_seconds: family(),
            rounds: Family::default(),
            last_good: Family::default(),
            lease: Family::default(),
            spans: Family::default(),
            mails: Family::default(),
            mails_waiting: Gauge::default(),
            oldest_mail: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// Metrics that start at nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn register(&self) {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        let r = &mut *registry;
        r.register("build", "The program", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        r.register("http_requests", "Requests that were answered", self.requests.clone());
        r.register_with_unit(
            "http_request_duration",
            "From a request's head to its answer's head",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        r.register("refusals", "Refusals and errors by the code that the page shows", self.refusals.clone());
        r.register_with_unit(
            "claim_duration",
            "What a form with a secret took, the certificate's making included",
            Unit::Seconds,
            self.claim_seconds.clone(),
        );
        r.register("claims", "Claims that began, by the device", self.claims.clone());
        r.register(
            "transfers",
            "Files that left, whole or broken off, as far as TCP tells",
            self.transfers.clone(),
        );
        r.register("checks", "Visits to the check page by what it said", self.checks.clone());
        r.register(
            "enrollment_events",
            "Steps of enrollments that this process made, as the audit log has them",
            self.events.clone(),
        );
        r.register(
            "enrollment_events_missed",
            "Steps that were made faster than they were counted",
            self.events_missed.clone(),
        );
        r.register_with_unit(
            "store_operation_duration",
            "What a call of the store took, waiting included",
            Unit::Seconds,
            self.store_seconds.clone(),
        );
        r.register("background_runs", "Rounds of work that recurs", self.rounds.clone());
        r.register_with_unit(
            "background_last_success_timestamp",
            "When recurring work was last done well",
            Unit::Seconds,
            self.last_good.clone(),
        );
        r.register(
            "background_lease_held",
            "Whether this process is the one that does the recurring work: 1 or 0",
            self.lease.clone(),
        );
        r.register(
            "trace_spans",
            "Spans of traces by what became of them: sent, failed at the collector, dropped for want of room",
            self.spans.clone(),
        );
        r.register(
            "mails",
            "Mails that this process handed over or tried to, by how that ended",
            self.mails.clone(),
        );
        r.register("mails_waiting", "Mails that wait in all outboxes", self.mails_waiting.clone());
        r.register_with_unit(
            "mails_oldest_age",
            "How long ago the oldest waiting mail was written down; 0 where none waits",
            Unit::Seconds,
            self.oldest_mail.clone(),
        );
    }

    /// Where the spans of traces are counted.
    pub(super) fn spans(&self) -> Spans {
        Spans(self.spans.clone())
    }

    /// Takes these readings whenever somebody asks for the metrics.
    pub fn read_when_asked(&self, take: impl Fn() -> Vec<Reading> + Send + Sync + 'static) {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        registry.register_collector(Box::new(Readings(Arc::new(take))));
    }

    /// Everything, as Prometheus reads it ([`CONTENT_TYPE`]).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(16 * 1024);
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
        // A String takes whatever is written to it.
        let _ = encode(&mut text, &registry);
        text
    }

    /// A request was answered.
    pub fn answered(&self, seen: &RequestSeen<'_>) {
        let RequestSeen { site, method, route, status, code, took } = *seen;
        let labels = Request { site, method: known_method(method), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        let labels = Route { site, route: labels.route };
        self.request_seconds.get_or_create(&labels).observe(took.as_secs_f64());
        if let Some(code) = code {
            self.refusals.get_or_create(&Code { code }).inc();
        }
    }

    /// A form with a secret led to a ticket, or did not.
    pub fn claimed(&self, to_ticket: bool, took: Duration) {
        let outcome = if to_ticket { "ticket" } else { "refused" };
        self.claim_seconds.get_or_create(&Outcome { outcome }).observe(took.as_secs_f64());
    }

    /// A file left; `whole` is what TCP tells of its last byte.
    pub fn transferred(&self, whole: bool) {
        let outcome = if whole { "whole" } else { "part" };
        self.transfers.get_or_create(&Outcome { outcome }).inc();
    }

    /// The check page said this.
    pub fn checked(&self, outcome: &'static str) {
        self.checks.get_or_create(&Outcome { outcome }).inc();
    }

    /// An enrollment made this step.
    pub fn happened(&self, event: &'static str) {
        self.events.get_or_create(&Event { event }).inc();
    }

    /// A claim began on a device of this platform.
    pub fn claim_began(&self, platform: &'static str) {
        self.claims.get_or_create(&Device { platform }).inc();
    }

    /// So many steps were lost on the way to [`Metrics::happened`].
    pub fn missed(&self, steps: u64) {
        self.events_missed.inc_by(steps);
    }

    /// A round of recurring work ended at `now`.
    pub fn round(&self, task: Background, good: bool, now: Timestamp) {
        let outcome = if good { "done" } else { "failed" };
        self.rounds.get_or_create(&Round { task: task.name(), outcome }).inc();
        if good {
            let at = self.last_good.get_or_create_owned(&Task { task: task.name() });
            at.set(now.as_duration().as_secs_f64());
        }
    }

    /// An attempt to hand a mail over ended so.
    pub fn mail(&self, how: PostOutcome) {
        self.mails.get_or_create(&Outcome { outcome: how.name() }).inc();
    }

    /// So many mails wait, the oldest of them for so long.
    pub fn mails_waiting(&self, waiting: u64, oldest: Duration) {
        self.mails_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.oldest_mail.set(oldest.as_secs_f64());
    }

    /// Whether this process is the one that does this work now.
    pub fn lease(&self, task: Background, held: bool) {
        self.lease.get_or_create(&Task { task: task.name() }).set(i64::from(held));
    }
}

impl StoreWatch for Metrics {
    fn done(&self, measurement: &Measurement) {
        let Measurement { engine, operation, outcome, took } = *measurement;
        let labels = Call { engine, operation: operation.name(), outcome };
        self.store_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }
}

/// The method as a name of ours: a client may invent others.
#[must_use]
pub fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 5] = ["GET", "HEAD", "POST", "OPTIONS", "PUT"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Kind;

    #[test]
    fn what_a_client_invents_makes_no_new_series() {
        let metrics = Metrics::new();
        for method in ["BREW", "PROPFIND", "get"] {
            metrics.answered(&RequestSeen {
                site: "landing",
                method,
                route: "-",
                status: 404,
                code: Some("T-208"),
                took: Duration::ZERO,
            });
        }
        let text = metrics.text();
        let series: Vec<_> = text.lines().filter(|line| line.starts_with("tegata_http_requests_")).collect();
        assert_eq!(
            series,
            [r#"tegata_http_requests_total{site="landing",method="other",route="-",status="404"} 3"#]
        );
        assert!(text.contains("tegata_refusals_total{code=\"T-208\"} 3\n"), "{text}");
    }

    #[test]
    fn readings_are_taken_when_somebody_asks() {
        let metrics = Metrics::new();
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        metrics.read_when_asked(move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let reading = |name, kind, value| Reading {
                name,
                about: "About it",
                kind,
                label: "key",
                values: vec![("rsa-2048", value)],
            };
            vec![
                reading("pool_ready", Kind::Gauge, 3.0),
                reading("pool_made", Kind::Counter, 4.0),
                reading("ends", Kind::Moment, 5.5),
            ]
        });
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 0);
        let text = metrics.text();
        for line in [
            "# HELP tegata_pool_ready About it.",
            "# TYPE tegata_pool_made counter",
            r#"tegata_pool_ready{key="rsa-2048"} 3.0"#,
            r#"tegata_pool_made_total{key="rsa-2048"} 4.0"#,
            "# UNIT tegata_ends_seconds seconds",
            r#"tegata_ends_seconds{key="rsa-2048"} 5.5"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 1);
    }
}
