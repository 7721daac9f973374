//! A message: headers, plain text and HTML, as it goes to the mail server.

use askama::Template;
use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message as Letter};
use zeroize::Zeroizing;

use super::body::{Block, Content, Letterhead, Part, one_line};
use super::identity::MailName;
use super::texts::Texts;
use crate::directory::{Colour, Ground, Look, MailAddress, MailLanguage};
use crate::words::language::Language;

/// The most characters of a name or a subject in a header.
const LONGEST_HEADER: usize = 200;
/// The name under which the HTML finds the logo.
const LOGO: &str = "logo";

/// Why a mail could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// An address that was checked is none after all.
    #[error("{0} is no address that can stand in a header")]
    Address(String),
    /// The parts do not make a message.
    #[error("the message cannot be put together: {0}")]
    Message(String),
    /// A template failed.
    #[error("the template of mails failed: {0}")]
    Template(String),
}

/// From whom mails come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The address that people see.
    pub from: MailAddress,
    /// The name beside it.
    pub name: String,
    /// Where answers go, where that is another address.
    pub reply_to: Option<MailAddress>,
    /// Where reports of undeliverable mails go; without it, to `from`.
    pub bounce: Option<MailAddress>,
    /// Whether each mail has an address of its own for reports (`bounce+NAME@…`).
    pub bounce_by_mail: bool,
}

/// A mail to write.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    /// Its name.
    pub name: &'a MailName,
    /// To whom it goes.
    pub to: &'a MailAddress,
    /// The person's name, for the greeting.
    pub person: Option<&'a str>,
    /// The date in its head.
    pub date: Timestamp,
    /// In which languages.
    pub language: MailLanguage,
    /// Whose mail it is.
    pub head: Letterhead<'a>,
    /// What it says.
    pub content: Content<'a>,
}

/// A message, ready for the mail server.
pub struct Message {
    /// The sender in the envelope.
    pub sender: MailAddress,
    /// The recipient in the envelope.
    pub recipient: MailAddress,
    /// The envelope's identifier (RFC 3461 §4.4), for servers that take one.
    pub envelope_id: String,
    /// The message (RFC 5322), lines ended by CR LF. Holds whatever the mail says, secrets included.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("envelope_id", &self.envelope_id).finish_non_exhaustive()
    }
}

macro_rules! fixed_header {
    ($type:ident, $name:literal, $value:literal) => {
        #[derive(Clone)]
        struct $type;

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $value.to_owned())
            }
        }
    };
}

// Answering machines stay silent (RFC 3834 §5; the second is what Exchange heeds).
fixed_header!(AutoSubmitted, "Auto-Submitted", "auto-generated");
fixed_header!(NoAutomaticReply, "X-Auto-Response-Suppress", "All");

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct Plain<'a> {
    organization: &'a str,
    parts: &'a [Part],
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct Html<'a> {
    organization: &'a str,
    parts: &'a [Part],
    colours: Colours,
    logo: Option<(u32, u32)>,
}

/// The colours of a mail by day and by night.
struct Colours {
    accent: String,
    dark_accent: String,
}

impl Colours {
    fn of(look: &Look) -> Self {
        let colour = |own: Option<Colour>, other: Option<Colour>, ground, standard: &str| {
            own.or(other)
                .map_or_else(|| standard.to_owned(), |colour| colour.nearest_readable(ground).to_string())
        };
        Self {
            accent: colour(look.colour, look.dark_colour, Ground::Light, "#0b6b4f"),
            dark_accent: colour(look.dark_colour, look.colour, Ground::Dark, "#5fd0a8"),
        }
    }
}

/// The size of a logo beside the name, in pixels.
fn shown(look: &Look) -> Option<(u32, u32)> {
    let logo = look.logo.as_ref()?;
    let (width, height) = (logo.width.max(1), logo.height.max(1));
    let wide = (width * 40 / height).max(1);
    Some(if wide > 200 { (200, (height * 200 / width).max(1)) } else { (wide, 40) })
}

