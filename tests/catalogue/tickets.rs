//! What the pages hold on to between two taps: the address, and nothing else.

use jiff::SignedDuration;
use reqwest::StatusCode;

use crate::journey::{claim, fetch, filled, link, some_phone, unpack};
use crate::phone::page::hook;
use crate::phone::{Phone, browser};
use crate::site::Site;
use crate::{explains, is_untouched};

/// One browser, two invitations in two tabs, every step of the one between two steps of the other.
#[tokio::test]
async fn row_18_two_tabs_do_not_mix_two_invitations_up() {
    let site = Site::start().await;
    let phone = some_phone();
    let [one, two] = [site.invite("quick").await, site.invite("quick").await];
    let (form_one, form_two) = (filled(&phone, &one).await, filled(&phone, &two).await);
    let (sent_two, sent_one) = (phone.send(&form_two).await, phone.send(&form_one).await);
    let (ticket_one, ticket_two) = (phone.follow(&sent_one).await, phone.follow(&sent_two).await);
    for (invitation, ticket) in [(&one, &ticket_one), (&two, &ticket_two)] {
        let file = fetch(&phone, ticket).await;
        let identity = unpack(&site, &file, &invitation.secret.grouped());
        let own = site.certificates_of(&invitation.enrollment).remove(0);
        assert_eq!(
            own.serial.to_uppercase().trim_start_matches('0'),
            identity.serial().trim_start_matches('0')
        );
    }
}

/// A form that lay open over night is shown anew; nothing that was typed counts, and the page that answers works at once.
#[tokio::test]
async fn row_19_no_session_ends_while_somebody_looks_for_the_letter() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    site.later(SignedDuration::from_mins(30));
    let in_time = phone.send(&form).await;
    assert_eq!(in_time.status, StatusCode::SEE_OTHER, "{}", in_time.said());

    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    site.later(SignedDuration::from_hours(20));
    let page = phone.send(&form).await;
    assert_eq!(page.code().as_deref(), Some("T-202"), "{}", page.said());
    is_untouched(&site, &invitation).await;
    let mut anew = page.form();
    anew.fill(hook::SECRET, &invitation.secret.grouped());
    assert_eq!(phone.send(&anew).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn row_20_the_back_button_leads_to_pages_that_can_be_opened() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    let sent = phone.send(&form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "what is in the history is never the answer to a form");
    let ticket = phone.follow(&sent).await;
    // Back, and forth again; back, and the form once more.
    assert!(phone.open(&link(&invitation)).await.has_form());
    assert_eq!(phone.open(&ticket.address).await.kind(), hook::TICKET);
    let again = phone.send(&form).await;
    assert_eq!(again.headers["location"], sent.headers["location"]);
    // Every address that answers a form answers a look at it, too.
    for address in [&form.action, &ticket.address] {
        assert_eq!(phone.open(address).await.status, StatusCode::OK);
    }
}

/// The simulated phone keeps no cookie, and fails where a page sets one.
#[tokio::test]
async fn row_21_no_cookie_is_set_and_none_is_needed() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    fetch(&phone, &ticket).await;
    assert_eq!(phone.open(&ticket.address).await.kind(), hook::TICKET);
}

/// `tests/browser` walks the same with script switched off in real browsers.
#[tokio::test]
async fn row_22_every_page_is_complete_without_script() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let entry = phone.open(&link(&invitation)).await;
    let mut form = entry.form();
    form.fill(hook::SECRET, &invitation.secret.grouped());
    let ticket = phone.follow(&phone.send(&form).await).await;
    for page in [&entry, &ticket] {
        assert!(!page.has("noscript"), "nothing is kept for those without script: {}", page.said());
        assert!(!page.has("script:not([src])") && !page.has("[onclick], [href^='javascript:']"));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{policy}");
    }
    assert!(ticket.has("a#file[href]"), "{}", ticket.said());
}

#[tokio::test]
async fn row_23_who_used_the_device_before_leaves_nothing_behind() {
    let site = Site::start().await;
    let shared = some_phone();
    let first = site.invite("quick").await;
    let ticket = claim(&shared, &first).await;
    fetch(&shared, &ticket).await;
    let second = site.invite("quick").await;
    let page = shared.open(&link(&second)).await;
    assert!(page.has_form() && !page.text.contains("花子"), "{}", page.said());
    assert!(!shared.open(&site.landing).await.text.contains("花子"));
    let mine = claim(&shared, &second).await;
    assert_ne!(mine.address, ticket.address);
    assert!(!mine.text.contains(first.secret.grouped().as_str()));
}

#[tokio::test]
async fn row_28_who_stopped_half_way_goes_on_where_it_stopped() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let ticket = claim(&some_phone(), &invitation).await;
    site.later(SignedDuration::from_mins(5));
    // The tab is gone; the letter is scanned once more, in another browser.
    let other = Phone::new(browser::CHROME_ON_IPHONE);
    let page = other.open(&link(&invitation)).await;
    assert!(page.has("#resume") && page.has_form(), "{}", page.said());
    let again = claim(&other, &invitation).await;
    assert_eq!(again.address, ticket.address);
    fetch(&other, &again).await;
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
    // After the window too, as long as nothing was fetched.
    let unfetched = site.invite("quick").await;
    claim(&other, &unfetched).await;
    site.later(SignedDuration::from_mins(11));
    fetch(&other, &claim(&other, &unfetched).await).await;
    assert_eq!(site.valid_certificates_of(&unfetched.enrollment), 1);
}

/// The store is damaged under the running service: nobody has thought of what is wrong, and the page still says what to do,
/// and gives the reference under which the log has the cause.
#[tokio::test]
async fn row_50_an_unexpected_error_has_a_reference_that_the_log_has_too() {
    let log = log::everything();
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let store = rusqlite::Connection::open(site.folder.path().join("store.sqlite")).unwrap();
    store.execute_batch("ALTER TABLE document RENAME TO gone").unwrap();
    let page = some_phone().open(&link(&invitation)).await;
    assert!(page.status.is_server_error(), "{}", page.said());
    let code = page.code().unwrap();
    explains(&page, &code);
    let reference = page.attribute("data-reference").unwrap();
    let logged = log.text();
    let line = logged.lines().find(|line| line.contains(&reference) && line.contains("WARN"));
    let line =
        line.or_else(|| logged.lines().find(|line| line.contains(&reference) && line.contains("ERROR")));
    assert!(line.is_some(), "the log has no cause for {reference}: {logged}");
    assert!(!page.text.contains("no such table"), "the cause is for the log alone: {}", page.said());
}

mod log {
    //! Everything that the service logs while the tests run.

    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    pub struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        pub fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Log {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    /// Begins to listen; once in a process.
    pub fn everything() -> Log {
        let log = Log::default();
        tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).init();
        log
    }
}
