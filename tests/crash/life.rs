//! What the clients were told: one record per enrollment, kept outside of the program that is killed.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::program::Invited;

/// An enrollment as its invited person knows it. Whatever stands here was acknowledged.
#[derive(Debug, Clone)]
pub struct Life {
    pub invited: Invited,
    /// Every ticket that it was sent to, newest last.
    pub tickets: Vec<String>,
    /// The whole file, once it came.
    pub file: Option<Vec<u8>>,
    /// Every certificate that reached the device (DER), with its serial number.
    pub certificates: Vec<(String, Vec<u8>)>,
    /// How often a fetch was begun that may have been counted.
    pub fetches: u32,
    /// Whether the check page said yes.
    pub installed: bool,
    /// How often the server died under it.
    pub interruptions: u32,
    /// What it was refused, where a refusal is the end.
    pub refused: Option<String>,
}

impl Life {
    /// The beginning of a life.
    pub const fn of(invited: Invited) -> Self {
        Self {
            invited,
            tickets: Vec::new(),
            file: None,
            certificates: Vec::new(),
            fetches: 0,
            installed: false,
            interruptions: 0,
            refused: None,
        }
    }
}

/// All of them.
#[derive(Default)]
pub struct Lives {
    waiting: Mutex<VecDeque<Life>>,
    done: Mutex<Vec<Life>>,
}

impl Lives {
    /// The one that has waited longest, if any waits.
    pub fn take(&self) -> Option<Life> {
        self.waiting.lock().unwrap().pop_front()
    }

    /// Puts back what is not finished, in front: its time is running.
    pub fn interrupted(&self, mut life: Life) {
        life.interruptions += 1;
        self.waiting.lock().unwrap().push_front(life);
    }

    /// Puts back what is not finished, behind the others: it may have to wait for the end of a lease.
    pub fn put_off(&self, mut life: Life) {
        life.interruptions += 1;
        self.waiting.lock().unwrap().push_back(life);
    }

    /// Keeps what is finished.
    pub fn finished(&self, life: Life) {
        self.done.lock().unwrap().push(life);
    }

    /// Every one that is finished.
    pub fn all_finished(&self) -> Vec<Life> {
        self.done.lock().unwrap().clone()
    }

    /// How many are installed.
    pub fn installed(&self) -> usize {
        self.done.lock().unwrap().iter().filter(|life| life.installed).count()
    }

    /// Figures for people.
    pub fn tally(&self) -> String {
        let done = self.done.lock().unwrap();
        let interruptions: u32 = done.iter().map(|life| life.interruptions).sum();
        let waiting = self.waiting.lock().unwrap().len();
        format!("{} lives lived through {interruptions} interruptions, {waiting} waiting", done.len())
    }
}
