//! The operator's screen follows the phone: what happens on any node is told, and nobody is told who may not know any more.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tegata::directory::Role;
use tegata::enrollment::{Code, Refusal};

use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World};

/// How long anything may take: real time, for what a node looks at by itself every few seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A stream that is open.
struct Stream {
    response: Response,
    read: String,
}

impl Stream {
    async fn open(browser: &Browser, path: &str) -> Self {
        let response = browser.open(path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { response, read: String::new() }
    }

    /// The next event: its name and its data; nothing where the stream has ended.
    async fn event(&mut self) -> Option<(String, String)> {
        let reading = async {
            loop {
                while let Some((event, rest)) = self.read.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.read = rest;
                    let field = |name: &str| {
                        event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
                    };
                    if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                        return Some((name, data));
                    }
                }
                let chunk = self.response.chunk().await.unwrap()?;
                self.read.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap()
    }

    /// How far it is, as it is told next.
    async fn told(&mut self) -> Value {
        let (name, data) = self.event().await.unwrap();
        assert_eq!(name, "progress", "{data}");
        serde_json::from_str(&data).unwrap()
    }
}

fn done(told: &Value) -> Vec<&str> {
    let steps = told["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["done"] == true).map(|step| step["name"].as_str().unwrap()).collect()
}

async fn issued(browser: &mut Browser) -> Page {
    let form = browser.get("/o/midori/issue").await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let fields = [("name", "田中 花子"), ("facility", FACILITY), ("offer", offer.as_str())];
    let page = browser.submit(&form, "form#issue-form", &fields).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "handover"), "{}", page.text);
    page
}