fn mailbox(name: Option<&str>, address: &MailAddress) -> Result<Mailbox, ComposeError> {
    let name = name.map(header_text).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, checked(address)?))
}

fn checked(address: &MailAddress) -> Result<Address, ComposeError> {
    address.as_str().parse().map_err(|_| ComposeError::Address(address.to_string()))
}

fn envelope(from: &MailAddress, to: &MailAddress) -> Result<Envelope, ComposeError> {
    let message = |error: lettre::error::Error| ComposeError::Message(error.to_string());
    Envelope::new(Some(checked(from)?), vec![checked(to)?]).map_err(message)
}

/// A text for a header: on one line and not endless.
fn header_text(text: &str) -> String {
    one_line(text).chars().take(LONGEST_HEADER).collect()
}

const fn languages(language: MailLanguage) -> &'static [Language] {
    match language {
        MailLanguage::Japanese => &[Language::Japanese],
        MailLanguage::English => &[Language::English],
        MailLanguage::Both => &[Language::Japanese, Language::English],
    }
}

/// Writes a mail.
///
/// # Errors
/// When an address or the parts do not make a message.
pub fn compose(mail: &Mail<'_>, sender: &Sender) -> Result<Message, ComposeError> {
    let texts = languages(mail.language).iter().copied().map(Texts);
    let parts: Vec<Part> = texts.map(|texts| mail.content.part(texts, mail.person, &mail.head)).collect();
    let subject = parts.first().map(|part| header_text(&part.subject)).unwrap_or_default();
    let organization = one_line(mail.head.organization);
    let failed = |error: askama::Error| ComposeError::Template(error.to_string());
    let plain = Plain { organization: &organization, parts: &parts }.render().map_err(failed)?;
    let logo = mail.head.logo.and_then(|bytes| Some((bytes, shown(mail.head.look)?)));
    let html = Html {
        organization: &organization,
        parts: &parts,
        colours: Colours::of(mail.head.look),
        logo: logo.map(|(_, size)| size),
    };
    let html = html.render().map_err(failed)?;

    let envelope_id = mail.name.to_string();
    let mark = |part: &str| format!("{}-{part}", mail.name.mail);
    let mut alternative =
        MultiPart::alternative().boundary(mark("text")).singlepart(SinglePart::plain(plain));
    alternative = match logo {
        None => alternative.singlepart(SinglePart::html(html)),
        Some((bytes, _)) => {
            let png = ContentType::parse("image/png").map_err(|e| ComposeError::Message(e.to_string()))?;
            let picture = Attachment::new_inline(LOGO.to_owned()).body(bytes.to_vec(), png);
            let related = MultiPart::related().boundary(mark("look"));
            alternative.multipart(related.singlepart(SinglePart::html(html)).singlepart(picture))
        }
    };
    let mut letter = Letter::builder()
        .from(mailbox(Some(&sender.name), &sender.from)?)
        .to(mailbox(mail.person, mail.to)?)
        .subject(subject)
        .date(mail.date.into())
        // Otherwise lettre reads it back from the headers, where some names make addresses unreadable to it.
        .envelope(envelope(&sender.from, mail.to)?)
        .message_id(Some(mail.name.message_id(sender.from.domain())))
        .header(AutoSubmitted)
        .header(NoAutomaticReply);
    if let Some(reply_to) = &sender.reply_to {
        letter = letter.reply_to(mailbox(None, reply_to)?);
    }
    let letter = letter.multipart(alternative).map_err(|error| ComposeError::Message(error.to_string()))?;
    let bounce = sender.bounce.as_ref().unwrap_or(&sender.from);
    let own = sender.bounce_by_mail.then(|| bounce.with_detail(&envelope_id)).flatten();
    Ok(Message {
        sender: own.unwrap_or_else(|| bounce.clone()),
        recipient: mail.to.clone(),
        envelope_id,
        bytes: Zeroizing::new(letter.formatted()),
    })
}
