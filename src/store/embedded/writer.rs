//! The one thread that writes: whatever waits in its queue shares one transaction and one flush to disk.

use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::failure::{commit_refusal, is_busy, refusal};
use super::file::StoreFile;
use super::schema;
use crate::store::StoreError;

/// The most operations that share a transaction.
const BATCH: usize = 256;

/// Operations that wait before a caller has to.
const QUEUE: usize = 1_024;

/// An operation with somebody who waits for its outcome.
trait Pending: Send {
    /// Does it inside the writer's transaction and keeps the outcome; says whether it was refused. What a refused operation
    /// wrote is rolled back.
    fn apply(&mut self, connection: &Connection) -> Result<(), StoreError>;

    /// Forgets the outcome, since the whole transaction was rolled back and is tried again.
    fn forget(&mut self);

    /// Tells the caller: the outcome that was kept, where the transaction went through. Where it failed, an operation that
    /// had been refused before was not done for its own reason, every other one for that of the transaction.
    fn answer(self: Box<Self>, transaction: Result<(), StoreError>);
}

struct Call<F, T> {
    run: F,
    outcome: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Pending for Call<F, T>
where
    F: FnMut(&Connection) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn apply(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let outcome = (self.run)(connection);
        let came = outcome.as_ref().map(drop).map_err(Clone::clone);
        self.outcome = Some(outcome);
        came
    }

    fn forget(&mut self) {
        self.outcome = None;
    }

    fn answer(self: Box<Self>, transaction: Result<(), StoreError>) {
        let answer = match (self.outcome, transaction) {
            (Some(Err(refusal)), _) | (_, Err(refusal)) => Err(refusal),
            (Some(Ok(value)), Ok(())) => Ok(value),
            // A transaction that went through has called `apply` on each of its operations.
            (None, Ok(())) => Err(StoreError::Unknown("the operation was left out".to_owned())),
        };
        // A caller who has gone away is no error: the operation was done all the same.
        drop(self.caller.send(answer));
    }
}

/// What the thread is asked for.
enum Work {
    /// To do this in a transaction.
    Call(Box<dyn Pending>),
    /// To empty the log, and to say whether it is empty now.
    EmptyLog(oneshot::Sender<bool>),
}

/// The handle on the writing thread. Dropping it waits until the queue is done.
#[derive(Debug)]
pub struct Writer {
    queue: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on its connection.
    pub fn start(connection: Connection, file: StoreFile) -> std::io::Result<Self> {
        let (queue, mut waiting) = mpsc::channel::<Work>(QUEUE);
        let mut thread = Thread { connection, file };
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            let (mut received, mut batch) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
            while waiting.blocking_recv_many(&mut received, BATCH) > 0 {
                let mut to_tell = Vec::new();
                for work in received.drain(..) {
                    match work {
                        Work::Call(call) => batch.push(call),
                        Work::EmptyLog(caller) => to_tell.push(caller),
                    }
                }
                if !batch.is_empty() {
                    thread.settle(&mut batch);
                }
                // Nobody whose change was asked for before waits for this.
                thread.empty_log(to_tell);
            }
        })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// How many operations wait at this moment.
    pub fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    /// Has the thread do `run` and waits until that is durable.
    pub async fn run<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        F: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (caller, outcome) = oneshot::channel();
        let call: Box<dyn Pending> = Box::new(Call { run, outcome: None, caller });
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(Work::Call(call)).await.map_err(|_| stopped())?;
        // The thread answers every call that it takes; it can vanish only by a panic, amid whatever it was doing.
        outcome.await.unwrap_or_else(|_| Err(StoreError::Unknown("the store's writer died".to_owned())))
    }

    /// Has the thread move what is in the log to the store's file, and cut the log off; says whether that could be done. What
    /// waits in the queue comes first, what comes meanwhile waits 50 ms at most for others to let go of the log.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        let (caller, outcome) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(Work::EmptyLog(caller)).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the store's writer has stopped".to_owned())
}

/// Why a transaction came to nothing.
enum Failure {
    /// It was given up on account of one operation; alone, the others may do.
    Shared(StoreError),
    /// It would fail, or has failed, for all of them.
    All(StoreError),
}

impl Failure {
    fn into_refusal(self) -> StoreError {
        let (Self::Shared(refusal) | Self::All(refusal)) = self;
        refusal
    }
}

struct Thread {
    connection: Connection,
    file: StoreFile,
}

impl Thread {
    /// Does all operations of the batch and answers their callers.
    fn settle(&mut self, batch: &mut Vec<Box<dyn Pending>>) {
        let done = match self.attempt(batch) {
            Err(Failure::Shared(_)) if batch.len() > 1 => {
                for mut call in batch.drain(..) {
                    call.forget();
                    let done = self.attempt(std::slice::from_mut(&mut call));
                    call.answer(done.map_err(Failure::into_refusal));
                }
                Ok(())
            }
            done => done.map_err(Failure::into_refusal),
        };
        for call in batch.drain(..) {
            call.answer(done.clone());
        }
        self.file.bound_wal(&mut self.connection);
    }

    fn empty_log(&mut self, callers: Vec<oneshot::Sender<bool>>) {
        if callers.is_empty() {
            return;
        }
        let emptied = self.file.empty_wal(&mut self.connection).unwrap_or_else(|error| {
            tracing::warn!(%error, path = %self.file.path().display(), "the store's log could not be emptied");
            false
        });
        for caller in callers {
            // Who has gone away does not need to know.
            let _ = caller.send(emptied);
        }
    }

