//! The directory of an installation: made whole, or not at all.
//!
//! Everything is prepared in a directory of its own inside the target and moved out at the end, `tegata.toml` last: a
//! directory without that file is no installation. What a killed run leaves behind is tidied by the next one.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::files::{Access, FileError, make_directory, sync_directory, write_new};

/// The configuration file of an installation.
pub const CONFIGURATION: &str = "tegata.toml";

/// Where everything is prepared.
const STAGING: &str = ".tegata-init";

/// Why there is no new installation.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// It was made before.
    #[error("{} is initialised already", .0.display())]
    Initialised(PathBuf),
    /// Other things stand there.
    #[error("{} is not empty ({found} stands there)", directory.display())]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
        /// One of the things.
        found: String,
    },
    /// Another init is at work there.
    #[error("another `tegata init` is at work in {}", .0.display())]
    AtWork(PathBuf),
    /// Somebody else could exchange what is made there.
    #[error("{} is not safe to make keys in: {why}", path.display())]
    Unsafe {
        /// The directory.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A directory in the making. Dropped before [`Layout::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Layout {
    directory: PathBuf,
    staging: PathBuf,
    made_directory: bool,
    _lock: File,
}

impl Layout {
    /// Begins in `directory`, which is made where it does not exist, and must be empty where it does.
    ///
    /// # Errors
    /// When it is an installation already, or not empty, or cannot be written.
    pub fn begin(directory: &Path) -> Result<Self, LayoutError> {
        if directory.join(CONFIGURATION).exists() {
            return Err(LayoutError::Initialised(directory.to_owned()));
        }
        let made_directory = !directory.exists();
        make_directory(directory)?;
        let directory = directory.canonicalize().map_err(FileError::new(directory, "read"))?;
        check_own(&directory)?;
        let staging = directory.join(STAGING);
        // Whoever could write here before may have put a link in this place.
        match fs::symlink_metadata(&staging) {
            Ok(_) => check_own(&staging)?,
            Err(_) => make_directory(&staging)?,
        }
        let lock = match File::open(&staging) {
            // Another init has just ended and taken it away.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(LayoutError::AtWork(directory));
            }
            opened => opened.map_err(FileError::new(&staging, "opened"))?,
        };
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LayoutError::AtWork(directory)),
            Err(TryLockError::Error(error)) => return Err(FileError::new(&staging, "locked")(error).into()),
        }
        // From here on, whatever goes wrong, what was made is taken away again.
        let layout = Self { directory, staging, made_directory, _lock: lock };
        // Looked at once more under the lock: another init may have ended in between.
        if layout.directory.join(CONFIGURATION).exists() {
            return Err(LayoutError::Initialised(layout.directory.clone()));
        }
        layout.check_empty()?;
        empty(&layout.staging)?;
        Ok(layout)
    }

    fn check_empty(&self) -> Result<(), LayoutError> {
        let entries = fs::read_dir(&self.directory).map_err(FileError::new(&self.directory, "read"))?;
        for entry in entries {
            let name = entry.map_err(FileError::new(&self.directory, "read"))?.file_name();
            if name != STAGING && name != "lost+found" {
                let found = name.to_string_lossy().into_owned();
                return Err(LayoutError::NotEmpty { directory: self.directory.clone(), found });
            }
        }
        Ok(())
    }

    /// Where things are prepared.
    #[must_use]
    pub fn staging(&self) -> &Path {
        &self.staging
    }

    /// Where they will be.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a file that only its owner can read, such as `issuer/issuer.key`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn private(&self, name: &str, bytes: &[u8]) -> Result<(), LayoutError> {
        self.write(name, bytes, Access::Private)
    }

    /// Writes a file that everybody who reaches the directory can read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn public(&self, name: &str, bytes: &[u8]) -> Result<(), LayoutError> {
        self.write(name, bytes, Access::Public)
    }

    fn write(&self, name: &str, bytes: &[u8], access: Access) -> Result<(), LayoutError> {
        let path = self.staging.join(name);
        if let Some(above) = path.parent() {
            make_directory(above)?;
        }
        Ok(write_new(&path, bytes, access)?)
    }

    /// Makes an empty directory for the owner alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn directory_below(&self, name: &str) -> Result<PathBuf, LayoutError> {
        let path = self.staging.join(name);
        make_directory(&path)?;
        Ok(path)
    }

    /// Moves everything to its place, the configuration file last.
    ///
    /// # Errors
    /// When a file cannot be moved; then the directory is no installation.
    pub fn finish(mut self) -> Result<(), LayoutError> {
        let entries = fs::read_dir(&self.staging).map_err(FileError::new(&self.staging, "read"))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(FileError::new(&self.staging, "read"))?;
            if entry.path().is_dir() {
                sync_directory(&entry.path())?;
            }
            names.push(entry.file_name());
        }
        names.sort_by_key(|name| name == CONFIGURATION);
        for name in names {
            let to = self.directory.join(&name);
            fs::rename(self.staging.join(&name), &to).map_err(FileError::new(&to, "written"))?;
            sync_directory(&self.directory)?;
        }
        self.made_directory = false;
        Ok(())
    }
}

