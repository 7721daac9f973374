//! A simulated device: scans, follows the pages by their HTML, sends its browser's headers, keeps no cookie and runs no
//! script but the one that counts fingers, fetches, unpacks by OpenSSL, and connects.

pub mod browser;
pub mod bundle;
pub mod connection;
pub mod page;

use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, ORIGIN, USER_AGENT};
use reqwest::{Method, StatusCode};
use url::Url;

use browser::Browser;
use page::{Form, Page};

/// A device with a browser.
#[derive(Clone)]
pub struct Phone {
    browser: Browser,
    client: reqwest::Client,
    language: &'static str,
    /// Whether a page has asked for more client hints.
    asked: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

/// A file as the browser received it.
#[derive(Debug, Clone)]
pub struct File {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl File {
    /// The header `name` as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Phone {
    /// A device whose owner reads Japanese.
    pub fn new(browser: Browser) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .unwrap();
        Self { browser, client, language: "ja-JP,ja;q=0.9,en;q=0.5", asked: std::sync::Arc::default() }
    }

    /// The same device, whose owner reads English.
    pub fn in_english(mut self) -> Self {
        self.language = "en-US,en;q=0.9";
        self
    }

    /// What the page's script adds to its form, where the browser runs scripts.
    pub fn run_script(&self, form: &mut Form) {
        if let Some(fingers) = self.browser.touch_points {
            form.fill(page::hook::TOUCH, &fingers.to_string());
        }
    }

    fn request(&self, method: Method, address: &Url) -> reqwest::RequestBuilder {
        let mut request = self
            .client
            .request(method, address.clone())
            .header(USER_AGENT, self.browser.user_agent)
            .header(ACCEPT_LANGUAGE, self.language)
            .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-mode", "navigate");
        let asked = self.asked.load(std::sync::atomic::Ordering::Relaxed);
        let hints = self.browser.hints.iter().chain(self.browser.asked_hints.iter().filter(|_| asked));
        for (name, value) in hints {
            request = request.header(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        request
    }

    async fn load(&self, request: reqwest::RequestBuilder) -> Page {
        let response = request.send().await.unwrap();
        let (address, status, headers) =
            (response.url().clone(), response.status(), response.headers().clone());
        assert!(!headers.contains_key("set-cookie"), "{address} sets a cookie");
        if headers.contains_key("accept-ch") {
            self.asked.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        let text = response.text().await.unwrap();
        Page { address, status, headers, text }
    }

    /// Opens an address.
    pub async fn open(&self, address: &Url) -> Page {
        self.load(self.request(Method::GET, address).header("sec-fetch-site", "none")).await
    }

    /// Asks for an address by another method, as scanners and download managers do.
    pub async fn ask(&self, method: Method, address: &Url) -> Page {
        self.load(self.request(method, address)).await
    }

    /// Asks for an address with one more header.
    pub async fn open_with(&self, address: &Url, name: &'static str, value: &str) -> Page {
        self.load(self.request(Method::GET, address).header(name, value)).await
    }

    /// Sends a form. A redirection is not followed. Since our pages send no referrer, browsers say `Origin: null` (Fetch,
    /// "append a request `Origin` header").
    pub async fn send(&self, form: &Form) -> Page {
        let request = self.request(Method::POST, &form.action).header(ORIGIN, "null");
        self.load(request.header("sec-fetch-site", "same-origin").form(&form.fields)).await
    }

    /// Sends a form with one header that the browser would not send.
    pub async fn send_with(&self, form: &Form, name: &'static str, value: &str) -> Page {
        let request = self.request(Method::POST, &form.action).form(&form.fields);
        self.load(request.header(name, value)).await
    }

    /// Sends whatever to where a form goes.
    pub async fn send_raw(&self, action: &Url, kind: &'static str, body: Vec<u8>) -> Page {
        let request = self.request(Method::POST, action).header("content-type", kind);
        self.load(request.body(body)).await
    }

    /// Begins to fetch a file and hangs up after `bytes` of it, as a train does in a tunnel; gives what had come.
    pub async fn break_off(&self, address: &Url, bytes: usize) -> Vec<u8> {
        let mut response = self.request(Method::GET, address).send().await.unwrap();
        let mut part = Vec::new();
        while part.len() < bytes {
            let Some(chunk) = response.chunk().await.unwrap() else { break };
            part.extend_from_slice(&chunk);
        }
        part.truncate(bytes);
        part
    }

    /// Goes where a 303 points.
    ///
    /// # Panics
    /// When the page is none.
    pub async fn follow(&self, page: &Page) -> Page {
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.said());
        let target = page.headers.get("location").unwrap().to_str().unwrap();
        self.open(&page.address.join(target).unwrap()).await
    }

    /// Fetches a file, whole or from a byte on.
    pub async fn fetch(&self, address: &Url, range: &[(&'static str, String)]) -> File {
        let mut request = self.request(Method::GET, address);
        for (name, value) in range {
            request = request.header(*name, value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        assert!(!headers.contains_key("set-cookie"), "{address} sets a cookie");
        File { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }
}
