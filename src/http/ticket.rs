//! The second screen: the file, its password, and what to do on this very device.

use askama::Template;

use super::page::Frame;
use super::words::Phrase;
use crate::device::Platform;

/// How the page shows the bundle password.
#[derive(Clone)]
pub enum PasswordBox {
    /// In the page, in groups that are easy to read; together they are the password, without anything between.
    Shown {
        /// The groups.
        groups: Vec<String>,
        /// Whether it is the secret that the person typed before.
        typed_before: bool,
    },
    /// It comes by a letter of its own.
    Separate,
    /// Nobody is asked for it.
    NotAsked,
}

impl std::fmt::Debug for PasswordBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordBox(..)")
    }
}

/// How many characters of a password stand together.
const GROUP: usize = 5;

/// A password in groups: one that was made without separators by fives; any other as it is, since every character counts.
#[must_use]
pub fn groups(password: &str) -> Vec<String> {
    if password.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let characters: Vec<char> = password.chars().collect();
        characters.chunks(GROUP).map(|group| group.iter().collect()).collect()
    } else {
        vec![password.to_owned()]
    }
}

/// A link to a file.
#[derive(Debug, Clone)]
pub struct FileLink {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Its media type.
    pub media_type: String,
    /// Its variant's name, for `data-variant`.
    pub variant: &'static str,
}

/// What to do now.
#[derive(Debug, Template)]
#[template(path = "ticket.html")]
pub struct TicketPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// What is handed out.
    pub offer: String,
    /// The bundle password.
    pub password: PasswordBox,
    /// The file to install.
    pub file: FileLink,
    /// Its compatible variant, where there is one.
    pub compatible: Option<FileLink>,
    /// Until when it can be fetched, as a time of day.
    pub until: String,
    /// How long that is from now.
    pub span: String,
    /// The same for machines (RFC 3339).
    pub window_ends_at: String,
    /// How often it can be fetched.
    pub fetches_left: u32,
    /// When it was fetched whole.
    pub fetched: Option<String>,
    /// The steps.
    pub steps: Vec<Phrase<'static>>,
    /// What helps where nothing happens.
    pub prompt: Phrase<'static>,
    /// How an old certificate is removed.
    pub removal: Phrase<'static>,
    /// The check page.
    pub check: String,
    /// The name that the device will show.
    pub certificate_name: String,
    /// When the certificate ends.
    pub not_after: String,
}

/// The certificate is installed and proven; the file is gone.
#[derive(Debug, Template)]
#[template(path = "installed.html")]
pub struct InstalledPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// Since when, on what.
    pub fact: String,
    /// The check page.
    pub check: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_grouped_only_where_nothing_has_to_be_typed_between() {
        assert_eq!(groups("abcdefghjkmnpqr"), ["abcde", "fghjk", "mnpqr"]);
        assert_eq!(groups("abcde-fghjk"), ["abcde-fghjk"]);
        assert_eq!(groups("my own: pässword"), ["my own: pässword"]);
    }
}
