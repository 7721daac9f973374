//! What the log has of a request, and what it never has.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::world::World;

/// Everything that any test of this binary logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        // What the tests' own browser and parser say is left out.
        let ours =
            Targets::new().with_target("tegata", LevelFilter::TRACE).with_target("actix", LevelFilter::DEBUG);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone());
        tracing_subscriber::registry().with(lines.with_filter(ours)).init();
        log
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_reference_and_the_route_and_nothing_that_opens_anything() {
    let log = log();
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    let file = world.browser().get(&claimed.file).await;
    let reference = file.header("x-request-id").unwrap().to_owned();
    let (number, secret) = (invitation.number.grouped(), invitation.secret.grouped());
    let nonce = world.browser().get(&world.landing("/")).await.nonce();
    let fields = [("form", nonce.as_str()), ("number", number.as_str()), ("secret", secret.as_str())];
    world.browser().post(&world.landing("/"), &fields).await;
    world.browser().get(&world.landing("/readyz")).await;

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|line| line.contains(&reference) && line.contains("route")).unwrap();
    assert!(line.contains("/d/{ticket}/{file}") && line.contains("status=200"), "{line}");
    let enrollment = invitation.enrollment.to_string();
    assert!(text.lines().any(|line| line.contains("/c/{code}") && line.contains(&enrollment)));
    let ticket = claimed.ticket.rsplit_once('/').unwrap().1;
    for secret in [
        invitation.code.expose(),
        invitation.number.expose(),
        number.as_str(),
        invitation.secret.expose(),
        secret.as_str(),
        ticket,
        &claimed.password,
        &nonce,
    ] {
        let found = text.to_ascii_lowercase().contains(&secret.to_ascii_lowercase());
        let line = text.lines().find(|l| l.to_ascii_lowercase().contains(&secret.to_ascii_lowercase()));
        assert!(!found, "{secret} is in the log: {line:?}");
    }
}
