//! What the script of the ticket's page asks, and what it is told.

use jiff::SignedDuration;
use openssl::x509::X509;
use serde_json::{Value, json};

use crate::delivery::comes_to;
use crate::world::{ANDROID, Browser, Claimed, IPHONE, World, open_bundle};

async fn ask(world: &World, claimed: &Claimed) -> Value {
    let page = world.browser().get(&claimed.ticket).await;
    let address = page.mark("watch").unwrap();
    let told = world.browser().get(&world.landing(&address)).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.header("cache-control"), Some("no-store"));
    assert!(told.header("content-type").unwrap().starts_with("application/json"));
    serde_json::from_str(&told.text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_learns_that_the_certificate_is_installed_by_a_look_that_changes_nothing() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim_on(&invitation, ANDROID).await;
    let open = json!({ "state": "open", "fetches_left": 5, "fetched": false, "deadline": null });
    for _ in 0..10 {
        assert_eq!(ask(&world, &claimed).await, open);
    }
    assert_eq!(world.standing(&invitation).await, "claimed");
    let address = world.browser().get(&claimed.ticket).await.mark("watch").unwrap();
    let bytes = world.download(&claimed).await;
    let (pem, _) = open_bundle(&bytes, &claimed.password);
    let der = X509::from_pem(&pem).unwrap().to_der().unwrap();
    world.authority.check(Some(&der)).await;
    let told = world.browser().get(&world.landing(&address)).await;
    assert_eq!(told.text, r#"{"state":"installed"}"#);
    assert_eq!(world.browser().get(&claimed.ticket).await.kind(), "installed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_iphone_is_told_until_when_the_profile_waits() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim_on(&invitation, IPHONE).await;
    // The clock stands at 18:00 in Japan.
    let before = ask(&world, &claimed).await;
    assert!(before["deadline"]["text"].as_str().unwrap().contains("18:08"), "{before}");
    assert_eq!(before["deadline"]["ends"], Value::Null);
    world.download(&claimed).await;
    assert!(comes_to(&world, &invitation, "fetched").await);
    world.clock.advance(SignedDuration::from_mins(3));
    let fetched = ask(&world, &claimed).await;
    assert_eq!(fetched["fetched"], true);
    assert!(fetched["deadline"]["text"].as_str().unwrap().contains("18:08"), "{fetched}");
    assert_eq!(fetched["deadline"]["ends"], "2026-11-21T09:08:00Z");
    let page = Browser::new(IPHONE).get(&claimed.ticket).await;
    assert!(page.text_of("#deadline").unwrap().contains("18:08"), "it stands there without a script");
    assert_eq!(page.find("#deadline", "data-ends").as_deref(), Some("2026-11-21T09:08:00Z"));
    world.clock.advance(SignedDuration::from_mins(6));
    let late = ask(&world, &claimed).await;
    assert_eq!(late["deadline"]["ends"], Value::Null);
    assert_ne!(late["deadline"]["text"], fetched["deadline"]["text"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_is_told_when_the_file_is_gone_and_nothing_about_a_ticket_that_nobody_has() {
    let world = World::new().await;
    let claimed = world.claim_on(&world.invite().await, ANDROID).await;
    let address = world.browser().get(&claimed.ticket).await.mark("watch").unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    let told = world.browser().get(&world.landing(&address)).await;
    assert_eq!((told.status, told.text.as_str()), (200, r#"{"state":"over"}"#));
    let nobody = world.landing("/t/0123456789ABCDEFGHJKMNPQRS/state");
    let nobody = world.browser().get(&nobody).await;
    assert_eq!((nobody.status, nobody.mark("code").as_deref()), (404, Some("T-101")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_can_choose_the_guide_for_another_version() {
    let world = World::new().await;
    let claimed = world.claim_on(&world.invite().await, ANDROID).await;
    let android = Browser::new(ANDROID);
    let page = android.get(&claimed.ticket).await;
    let text = page.text_of("#steps").unwrap();
    assert!(text.contains("Wi-Fi 証明書") && !text.contains("認証情報の使用"), "{text}");
    let other = page.find("#guides a", "href").unwrap();
    let other = other.split('#').next().unwrap();
    let old = android.get(&format!("{}{other}", claimed.ticket)).await;
    assert!(old.text_of("#steps").unwrap().contains("認証情報の使用"));
    let nonsense = android.get(&format!("{}?guide=ios-14", claimed.ticket)).await;
    assert_eq!(nonsense.text_of("#steps"), page.text_of("#steps"), "only of the same system");
}
