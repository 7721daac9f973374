//! `WebKitGTK`: the engine of Safari, in the small browser that Debian has for WebDriver, on an X server that nobody sees.

use std::process::Command;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::chromium::Device;
use crate::driver::Group;
use crate::ports;

/// Where Debian has the browser that WebDriver starts.
const BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/// The bar above the page makes itself small, so that a page can be as narrow as on a small phone.
const SMALL_BAR: &str =
    "* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; }";

/// A running `MiniBrowser`, its driver and its screen.
pub struct WebKit {
    /// The WebDriver session.
    pub client: Client,
    driver: Group,
    screen: Group,
    folder: TempDir,
}

impl WebKit {
    /// Starts the browser as `device`, in a home of its own.
    pub async fn start(device: Device<'_>, without_script: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("tegata-webkit-").tempdir().unwrap();
        let style = folder.path().join(".config/gtk-3.0");
        std::fs::create_dir_all(&style).unwrap();
        std::fs::write(style.join("gtk.css"), SMALL_BAR).unwrap();
        // The X server looks for a free display itself, and says which it took.
        let mut screen = Command::new("Xvfb");
        screen.args(["-displayfd", "1", "-screen", "0", "1400x1400x24", "-nolisten", "tcp"]);
        let mut screen = Group::start(&mut screen, folder.path());
        let display = screen.says(|line| line.trim().parse::<u32>().ok()).expect("the number of a display");
        let port = ports::own();
        let mut driver = Command::new("WebKitWebDriver");
        driver
            .arg(format!("--port={port}"))
            .env("DISPLAY", format!(":{display}"))
            .env("LANG", "ja_JP.UTF-8")
            .env("LANGUAGE", "ja")
            .env("NO_AT_BRIDGE", "1");
        let mut driver = Group::start(&mut driver, folder.path());
        driver.listens(port);
        let mut arguments = vec!["--automation".to_owned(), format!("--user-agent={}", device.user_agent)];
        if without_script {
            arguments.push("--enable-javascript=false".to_owned());
        }
        let browser = std::env::var("TEGATA_MINIBROWSER").unwrap_or_else(|_| BROWSER.to_owned());
        let capabilities = json!({
            // The check page stands under a root that nobody but the test knows.
            "acceptInsecureCerts": true,
            "timeouts": { "pageLoad": 20_000, "script": 20_000 },
            "webkitgtk:browserOptions": { "binary": browser, "args": arguments },
        });
        let client = ClientBuilder::native()
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("WebKit starts");
        let (width, height, _) = device.screen;
        client.set_window_size(width, height).await.unwrap();
        let browser = Self { client, driver, screen, folder };
        browser.is_as_wide_as(width).await;
        browser
    }

    /// The window follows its size a moment later.
    async fn is_as_wide_as(&self, width: u32) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let now = self.client.execute("return window.innerWidth", vec![]).await.unwrap();
            if now == json!(width) {
                return;
            }
            assert!(Instant::now() < deadline, "the window is {now} wide, and not {width}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends the session in order; what is left is killed.
    pub async fn close(self) {
        self.client.close().await.unwrap();
        drop(self.driver);
        drop(self.screen);
        drop(self.folder);
    }
}
