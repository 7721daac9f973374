//! Traces: the spans of `tracing` that this program's own code opens, sent to a collector by OTLP over HTTP.
//!
//! The SDK's batch processor keeps the number of spans that it dropped to itself and blocks on its exporter, so that the queue
//! here is our own: whoever ends a span puts it there or lets it fall, and one thread with a runtime of its own sends what lies
//! there. Nothing that a request does ever waits for it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::resource::EnvResourceDetector;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span, SpanData, SpanProcessor};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use super::metrics::{Metrics, Spans};
use super::sending::send;

/// How many spans wait at most; one more is let fall.
const QUEUE: usize = 4_096;

/// How long the collector may take for one message.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How long the last spans may take when the process ends.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

/// What a span may say. Everything else is taken off before it leaves, whoever put it there: values of these come from lists of
/// ours, or are names that the log has as well.
const ATTRIBUTES: [&str; 13] = [
    "db.operation.name",
    "db.system.name",
    "error.type",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "tegata.code",
    "tegata.enrollment",
    "tegata.key",
    "tegata.platform",
    "tegata.reference",
    "tegata.site",
    "tegata.target",
];

/// The most bytes of an attribute's value.
const LONGEST_VALUE: usize = 128;

/// Where traces go.
pub struct TraceSettings {
    /// The collector's base address, or that of its `/v1/traces`.
    pub endpoint: Url,
    /// What it wants to know of who sends.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for TraceSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceSettings").field("endpoint", &self.endpoint.as_str()).finish_non_exhaustive()
    }
}

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The settings are not such that anything could be sent.
    #[error("traces cannot be sent: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// There is no client.
    #[error("traces cannot be sent: {0}")]
    Client(#[from] reqwest::Error),
    /// There is no thread to send them.
    #[error("traces cannot be sent: {0}")]
    Thread(#[from] std::io::Error),
}

/// The traces of this process.
pub struct Traces {
    provider: SdkTracerProvider,
    end: Option<oneshot::Sender<()>>,
    ended: Option<oneshot::Receiver<()>>,
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traces(..)")
    }
}

/// The address that messages go to.
fn traces_of(endpoint: &Url) -> String {
    let bare = endpoint.as_str().trim_end_matches('/');
    if endpoint.query().is_some() || bare.ends_with("/v1/traces") {
        return endpoint.to_string();
    }
    format!("{bare}/v1/traces")
}

/// Who sends: the standard variables go before what we say.
fn resource(instance: &str) -> Resource {
    let ours = [
        KeyValue::new("service.name", "tegata"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", instance.to_owned()),
    ];
    let resource = Resource::builder_empty()
        .with_attributes(ours)
        .with_detector(Box::new(EnvResourceDetector::new()))
        .build();
    // The variable of the name alone goes before the one of all attributes.
    let named = Resource::builder().build().get(&"service.name".into());
    match named.filter(|name| !name.as_str().starts_with("unknown_service")) {
        Some(name) => Resource::builder_empty()
            .with_attributes(resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())))
            .with_service_name(name)
            .build(),
        None => resource,
    }
}

impl Traces {
    /// Sends what [`Traces::layer`] sees, from a thread of its own, and counts it in `metrics`. `instance` is a name that no
    /// other process has.
    ///
    /// # Errors
    /// When nothing could ever be sent; whether anybody is there is not asked.
    pub fn start(
        settings: TraceSettings,
        instance: &str,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, TraceError> {
        let client = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .connect_timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("tegata/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let address = traces_of(&settings.endpoint);
        let headers: HashMap<String, String> = settings.headers.into_iter().collect();
        let resource = resource(instance);
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(address.clone())
            .with_timeout(ANSWER_WITHIN)
            .with_headers(headers)
            .build()?;
        let (sender, queue) = channel(QUEUE);
        let (end, ending) = oneshot::channel();
        let (done, ended) = oneshot::channel();
        let sending = Sending { queue, exporter, address, spans: metrics.spans(), ending };
        sending.begin(&resource, done)?;
        let processor = Queue { sender, spans: metrics.spans() };
        let provider =
            SdkTracerProvider::builder().with_resource(resource).with_span_processor(processor).build();
        Ok(Self { provider, end: Some(end), ended: Some(ended) })
    }

    /// What turns the spans of our own code into those that are sent.
    #[must_use]
    pub fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer: SdkTracer = self.provider.tracer("tegata");
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_error_fields_to_exceptions(false);
        // No event: what the log says is for the log.
        let ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("tegata"));
        Box::new(layer.with_filter(ours))
    }

    /// Sends what still lies there, for two seconds at most.
    pub async fn end(mut self) {
        drop(self.end.take());
        if let Some(ended) = self.ended.take() {
            let _ = tokio::time::timeout(ENDS_WITHIN, ended).await;
        }
    }
}

/// What the thread works with.
struct Sending {
    queue: Receiver<SpanData>,
    exporter: SpanExporter,
    address: String,
    spans: Spans,
    ending: oneshot::Receiver<()>,
}

