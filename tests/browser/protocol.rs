//! What WebDriver does not know and Chromium's own protocol does: fingers, dark mode, whole pages as pictures.

use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A command of the Chrome `DevTools` Protocol, by chromedriver's detour.
#[derive(Debug)]
struct Command {
    name: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.name, "params": self.parameters }).to_string()))
    }
}

/// Issues one command; its result.
pub async fn issue(client: &Client, name: &'static str, parameters: Value) -> Value {
    let command = Command { name, parameters };
    client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{name}: {error}"))
}
