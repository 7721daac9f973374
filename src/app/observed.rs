//! What a process tells of itself: its log, its metrics, its traces.

use std::sync::Arc;

use super::error::AppError;
use super::logs;
use super::materials::Materials;
use crate::config::{Configuration, Loaded, Problem};
use crate::entropy::{Entropy, SystemEntropy};
use crate::telemetry::{Metrics, TraceSettings, Traces};

/// The log has begun, and traces are sent where the configuration says so.
#[derive(Debug)]
pub struct Observed {
    pub(super) metrics: Arc<Metrics>,
    traces: Option<Traces>,
}

impl Observed {
    /// Begins with it, for this whole process.
    ///
    /// # Errors
    /// When the headers for the collector cannot be read, or nothing could ever be sent to it.
    pub fn begin(settings: &Configuration, loaded: &Loaded) -> Result<Self, AppError> {
        let metrics = Arc::new(Metrics::new());
        let wanted = Materials::new(settings, loaded).traces()?;
        let traces = match wanted {
            None => None,
            Some(wanted) => {
                let entropy: &dyn Entropy = &SystemEntropy;
                let instance = hex::encode(entropy.bytes::<8>()?);
                let started = Traces::start(wanted, &instance, &metrics);
                Some(started.map_err(|error| AppError::Traces(error.to_string()))?)
            }
        };
        logs::begin(&settings.log, traces.as_ref());
        Ok(Self { metrics, traces })
    }

    /// Sends what was not sent yet, for two seconds at most.
    pub async fn end(self) {
        if let Some(traces) = self.traces {
            traces.end().await;
        }
    }
}

impl Materials<'_> {
    /// Where traces go, with the headers read; `None` where they go nowhere.
    ///
    /// # Errors
    /// When the headers cannot be read.
    pub fn traces(&self) -> Result<Option<TraceSettings>, Box<Problem>> {
        let telemetry = &self.settings.telemetry;
        let Some(endpoint) = telemetry.otlp_endpoint.clone() else { return Ok(None) };
        let key = "telemetry.otlp_headers_file";
        let text = telemetry.otlp_headers_file.as_ref().map(|source| self.secret(key, source)).transpose()?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let (name, value) = (name.trim(), value.trim());
            let fits =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            (fits && plain).then(|| (name.to_ascii_lowercase(), value.to_owned()))
        };
        let lines = text.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
        let headers: Option<Vec<_>> = lines.map(header).collect();
        let headers = headers.ok_or_else(|| {
            let wrong = self.problem(key, "a line of it is no header");
            Box::new(wrong.right("lines such as \"Authorization: Bearer TOKEN\""))
        })?;
        Ok(Some(TraceSettings { endpoint, headers }))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::{Environment, FileText, read};

    #[test]
    fn headers_for_the_collector_are_read_from_their_file_and_never_told() {
        let kept = tempfile::tempdir().unwrap();
        let headers = kept.path().join("headers");
        let text = format!(
            "[http]\npublic_url = \"http://localhost\"\n[check]\npublic_url = \"https://localhost:8443\"\n\
             [telemetry]\notlp_endpoint = \"http://127.0.0.1:4318\"\notlp_headers_file = {headers:?}\n"
        );
        let loaded = read(&FileText::of(kept.path().join("tegata.toml"), text), &Environment::default());
        let settings = loaded.configuration.clone().unwrap_or_else(|| panic!("{:?}", loaded.problems));
        let traces = || Materials::new(&settings, &loaded).traces();
        std::fs::write(&headers, "Authorization: Bearer hush:hush\n\nX-Scope: a\n").unwrap();
        std::fs::set_permissions(&headers, PermissionsExt::from_mode(0o600)).unwrap();
        let read = traces().unwrap().unwrap();
        let expected = [("authorization", "Bearer hush:hush"), ("x-scope", "a")];
        assert_eq!(read.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        std::fs::write(&headers, "hush\n").unwrap();
        let problem = traces().unwrap_err().to_string();
        assert!(problem.contains("telemetry.otlp_headers_file") && !problem.contains("hush"), "{problem}");
    }
}
