//! What a mail server reports of mails that it could not deliver (RFC 3464, in a `multipart/report` of RFC 6522).

use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders as _, PartType};

use super::body::one_line;
use super::identity::MailName;

/// The most characters of a reply that are kept.
const LONGEST: usize = 300;
/// The most recipients that one report is read for; our mails have one.
const MOST: usize = 20;
/// The most parts that a message may have to be read at all: reading costs the square of how deep they lie in each other, and
/// everybody can send one. A report has three, and what it gives back of our mails another three.
const MOST_PARTS: usize = 50;
/// The most lines that begin like a boundary; texts have some too.
const MOST_BOUNDARIES: usize = 200;
/// As much of a message is read. What it says of a mail stands in front of what it gives back of it, and encoded parts may hide
/// others from being counted.
const READ: usize = 128 << 10;

/// What became of a mail, as a server tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which mail.
    pub mail: MailName,
    /// Whether it is failed for good; otherwise it is delayed, relayed or delivered.
    pub failed: bool,
    /// What was done, as the report says: `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// The status (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
    /// What the other server said.
    pub diagnostic: Option<String>,
}

/// Why a message is no report that means anything here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAReport {
    /// It cannot be read as a message at all.
    #[error("this is no message")]
    NotAMessage,
    /// It is made of too many parts, as no mail server makes them.
    #[error("this message has more than {MOST_PARTS} parts; no delivery report has so many")]
    TooManyParts,
    /// It has no `message/delivery-status`.
    #[error("this message is no delivery report (it has no part message/delivery-status, RFC 3464)")]
    NoStatus,
    /// It is about a mail that was not sent from here.
    #[error("this report names none of the mails that Tegata sends")]
    NotOurs,
}

fn field(group: &Message<'_>, name: &'static str) -> Option<String> {
    let value = one_line(group.header_raw(HeaderName::from(name))?);
    // `rfc822; hanako@example.jp`, `smtp; 550 …`: what kind of text it is goes before it.
    let value = value.split_once(';').map_or(value.as_str(), |(_, value)| value).trim();
    Some(value.chars().take(LONGEST).collect()).filter(|value: &String| !value.is_empty())
}

/// Whether it is this kind of part.
fn is_kind(part: &mail_parser::MessagePart<'_>, kind: &str, sub: &str) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind)
            && found.subtype().is_some_and(|found| found.eq_ignore_ascii_case(sub))
    })
}

/// The name in a Message-ID, without its angle brackets.
fn from_message_id(id: &str) -> Option<MailName> {
    id.trim().trim_matches(['<', '>']).split('@').next()?.parse().ok()
}

/// The name behind the `+` of an address to which reports go.
fn from_address(address: &str) -> Option<MailName> {
    let (local, _) = address.rsplit_once('@')?;
    local.rsplit_once('+')?.1.parse().ok()
}

/// The mail that a report is about: by the envelope's identifier, by the address that the report was sent to, by the
/// Message-ID of what it gives back.
fn subject_of(report: &Message<'_>, groups: &[Message<'_>]) -> Option<MailName> {
    let by_envelope = groups.iter().find_map(|group| field(group, "Original-Envelope-Id")?.parse().ok());
    let by_address = || {
        let named = ["Delivered-To", "X-Original-To", "To"].into_iter();
        let raw = named.filter_map(|name| report.header_raw(HeaderName::from(name)));
        let words = raw.flat_map(|raw| raw.split(|c: char| c.is_whitespace() || "<>,;\"".contains(c)));
        words.into_iter().find_map(from_address)
    };
    let by_returned = || {
        report.parts.iter().find_map(|part| match &part.body {
            PartType::Message(returned) => from_message_id(returned.message_id()?),
            _ if is_kind(part, "text", "rfc822-headers") => {
                let head = MessageParser::default().parse_headers(part.contents())?;
                from_message_id(head.message_id()?)
            }
            _ => None,
        })
    };
    by_envelope.or_else(by_address).or_else(by_returned)
}

/// The groups of fields of a `message/delivery-status`: the first about the message, each other about one recipient.
fn groups(status: &str) -> Vec<String> {
    let lines = status.replace("\r\n", "\n");
    let groups = lines.split("\n\n").map(str::trim).filter(|group| !group.is_empty());
    groups.take(MOST + 1).map(|group| format!("{group}\n\n")).collect()
}

/// Whether it has more parts than anything that is read here. Every part that can hold others says its type in a line of its
/// own, so that counting lines, once along the bytes, is enough.
fn has_too_many_parts(message: &[u8]) -> bool {
    let (mut types, mut boundaries) = (0, 0);
    // A line may end with a carriage return alone where somebody wants to be missed.
    for line in message.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii_start) {
        types += usize::from(line.get(..TYPE.len()).is_some_and(|head| head.eq_ignore_ascii_case(TYPE)));
        boundaries += usize::from(line.starts_with(b"--"));
    }
    types > MOST_PARTS || boundaries > MOST_BOUNDARIES
}

/// The name of the header that says what a part is.
const TYPE: &[u8] = b"content-type";

/// Reads a report, as a mail server gives it to a program.
///
/// # Errors
/// When the message is no report about one of our mails.
pub fn read_reports(message: &[u8]) -> Result<Vec<Report>, NotAReport> {
    let message = message.get(..READ).unwrap_or(message);
    if has_too_many_parts(message) {
        return Err(NotAReport::TooManyParts);
    }
    let report = MessageParser::default().parse(message).ok_or(NotAReport::NotAMessage)?;
    let status = report.parts.iter().find(|part| is_kind(part, "message", "delivery-status"));
    let status = String::from_utf8_lossy(status.ok_or(NotAReport::NoStatus)?.contents()).into_owned();
    let texts = groups(&status);
    let parsed: Vec<Message<'_>> =
        texts.iter().filter_map(|group| MessageParser::default().parse_headers(group)).collect();
    let mail = subject_of(&report, &parsed).ok_or(NotAReport::NotOurs)?;
    let reports: Vec<Report> = parsed
        .iter()
        .filter_map(|group| {
            let action = field(group, "Action")?.to_ascii_lowercase();
            Some(Report {
                mail: mail.clone(),
                failed: action == "failed",
                action,
                status: field(group, "Status"),
                diagnostic: field(group, "Diagnostic-Code"),
            })
        })
        .collect();
    if reports.is_empty() { Err(NotAReport::NoStatus) } else { Ok(reports) }
}
