//! The check page: OK, or exactly what is wrong.

use jiff::SignedDuration;
use tegata::clock::Clock as _;
use tegata::pki::{Issuer, KeyType, SerialNumber, Subject};

use crate::journey::{claim, fetch, install, prove, some_phone, unpack};
use crate::phone::connection::Tls;
use crate::phone::page::Page;
use crate::site::{Site, stray};

#[tokio::test]
async fn who_shows_nothing_is_told_so() {
    let site = Site::start().await;
    let page = prove(&site, None).await;
    assert_eq!(page.code().as_deref(), Some("T-301"), "{}", page.said());
}

#[tokio::test]
async fn another_issuers_certificate_is_named() {
    let site = Site::start().await;
    let subject = Subject::common_name_only("Another Issuer").unwrap();
    let serial = SerialNumber::random(&tegata::entropy::SystemEntropy).unwrap();
    let other = Issuer::create_root(&subject, KeyType::P256, 300, serial, site.clock.now()).unwrap();
    let page = prove(&site, Some(&stray(&other, site.clock.now()))).await;
    assert_eq!(page.code().as_deref(), Some("T-302"), "{}", page.said());
    assert!(page.text.contains("Another Issuer") && page.text.contains("Story Issuer"), "{}", page.said());
}

/// Invariant 2 from the other side: what is not in the ledger is worth nothing.
#[tokio::test]
async fn a_certificate_that_is_not_in_the_ledger_is_unknown() {
    let site = Site::start().await;
    let page = prove(&site, Some(&site.stray)).await;
    assert_eq!(page.code().as_deref(), Some("T-307"), "{}", page.said());
}

#[tokio::test]
async fn an_expired_certificate_is_told_since_when() {
    let site = Site::start().await;
    let invitation = site.invite("short").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    site.later(SignedDuration::from_hours(49));
    let page = prove(&site, Some(&identity)).await;
    assert_eq!(page.code().as_deref(), Some("T-303"), "{}", page.said());
}

#[tokio::test]
async fn a_certificate_of_tomorrow_tells_of_a_wrong_clock() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let phone = some_phone();
    let identity =
        unpack(&site, &fetch(&phone, &claim(&phone, &invitation).await).await, &invitation.secret.grouped());
    site.later(SignedDuration::from_hours(-24));
    let page = prove(&site, Some(&identity)).await;
    assert_eq!(page.code().as_deref(), Some("T-304"), "{}", page.said());
}

/// A resumed session still says who is there, in both versions of TLS.
#[tokio::test]
async fn the_check_survives_the_resumption_of_a_session() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    for tls in [Tls::V1_2, Tls::V1_3] {
        let connection = site.connection(Some(&identity), tls);
        let answers =
            tokio::task::spawn_blocking(move || [(); 3].map(|()| connection.get("/check"))).await.unwrap();
        assert_eq!(answers.each_ref().map(|answer| answer.resumed), [false, true, true], "{tls:?}");
        for answer in &answers {
            let page = Page::read(&answer.text);
            assert_eq!((page.status.as_u16(), page.code()), (200, None), "{tls:?}: {}", page.said());
        }
    }
}

/// Without a certificate a resumed session is nobody's, however often it is taken up.
#[tokio::test]
async fn a_session_without_a_certificate_stays_one() {
    let site = Site::start().await;
    for tls in [Tls::V1_2, Tls::V1_3] {
        let connection = site.connection(None, tls);
        let answers =
            tokio::task::spawn_blocking(move || [(); 2].map(|()| connection.get("/check"))).await.unwrap();
        for answer in &answers {
            assert_eq!(Page::read(&answer.text).code().as_deref(), Some("T-301"), "{tls:?}");
        }
    }
}

#[tokio::test]
async fn proving_twice_is_fine_and_counted_once() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    let before = site.dump();
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    assert_eq!(site.dump(), before);
}

/// A header that claims to be a proxy's is not believed from just anybody (RFC 9440 section 4); that somebody stands in between is.
#[tokio::test]
async fn a_certificate_in_a_header_is_not_believed_from_a_stranger() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let phone = some_phone();
    let identity =
        unpack(&site, &fetch(&phone, &claim(&phone, &invitation).await).await, &invitation.secret.grouped());
    let der = data_encoding::BASE64.encode(&identity.certificate.to_der().unwrap());
    let connection = site.connection(None, Tls::V1_3);
    let answer = tokio::task::spawn_blocking(move || {
        connection.get_with("/check", &format!("Client-Cert: :{der}:\r\nX-Forwarded-For: 10.0.0.1\r\n"))
    });
    let page = Page::read(&answer.await.unwrap().text);
    assert_eq!(page.code().as_deref(), Some("T-308"), "{}", page.said());
    site.becomes(&invitation.enrollment, "fetched").await;
}
