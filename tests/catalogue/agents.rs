//! From what a browser calls itself to the page that it meets, through the real service.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use url::Url;

use crate::journey::link;
use crate::site::Site;
use crate::{calling_itself, document};

/// Sixty strings seen in the wild, with what each is.
const SEEN: &str = include_str!("../fixtures/user_agents.json");
/// More of every kind.
const MORE: &str = include_str!("../fixtures/more_user_agents.json");

fn samples(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

/// What the link shows this agent: the page, and the way out where it needs one.
async fn met(address: &Url, sample: &Value) -> (String, String) {
    let agent: &'static str = Box::leak(sample["ua"].as_str().unwrap().to_owned().into_boxed_str());
    let phone = calling_itself(agent);
    let mut page = phone.open(address).await;
    let mut out = String::new();
    if page.status == 302 {
        let hop = page.headers["location"].to_str().unwrap().to_owned();
        assert!(hop.contains("openExternalBrowser=1"), "{agent}: {hop}");
        out.push_str("`openExternalBrowser`, then by hand");
        page = phone.open(&page.address.join(&hop).unwrap()).await;
    } else if let Some(hop) = page.attribute_of("a#hop", "href") {
        let scheme = hop.split(':').next().unwrap();
        write!(out, "`{scheme}:`, or by hand").unwrap();
    } else if page.kind() == "browser" {
        out.push_str("by hand");
    }
    assert_eq!(page.status, 200, "no agent is met with an error: {agent}");
    assert_eq!(page.has_form(), page.kind() == "secret", "{agent}");
    let corrected = page.has("a[data-device=ios]") || page.kind() == "preview";
    assert!(corrected, "one tap puts a wrong guess right: {agent}");
    let obstacle = page.attribute("data-obstacle").map_or_else(String::new, |code| format!(" ({code})"));
    (format!("{}{obstacle}", page.kind()), out)
}

/// The page that the label of a sample asks for, by rules of their own.
fn due(sample: &Value) -> &'static [&'static str] {
    let flag = |name: &str| sample[name].as_bool().unwrap();
    match sample["platform"].as_str().unwrap() {
        _ if flag("bot") => &["preview"],
        "unknown" => &["choose"],
        "chromeos" | "linux" => &["unfit"],
        _ if flag("can_install") => &["secret"],
        _ if flag("in_app") => &["browser", "too-old"],
        _ => &["browser", "too-old", "choose"],
    }
}

#[tokio::test]
async fn every_agent_meets_the_page_that_its_device_and_its_browser_ask_for() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    for sample in samples(SEEN).iter().chain(&samples(MORE)) {
        let (page, _) = met(&link(&invitation), sample).await;
        let page = page.split(' ').next().unwrap();
        assert!(due(sample).contains(&page), "{sample} met {page}");
    }
    crate::is_untouched(&site, &invitation).await;
}

#[tokio::test]
async fn docs_list_the_page_of_each_of_the_sixty_agents() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let mut rows: BTreeMap<(String, String), (u32, String, String)> = BTreeMap::new();
    for sample in &samples(SEEN) {
        let (page, out) = met(&link(&invitation), sample).await;
        let word = |name: &str| sample[name].as_str().unwrap_or("").to_owned();
        let system = match word("os_version").as_str() {
            "" => word("platform"),
            version => format!("{} {}", word("platform"), version.split('.').next().unwrap()),
        };
        let row = rows.entry((word("browser"), system)).or_insert((0, page, out));
        row.0 += 1;
    }
    let mut table =
        "| browser or application | system | seen | page | way out |\n|---|---|---|---|---|\n".to_owned();
    for ((browser, system), (count, page, out)) in rows {
        writeln!(table, "| {browser} | {system} | {count} | {page} | {out} |").unwrap();
    }
    document::holds("Which page an agent meets", &table, |_, _| false);
}
