//! What every mail must be, whatever the names in it.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mail_parser::MessageParser;

use super::*;
use crate::directory::{Contact, Look, MailAddress, MailLanguage};

const LINK: &str = "https://cert.example.jp/c/0123456789ABCDEFGHJKMNPQRS";

fn name() -> MailName {
    "7q2k9x4m1abc.clinic".parse().unwrap()
}

fn address(text: &str) -> MailAddress {
    text.parse().unwrap()
}

fn sender() -> Sender {
    Sender {
        from: address("cert@example.jp"),
        name: "見本クリニック".to_owned(),
        reply_to: None,
        bounce: None,
        bounce_by_mail: false,
    }
}

fn invitation() -> Content<'static> {
    Content::Invitation(Invitation {
        link: LINK,
        site: "https://cert.example.jp/",
        number: "1234 5678",
        secret: SecretComes::Otherwise,
        link_ends: Timestamp::UNIX_EPOCH,
        number_ends: Timestamp::UNIX_EPOCH,
    })
}

fn every_content() -> Vec<Content<'static>> {
    let at = Timestamp::UNIX_EPOCH;
    vec![
        invitation(),
        Content::Secret { secret: "abcde-fghjk", password: Some("abcde-fghjk-mnpqr") },
        Content::Fetched { at, device: Some("ios") },
        Content::Installed { at, device: Some("chromeos"), not_after: Some(at) },
        Content::Reissued { at, ended: true },
        Content::Reissued { at, ended: false },
        Content::Revoked { at },
        Content::ChangeBegun { at },
        Content::Test,
    ]
}

fn written(content: Content<'_>, person: &str, organization: &str, language: MailLanguage) -> Message {
    let (contact, look) = (Contact::default(), Look::default());
    let mail = Mail {
        name: &name(),
        to: &address("hanako@example.jp"),
        person: Some(person),
        date: Timestamp::UNIX_EPOCH,
        language,
        head: Letterhead { organization, contact: &contact, look: &look, logo: None },
        content,
    };
    compose(&mail, &sender()).unwrap()
}

fn keys(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = format!("{}/locales/mail/{language}.ftl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once(" = "));
    pairs
        .map(|(key, said)| {
            let variables = said.split('$').skip(1);
            let variables = variables.map(|part| part.split([' ', '}']).next().unwrap().to_owned());
            (key.to_owned(), variables.collect())
        })
        .collect()
}

#[test]
fn both_catalogues_have_the_same_keys_and_variables_and_every_mail_finds_its_texts() {
    let master = keys("ja");
    assert!(master.len() > 50, "{}", master.len());
    assert_eq!(keys("en"), master);
    for content in every_content() {
        let message = written(content, "山田 花子", "見本クリニック", MailLanguage::Both);
        let parsed = MessageParser::default().parse(message.bytes.as_slice()).unwrap();
        let text = parsed.body_text(0).unwrap();
        for key in master.keys().filter(|key| key.contains('-')) {
            assert!(!text.contains(key.as_str()), "{key} is shown instead of its text: {text}");
        }
    }
}

#[test]
fn plain_text_and_html_both_have_the_link_and_the_number() {
    for language in [MailLanguage::Japanese, MailLanguage::English, MailLanguage::Both] {
        let message = written(invitation(), "山田 花子", "見本クリニック", language);
        let parsed = MessageParser::default().parse(message.bytes.as_slice()).unwrap();
        for text in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
            assert!(text.contains(LINK) && text.contains("1234 5678"), "{text}");
        }
        assert_eq!(parsed.message_id().unwrap(), "7q2k9x4m1abc.clinic@example.jp");
    }
}

#[test]
fn no_name_adds_a_header_a_line_or_markup() {
    let hostile = "x\r\nBcc: all@example.jp\r\n\r\n<script>alert(1)</script>\u{0}";
    for content in every_content() {
        let message = written(content, hostile, hostile, MailLanguage::Japanese);
        let parsed = MessageParser::default().parse(message.bytes.as_slice()).unwrap();
        assert!(parsed.bcc().is_none());
        let names: BTreeSet<String> =
            parsed.headers().iter().map(|header| header.name.as_str().to_ascii_lowercase()).collect();
        let known = [
            "auto-submitted",
            "content-type",
            "date",
            "from",
            "message-id",
            "mime-version",
            "subject",
            "to",
            "x-auto-response-suppress",
        ];
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), known);
        assert!(!parsed.body_html(0).unwrap().contains("<script"));
        for line in message.bytes.split(|b| *b == b'\n') {
            assert!(line.len() <= 998, "RFC 5322 §2.1.1: {} bytes", line.len());
            assert!(line.is_ascii());
        }
    }
}

#[test]
fn a_name_without_end_stays_within_its_header() {
    let long = "山田".repeat(5_000);
    let message = written(invitation(), &long, &long, MailLanguage::Japanese);
    let parsed = MessageParser::default().parse(message.bytes.as_slice()).unwrap();
    assert_eq!(parsed.subject().unwrap().chars().count(), 200);
    let shown = parsed.to().unwrap().first().unwrap().name().unwrap().to_owned();
    assert_eq!(shown, long.chars().take(200).collect::<String>());
}

