//! What the metrics read of a running service: the key pool, the writer's queue, the ends of certificates, the steps of
//! enrollments.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::enrollment::{Happening, Notice, NoticeKind};
use crate::http::TlsSource;
use crate::operations::Stop;
use crate::pki::{KeyPool, KeyType, ProfileSigner};
use crate::store::Store;
use crate::telemetry::{Kind, Metrics, Reading};

/// What is looked at whenever somebody reads the metrics. The metrics hold neither pool nor store: the store holds the metrics,
/// and both must end before the process does.
pub(super) struct Watched {
    pub(super) pool: Weak<KeyPool>,
    pub(super) store: Weak<dyn Store>,
    pub(super) issuer_ends: Timestamp,
    pub(super) signer: Arc<ArcSwap<ProfileSigner>>,
    pub(super) landing: Option<Arc<TlsSource>>,
    pub(super) check: Option<Arc<TlsSource>>,
    pub(super) console: Option<Arc<TlsSource>>,
}

impl Watched {
    /// Has `metrics` look at it.
    pub(super) fn watch(self, metrics: &Metrics) {
        metrics.read_when_asked(move || self.readings());
    }

    fn readings(&self) -> Vec<Reading> {
        let mut readings = self.pool.upgrade().map(|pool| of_pool(&pool)).unwrap_or_default();
        readings.push(self.certificates());
        if let Some((store, waiting)) =
            self.store.upgrade().and_then(|store| store.waiting().map(|waiting| (store, waiting)))
        {
            readings.push(Reading {
                name: "store_queue",
                about: "Changes that wait in this process",
                kind: Kind::Gauge,
                label: "engine",
                values: vec![(store.engine(), count(waiting))],
            });
        }
        readings
    }

    fn certificates(&self) -> Reading {
        let tls = |source: &Option<Arc<TlsSource>>| source.as_ref().and_then(|source| source.expires());
        let ends = [
            ("issuer", Some(self.issuer_ends)),
            ("signer", Some(self.signer.load().expires())),
            ("landing", tls(&self.landing)),
            ("check", tls(&self.check)),
            ("console", tls(&self.console)),
        ];
        let values = ends.into_iter().filter_map(|(name, at)| Some((name, at?.as_duration().as_secs_f64())));
        Reading {
            name: "certificate_expiry_timestamp",
            about: "When the certificates end on which everything stands",
            kind: Kind::Moment,
            label: "certificate",
            values: values.collect(),
        }
    }
}

/// What is told of the key pool.
fn of_pool(pool: &KeyPool) -> Vec<Reading> {
    let stock = KeyPool::KINDS.map(|kind| (name(kind), pool.stock(kind)));
    let reading = |name, about, kind, value: fn(&crate::pki::Stock) -> f64| {
        let values = stock.iter().map(|(key, stock)| (*key, value(stock))).collect();
        Reading { name, about, kind, label: "key", values }
    };
    vec![
        reading("key_pool_ready", "Keys that lie ready", Kind::Gauge, |stock| count(stock.ready)),
        reading("key_pool_wanted", "Keys that should lie ready", Kind::Gauge, |stock| count(stock.wanted)),
        reading("key_pool_made", "Keys that were made ahead of time", Kind::Counter, |stock| {
            many(stock.made)
        }),
        reading(
            "key_pool_misses",
            "Keys that somebody had to wait for, since none lay ready",
            Kind::Counter,
            |stock| many(stock.misses),
        ),
    ]
}

/// The kinds of a pool, by constant names.
const fn name(kind: KeyType) -> &'static str {
    match kind {
        KeyType::Rsa2048 => "rsa-2048",
        KeyType::Rsa3072 => "rsa-3072",
        KeyType::P256 => "p-256",
        KeyType::P384 => "p-384",
    }
}

fn count(of: usize) -> f64 {
    many(of as u64)
}

/// A counter as a gauge has it; what does not fit into 32 bits stays at the most that does.
fn many(of: u64) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

/// Counts the steps of enrollments until it is stopped.
pub(super) async fn count_steps(mut live: Receiver<Notice>, metrics: Arc<Metrics>, mut stop: Stop) {
    loop {
        let notice = tokio::select! {
            () = stop.wait() => return,
            notice = live.recv() => notice,
        };
        match notice.map(|notice| notice.kind) {
            Ok(NoticeKind::Opened) => metrics.happened("opened"),
            Ok(NoticeKind::Happened(happening)) => {
                metrics.happened(happening.name());
                if let Happening::Claimed { platform, .. } = happening {
                    metrics.claim_began(platform.as_str());
                }
            }
            Err(RecvError::Lagged(steps)) => metrics.missed(steps),
            Err(RecvError::Closed) => return,
        }
    }
}
