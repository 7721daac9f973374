//! Where traces go.

use url::Url;

use super::secret::SecretSource;
use super::section::section;

section! {
    /// Traces for those who watch with OpenTelemetry: what each request took, in which call of the store and in which step of a
    /// claim. Nothing is sent unless an endpoint is set; a collector that is slow or gone slows nobody.
    TelemetrySettings = "telemetry" {
        /// The collector's base address for OTLP over HTTP, such as `http://127.0.0.1:4318`; `/v1/traces` is added to it where it
        /// does not stand there. Without it, the variable `OTEL_EXPORTER_OTLP_ENDPOINT` counts. Of the other variables of
        /// `OpenTelemetry`, those of the service's name, the resource, the sampler and the headers are read.
        otlp_endpoint: Option<Url> = none;
        /// A file with what the collector wants to know of who sends, such as a token: one header a line, `Name: value`.
        otlp_headers_file: Option<SecretSource> = none;
    }
}