#[test]
fn the_envelope_says_where_reports_go() {
    let look = Look::default();
    let contact = Contact::default();
    let mail = Mail {
        name: &name(),
        to: &address("hanako@example.jp"),
        person: None,
        date: Timestamp::UNIX_EPOCH,
        language: MailLanguage::Japanese,
        head: Letterhead { organization: "x", contact: &contact, look: &look, logo: None },
        content: Content::Test,
    };
    assert_eq!(compose(&mail, &sender()).unwrap().sender.as_str(), "cert@example.jp");
    let bounce = Some(address("bounce@example.jp"));
    let one = compose(&mail, &Sender { bounce: bounce.clone(), ..sender() }).unwrap();
    assert_eq!(one.sender.as_str(), "bounce@example.jp");
    let own = compose(&mail, &Sender { bounce, bounce_by_mail: true, ..sender() }).unwrap();
    assert_eq!(own.sender.as_str(), "bounce+7q2k9x4m1abc.clinic@example.jp");
    assert_eq!(own.envelope_id, "7q2k9x4m1abc.clinic");
}

#[test]
fn a_message_that_says_a_secret_never_shows_in_debug_output() {
    let message = written(invitation(), "Hanako", "Clinic", MailLanguage::English);
    assert_eq!(format!("{message:?}"), "Message { envelope_id: \"7q2k9x4m1abc.clinic\", .. }");
}

/// A report as Postfix writes it, shortened.
fn report(to: &str, envelope: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.jp\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.jp\r\n{envelope}\r\n\
         Final-Recipient: rfc822; hanako@example.jp\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <hanako@example.jp>: Recipient address\r\n    rejected: User unknown\r\n\r\n\
         --b\r\nContent-Type: {returned}\r\n\r\nMessage-ID: <7q2k9x4m1abc.clinic@example.jp>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    )
}

#[test]
fn a_report_is_recognised_by_envelope_address_or_message_id() {
    let elsewhere = "<bounce@example.jp>";
    for text in [
        report(elsewhere, "Original-Envelope-Id: 7q2k9x4m1abc.clinic\r\n", "text/x-nothing"),
        report("<bounce+7q2k9x4m1abc.clinic@example.jp>", "", "text/x-nothing"),
        report(elsewhere, "", "message/rfc822"),
        report(elsewhere, "", "text/rfc822-headers"),
    ] {
        let reports = read_reports(text.as_bytes()).unwrap();
        assert_eq!(reports.len(), 1, "{text}");
        let report = &reports[0];
        assert_eq!(report.mail, name());
        assert!(report.failed);
        assert_eq!(report.status.as_deref(), Some("5.1.1"));
        let said = "550 5.1.1 <hanako@example.jp>: Recipient address rejected: User unknown";
        assert_eq!(report.diagnostic.as_deref(), Some(said));
    }
    let nothing = report(elsewhere, "", "text/x-nothing");
    assert_eq!(read_reports(nothing.as_bytes()), Err(NotAReport::NotOurs));
    assert_eq!(read_reports(b"Subject: hello\r\n\r\nhello"), Err(NotAReport::NoStatus));
}

/// Reading costs the square of how deep parts lie in each other.
#[test]
fn a_message_of_too_many_parts_is_refused_before_it_is_read() {
    use std::fmt::Write as _;

    let head = "To: <bounce+a.b@example.jp>\r\nContent-Type: multipart/report; boundary=b\r\n\r\n";
    let kinds = [
        "Content-Type: multipart/mixed; boundary=b",
        " content-type:message/rfc822; b=",
        "CONTENT-TYPE\t: text/x; b=",
    ];
    for (kind, end) in kinds.iter().flat_map(|kind| ["\r\n", "\n", "\r"].map(|end| (kind, end))) {
        let mut nested = head.to_owned();
        for part in 0..60 {
            write!(nested, "--b{end}{kind}{part}{end}{end}").unwrap();
        }
        assert_eq!(read_reports(nested.as_bytes()), Err(NotAReport::TooManyParts), "{kind:?} {end:?}");
    }
    let bare = format!("{head}{}", "--b\r\n\r\nx\r\n".repeat(300));
    assert_eq!(read_reports(bare.as_bytes()), Err(NotAReport::TooManyParts));
}

#[test]
fn a_report_that_gives_back_a_long_mail_or_one_of_some_parts_is_read() {
    let own = "\r\nx\r\n--b--\r\n";
    let text = report("<bounce@example.jp>", "", "message/rfc822");
    let parts = "--c\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(20);
    for returned in ["x".repeat(70).repeat(10_000), parts, "-- \r\n".repeat(100)] {
        let long = text.replace(own, &format!("\r\n{returned}\r\n--b--\r\n"));
        assert!(long.len() > text.len());
        assert_eq!(read_reports(long.as_bytes()).unwrap()[0].mail, name());
    }
}

proptest::proptest! {
    #[test]
    fn no_message_breaks_the_reader_of_reports(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2_000)) {
        let _ = read_reports(&bytes);
        let mut text = report("<x@example.jp>", "", "message/rfc822").into_bytes();
        for (place, byte) in bytes.iter().enumerate() {
            let at = place * 37 % text.len();
            text[at] = *byte;
        }
        let _ = read_reports(&text);
    }
}
