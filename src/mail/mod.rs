//! Mails: what a person is told, as a message of plain text and HTML in the organization's look.
//!
//! Pure: the words come from a catalogue of their own (`locales/mail/`), the present and every credential come in as arguments,
//! and a message leaves as bytes. What a report of an undeliverable mail says is read here too.

mod body;
mod compose;
mod identity;
mod report;
#[cfg(test)]
mod tests;
mod texts;

pub use body::{Content, Invitation, Letterhead, SecretComes};
pub use compose::{ComposeError, Mail, Message, Sender, compose};
pub use identity::{MailId, MailName, NotAMailName};
pub use report::{NotAReport, Report, read_reports};
