//! What a running Tegata does by itself, round after round.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::renewal::SignerFiles;
use crate::clock::Clock;
use crate::enrollment::RegistrationAuthority;
use crate::operations::{Held, JobRunner, Leases, Post, Stop, recur, sweep};
use crate::store::{Partition, Store};
use crate::telemetry::{Background, Metrics};

/// How often expired entries are taken off the disk.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How long a node that sweeps may be silent before another one does it.
const SWEEP_LEASE: SignedDuration = SignedDuration::from_mins(3);
/// How many pages of an older store's lists are built in one round: well within the lease.
const LIST_PAGES: usize = 500;
/// How often the outboxes are looked at.
const SEND_EVERY: Duration = Duration::from_secs(3);
/// How often old mails are forgotten and waiting ones counted.
const TIDY_MAIL_EVERY: Duration = Duration::from_mins(1);
/// How often the signer's files are looked at.
const LOOK_AT_SIGNER: Duration = Duration::from_secs(1);

/// How often it is looked whether another process has begun a job.
const LOOK_FOR_JOBS: Duration = Duration::from_secs(2);

/// What the rounds work with.
pub(super) struct Rounds {
    pub(super) store: Arc<dyn Store>,
    pub(super) leases: Leases,
    pub(super) authority: RegistrationAuthority,
    pub(super) metrics: Arc<Metrics>,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether the lists are known to be whole.
    pub(super) lists_built: AtomicBool,
    pub(super) post: Option<Post>,
}

impl Rounds {
    /// Begins all of it, until `stop`; gives what ends when the mail that is under way has been handed over.
    pub(super) fn begin(self, stop: &Stop, signer: SignerFiles) -> Option<JoinHandle<()>> {
        let rounds = Arc::new(self);
        rounds.metrics.lease(Background::Signer, true);
        let sweeping = Arc::clone(&rounds);
        tokio::spawn(recur(SWEEP_EVERY, stop.clone(), move || {
            let rounds = Arc::clone(&sweeping);
            async move { rounds.tidy().instrument(tracing::info_span!("sweep")).await }
        }));
        tokio::spawn(Arc::clone(&rounds).do_jobs(stop.clone()));
        let (signer, looking) = (Arc::new(Mutex::new(signer)), Arc::clone(&rounds));
        tokio::spawn(recur(LOOK_AT_SIGNER, stop.clone(), move || {
            let (signer, rounds) = (Arc::clone(&signer), Arc::clone(&looking));
            async move {
                let mut signer = signer.lock_owned().await;
                // A file system may hang; the servers must not.
                let looked = tokio::task::spawn_blocking(move || signer.refresh()).await;
                rounds.ended(Background::Signer, looked.is_ok());
            }
        }));
        Self::begin_mail(&rounds, stop)
    }

    fn begin_mail(rounds: &Arc<Self>, stop: &Stop) -> Option<JoinHandle<()>> {
        rounds.post.as_ref()?;
        rounds.metrics.lease(Background::Mail, true);
        let tidying = Arc::clone(rounds);
        tokio::spawn(recur(TIDY_MAIL_EVERY, stop.clone(), move || {
            let rounds = Arc::clone(&tidying);
            async move { rounds.tidy_mail().await }
        }));
        let (sending, within) = (Arc::clone(rounds), stop.clone());
        Some(tokio::spawn(recur(SEND_EVERY, stop.clone(), move || {
            let (rounds, stop) = (Arc::clone(&sending), within.clone());
            async move { rounds.send_mail(&stop).await }
        })))
    }

    async fn send_mail(&self, stop: &Stop) {
        let Some(post) = &self.post else { return };
        let sent = post.round(stop).await;
        self.ended(Background::Mail, sent.is_ok());
        if let Err(error) = sent {
            tracing::error!(%error, "the outboxes could not be emptied");
        }
    }

    async fn tidy_mail(&self) {
        let Some(post) = &self.post else { return };
        match post.tidy().await {
            Ok(queue) => {
                let age = queue.oldest.map(|oldest| self.clock.now().duration_since(oldest));
                let age = age.and_then(|age| Duration::try_from(age).ok()).unwrap_or_default();
                self.metrics.mails_waiting(queue.waiting, age);
            }
            Err(error) => tracing::error!(%error, "the outboxes could not be counted"),
        }
    }

    fn ended(&self, task: Background, good: bool) {
        self.metrics.round(task, good, self.clock.now());
    }

    /// Of all nodes, one tidies up.
    async fn tidy(&self) {
        let taken = self.leases.take(&Partition::installation(), "sweep", SWEEP_LEASE).await;
        let held = taken.unwrap_or_else(|error| {
            tracing::error!(%error, "the lease on the sweep could not be taken");
            None
        });
        for task in [Background::Decoys, Background::Sweep] {
            self.metrics.lease(task, held.is_some());
        }
        if let Some(held) = held {
            self.forget_decoys(&held).await;
            self.sweep().await;
            self.build_lists(&held).await;
        }
    }

    /// Brings an older store's enrollments into the lists, some in every round, until all are there.
    async fn build_lists(&self, held: &Held) {
        if self.lists_built.load(Ordering::Relaxed) {
            return;
        }
        match self.authority.build_lists(&held.guard(), LIST_PAGES).await {
            Ok(built) => self.lists_built.store(built, Ordering::Relaxed),
            Err(error) if held.is_lost(&error) => {
                tracing::warn!(number = held.number, "another node took the lease on the sweep");
            }
            Err(error) => tracing::error!(%error, "the lists of an older store could not be built on"),
        }
    }

    /// Does jobs of many rows as they are begun, here or elsewhere.
    async fn do_jobs(self: Arc<Self>, mut stop: Stop) {
        let leases = self.leases.clone();
        let runner = JobRunner::new(self.authority.clone(), leases, Arc::clone(&self.clock));
        let mut patience = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                () = stop.wait() => return,
                () = runner.woken() => {}
                () = tokio::time::sleep(patience) => {}
            }
            let round = runner.round().await;
            self.ended(Background::Jobs, round.is_ok());
            patience = match round {
                Ok(round) => {
                    self.metrics.lease(Background::Jobs, !round.elsewhere);
                    if round.more { Duration::ZERO } else { LOOK_FOR_JOBS }
                }
                Err(error) => {
                    tracing::error!(%error, "it could not be looked for jobs");
                    LOOK_FOR_JOBS
                }
            };
        }
    }

    async fn forget_decoys(&self, held: &Held) {
        let forgotten = self.authority.forget_decoys(&held.guard()).await;
        self.ended(Background::Decoys, forgotten.is_ok());
        match forgotten {
            Ok(_) => {}
            Err(error) if held.is_lost(&error) => {
                tracing::warn!(number = held.number, "another node took the lease on the sweep");
            }
            Err(error) => tracing::error!(%error, "old wrong tries could not be forgotten"),
        }
    }

    async fn sweep(&self) {
        let swept = sweep(self.store.as_ref(), self.clock.as_ref()).await;
        self.ended(Background::Sweep, swept.is_ok());
        match swept {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(removed, "expired entries were removed"),
            Err(error) => tracing::error!(%error, "expired entries could not be removed"),
        }
    }
}
