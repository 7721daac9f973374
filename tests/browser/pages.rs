//! Every page in every language, at the width of a small phone and of a desk, light and dark, folded and unfolded, with text of
//! twice the size: axe-core finds nothing, and nothing is wider than the screen. With `TEGATA_SCREENSHOTS=DIR` a picture of each is written (`make screenshots`).

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde_json::json;

use crate::chromium::{Chromium, Settings};
use crate::devices::WINDOWS;
use crate::protocol::issue;
use crate::samples::Samples;
use crate::site::Site;

/// What a page is looked at with.
struct View {
    /// In CSS pixels.
    width: u32,
    /// `light` or `dark`.
    scheme: &'static str,
    /// The size of text; nothing for the browser's own.
    size: &'static str,
    /// Whether everything that is folded up is open.
    unfolded: bool,
    /// Whether axe-core looks, too: colours are the same at every width, and places in every light, so that two views tell all.
    with_axe: bool,
}

const fn view(width: u32, scheme: &'static str) -> View {
    View { width, scheme, size: "", unfolded: false, with_axe: false }
}

const VIEWS: [View; 5] = [
    View { with_axe: true, ..view(320, "light") },
    View { unfolded: true, ..view(320, "dark") },
    View { unfolded: true, with_axe: true, ..view(1_280, "dark") },
    view(1_280, "light"),
    View { unfolded: true, size: "200%", ..view(320, "light") },
];

/// Whether everything is open, and how large text is.
const ARRANGE: &str = "const [unfolded, size] = arguments;
document.querySelectorAll('details').forEach((part) => {
  part.dataset.was ??= String(part.open);
  part.open = unfolded || part.dataset.was === 'true';
});
document.documentElement.style.fontSize = size;";

/// The console is for desks first, and works on a phone as well.
const CONSOLE_VIEWS: [View; 5] = [
    View { with_axe: true, ..view(390, "light") },
    View { unfolded: true, ..view(390, "dark") },
    View { unfolded: true, with_axe: true, ..view(1_280, "dark") },
    view(1_280, "light"),
    View { unfolded: true, size: "200%", ..view(1_280, "light") },
];

/// The rules of WCAG 2.2 at A and AA, and what axe-core counts as good practice.
const RULES: [&str; 7] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/// Runs axe-core; each violation as a line: the rule, what it says, and where.
const RUN: &str = "const [rules, done] = arguments;
axe.run(document, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] }).then(
  (result) => done(result.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id}: ${node.target}: ${(node.failureSummary || rule.help).replace(/\\s+/g, ' ')}`))),
  (error) => done([`axe-core failed: ${error}`]));";

fn axe() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; `make packages` installs it", file.display()))
}

/// Where pictures go, where they are wanted.
fn pictures() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("TEGATA_SCREENSHOTS")?);
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
}

async fn look_like(browser: &Chromium, width: u32, scheme: &str) {
    // As on a phone, where they lie above the page; first, since the page is laid out anew for its size only.
    issue(&browser.client, "Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
    let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    issue(&browser.client, "Emulation.setDeviceMetricsOverride", size).await;
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    issue(&browser.client, "Emulation.setEmulatedMedia", features).await;
}

async fn picture(browser: &Chromium, folder: &Path, name: &str, view: &View) {
    let whole = json!({ "format": "png", "captureBeyondViewport": true });
    let taken = issue(&browser.client, "Page.captureScreenshot", whole).await;
    let bytes = BASE64.decode(taken["data"].as_str().unwrap().as_bytes()).unwrap();
    let (page, language) = name.rsplit_once('.').unwrap();
    let folder = folder.join(language);
    std::fs::create_dir_all(&folder).unwrap();
    let View { width, scheme, size, .. } = view;
    let file = format!("{page}-{width}-{scheme}{}.png", size.trim_end_matches('%'));
    std::fs::write(folder.join(file), bytes).unwrap();
}

/// A browser that has axe-core on every page.
async fn with_axe(settings: Settings<'_>) -> Chromium {
    let browser = Chromium::start(&settings).await;
    issue(&browser.client, "Page.addScriptToEvaluateOnNewDocument", json!({ "source": axe() })).await;
    browser
}

/// What axe-core has against the page that is open.
async fn violations(browser: &Chromium) -> Vec<String> {
    let found = browser.client.execute_async(RUN, vec![json!(RULES)]).await.unwrap();
    serde_json::from_value(found).unwrap()
}

/// What is wrong with one page.
async fn faults(browser: &Chromium, samples: &Samples, name: &str, folder: Option<&Path>) -> Vec<String> {
    let mut faults = Vec::new();
    browser.client.goto(samples.address(name).as_str()).await.unwrap();
    let views = if name.starts_with("console-") { &CONSOLE_VIEWS } else { &VIEWS };
    for view in views {
        let View { width, scheme, size, .. } = *view;
        look_like(browser, width, scheme).await;
        browser.client.execute(ARRANGE, vec![json!(view.unfolded), json!(size)]).await.unwrap();
        let mut here = if view.with_axe { violations(browser).await } else { Vec::new() };
        let wide =
            browser.client.execute("return document.documentElement.scrollWidth", vec![]).await.unwrap();
        if wide.as_u64().is_none_or(|wide| wide > u64::from(width)) {
            here.push(format!("{wide} pixels wide"));
        }
        let at = format!("{name} at {width}, {scheme} {size}");
        faults.extend(here.into_iter().map(|fault| format!("{at}: {fault}")));
        if let Some(folder) = folder {
            picture(browser, folder, name, view).await;
        }
    }
    faults
}

/// One browser's share of the pages.
async fn share(samples: &Samples, part: usize, of: usize) -> Vec<String> {
    let browser = with_axe(Settings::default()).await;
    let folder = pictures();
    let mut all = Vec::new();
    for name in samples.names.iter().skip(part).step_by(of) {
        all.extend(faults(&browser, samples, name, folder.as_deref()).await);
    }
    browser.close().await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_in_any_language_and_nothing_is_too_wide() {
    let site = Site::start().await;
    let samples = Samples::serve(&site).await;
    assert!(samples.names.len() > 100);
    let (one, two) = tokio::join!(share(&samples, 0, 2), share(&samples, 1, 2));
    let faults = [one, two].concat();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The eyes are good: a page of ours, spoilt in four ways, is found out.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_what_is_wrong_with_a_spoilt_page() {
    let site = Site::start().await;
    // By its own name it is taken for a robot, and gets no form.
    let browser = with_axe(Settings { device: Some(WINDOWS), ..Settings::default() }).await;
    browser.client.goto(site.landing.as_str()).await.unwrap();
    assert_eq!(violations(&browser).await, Vec::<String>::new());
    let spoil = "document.documentElement.removeAttribute('lang');
        document.querySelector('label[for=secret]').remove();
        document.querySelector('main p').style.color = '#bbb';
        document.querySelector('main').id = 'elsewhere';";
    browser.client.execute(spoil, vec![]).await.unwrap();
    let found = violations(&browser).await.join("\n");
    for rule in ["html-has-lang", "label", "color-contrast", "skip-link"] {
        assert!(found.contains(&format!("{rule}: ")), "{rule} is missing:\n{found}");
    }
    look_like(&browser, 320, "dark").await;
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches && innerWidth === 320";
    assert_eq!(browser.client.execute(dark, vec![]).await.unwrap(), json!(true));
    browser.close().await;
}
