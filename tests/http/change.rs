//! A person changes to another device alone: the page on the old one, its forms, and who else would like to send them.

use jiff::SignedDuration;
use openssl::x509::X509;
use reqwest::Method;
use tegata::enrollment::{IssuedInvitation, ReissueReason};
use tegata::http::{Settings, TrustedProxies};
use tegata::ledger::RevocationReason;

use crate::world::{ANDROID, Browser, Claimed, IPHONE, Page, Wanted, World, open_bundle};

/// A proxy that is listed does TLS, and hands the certificate on: so tests show one without a handshake.
fn behind_proxy(settings: &mut Settings) {
    settings.client_certificate_by_proxy = true;
    settings.proxies = TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()]);
    settings.check_url = "https://check.example.jp/check".parse().unwrap();
}

async fn world() -> World {
    World::with(Wanted { settings: Some(behind_proxy), ..Wanted::default() }).await
}

/// A phone that has a certificate.
struct Phone<'a> {
    world: &'a World,
    enrollment: IssuedInvitation,
    certificate: String,
    browser: Browser,
}

fn shown(bytes: &[u8], password: &str) -> String {
    let (pem, _) = open_bundle(bytes, password);
    let der = X509::from_pem(&pem).unwrap().to_der().unwrap();
    format!(":{}:", data_encoding::BASE64.encode(&der))
}

impl<'a> Phone<'a> {
    async fn new(world: &'a World) -> Self {
        let enrollment = world.invite().await;
        let claimed = world.claim(&enrollment).await;
        let certificate = shown(&world.download(&claimed).await, &claimed.password);
        let phone = Self { world, enrollment, certificate, browser: Browser::new(IPHONE) };
        assert_eq!(phone.get("/check").await.mark("outcome").as_deref(), Some("ok"));
        phone
    }

    async fn get(&self, path: &str) -> Page {
        self.browser.get_with(&self.world.check(path), &[("client-cert", &self.certificate)]).await
    }

    async fn post(&self, path: &str, nonce: &str) -> Page {
        self.post_with(path, nonce, &[("origin", "https://check.example.jp")]).await
    }