    /// One transaction over all calls: each in its own savepoint, so that a refused one leaves the others alone.
    fn attempt(&self, batch: &mut [Box<dyn Pending>]) -> Result<(), Failure> {
        self.begin().map_err(Failure::All)?;
        let mut changed = false;
        for call in &mut *batch {
            self.execute("SAVEPOINT operation").map_err(|error| self.abandon(&error))?;
            match call.apply(&self.connection) {
                Ok(()) => changed = true,
                Err(refusal) if self.connection.is_autocommit() => return Err(Failure::Shared(refusal)),
                Err(_) => self.execute("ROLLBACK TO operation").map_err(|error| self.abandon(&error))?,
            }
            self.execute("RELEASE operation").map_err(|error| self.abandon(&error))?;
        }
        if !changed {
            self.roll_back();
            return Ok(());
        }
        self.execute("COMMIT").map_err(|error| {
            let refusal = commit_refusal(&error);
            self.roll_back();
            if matches!(refusal, StoreError::Full(_)) {
                Failure::Shared(refusal)
            } else {
                Failure::All(refusal)
            }
        })
    }

    /// Takes the lock that lets one process at a time write, and makes sure that the file is still the one we opened.
    fn begin(&self) -> Result<(), StoreError> {
        // What an earlier failure may have left open.
        self.roll_back();
        self.execute("BEGIN IMMEDIATE").map_err(|error| {
            if is_busy(&error) {
                let text = format!("another process keeps {} locked", self.file.path().display());
                return StoreError::Unavailable(text);
            }
            refusal(&error)
        })?;
        let checked = self.still_ours();
        if checked.is_err() {
            self.roll_back();
        }
        checked
    }

    fn still_ours(&self) -> Result<(), StoreError> {
        if !self.file.still_stands() {
            return Err(StoreError::Unavailable(format!(
                "{} was replaced or removed while it was open; start this process again",
                self.file.path().display()
            )));
        }
        if schema::version(&self.connection).map_err(|error| refusal(&error))? != schema::VERSION {
            return Err(StoreError::Unavailable(format!(
                "a newer Tegata has taken over {}; start this process again with the newer version",
                self.file.path().display()
            )));
        }
        Ok(())
    }

    fn execute(&self, statement: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(statement)?.execute([]).map(drop)
    }

    fn abandon(&self, error: &rusqlite::Error) -> Failure {
        self.roll_back();
        Failure::Shared(refusal(error))
    }

    fn roll_back(&self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.execute("ROLLBACK") {
            tracing::error!(%error, path = %self.file.path().display(), "the store could not roll back");
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use rusqlite::params;

    use super::*;
    use crate::store::embedded::open::{OpenOptions, open};

    fn thread(directory: &tempfile::TempDir) -> Thread {
        let path = directory.path().join("store");
        let options = OpenOptions::default();
        let connection = open(&path, &options).unwrap();
        Thread { connection, file: StoreFile::at(&path, options.lock_wait).unwrap() }
    }

    type Answer = oneshot::Receiver<Result<u8, StoreError>>;

    /// Writes two events, and after the first one refuses if it is to.
    fn call(number: u8, refusal: Option<StoreError>) -> (Box<dyn Pending>, Answer) {
        let (caller, answer) = oneshot::channel();
        let run = move |connection: &Connection| {
            for half in [0, 1] {
                connection
                    .execute(
                        "INSERT INTO event (partition, position, bytes) VALUES (1, ?1, zeroblob(1))",
                        params![number * 2 + half],
                    )
                    .unwrap();
                if let Some(refusal) = &refusal {
                    return Err(refusal.clone());
                }
            }
            Ok(number)
        };
        (Box::new(Call { run, outcome: None, caller }), answer)
    }

    fn positions(thread: &Thread) -> Vec<u8> {
        let mut statement =
            thread.connection.prepare("SELECT position FROM event ORDER BY position").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn what_a_refused_operation_wrote_is_undone_and_its_neighbours_stay() {
        let directory = tempfile::tempdir().unwrap();
        let mut thread = thread(&directory);
        let refusal = StoreError::Limit("half way".to_owned());
        let (mut batch, answers): (Vec<_>, Vec<_>) =
            [call(0, None), call(1, Some(refusal.clone())), call(2, None)].into_iter().unzip();
        thread.settle(&mut batch);
        let answers: Vec<_> = answers.into_iter().map(|answer| answer.blocking_recv().unwrap()).collect();
        assert_eq!(answers, [Ok(0), Err(refusal), Ok(2)]);
        assert_eq!(positions(&thread), [0, 1, 4, 5]);
    }

    #[test]
    fn where_the_transaction_fails_a_refused_operation_keeps_its_own_reason() {
        let refusal = StoreError::Limit("mine".to_owned());
        let failure = StoreError::Unknown("of all".to_owned());
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE event (partition, position, bytes)").unwrap();
        let (mut refused, refused_answer) = call(0, Some(refusal.clone()));
        let (mut done, done_answer) = call(1, None);
        assert_eq!(refused.apply(&connection), Err(refusal.clone()));
        assert_eq!(done.apply(&connection), Ok(()));
        refused.answer(Err(failure.clone()));
        done.answer(Err(failure.clone()));
        assert_eq!(refused_answer.blocking_recv().unwrap(), Err(refusal));
        assert_eq!(done_answer.blocking_recv().unwrap(), Err(failure));
    }

    #[test]
    fn a_caller_who_has_gone_away_does_not_undo_the_operation() {
        let directory = tempfile::tempdir().unwrap();
        let mut thread = thread(&directory);
        let (call, answer) = call(0, None);
        drop(answer);
        thread.settle(&mut vec![call]);
        assert_eq!(positions(&thread), [0, 1]);
    }
}
