//! The threads that read, each with its own connection, beside the one that writes.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;

/// Questions that wait before a caller has to.
const QUEUE: usize = 1_024;

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// The handle on the reading threads. Dropping it waits until they have answered what they were asked.
#[derive(Debug)]
pub struct Readers {
    queue: Option<mpsc::Sender<Question>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts one thread per connection.
    pub fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::channel::<Question>(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let threads = connections
            .into_iter()
            .map(|connection| {
                let waiting = Arc::clone(&waiting);
                std::thread::Builder::new().name("store-reader".to_owned()).spawn(move || {
                    while let Some(question) = next(&waiting) {
                        question(&connection);
                    }
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Has some thread do `ask` and waits for the answer.
    pub async fn ask<T, F>(&self, ask: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let question: Question = Box::new(move |connection| drop(caller.send(ask(connection))));
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(question).await.map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// The next question; only one idle thread waits for it, the others wait for that one's place.
fn next(waiting: &Mutex<mpsc::Receiver<Question>>) -> Option<Question> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the store's readers have stopped".to_owned())
}
