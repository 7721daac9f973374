//! Mails as another implementation reads them: Python's `email`.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use serde_json::Value;
use tegata::directory::{Contact, Logo, Look, MailLanguage};
use tegata::mail::{Content, Letterhead, Mail, MailName, Sender, compose};

/// What Python sees in a file.
#[track_caller]
pub fn python(file: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/read.py");
    let output = Command::new("/usr/bin/python3").arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A message to this person, as Python sees it.
fn seen(person: &str, organization: &str, from_name: &str, to: &str) -> Value {
    let name: MailName = "7q2k9x4m1abc.clinic".parse().unwrap();
    let contact = Contact { phone: Some("03-1234-5678".to_owned()), ..Contact::default() };
    let logo = Logo { name: "0".repeat(32), width: 120, height: 40 };
    let look = Look { logo: Some(logo), ..Look::default() };
    let mail = Mail {
        name: &name,
        to: &to.parse().unwrap(),
        person: Some(person),
        date: "2026-11-21T09:00:00Z".parse::<Timestamp>().unwrap(),
        language: MailLanguage::Both,
        head: Letterhead { organization, contact: &contact, look: &look, logo: Some(b"\x89PNG\r\n\x1a\n") },
        content: Content::Secret { secret: "abcde-fghjk", password: None },
    };
    let sender = Sender {
        from: "cert@example.jp".parse().unwrap(),
        name: from_name.to_owned(),
        reply_to: Some("help@example.jp".parse().unwrap()),
        bounce: None,
        bounce_by_mail: false,
    };
    let message = compose(&mail, &sender).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), message.bytes.as_slice()).unwrap();
    python(file.path())
}

#[test]
fn names_in_japanese_and_names_without_end_are_read_as_they_were_written() {
    let long = "とても長い名前の見本クリニック".repeat(8);
    for (person, organization) in [
        ("山田 花子", "見本クリニック"),
        ("O'Brien, \"Pat\" <pat>", "Smith & Co; (Clinic)"),
        ("髙橋 𠮷野 😀", "医療法人社団みなと会"),
        ("Hanako", long.as_str()),
    ] {
        let mail = seen(person, organization, organization, "hanako@example.jp");
        assert_eq!(mail["defects"], serde_json::json!([]), "{mail}");
        assert_eq!(mail["to"], serde_json::json!([[person, "hanako@example.jp"]]));
        // Python leaves the folding blanks between encoded words of a name standing, against RFC 2047 §6.2.
        let shown = mail["from"][0][0].as_str().unwrap();
        let same = if organization == long { shown.replace(' ', "") } else { shown.to_owned() };
        assert_eq!((same.as_str(), mail["from"][0][1].as_str()), (organization, Some("cert@example.jp")));
        assert_eq!(mail["reply_to"], serde_json::json!(["help@example.jp"]));
        assert_eq!(mail["subject"], format!("【{organization}】確認コードのお知らせ"));
        assert_eq!(mail["date"], "2026-11-21T09:00:00+00:00");
        assert_eq!(mail["message_id"], "<7q2k9x4m1abc.clinic@example.jp>");
        assert_eq!(mail["pictures"], serde_json::json!(["image/png"]));
        for text in ["plain", "html"].map(|part| mail[part].as_str().unwrap()) {
            assert!(text.contains("abcde-fghjk") && text.contains("Dear"), "{text}");
        }
        assert!(mail["plain"].as_str().unwrap().contains(person), "{mail}");
    }
}

#[test]
fn no_name_makes_a_header_for_another_implementation() {
    for hostile in [
        "x\r\nBcc: all@example.jp",
        "x\nBcc: all@example.jp\n\nhello",
        "=?utf-8?B?QmNjOiBhbGxAZXhhbXBsZS5qcA==?=",
        "x\u{2028}Bcc: y\u{85}Bcc: z",
        "\u{202e}gpj.exe",
        "a, b <c@d.jp>",
        "\"",
        "\\",
        "",
    ] {
        let mail = seen(hostile, hostile, hostile, "\"hana..ko\"@example.ne.jp");
        let headers: Vec<&str> =
            mail["headers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        for name in &headers {
            let known = [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Auto-Submitted",
                "X-Auto-Response-Suppress",
                "Reply-To",
                "MIME-Version",
                "Content-Type",
            ];
            assert!(known.contains(name), "{hostile:?} made {name}");
        }
        assert_eq!(headers.len(), 10, "{headers:?}");
        assert_eq!(mail["to"].as_array().unwrap().len(), 1, "{mail}");
        // Python shows the local part without the quotes that it stands in.
        assert_eq!(mail["to"][0][1], "hana..ko@example.ne.jp", "{mail}");
    }
}