impl Sending {
    fn begin(mut self, resource: &Resource, done: oneshot::Sender<()>) -> Result<(), TraceError> {
        use opentelemetry_sdk::trace::SpanExporter as _;
        self.exporter.set_resource(resource);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let sending = move || {
            // What sends traces is not traced.
            let _silence = Context::enter_telemetry_suppressed_scope();
            runtime.block_on(send(self.queue, &self.exporter, &self.address, &self.spans, self.ending));
            let _ = done.send(());
        };
        std::thread::Builder::new().name("traces".to_owned()).spawn(sending)?;
        Ok(())
    }
}

/// Takes spans that have ended, and lets them fall where too many wait.
#[derive(Debug)]
struct Queue {
    sender: Sender<SpanData>,
    spans: Spans,
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        strip(&mut span);
        if let Err(TrySendError::Full(_) | TrySendError::Closed(_)) = self.sender.try_send(span) {
            self.spans.dropped(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Takes off what no span may say.
fn strip(span: &mut SpanData) {
    span.attributes.retain(|attribute| ATTRIBUTES.contains(&attribute.key.as_str()));
    for attribute in &mut span.attributes {
        if let Value::String(text) = &attribute.value
            && text.as_str().len() > LONGEST_VALUE
        {
            attribute.value = Value::from("too long");
        }
    }
    // A request's route is known at its end only, and then a span has a name that cannot be changed any more.
    let find = |key: &str| span.attributes.iter().find(|attribute| attribute.key.as_str() == key);
    if let Some(method) = find("http.request.method") {
        let route = find("http.route").map(|route| format!(" {}", route.value)).unwrap_or_default();
        span.name = format!("{}{route}", method.value).into();
    }
    span.events = opentelemetry_sdk::trace::SpanEvents::default();
    span.links = opentelemetry_sdk::trace::SpanLinks::default();
    if matches!(span.status, Status::Error { .. }) {
        span.status = Status::error("");
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use tracing::Instrument as _;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn the_path_of_traces_is_added_where_it_is_not_there() {
        let to = |endpoint: &str| traces_of(&endpoint.parse().unwrap());
        assert_eq!(to("http://127.0.0.1:4318"), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(to("https://otel.example.jp/otlp/"), "https://otel.example.jp/otlp/v1/traces");
        assert_eq!(to("https://otel.example.jp/v1/traces"), "https://otel.example.jp/v1/traces");
        assert_eq!(to("https://otel.example.jp/in?key=1"), "https://otel.example.jp/in?key=1");
    }

    /// What is in the queue of a process whose spans these are.
    fn queued(room: usize, open: impl FnOnce()) -> (Vec<SpanData>, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::new());
        let (sender, mut queue) = channel(room);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource("one"))
            .with_span_processor(Queue { sender, spans: metrics.spans() })
            .build();
        let traces = Traces { provider, end: None, ended: None };
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        tracing::subscriber::with_default(subscriber, open);
        let mut spans = Vec::new();
        while let Ok(span) = queue.try_recv() {
            spans.push(span);
        }
        (spans, metrics)
    }

    #[test]
    fn what_is_on_no_list_is_taken_off_a_span() {
        let (spans, _) = queued(8, || {
            let long = "x".repeat(1_000);
            let span = tracing::info_span!(
                "step",
                http.route = "/c/{code}",
                secret = "hush",
                error.type = long,
                otel.status_code = "ERROR",
                otel.status_description = "hush",
            );
            span.in_scope(|| tracing::error!(error = "hush", "hush"));
            drop(span);
            drop(tracing::info_span!(target: "reqwest", "theirs", http.route = "/hush"));
        });
        assert_eq!(spans.len(), 1, "{spans:?}");
        let attributes: Vec<_> =
            spans[0].attributes.iter().map(|one| (one.key.as_str(), one.value.to_string())).collect();
        assert_eq!(
            attributes,
            [("http.route", "/c/{code}".to_owned()), ("error.type", "too long".to_owned())]
        );
        assert!(!format!("{spans:?}").contains("hush"), "{spans:?}");
    }

    #[test]
    fn a_span_inside_another_has_it_as_its_parent_across_tasks() {
        let (spans, _) = queued(8, || {
            let outer = tracing::info_span!("outer");
            let inner = async {
                let step = async {}.instrument(tracing::info_span!("inner"));
                step.await;
            };
            futures_util::FutureExt::now_or_never(inner.instrument(outer)).unwrap();
        });
        let [inner, outer] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!((inner.name.as_ref(), outer.name.as_ref()), ("inner", "outer"));
        assert_eq!(inner.parent_span_id, outer.span_context.span_id());
        assert_eq!(inner.span_context.trace_id(), outer.span_context.trace_id());
    }

    #[test]
    fn what_does_not_fit_into_the_queue_is_let_fall_and_counted() {
        let (spans, metrics) = queued(3, || (0..10).for_each(|_| drop(tracing::info_span!("step"))));
        assert_eq!(spans.len(), 3);
        let text = metrics.text();
        assert!(text.contains("tegata_trace_spans_total{outcome=\"dropped\"} 7\n"), "{text}");
    }
}
