//! What the thread does that sends traces.

use std::time::Duration;

use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::metrics::Spans;

/// How many spans one message has at most.
const BATCH: usize = 512;

/// How long spans wait for others to travel with.
const GATHERED_FOR: Duration = Duration::from_secs(1);

/// How long one message may take in all, whatever the client and the collector do.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(10);

/// Sends what comes in, until `ending` is told or let go; then what still lies there.
pub(super) async fn send(
    mut queue: Receiver<SpanData>,
    exporter: &impl SpanExporter,
    address: &str,
    spans: &Spans,
    mut ending: oneshot::Receiver<()>,
) {
    let mut delivery = Delivery { exporter, address, spans, fails: false };
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let gathering = async {
            let mut more = queue.recv_many(&mut batch, BATCH).await > 0;
            let gathered = sleep(GATHERED_FOR);
            tokio::pin!(gathered);
            while more && batch.len() < BATCH {
                let room = BATCH - batch.len();
                more = tokio::select! {
                    more = queue.recv_many(&mut batch, room) => more > 0,
                    () = &mut gathered => break,
                };
            }
            more
        };
        let goes_on = tokio::select! {
            more = gathering => more,
            _ = &mut ending => false,
        };
        if goes_on {
            delivery.send(std::mem::take(&mut batch)).await;
        } else {
            break;
        }
    }
    queue.close();
    while let Ok(span) = queue.try_recv() {
        batch.push(span);
        if batch.len() == BATCH {
            delivery.send(std::mem::take(&mut batch)).await;
        }
    }
    delivery.send(batch).await;
}

struct Delivery<'a, E> {
    exporter: &'a E,
    address: &'a str,
    spans: &'a Spans,
    fails: bool,
}

impl<E: SpanExporter> Delivery<'_, E> {
    /// Sends a message; what cannot be delivered is counted, and told once.
    async fn send(&mut self, batch: Vec<SpanData>) {
        let number = batch.len() as u64;
        if number == 0 {
            return;
        }
        let outcome = match timeout(GIVEN_UP_AFTER, self.exporter.export(batch)).await {
            Ok(outcome) => outcome.map_err(|error| error.to_string()),
            Err(_) => Err(format!("there was no answer within {GIVEN_UP_AFTER:?}")),
        };
        match outcome {
            Ok(()) => {
                self.spans.sent(number);
                if std::mem::take(&mut self.fails) {
                    tracing::info!(endpoint = self.address, "traces are delivered again");
                }
            }
            Err(reason) => {
                self.spans.failed(number);
                if !std::mem::replace(&mut self.fails, true) {
                    let reason: String = reason.chars().take(200).collect();
                    tracing::warn!(
                        endpoint = self.address,
                        reason,
                        "traces cannot be delivered; it is tried on"
                    );
                }
            }
        }
    }
}
