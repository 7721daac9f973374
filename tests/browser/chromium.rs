//! Starts `chromedriver` on a port of its own choice and Chromium under it, and ends both whatever happens.

use std::path::{Path, PathBuf};
use std::process::Command;

use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::certificates::CertificateStore;
use crate::driver::Group;
use crate::protocol;

/// What a browser is to be.
#[derive(Default)]
pub struct Settings<'a> {
    /// What it calls itself; its own name when `None`.
    pub device: Option<Device<'a>>,
    /// Whether scripts are switched off.
    pub without_script: bool,
    /// The origins that get a client certificate without asking (`https://localhost:8443`).
    pub shows_certificate_to: &'a [&'a str],
    /// Languages, as in `Accept-Language`.
    pub languages: &'a str,
    /// Whether cookies, and whatever else a site could keep in the browser, are blocked.
    pub without_cookies: bool,
    /// The proxy of the network: its port, and what does not go through it (`localhost:8080`).
    pub proxy: Option<(u16, &'a str)>,
}

/// A device for which the browser passes itself off.
#[derive(Clone, Copy)]
pub struct Device<'a> {
    /// The `User-Agent`.
    pub user_agent: &'a str,
    /// The size of its screen in CSS pixels, and how many device pixels each has.
    pub screen: (u32, u32, f64),
    /// `Sec-CH-UA-Platform`, `Sec-CH-UA-Platform-Version` and `Sec-CH-UA-Model`, where the browser sends client hints.
    pub hints: Option<(&'a str, &'a str, &'a str)>,
}

impl Device<'_> {
    /// Phones and tablets are narrow.
    pub const fn has_touch(&self) -> bool {
        self.screen.0 < 1_000
    }
}

/// A running Chromium and its driver.
pub struct Chromium {
    /// The WebDriver session.
    pub client: Client,
    /// Its certificate store.
    pub certificates: CertificateStore,
    driver: Group,
    folder: TempDir,
}

/// Starts `chromedriver`; gives it, and its port.
fn driver(home: &Path) -> (Group, u16) {
    let path = std::env::var_os("TEGATA_CHROMEDRIVER").map_or("/usr/bin/chromedriver".into(), PathBuf::from);
    let mut driver = Group::start(Command::new(path).arg("--port=0"), home);
    let said = |line: &str| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok();
    let port = driver.says(said).expect("chromedriver ended without saying its port");
    (driver, port)
}

impl Chromium {
    /// Starts a browser with a fresh home, profile and certificate store.
    pub async fn start(settings: &Settings<'_>) -> Self {
        let folder = tempfile::Builder::new().prefix("tegata-browser-").tempdir().unwrap();
        let certificates = CertificateStore::create(folder.path());
        let (driver, port) = driver(folder.path());
        std::fs::create_dir(folder.path().join("downloads")).unwrap();
        let capabilities = capabilities(folder.path(), settings);
        let client = ClientBuilder::native()
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { client, certificates, driver, folder }
    }

    /// Where the device has a touch screen, scripts are told of as many fingers as an iPad knows; the emulation says one.
    pub async fn has_five_fingers(&self, device: &Device<'_>) {
        if device.has_touch() {
            let five = "Object.defineProperty(Navigator.prototype, 'maxTouchPoints', { get: () => 5 })";
            let parameters = json!({ "source": five });
            protocol::issue(&self.client, "Page.addScriptToEvaluateOnNewDocument", parameters).await;
        }
    }

    /// Waits until a download with this ending is complete, and gives its name and its bytes.
    pub async fn downloaded(&self, ending: &str) -> (String, Vec<u8>) {
        let folder = self.folder.path().join("downloads");
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
            let names: Vec<_> = names.collect();
            // The browser keeps the name with an empty file until the rest has arrived under another one.
            let has = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
            let is_busy = names.iter().any(|path| path.to_string_lossy().ends_with(".crdownload"));
            let done = names.iter().find(|path| path.to_string_lossy().ends_with(ending) && has(path));
            if let Some(done) = done.filter(|_| !is_busy) {
                let name = done.file_name().unwrap().to_string_lossy().into_owned();
                return (name, std::fs::read(done).unwrap());
            }
            assert!(tokio::time::Instant::now() < deadline, "no file *{ending} came; there is {names:?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Writes what the window shows to `target/screenshots/NAME.png`.
    pub async fn screenshot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        assert!(picture.len() > 1_000, "the picture {name} is empty");
        std::fs::write(folder.join(name).with_extension("png"), picture).unwrap();
    }

    /// Ends the session in order; what is left is killed.
    pub async fn close(self) {
        self.client.close().await.unwrap();
        drop(self.driver);
        drop(self.folder);
    }
}

fn capabilities(home: &Path, settings: &Settings<'_>) -> Value {
    let binary = std::env::var("TEGATA_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let languages = if settings.languages.is_empty() { "ja,en;q=0.8" } else { settings.languages };
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--no-first-run".to_owned(),
        "--window-size=1280,900".to_owned(),
        // A page that scrolls smoothly is still under way when the driver clicks.
        "--force-prefers-reduced-motion".to_owned(),
        format!("--user-data-dir={}", home.join("profile").display()),
    ];
    // What `Accept-Language` says follows the preference; the browser's own texts follow this.
    arguments.push(format!("--lang={}", languages.split([',', ';']).next().unwrap()));
    let mut preferences = json!({
        "download.default_directory": home.join("downloads"),
        "download.prompt_for_download": false,
        "intl.accept_languages": languages.split(',').map(|l| l.split(';').next().unwrap()).collect::<Vec<_>>().join(","),
        // What the policy AutoSelectCertificateForUrls sets; as a preference of this profile it needs no root.
        "profile.content_settings.exceptions.auto_select_certificate": certificate_choices(settings),
    });
    if let Some((port, beside)) = settings.proxy {
        arguments.push(format!("--proxy-server=http://127.0.0.1:{port}"));
        // Without the first rule nothing of this machine would go through it.
        arguments.push(format!("--proxy-bypass-list=<-loopback>;{beside}"));
    }
    if settings.without_cookies {
        preferences["profile.default_content_setting_values.cookies"] = json!(2);
    }
    if settings.without_script {
        preferences["profile.default_content_setting_values.javascript"] = json!(2);
    }
    let mut options = json!({ "binary": binary, "args": arguments, "prefs": preferences });
    if let Some(device) = settings.device {
        let (width, height, ratio) = device.screen;
        let touch = device.has_touch();
        options["mobileEmulation"] = json!({
            "userAgent": device.user_agent,
            "deviceMetrics": { "width": width, "height": height, "pixelRatio": ratio, "touch": touch, "mobile": touch },
        });
        if let Some((platform, version, model)) = device.hints {
            options["mobileEmulation"]["clientHints"] = json!({
                "platform": platform, "platformVersion": version, "model": model, "mobile": touch,
                "architecture": "", "bitness": "", "wow64": false,
            });
        }
    }
    json!({ "goog:chromeOptions": options, "pageLoadStrategy": "normal" })
}

/// The content setting `auto_select_certificate`: any certificate that the server's list of issuers lets pass.
fn certificate_choices(settings: &Settings<'_>) -> Value {
    let choice = |origin: &&str| (format!("{origin},*"), json!({ "setting": { "filters": [{}] } }));
    Value::Object(settings.shows_certificate_to.iter().map(choice).collect())
}
