//! What stands on the disk while a mail waits, and what the log says.

use std::path::Path;

use tegata::directory::SecretByMail;
use tegata::enrollment::MailStanding;

use crate::office::Office;
use crate::server::{Act, Stage};

/// Everything on the disk, write-ahead log included.
fn on_disk(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build([text]).unwrap().is_match(bytes)
}

#[tokio::test]
async fn neither_link_nor_number_nor_secret_is_on_the_disk_while_a_mail_waits_or_after() {
    for secret in [SecretByMail::Never, SecretByMail::Apart, SecretByMail::Together] {
        let office = Office::open(|home| home.mail_secret(secret)).await;
        let invited = office.mail("Hanako", "hanako@example.jp").await;
        let number = invited.number.grouped();
        let typed = invited.secret.grouped();
        let hidden = [
            invited.code.expose(),
            invited.number.expose(),
            number.as_str(),
            invited.secret.expose(),
            typed.as_str(),
        ];
        let look = |when: &str| {
            let disk = on_disk(office.world.directory());
            assert!(contains(&disk, "hanako@example.jp"), "the mail is not on the disk that is searched");
            for text in hidden {
                assert!(!contains(&disk, text), "{when}: {text} is on the disk ({secret})");
            }
        };
        look("waiting");
        office.server.plan(Stage::Rcpt, Act::Say("450 4.2.0 later"));
        office.round().await;
        look("tried");
        office.server.recover();
        office.advance(jiff::SignedDuration::from_mins(30));
        office.round().await;
        look("sent");
        assert!(office.standings().await.iter().all(|state| *state == MailStanding::Sent));
    }
}

#[tokio::test]
async fn the_nonce_is_gone_once_a_mail_was_sent_or_given_up() {
    let office = Office::open(|home| home.mail_secret(SecretByMail::Together)).await;
    let stored = async |id: &tegata::mail::MailId| {
        let key = tegata::store::Key::new(format!("mail/{id}")).unwrap();
        let store = office.world.inner.as_ref();
        let found = tegata::store::Store::find(store, &office.world.partition, &key).await.unwrap().unwrap();
        String::from_utf8(found.bytes).unwrap()
    };
    let sent = office.mail("Sent", "one@example.jp").await;
    let text = stored(&sent.mails[0]).await;
    assert!(text.contains("\"nonces\":{\"link\":\"") && text.contains("\"secret\":\""), "{text}");
    office.round().await;
    assert!(!stored(&sent.mails[0]).await.contains("nonces"));
    office.server.plan(Stage::Rcpt, Act::Say("550 5.1.1 no"));
    let refused = office.mail("Refused", "two@example.jp").await;
    office.round().await;
    assert!(!stored(&refused.mails[0]).await.contains("nonces"));
    office.server.recover();
    let dropped = office.mail("Dropped", "three@example.jp").await;
    office.world.authority.cancel(&office.world.caller, &dropped.enrollment).await.unwrap();
    office.round().await;
    assert!(!stored(&dropped.mails[0]).await.contains("nonces"));
}
