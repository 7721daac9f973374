//! What Tegata tells of itself to those who watch it: counters, gauges and histograms for Prometheus, traces for OpenTelemetry.
//!
//! The domain knows nothing of this. Requests are counted where they are answered (`http`), the store by a decorator around
//! its port ([`crate::store::measured`]), steps of enrollments by listening to the live view. No label ever holds what a
//! client chose: only routes, codes and names from lists of ours, so that neither their number nor their content is in
//! anybody else's hands.

mod labels;
mod metrics;
mod parent;
mod reading;
mod sending;
mod traces;

pub use metrics::{Background, CONTENT_TYPE, Metrics, PostOutcome, RequestSeen, known_method};
pub use parent::{TRACEPARENT, continue_trace};
pub use reading::{Kind, Reading};
pub use traces::{TraceError, TraceSettings, Traces};
