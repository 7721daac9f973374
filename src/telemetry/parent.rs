//! A trace that began elsewhere, such as in a proxy.

use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header that names it (W3C Trace Context, section 3.2).
pub const TRACEPARENT: &str = "traceparent";

struct Header<'a>(&'a str);

impl Extractor for Header<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// Makes `span` a part of the trace that [`TRACEPARENT`] names; what is malformed is passed over.
pub fn continue_trace(span: &tracing::Span, traceparent: &str) {
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&Header(traceparent));
        // Without the layer there is nothing to continue.
        let _ = span.set_parent(parent);
    }
}
