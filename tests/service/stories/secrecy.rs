//! Invariants 3 and 5: what the store's files, a backup, the log and the metrics hold of what is secret: nothing.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use aho_corasick::AhoCorasick;
use tegata::enrollment::IssuedInvitation;
use tracing_subscriber::EnvFilter;

use crate::journey::{claim, fetch, filled, guess, prove, unpack};
use crate::phone::bundle::{Identity, Profile};
use crate::phone::page::hook;
use crate::phone::{Phone, browser};
use crate::site::Site;

/// Everything that this process logs, at the finest level.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("tegata=trace,actix_web=debug,actix_http=debug,actix_server=debug"))
        .with_writer(move || writer.clone())
        .init();
    log
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Something that must not be found.
struct Hidden {
    what: String,
    bytes: Vec<u8>,
    /// Whether it counts only where no letter or digit stands beside it: eight digits occur by chance in a long number.
    alone: bool,
}

/// Everything secret of one life, in every form in which it could have been written down.
#[derive(Default)]
struct Secrets(Vec<Hidden>);

impl Secrets {
    fn text(&mut self, what: &str, text: &str) {
        self.0.push(Hidden { what: what.to_owned(), bytes: text.as_bytes().to_vec(), alone: false });
    }

    fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.0.push(Hidden { what: what.to_owned(), bytes: bytes.to_vec(), alone: false });
        self.text(&format!("{what} in hexadecimal"), &hex::encode(bytes));
        // From the fourth byte on a Base64 text depends on where it begins; one of three beginnings is ours.
        for skip in 0..3 {
            let whole = (bytes.len() - skip) / 3 * 3;
            let text = data_encoding::BASE64.encode(&bytes[skip..skip + whole]);
            self.text(&format!("{what} in Base64"), &text);
        }
    }

    fn invitation(&mut self, invitation: &IssuedInvitation) {
        self.text("the code", invitation.code.expose());
        self.text("the secret", invitation.secret.expose());
        self.text("the printed secret", &invitation.secret.grouped());
        for number in [invitation.number.expose(), invitation.number.grouped().as_str()] {
            let bytes = number.as_bytes().to_vec();
            self.0.push(Hidden { what: "the number".to_owned(), bytes, alone: true });
        }
        if let Some(password) = &invitation.separate_password {
            self.text("the separate password", password);
        }
    }

    /// The part of a private key from which all the rest can be made.
    fn key(&mut self, identity: &Identity) {
        if let Ok(key) = identity.key.rsa() {
            self.bytes("the private exponent", &key.d().to_vec());
            self.bytes("a prime", &key.p().unwrap().to_vec());
            self.bytes("the other prime", &key.q().unwrap().to_vec());
        } else {
            self.bytes("the private scalar", &identity.key.ec_key().unwrap().private_key().to_vec());
        }
    }

    /// What of it is found there, in whatever case.
    fn found_in(&self, place: &[u8]) -> Vec<&str> {
        let searched = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(self.0.iter().map(|hidden| &hidden.bytes))
            .unwrap();
        let beside = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let found = searched.find_overlapping_iter(place).filter(|found| {
            let before = found.start().checked_sub(1).and_then(|before| place.get(before));
            !self.0[found.pattern()].alone || (beside(before) && beside(place.get(found.end())))
        });
        found.map(|found| self.0[found.pattern()].what.as_str()).collect()
    }

    fn assert_not_in(&self, where_: &str, place: &[u8]) {
        let found = self.found_in(place);
        assert!(found.is_empty(), "in {where_}: {found:?}");
    }
}

/// The store's files as they are on the disk.
fn files(site: &Site) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(site.folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let stores = entries.filter(|path| path.to_string_lossy().contains("store.sqlite"));
    let files: Vec<_> =
        stores.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect();
    assert!(
        files.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()),
        "no write-ahead log"
    );
    files
}