/// The code in the link that a page shows.
fn code(page: &Page) -> Code {
    Code::parse(page.text_of("#link").unwrap().rsplit('/').next().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_screen_follows_the_phone_whichever_node_it_reaches() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let page = issued(&mut browser).await;
    let mut stream = Stream::open(&browser, &page.find("#live", "data-live").unwrap()).await;
    let told = stream.told().await;
    assert_eq!((told["state"].as_str(), told["link"].as_str()), (Some("invited"), Some("alive")));
    assert!(done(&told).is_empty(), "{told}");
    // The scan, on this node: told at once, and written nowhere.
    let before = world.store.last_event(&world.partition()).await.unwrap();
    world.authority.open(&code(&page)).await.unwrap();
    let told = stream.told().await;
    assert_eq!(done(&told), ["opened"]);
    assert!(told["steps"][0]["at"].is_string());
    assert_eq!(world.store.last_event(&world.partition()).await.unwrap(), before);
    // Another node ends it: seen at the next look, and then there is nothing more to tell.
    let mut other = Browser::at(world.nodes[1]);
    other.cookies.clone_from(&browser.cookies);
    let enrollment = page.find("a#enrollment", "href").unwrap();
    let cancel = other.get(&format!("{enrollment}/cancel")).await;
    assert_eq!(other.submit(&cancel, "form#act", &[]).await.status, 303);
    let told = stream.told().await;
    assert_eq!((told["state"].as_str(), told["over"].as_bool()), (Some("cancelled"), Some(true)));
    assert_eq!(stream.event().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_session_and_keeps_nobody_signed_in() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::HelpDesk).await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let page = issued(&mut world.signed_in(&operator).await).await;
    let live = page.find("#live", "data-live").unwrap();
    let mut browser = world.signed_in(&account).await;
    let mut stream = Stream::open(&browser, &live).await;
    stream.told().await;
    let home = browser.get("/o/midori").await;
    assert_eq!(browser.submit(&home, "form#sign-out", &[]).await.status, 303);
    assert_eq!(stream.event().await, None);
    // An hour without a click: the stream was open all the while, and is no click. That the link ended is told to nobody.
    let browser = world.signed_in(&account).await;
    let mut stream = Stream::open(&browser, &live).await;
    stream.told().await;
    world.advance_minutes(61);
    assert_eq!(stream.event().await, None);
    assert_eq!(browser.open(&live).await.status(), 303);
}

/// A node that stops need not wait for those who only look on.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_its_node_stops() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let live = issued(&mut browser).await.find("#live", "data-live").unwrap();
    let mut stream = Stream::open(&browser, &live).await;
    stream.told().await;
    world.stopper.stop();
    assert_eq!(stream.event().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_know_of_an_enrollment_is_told_nothing() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let form = browser.get("/o/midori/issue").await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let fields = [("name", "鈴木 一郎"), ("offer", offer.as_str())];
    let page = browser.submit(&form, "form#issue-form", &fields).await;
    let live = page.find("#live", "data-live").unwrap();
    // The person is of no facility, and so of none of the manager's.
    let manager = world.member(&world.midori, Role::FacilityManager).await;
    assert_eq!(world.signed_in(&manager).await.open(&live).await.status(), 404);
    let stranger = world.member(&world.aoba, Role::Operator).await;
    assert_eq!(world.signed_in(&stranger).await.open(&live).await.status(), 404);
    let elsewhere = live.replace("/o/midori/", "/o/aoba/");
    assert_eq!(world.signed_in(&stranger).await.open(&elsewhere).await.status(), 404);
    assert_eq!(world.browser().open(&live).await.status(), 303);
    // A role that is taken away in the middle ends the stream.
    let mut stream = Stream::open(&browser, &live).await;
    stream.told().await;
    world.access().end_account(&operator.id, &crate::world::doer()).await.unwrap();
    assert_eq!(stream.event().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_of_too_many_live_views_gives_way() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let live = issued(&mut browser).await.find("#live", "data-live").unwrap();
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = Stream::open(&browser, &live).await;
        stream.told().await;
        streams.push(stream);
    }
    let first = streams[0].event().await;
    assert_eq!(first, Some(("end".to_owned(), "displaced".to_owned())));
    assert_eq!(streams[0].event().await, None);
    let id = live.split('/').nth(4).unwrap().parse().unwrap();
    let caller = tegata::enrollment::Caller::new(world.midori.clone(), tegata::directory::Actor::CommandLine);
    world.authority.cancel(&caller, &id).await.unwrap();
    for stream in &mut streams[1..] {
        assert_eq!(stream.told().await["state"], "cancelled");
    }
}

#[tokio::test]
async fn a_code_that_has_ended_says_so_and_one_click_makes_another() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let first = issued(&mut browser).await;
    assert_eq!(first.find("body", "data-link").as_deref(), Some("alive"));
    // Without script: the same form again shows the same, with how far it is.
    world.authority.open(&code(&first)).await.unwrap();
    let again = browser.submit(&first, "form#again", &[]).await;
    assert_eq!((again.status, again.text_of("#secret")), (200, first.text_of("#secret")));
    assert!(again.find("#live [data-step=opened][data-done]", "data-step").is_some(), "{}", again.text);
    world.advance_minutes(11);
    let ended = browser.submit(&again, "form#again", &[]).await;
    assert_eq!(ended.find("body", "data-link").as_deref(), Some("ended"));
    let refused = world.authority.open(&code(&first)).await;
    assert!(matches!(refused, Err(Refusal::LinkExpired { .. })), "{refused:?}");
    let renewed = browser.submit(&ended, "form#renew", &[]).await;
    assert_eq!((renewed.status, renewed.kind().as_str()), (200, "handover"), "{}", renewed.text);
    assert_eq!(renewed.find("body", "data-link").as_deref(), Some("alive"));
    assert_ne!(renewed.text_of("#secret"), first.text_of("#secret"));
    let dead = world.authority.open(&code(&first)).await;
    assert!(matches!(dead, Err(Refusal::Superseded { .. })), "{dead:?}");
    world.authority.open(&code(&renewed)).await.unwrap();
    // A double click issues one code; the first page, sent again, knows that another one took its place.
    let twice = browser.submit(&ended, "form#renew", &[]).await;
    assert_eq!(twice.text_of("#link"), renewed.text_of("#link"));
    let moved = browser.submit(&first, "form#again", &[]).await;
    assert_eq!(moved.goes_to(), first.find("a#enrollment", "href").unwrap());
    // The enrollment's page follows as well, until there is nothing more to follow.
    let enrollment = first.find("a#enrollment", "href").unwrap();
    let shown = browser.get(&enrollment).await;
    assert!(shown.find("#live[data-reloads]", "data-live").is_some());
    let cancel = browser.get(&format!("{enrollment}/cancel")).await;
    browser.submit(&cancel, "form#act", &[]).await;
    assert!(browser.get(&enrollment).await.find("#live", "data-live").is_none());
}
