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

/// A command of WebDriver's extension for passkeys (Web Authentication §11).
#[derive(Debug)]
struct Passkeys {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Passkeys {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/webauthn/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}

/// Puts an authenticator into the device, which keeps passkeys and knows its owner; its name.
pub async fn add_authenticator(client: &Client) -> String {
    let body = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserConsenting": true, "isUserVerified": true,
    });
    let command = Passkeys { method: Method::POST, path: "authenticator".to_owned(), body: Some(body) };
    let added = client.issue_cmd(command).await.unwrap_or_else(|error| panic!("no authenticator: {error}"));
    added.as_str().unwrap_or_else(|| panic!("no authenticator: {added}")).to_owned()
}

/// Takes it away, and every passkey with it.
pub async fn remove_authenticator(client: &Client, name: &str) {
    let command = Passkeys { method: Method::DELETE, path: format!("authenticator/{name}"), body: None };
    client.issue_cmd(command).await.unwrap_or_else(|error| panic!("the authenticator stays: {error}"));
}

/// Issues one command; its result.
pub async fn issue(client: &Client, name: &'static str, parameters: Value) -> Value {
    let command = Command { name, parameters };
    client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{name}: {error}"))
}
