//! What an organization mails, as arguments and as text.

use std::collections::BTreeSet;

use crate::cli::style::plain;
use crate::cli::table::lines;
use crate::directory::{MailAddress, MailLanguage, Notice, Organization, SECRET_DELAYS, SecretByMail};

/// What is mailed, and under which name.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Mail")]
pub(super) struct MailArguments {
    /// What people are told by mail when it has happened: fetched, installed, reissued, revoked, separated by commas
    #[arg(long = "mail-notices", id = "mail-notices", value_name = "NOTICES", value_parser = notices)]
    notices: Option<Notices>,
    /// Whether mails carry the secret: never, apart (in a mail of its own, later) or together (with the link)
    #[arg(long = "mail-secret", id = "mail-secret", value_name = "HOW")]
    secret: Option<SecretByMail>,
    /// Minutes between the mail with the link and the one with the secret
    #[arg(long = "mail-secret-delay", id = "mail-secret-delay", value_name = "MINUTES", value_parser = delay)]
    secret_delay: Option<u32>,
    /// The language of mails: japanese, english or both
    #[arg(long = "mail-language", id = "mail-language", value_name = "LANGUAGE")]
    language: Option<MailLanguage>,
    /// The name beside the sender's address
    #[arg(long = "mail-from-name", id = "mail-from-name", value_name = "NAME", value_parser = name)]
    from_name: Option<Given<String>>,
    /// Where answers to mails go
    #[arg(long = "mail-reply-to", id = "mail-reply-to", value_name = "ADDRESS", value_parser = address)]
    reply_to: Option<Given<MailAddress>>,
    /// Where reports of undeliverable mails go
    #[arg(long = "mail-bounce", id = "mail-bounce", value_name = "ADDRESS", value_parser = address)]
    bounce: Option<Given<MailAddress>>,
}

/// Something, or nothing where an empty text was given.
#[derive(Debug, Clone)]
struct Given<T>(Option<T>);

/// Notices, none of them where an empty text was given.
#[derive(Debug, Clone)]
struct Notices(BTreeSet<Notice>);

fn notices(text: &str) -> Result<Notices, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let notice = |word: &str| {
        let names = Notice::ALL.map(Notice::name).join(", ");
        let found = Notice::ALL.into_iter().find(|known| known.name() == word);
        found.ok_or_else(|| format!("a notice is one of {names}, not {word:?}"))
    };
    words.map(notice).collect::<Result<_, _>>().map(Notices)
}

fn delay(text: &str) -> Result<u32, String> {
    let (least, most) = (SECRET_DELAYS.start(), SECRET_DELAYS.end());
    let found: Option<u32> = text.parse().ok().filter(|minutes| SECRET_DELAYS.contains(minutes));
    found.ok_or_else(|| format!("a whole number of minutes from {least} to {most}"))
}

fn name(text: &str) -> Result<Given<String>, String> {
    let text = text.trim();
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err("a name has at most 100 characters, none of them a line break".to_owned());
    }
    Ok(Given(Some(text.to_owned()).filter(|text| !text.is_empty())))
}

fn address(text: &str) -> Result<Given<MailAddress>, String> {
    if text.trim().is_empty() {
        return Ok(Given(None));
    }
    text.parse()
        .map(|address| Given(Some(address)))
        .map_err(|error: crate::directory::NotAMailAddress| error.to_string())
}

impl MailArguments {
    pub(super) fn change(&self, organization: &mut Organization) {
        if let Some(Notices(notices)) = &self.notices {
            organization.policy.notices.clone_from(notices);
        }
        if let Some(how) = self.secret {
            organization.mail_secret(how);
        }
        let policy = &mut organization.mail;
        policy.secret_delay = self.secret_delay.unwrap_or(policy.secret_delay);
        policy.language = self.language.unwrap_or(policy.language);
        if let Some(Given(name)) = &self.from_name {
            policy.from_name.clone_from(name);
        }
        if let Some(Given(address)) = &self.reply_to {
            policy.reply_to.clone_from(address);
        }
        if let Some(Given(address)) = &self.bounce {
            policy.bounce.clone_from(address);
        }
    }
}

/// What an organization mails, for people.
pub(super) fn text(organization: &Organization) -> String {
    let policy = &organization.mail;
    let notices: Vec<_> = organization.policy.notices.iter().map(|notice| notice.name()).collect();
    let secret = match organization.secret_by_mail() {
        SecretByMail::Never => "never mailed".to_owned(),
        SecretByMail::Apart => format!("in a mail of its own, {} minutes later", policy.secret_delay),
        SecretByMail::Together => "in the mail with the link".to_owned(),
    };
    lines(&[
        ("mail notices", Some(if notices.is_empty() { "none".to_owned() } else { notices.join(", ") })),
        ("mail secret", Some(secret)),
        ("mail language", Some(policy.language.name().to_owned())),
        ("mail from", policy.from_name.as_deref().map(plain)),
        ("mail reply to", policy.reply_to.as_ref().map(ToString::to_string)),
        ("mail bounces", policy.bounce.as_ref().map(ToString::to_string)),
    ])
}