impl Drop for Layout {
    fn drop(&mut self) {
        // What cannot be tidied away now is tidied by the next init.
        let _ = fs::remove_dir_all(&self.staging);
        if self.made_directory {
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

/// Refuses what is no directory of our own: a link, somebody else's, or one in which others may write.
fn check_own(path: &Path) -> Result<(), LayoutError> {
    let found = fs::symlink_metadata(path).map_err(FileError::new(path, "read"))?;
    let refuse = |why| Err(LayoutError::Unsafe { path: path.to_owned(), why });
    if !found.is_dir() {
        return refuse("it is no directory");
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return refuse("it belongs to another user; run init as its owner, or in a directory of your own");
    }
    if found.mode() & 0o022 != 0 {
        return refuse("others may write to it; chmod go-w takes that away");
    }
    Ok(())
}

fn empty(directory: &Path) -> Result<(), FileError> {
    for entry in fs::read_dir(directory).map_err(FileError::new(directory, "read"))? {
        let entry = entry.map_err(FileError::new(directory, "read"))?;
        let path = entry.path();
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let removed = if is_directory { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(FileError::new(&path, "removed"))?;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_finished_layout_stands_whole_and_private() {
        let kept = tempfile::tempdir().unwrap();
        let directory = kept.path().join("a/b");
        let layout = Layout::begin(&directory).unwrap();
        layout.private("issuer/issuer.key", b"key").unwrap();
        layout.public(CONFIGURATION, b"").unwrap();
        assert_eq!(names(&directory), [STAGING]);
        layout.finish().unwrap();
        assert_eq!(names(&directory), ["issuer", CONFIGURATION]);
        assert_eq!(mode(&directory), 0o700);
        assert_eq!(mode(&directory.join("issuer")), 0o700);
        assert_eq!(mode(&directory.join("issuer/issuer.key")), 0o600);
        assert!(matches!(Layout::begin(&directory), Err(LayoutError::Initialised(_))));
    }

    #[test]
    fn a_layout_that_is_given_up_leaves_nothing() {
        let kept = tempfile::tempdir().unwrap();
        let made = kept.path().join("made");
        let layout = Layout::begin(&made).unwrap();
        layout.private("pepper", b"x").unwrap();
        drop(layout);
        assert!(!made.exists());
        let layout = Layout::begin(kept.path()).unwrap();
        layout.private("pepper", b"x").unwrap();
        drop(layout);
        assert!(names(kept.path()).is_empty());
    }

    #[test]
    fn what_a_killed_run_left_is_tidied_by_the_next() {
        let kept = tempfile::tempdir().unwrap();
        fs::create_dir_all(kept.path().join(STAGING).join("store")).unwrap();
        fs::write(kept.path().join(STAGING).join("pepper"), b"old").unwrap();
        let layout = Layout::begin(kept.path()).unwrap();
        layout.private("pepper", b"new").unwrap();
        layout.public(CONFIGURATION, b"").unwrap();
        layout.finish().unwrap();
        assert_eq!(names(kept.path()), ["pepper", CONFIGURATION]);
        assert_eq!(fs::read(kept.path().join("pepper")).unwrap(), b"new");
    }

    #[test]
    fn a_directory_with_other_things_is_left_alone() {
        let kept = tempfile::tempdir().unwrap();
        fs::write(kept.path().join("thesis.odt"), b"").unwrap();
        let refused = Layout::begin(kept.path()).unwrap_err();
        assert!(refused.to_string().ends_with("is not empty (thesis.odt stands there)"), "{refused}");
        assert_eq!(names(kept.path()), ["thesis.odt"]);
    }

    #[test]
    fn two_at_a_time_do_not_mix() {
        let kept = tempfile::tempdir().unwrap();
        let first = Layout::begin(kept.path()).unwrap();
        assert!(matches!(Layout::begin(kept.path()), Err(LayoutError::AtWork(_))));
        first.private("pepper", b"x").unwrap();
        first.finish().unwrap();
        assert_eq!(names(kept.path()), ["pepper"]);
    }
}
