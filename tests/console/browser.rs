//! A browser that keeps cookies, and does nothing by itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method};
use scraper::{Html, Selector};

pub struct Browser {
    client: Client,
    /// Which node it reaches.
    pub node: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    /// Headers that it sends besides.
    pub headers: HeaderMap,
}

/// A page as it came.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    pub fn at(node: SocketAddr) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, node, cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None).await
    }

    pub async fn head(&mut self, path: &str) -> Page {
        self.send(Method::HEAD, path, None).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a form with a file, as browsers do.
    pub async fn post_file(&mut self, path: &str, name: &str, file: &[u8], fields: &[(&str, &str)]) -> Page {
        let boundary = "----tegata-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head =
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let url = format!("http://localhost:{}{path}", self.node.port());
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            self.client.post(url).headers(self.headers.clone()).header("cookie", cookies.join("; "));
        let kind = format!("multipart/form-data; boundary={boundary}");
        let response = request.header("content-type", kind).body(body).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap() }
    }

    /// The bytes of a file.
    pub async fn get_bytes(&mut self, path: &str) -> Vec<u8> {
        let url = format!("http://localhost:{}{path}", self.node.port());
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.get(url).headers(self.headers.clone()).header("cookie", cookies.join("; "));
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    /// A response whose body is yet to be read, such as one that does not end.
    pub async fn open(&self, path: &str) -> reqwest::Response {
        let url = format!("http://localhost:{}{path}", self.node.port());
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.client.get(url).header("cookie", cookies.join("; ")).send().await.unwrap()
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<String>) -> Page {
        let url = format!("http://localhost:{}{path}", self.node.port());
        let mut request = self.client.request(method, url).headers(self.headers.clone());
        if !self.cookies.is_empty() {
            let cookies: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(body) = body {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request = request.header("content-type", form).body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page { status, headers, text: response.text().await.unwrap() }
    }

    /// Sends the form that `selector` finds on `page`, with these fields filled in besides what it carries.
    pub async fn submit(&mut self, page: &Page, selector: &str, fill: &[(&str, &str)]) -> Page {
        let (action, mut fields) = page.form(selector);
        for (name, value) in fill {
            fields.retain(|(own, _)| own != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&action, &fields).await
    }
}

impl Page {
    pub fn find(&self, selector: &str, attribute: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let element = html.select(&Selector::parse(selector).unwrap()).next()?;
        Some(element.attr(attribute)?.to_owned())
    }

    pub fn text_of(&self, selector: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let element = html.select(&Selector::parse(selector).unwrap()).next()?;
        Some(element.text().collect())
    }

    pub fn kind(&self) -> String {
        self.find("body", "data-page").unwrap_or_default()
    }

    pub fn code(&self) -> String {
        self.find("body", "data-code").unwrap_or_default()
    }

    pub fn goes_to(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// Where a form is sent, and the fields that it carries.
    pub fn form(&self, selector: &str) -> (String, Vec<(String, String)>) {
        let html = Html::parse_document(&self.text);
        let form = html.select(&Selector::parse(selector).unwrap()).next();
        let form = form.unwrap_or_else(|| panic!("no {selector} on {}", self.text));
        let action = form.attr("action").unwrap().to_owned();
        let inputs = Selector::parse("input[name], select[name], textarea[name]").unwrap();
        let chosen = Selector::parse("option[selected]").unwrap();
        let first = Selector::parse("option").unwrap();
        let fields = form.select(&inputs).filter_map(|input| {
            let name = input.attr("name").unwrap().to_owned();
            let value = input.attr("value").unwrap_or_default().to_owned();
            match (input.value().name(), input.attr("type")) {
                ("input", Some("checkbox" | "radio")) => input.attr("checked").map(|_| (name, value)),
                ("input", Some("file")) => None,
                ("select", _) => {
                    let option = input.select(&chosen).next().or_else(|| input.select(&first).next())?;
                    Some((name, option.attr("value").unwrap_or_default().to_owned()))
                }
                ("textarea", _) => Some((name, input.text().collect())),
                _ => Some((name, value)),
            }
        });
        (action, fields.collect())
    }

    /// The options of the passkey ceremony on the page.
    pub fn options(&self) -> serde_json::Value {
        serde_json::from_str(&self.find("form[data-passkey]", "data-options").unwrap()).unwrap()
    }
}
