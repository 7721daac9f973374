//! What those who watch a service read of it, as another implementation of the format reads it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::ground::Ground;
use crate::person::{PATIENCE, Person, Running, value_of};

/// Reads the text strictly, and prints every sample by its name with its labels.
const READER: &str = r"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
for family in read(sys.stdin.read()):
    assert family.documentation.endswith('.') and len(family.documentation) > 10, family
    for sample in family.samples:
        labels = ','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))
        print(json.dumps([f'{sample.name}{{{labels}}}', sample.value]))
";

type Samples = BTreeMap<String, f64>;

fn samples(text: &str) -> Samples {
    let mut reader = Command::new("/usr/bin/python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let read = reader.wait_with_output().unwrap();
    assert!(read.status.success(), "{}\n{text}", String::from_utf8_lossy(&read.stderr));
    let lines = String::from_utf8(read.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str::<(String, f64)>(line).unwrap()).collect()
}

/// A service whose metrics are open.
struct Watched {
    running: Running,
    person: Person,
    landing: String,
    metrics: String,
}

impl Watched {
    fn start(ground: &Ground) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.current_dir(ground.path()).args(["--config", "site", "serve"]).env_clear();
        for name in ["TEGATA_HTTP_LISTEN", "TEGATA_CHECK_LISTEN", "TEGATA_METRICS_LISTEN"] {
            command.env(name, "127.0.0.1:0");
        }
        let mut running = Running::start(command.env("TEGATA_POOL_RSA_2048", "2"), false);
        let mut listens = |mark| value_of(&running.line(mark), "listens").to_owned();
        let landing = format!("http://{}", listens("the landing site is open"));
        let check = format!("https://{}", listens("the check site is open"));
        let metrics = format!("http://{}/metrics", listens("the metrics are open"));
        Self { running, person: Person::at(&landing, &check), landing, metrics }
    }

    fn text(&self) -> String {
        self.person.get(&self.metrics).text
    }

    /// Reads until `sample` has this value: some things are counted a moment after the answer.
    #[track_caller]
    fn until(&self, sample: &str, value: f64) -> Samples {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let read = samples(&self.text());
            if read.get(sample).is_some_and(|found| (found - value).abs() < 0.5) {
                return read;
            }
            assert!(Instant::now() < deadline, "{sample} is {:?}, not {value}: {read:#?}", read.get(sample));
        }
    }
}