    async fn post_with(&self, path: &str, nonce: &str, headers: &[(&'static str, &str)]) -> Page {
        let mut all = vec![("client-cert", self.certificate.as_str())];
        all.extend_from_slice(headers);
        self.browser.post_with(&self.world.check(path), &all, &[("form", nonce)]).await
    }

    /// The address of the page that shows what the new device needs.
    async fn begin(&self) -> String {
        let page = self.get("/change").await;
        let sent = self.post("/change", &nonce(&page, "begin")).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        sent.header("location").unwrap().to_owned()
    }

    async fn stage(&self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!((page.status, page.kind().as_str()), (200, "change"), "{}", page.text);
        page.mark("stage").unwrap()
    }

    async fn successor(&self) -> Option<String> {
        let id = &self.enrollment.enrollment;
        let shown = self.world.authority.show(&self.world.caller, id).await.unwrap();
        shown.summary.successor.map(|id| id.to_string())
    }
}

fn nonce(page: &Page, form: &str) -> String {
    let found = page.find(&format!("form#{form} input[name=form]"), "value");
    found.unwrap_or_else(|| panic!("no form {form}: {}", page.text))
}

/// The new phone, by the number and the secret that the old one's page shows.
async fn take(world: &World, page: &Page) -> Claimed {
    let (number, secret) = (page.text_of("#number").unwrap(), page.text_of("#secret").unwrap());
    let browser = Browser::new(ANDROID);
    let form = browser.get(&world.landing("/n")).await;
    let fields = [("form", form.nonce()), ("number", number), ("secret", secret)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sent = browser.post(&world.landing("/n"), &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let ticket = world.landing(sent.header("location").unwrap());
    let page = browser.get(&ticket).await;
    let file = world.landing(&page.find("#file", "href").unwrap());
    Claimed { ticket, file, password: page.text_of("#bundle-password").unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_device_leads_the_new_one_and_follows_it_to_the_end() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let check = old.get("/check").await;
    assert_eq!(check.find("#change", "href").as_deref(), Some("/change"));
    let page = old.get("/change").await;
    assert_eq!(page.mark("stage").as_deref(), Some("idle"));
    assert!(page.text_of("#from").unwrap().contains("みどり医院") && page.text.contains("03-1234-5678"));
    assert_eq!(old.successor().await, None);

    let there = old.begin().await;
    let begun = old.get("/check").await.find("#change", "data-begun");
    assert_eq!(begun.as_deref(), Some("true"), "whoever looks sees that somebody has begun it");
    let page = old.get(&there).await;
    assert_eq!(page.mark("stage").as_deref(), Some("shown"));
    assert!(page.has("#scan svg path") && page.text_of("#fact").unwrap().contains("19:00"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let host = world.landing("/n");
    assert_eq!(page.text_of("#address").as_deref(), host.strip_prefix("http://"));
    // Reloaded it is the same; from elsewhere it is not shown again.
    let again = old.get(&there).await;
    assert_eq!(again.text_of("#secret"), page.text_of("#secret"));
    let hidden = old.get("/change").await;
    assert_eq!(hidden.mark("stage").as_deref(), Some("hidden"));
    assert!(!hidden.has("#secret") && !hidden.has("#number") && hidden.has("form#begin"));

    let watch = page.mark("watch").unwrap();
    let told = async || old.get(&watch).await.text;
    assert_eq!(told().await, r#"{"state":"shown"}"#);
    let claimed = take(&world, &page).await;
    assert_eq!(told().await, r#"{"state":"taken"}"#);
    let taken = old.get(&there).await;
    assert_eq!(taken.mark("stage").as_deref(), Some("taken"));
    assert!(taken.text_of("#fact").unwrap().contains("Android"));
    assert!(!taken.text.contains(&page.text_of("#secret").unwrap()), "nobody needs it any more");
    assert!(!taken.has("form#begin") && taken.has("form#stop"));

    let certificate = shown(&world.download(&claimed).await, &claimed.password);
    let new = Browser::new(ANDROID);
    let proof = new.get_with(&world.check("/check"), &[("client-cert", &certificate)]).await;
    assert_eq!(proof.mark("outcome").as_deref(), Some("ok"));
    assert_eq!(told().await, r#"{"state":"done"}"#);
    let done = old.get(&there).await;
    assert_eq!(done.mark("stage").as_deref(), Some("done"));
    assert!(done.text_of("#fact").unwrap().contains("Android") && done.has("#old-certificate"));
    assert!(!done.has("form"), "nothing more can be done with it");
}

/// A browser sends the client certificate with whatever any site makes it send.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_and_no_other_certificate_begins_or_stops_a_change() {
    let world = world().await;
    let (old, other) = (Phone::new(&world).await, Phone::new(&world).await);
    let page = old.get("/change").await;
    let (good, theirs) = (nonce(&page, "begin"), nonce(&other.get("/change").await, "begin"));
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "null")],
        &[("origin", "https://cert.example.jp")],
        &[("origin", "https://check.example.jp"), ("sec-fetch-site", "cross-site")],
    ] {
        for path in ["/change", "/change/stop"] {
            let refused = old.post_with(path, &good, headers).await;
            assert_eq!(
                (refused.status, refused.mark("code").as_deref()),
                (403, Some("T-203")),
                "{headers:?}"
            );
        }
    }
    for bad in ["", "AAAA", &theirs] {
        let refused = old.post("/change", bad).await;
        assert_eq!((refused.status, refused.mark("code").as_deref()), (400, Some("T-201")));
        assert_ne!(nonce(&refused, "begin"), good, "a fresh form stands there");
    }
    let wrong = old.browser.send(Method::GET, &world.check("/change/stop"), &[], None).await;
    assert_eq!(wrong.status, 405);
    assert_eq!(old.successor().await, None);

    let begun = old.begin().await;
    let shown = old.get(&begun).await;
    let stop = nonce(&shown, "stop");
    assert_eq!(old.post("/change/stop", &good).await.status, 400, "the form that begins stops nothing");
    assert_eq!(other.post("/change/stop", &stop).await.status, 400);
    assert_eq!(old.post("/change", &stop).await.status, 400);
    assert_eq!(old.stage(&begun).await, "shown");
    // Who knows the address and has another certificate, or none, sees nothing of it.
    assert_eq!(other.stage(&begun).await, "idle");
    let nobody = Browser::new(IPHONE).get(&world.check(&begun)).await;
    assert_eq!((nobody.kind().as_str(), nobody.mark("code").as_deref()), ("check", Some("T-301")));

    world.clock.advance(SignedDuration::from_hours(13));
    let late = old.post("/change", &good).await;
    assert_eq!((late.status, late.mark("code").as_deref()), (400, Some("T-202")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_begins_once_and_back_and_reload_are_harmless() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let nonce = nonce(&old.get("/change").await, "begin");
    let (one, two) = tokio::join!(old.post("/change", &nonce), old.post("/change", &nonce));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(one.header("location"), two.header("location"));
    let there = one.header("location").unwrap().to_owned();
    let secret = old.get(&there).await.text_of("#secret");
    let third = old.post("/change", &nonce).await;
    assert_eq!(third.header("location"), Some(there.as_str()));
    assert_eq!(old.get(&there).await.text_of("#secret"), secret);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_stopped_by_a_button_and_begun_again() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let first = old.begin().await;
    let page = old.get(&first).await;
    let stopped = old.post("/change/stop", &nonce(&page, "stop")).await;
    assert_eq!((stopped.status, stopped.header("location")), (303, Some("/change")));
    let idle = old.get("/change").await;
    assert_eq!(idle.mark("stage").as_deref(), Some("idle"));
    assert!(idle.text_of("#fact").unwrap().contains("18:00"), "it says that it was stopped");
    assert_eq!(old.stage(&first).await, "idle");
    assert_eq!(old.get("/check").await.mark("outcome").as_deref(), Some("ok"));
    let second = old.begin().await;
    assert_ne!(first, second);
    // An operator can stop it as well; the page on the device follows.
    let id = old.successor().await.unwrap().parse().unwrap();
    world.authority.cancel(&world.caller, &id).await.unwrap();
    assert_eq!(old.stage(&second).await, "idle");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_worth_nothing_begins_nothing_and_is_told_what_it_is() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let good = nonce(&old.get("/change").await, "begin");
    let revoked = RevocationReason::KeyCompromise;
    world.authority.revoke(&world.caller, &old.enrollment.enrollment, revoked).await.unwrap();
    let page = old.get("/change").await;
    assert_eq!((page.status, page.mark("code").as_deref()), (200, Some("T-305")));
    let sent = old.post("/change", &good).await;
    assert_eq!((sent.status, sent.mark("code").as_deref()), (403, Some("T-305")));
    assert_eq!(old.successor().await, None);
    assert_eq!(old.get("/change/state").await.text, r#"{"state":"over"}"#);

    let replaced = Phone::new(&world).await;
    let good = nonce(&replaced.get("/change").await, "begin");
    let lost = ReissueReason::NewDevice;
    let id = &replaced.enrollment.enrollment;
    let next = world.authority.reissue(&world.caller, id, lost).await.unwrap();
    let claimed = world.claim(&next).await;
    let certificate = shown(&world.download(&claimed).await, &claimed.password);
    world.browser().get_with(&world.check("/check"), &[("client-cert", &certificate)]).await;
    assert_eq!(replaced.stage("/change").await, "done");
    let sent = replaced.post("/change", &good).await;
    assert_eq!((sent.status, sent.mark("code").as_deref()), (403, Some("T-306")));
}

/// From whom no certificate is believed, the header is nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_in_a_header_is_believed_from_listed_proxies_alone() {
    let listed = world().await;
    let certificate = Phone::new(&listed).await.certificate;
    let world = World::new().await;
    for path in ["/change", "/change/AAAAAAAAAAAAAAAAAAAAAA"] {
        let page = world.browser().get_with(&world.check(path), &[("client-cert", &certificate)]).await;
        assert_eq!((page.kind().as_str(), page.mark("code").as_deref()), ("check", Some("T-301")), "{path}");
    }
    for path in ["/change", "/change/stop"] {
        let headers = [("client-cert", certificate.as_str())];
        let page = world.browser().post_with(&world.check(path), &headers, &[("form", "x")]).await;
        assert_eq!((page.status, page.mark("code").as_deref()), (403, Some("T-301")), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fourth_beginning_in_a_day_is_refused_with_its_code() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let mut last = String::new();
    for _ in 0..3 {
        last = old.begin().await;
    }
    let page = old.get("/change").await;
    let refused = old.post("/change", &nonce(&page, "begin")).await;
    assert_eq!((refused.status, refused.mark("code").as_deref()), (429, Some("T-310")));
    assert!(refused.text.contains("03-1234-5678"), "it says whom to ask");
    assert_eq!(old.stage(&last).await, "shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_that_does_not_want_it_has_no_button_and_a_page_that_says_so() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let access = world.authority.access();
    let (mut home, _) = access.organization(&world.caller.organization).await.unwrap().unwrap();
    home.policy.change_alone = false;
    access.put_organization(&home, &world.caller.doer()).await.unwrap();
    assert!(!old.get("/check").await.has("#change"));
    let page = old.get("/change").await;
    assert_eq!((page.status, page.mark("code").as_deref()), (403, Some("T-312")));
    assert!(page.text.contains("03-1234-5678"), "it says whom to ask");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_the_change_changes_nothing() {
    let world = world().await;
    let old = Phone::new(&world).await;
    let there = old.begin().await;
    let seen = world.authority.seen(&world.caller).await.unwrap();
    for path in ["/change", "/change/state", &there, &format!("{there}/state"), "/change/nothing", "/check"] {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let headers = [("client-cert", old.certificate.as_str())];
            let page = old.browser.send(method, &world.check(path), &headers, None).await;
            assert!(page.status < 300, "{path}: {}", page.status);
        }
    }
    assert_eq!(world.authority.seen(&world.caller).await.unwrap(), seen);
    assert_eq!(old.stage(&there).await, "shown");
}