#[tokio::test]
async fn neither_store_nor_log_ever_holds_what_is_secret() {
    let log = &*LOG;
    let site = Site::start().await;
    let mut secrets = Secrets::default();
    secrets.bytes("the pepper", crate::site::PEPPER.as_slice());
    secrets.text("the operator's token", site.token.expose());
    for offer in ["minimal", "quick", "shown", "separate", "chosen", "embedded"] {
        let phone = Phone::new(browser::IPHONE);
        let invitation = site.invite(offer).await;
        secrets.invitation(&invitation);
        guess(&phone, &invitation).await;
        let mut form = filled(&phone, &invitation).await;
        let nonce = form.fields.iter().find(|(name, _)| name == hook::NONCE).unwrap().1.clone();
        secrets.text("the form's nonce", &nonce);
        let chosen = "mizu-no-naka-no-7-tsuki";
        if form.has(hook::PASSWORD) {
            form.fill(hook::PASSWORD, chosen);
            secrets.text("the chosen password", chosen);
        }
        let ticket = phone.follow(&phone.send(&form).await).await;
        secrets.text("the ticket", ticket.address.path().rsplit('/').next().unwrap());
        let file = fetch(&phone, &ticket).await;
        let profile = Profile::open(&file.bytes, &site.root());
        let (pkcs12, embedded) = profile.identity();
        let shown = ticket.text_of(hook::BUNDLE_PASSWORD);
        let password = embedded.map(str::to_owned).or(shown);
        let password = password.unwrap_or_else(|| invitation.separate_password.as_ref().unwrap().to_string());
        secrets.text("the bundle password", &password);
        secrets.bytes("the bundle", pkcs12);
        let identity = Identity::open(pkcs12, &password).unwrap();
        secrets.key(&identity);
        for (name, bytes) in files(&site) {
            secrets.assert_not_in(&name, &bytes);
        }
        assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    }
    // A refused life as well, and one by number.
    let phone = Phone::new(browser::WINDOWS);
    let refused = site.invite("quick").await;
    secrets.invitation(&refused);
    for _ in 0..5 {
        guess(&phone, &refused).await;
    }
    let by_number = site.invite("quick").await;
    secrets.invitation(&by_number);
    let mut form = phone.open(&site.landing).await.form();
    form.fill(hook::NUMBER, by_number.number.expose()).fill(hook::SECRET, &by_number.secret.grouped());
    phone.follow(&phone.send(&form).await).await;

    for (name, bytes) in files(&site) {
        secrets.assert_not_in(&name, &bytes);
    }
    let written = log.0.lock().unwrap().clone();
    assert!(!written.is_empty(), "nothing was logged at all");
    secrets.assert_not_in("the log", &written);
    let metrics = site.metrics.text();
    assert!(
        metrics.contains("tegata_claim_duration_seconds") && metrics.contains("tegata_refusals_total{"),
        "{metrics}"
    );
    secrets.assert_not_in("the metrics", metrics.as_bytes());
}

/// The search finds what it looks for, where it is.
#[tokio::test]
async fn what_is_secret_would_be_found() {
    let site = Site::start().await;
    let phone = Phone::new(browser::IPHONE);
    let invitation = site.invite("quick").await;
    let mut secrets = Secrets::default();
    secrets.invitation(&invitation);
    let ticket = claim(&phone, &invitation).await;
    let identity = unpack(&site, &fetch(&phone, &ticket).await, &invitation.secret.grouped());
    secrets.key(&identity);
    let key = identity.key.private_key_to_pkcs8().unwrap();
    let pem = data_encoding::BASE64.encode(&key);
    let link = invitation.link.to_lowercase();
    let number = format!("{{\"number\":\"{}\"}}", invitation.number.expose());
    for place in
        [key.as_slice(), hex::encode(&key).as_bytes(), pem.as_bytes(), link.as_bytes(), number.as_bytes()]
    {
        assert!(!secrets.found_in(place).is_empty(), "not found in {:?}", String::from_utf8_lossy(place));
    }
    let number = invitation.number.expose();
    assert_eq!(secrets.found_in(format!("9{number} {number}9").as_bytes()), Vec::<&str>::new());
}
