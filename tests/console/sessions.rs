//! Sessions: how they end, what guards them, and that every node knows them.

use tegata::directory::Role;

use crate::world::{World, doer};

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_last_in_any_case() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    for _ in 0..14 {
        world.advance_minutes(50);
        assert_eq!(browser.get("/o/midori").await.status, 200);
    }
    // Twelve hours are over, however busy somebody is.
    world.advance_minutes(25);
    assert_eq!(browser.get("/o/midori").await.goes_to(), "/sign-in?back=%2Fo%2Fmidori");
    let mut idle = world.signed_in(&account).await;
    assert_eq!(idle.get("/o/midori").await.status, 200);
    world.advance_minutes(61);
    assert_eq!(idle.get("/o/midori").await.status, 303);
}

#[tokio::test]
async fn who_is_ended_or_loses_a_place_is_out_at_once_on_every_node() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Auditor).await;
    let mut browser = world.signed_in(&account).await;
    browser.node = world.nodes[1];
    assert_eq!(browser.get("/o/midori").await.status, 200);
    let id = account.id.to_string();
    world.access().end_operator(&world.midori, &id, &doer()).await.unwrap();
    assert_eq!(browser.get("/o/midori").await.status, 404);
    assert_eq!(browser.get("/account").await.status, 200);
    world.access().end_account(&account.id, &doer()).await.unwrap();
    assert_eq!(browser.get("/account").await.status, 303);
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_the_one_that_begins() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.cookies.insert("tegata-session".to_owned(), "0".repeat(52));
    assert_eq!(browser.get("/account").await.status, 303);
    // Who is signed in and joins or signs in anew gets another token, and the one before ends.
    let account = world.member(&world.midori, Role::Operator).await;
    let mut first = world.signed_in(&account).await;
    let before = first.cookies["tegata-session"].clone();
    let page = first.get("/account").await;
    first.submit(&page, "form#sign-out", &[]).await;
    first.cookies.insert("tegata-session".to_owned(), before);
    assert_eq!(first.get("/account").await.status, 303);
}

#[tokio::test]
async fn cookies_are_for_this_host_over_tls_and_for_no_script() {
    let world = World::at(Some("https://console.example.jp/")).await;
    let page = world.browser().get("/sign-in").await;
    let cookies: Vec<_> = page.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(!cookies.is_empty());
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-tegata-"), "{cookie}");
        for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(page.headers["strict-transport-security"], "max-age=31536000");
    assert_eq!(page.headers["cache-control"], "no-store");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn a_person_sees_and_ends_where_they_are_signed_in() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let (mut here, mut there) = (world.signed_in(&account).await, world.signed_in(&account).await);
    let page = here.get("/account").await;
    let ended = here.submit(&page, "form#end-others", &[]).await;
    assert_eq!((ended.status, ended.goes_to()), (303, "/account"));
    assert_eq!(there.get("/account").await.status, 303);
    assert_eq!(here.get("/account").await.status, 200);
}
