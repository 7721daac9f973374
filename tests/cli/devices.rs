//! `tegata device` on real User-Agents.

use serde_json::Value;

use crate::ground::Ground;

const LABELLED: &str = include_str!("../fixtures/user_agents.json");

#[test]
fn every_labelled_user_agent_is_printed_as_labelled_in_that_order() {
    let labelled: Vec<Value> = serde_json::from_str(LABELLED).unwrap();
    assert_eq!(labelled.len(), 60);
    let ground = Ground::bare();
    for known in labelled {
        let agent = known["ua"].as_str().unwrap();
        let ran = ground.run(&["device", "--json", agent]);
        assert_eq!(ran.json(), known);
        let keys = ["ua", "platform", "os_version", "browser", "in_app", "bot", "can_install"];
        let places: Vec<_> = keys.iter().map(|key| ran.out.find(&format!("\"{key}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{}", ran.out);
    }
}

#[test]
fn people_are_told_what_the_device_would_get_and_what_comes_first() {
    let agents = [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/13.8.0",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "facebookexternalhit/1.1;line-poker/1.0",
        "",
        "\u{1b}[2J\u{202e}",
    ];
    let ground = Ground::bare();
    let said: Vec<String> = agents
        .iter()
        .map(|agent| format!("{}\n{}", agent.escape_debug(), ground.run(&["device", agent]).out))
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}
