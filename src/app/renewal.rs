//! The profile signer is read again when its files change.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::materials::Materials;
use crate::config::{Configuration, Loaded};
use crate::pki::ProfileSigner;

/// What tells a file from the one that stood in its place.
type Trace = Option<(u64, u64, u64, i64, i64)>;

/// The files of the signer, and what they held when they were last looked at.
#[derive(Debug)]
pub(super) struct SignerFiles {
    settings: Configuration,
    loaded: Loaded,
    current: Arc<ArcSwap<ProfileSigner>>,
    seen: [Trace; 2],
}

impl SignerFiles {
    /// Watches the files that `settings` name; `current` was read from them just now.
    pub(super) fn new(settings: Configuration, loaded: Loaded, current: Arc<ArcSwap<ProfileSigner>>) -> Self {
        let seen = traces(&settings);
        Self { settings, loaded, current, seen }
    }

    /// Looks whether the files changed, and takes what they hold now. What cannot be used is logged once, and the old signer
    /// stays in use.
    pub(super) fn refresh(&mut self) {
        let now = traces(&self.settings);
        if now == self.seen {
            return;
        }
        self.seen = now;
        match Materials::new(&self.settings, &self.loaded).signer() {
            Ok(signer) => {
                tracing::info!(signer = signer.name(), ends = %signer.expires(), "the profile signer was renewed");
                self.current.store(Arc::new(signer));
            }
            Err(problem) => tracing::error!(
                %problem,
                "the new profile signer cannot be used, the old one stays in use: mend the files, they are read again as \
                 soon as they change"
            ),
        }
    }
}

fn traces(settings: &Configuration) -> [Trace; 2] {
    let trace = |path: &PathBuf| {
        let found = fs::metadata(path).ok()?;
        Some((found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
    };
    [trace(&settings.signer.certificate), trace(&settings.signer.key)]
}