#[test]
fn every_metric_moves_with_what_it_counts() {
    let ground = Ground::new();
    let service = Watched::start(&ground);
    let begun = service.until("tegata_key_pool_ready{key=rsa-2048}", 2.0);
    for (sample, value) in [
        ("tegata_build_info{version=0.1.0}", 1.0),
        ("tegata_key_pool_wanted{key=rsa-2048}", 2.0),
        ("tegata_key_pool_made_total{key=rsa-2048}", 2.0),
        ("tegata_key_pool_misses_total{key=rsa-2048}", 0.0),
        ("tegata_store_queue{engine=embedded}", 0.0),
        ("tegata_background_lease_held{task=sweep}", 1.0),
        ("tegata_background_runs_total{outcome=done,task=sweep}", 1.0),
        ("tegata_background_runs_total{outcome=done,task=decoys}", 1.0),
        ("tegata_enrollment_events_missed_total{}", 0.0),
    ] {
        assert_eq!(begun.get(sample), Some(&value), "{sample} in {begun:#?}");
    }
    let of_certificates = |name: &str| {
        let sample = format!("tegata_certificate_expiry_timestamp_seconds{{certificate={name}}}");
        *begun.get(&sample).unwrap_or_else(|| panic!("no {sample} in {begun:#?}"))
    };
    let last = begun["tegata_background_last_success_timestamp_seconds{task=sweep}"];
    assert!(of_certificates("issuer") > of_certificates("check") && of_certificates("check") > last);
    assert!(of_certificates("signer") > last && last > 1_700_000_000.0);
    assert!(!begun.keys().any(|sample| sample.contains("certificate=landing")), "it speaks no TLS");
    let commits = |read: &Samples| {
        let sample =
            "tegata_store_operation_duration_seconds_count{engine=embedded,operation=commit,outcome=done}";
        read.get(sample).copied().unwrap_or_default()
    };
    let commits_before = commits(&begun);

    let invitation = ground.invite(&[]);
    let identity = service.person.install(&invitation);
    assert_eq!(service.person.check(Some(identity)), "ok");
    // It names a browser that its TLS is not, as where something on the way opens the connection.
    assert_eq!(service.person.check(None), "in-between");
    let other = ground.invite(&[]);
    service.person.claim(&other, "22222-22222");
    service.person.get(&format!("{}/nowhere", service.landing));
    let ended = service.until("tegata_enrollment_events_total{event=wrong-secret}", 1.0);
    for (sample, value) in [
        ("tegata_http_requests_total{method=POST,route=/c/{code},site=landing,status=303}", 1.0),
        ("tegata_http_requests_total{method=POST,route=/c/{code},site=landing,status=403}", 1.0),
        ("tegata_http_requests_total{method=GET,route=-,site=landing,status=404}", 1.0),
        ("tegata_http_requests_total{method=GET,route=/,site=check,status=200}", 2.0),
        ("tegata_http_request_duration_seconds_count{route=/t/{ticket},site=landing}", 1.0),
        ("tegata_refusals_total{code=T-102}", 1.0),
        ("tegata_refusals_total{code=T-208}", 1.0),
        ("tegata_refusals_total{code=T-308}", 1.0),
        ("tegata_claim_duration_seconds_count{outcome=ticket}", 1.0),
        ("tegata_claim_duration_seconds_count{outcome=refused}", 1.0),
        ("tegata_claims_total{platform=android}", 1.0),
        ("tegata_transfers_total{outcome=whole}", 1.0),
        ("tegata_checks_total{outcome=ok}", 1.0),
        ("tegata_checks_total{outcome=in-between}", 1.0),
        ("tegata_enrollment_events_total{event=claimed}", 1.0),
        ("tegata_enrollment_events_total{event=issued}", 1.0),
        ("tegata_enrollment_events_total{event=installed}", 1.0),
    ] {
        assert_eq!(ended.get(sample), Some(&value), "{sample} in {ended:#?}");
    }
    assert!(commits(&ended) >= commits_before + 5.0, "{ended:#?}");

    let text = service.text().to_ascii_lowercase();
    let hidden =
        [&invitation["link"], &invitation["secret"], &invitation["number"], &invitation["enrollment"]];
    for hidden in hidden.map(|value| value.as_str().unwrap().rsplit('/').next().unwrap().to_ascii_lowercase())
    {
        assert!(!text.contains(&hidden), "{hidden} is in {text}");
    }
}

#[test]
fn the_metrics_are_on_no_site_and_nothing_else_is_beside_them() {
    let ground = Ground::new();
    let mut service = Watched::start(&ground);
    let on_the_site = service.person.get(&format!("{}/metrics", service.landing));
    assert_eq!(on_the_site.find("body", "data-code").as_deref(), Some("T-208"));
    let root = service.metrics.trim_end_matches("metrics");
    for path in ["", "healthz", "c/x", "help"] {
        assert_eq!(service.person.get(&format!("{root}{path}")).text, "");
    }
    service.running.signal(rustix::process::Signal::TERM);
    assert_eq!(service.running.end(), Some(0));
}

#[test]
fn the_port_of_a_site_is_none_for_the_metrics() {
    let ground = Ground::new();
    ground.configure(&[("#listen =    # not set; an IP", "listen = \"127.0.0.1:8080\"")]);
    let ran = ground.on_site(&["config", "check"]);
    assert_eq!(ran.code, Some(3));
    let told = "metrics.listen = \"127.0.0.1:8080\": it is the port of http.listen";
    assert!(ran.err.contains(told), "{}", ran.err);
}
