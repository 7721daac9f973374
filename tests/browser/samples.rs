//! Every page in every state and language, as the unit tests of the pages render them, on a server that sends them with the
//! headers of the real one.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::site::Site;

/// What every page is sent with, and what a browser acts on.
const HEADERS: [&str; 3] = ["content-type", "content-security-policy", "referrer-policy"];

/// What stands in place of an organization's logo.
const LOGO: &[u8] = include_bytes!("../../profiles/web-clip.png");

/// The pages by name (`ticket-iphone.ja`), and where they are served.
pub struct Samples {
    pub names: Vec<String>,
    base: Url,
}

impl Samples {
    /// Renders them, and serves them until the test ends. What a page needs beside itself comes from `site`.
    pub async fn serve(site: &Site) -> Self {
        let pages = Arc::new(render());
        let names = pages.keys().cloned().collect();
        let real = reqwest::get(site.landing.clone()).await.unwrap();
        let headers = HEADERS.map(|name| format!("{name}: {}\r\n", real.headers()[name].to_str().unwrap()));
        let headers = Arc::new(headers.concat());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base =
            Url::parse(&format!("http://localhost:{}/", listener.local_addr().unwrap().port())).unwrap();
        let real = reqwest::get(site.console.join("sign-in").unwrap()).await.unwrap();
        let of_console =
            HEADERS.map(|name| format!("{name}: {}\r\n", real.headers()[name].to_str().unwrap()));
        let of_console = Arc::new(of_console.concat());
        let landing = site.landing.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (pages, landing) = (Arc::clone(&pages), landing.clone());
                let headers = [Arc::clone(&headers), Arc::clone(&of_console)];
                tokio::spawn(async move { answer(stream, &pages, &headers, &landing).await });
            }
        });
        Self { names, base }
    }

    /// Where the page of this name is.
    pub fn address(&self, name: &str) -> Url {
        self.base.join(name).unwrap()
    }
}

/// Has the unit tests write the pages; `cargo test` has built them before this binary runs.
fn render() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let rendered = Command::new(env!("CARGO"))
        .args(["test", "--locked", "--quiet", "--lib", "--"])
        .args([
            "http::samples::every_page_renders",
            "http::console::samples::every_page_of_the_console_renders",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("TEGATA_SAMPLES", folder.path())
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let pages = files.filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_suffix(".html")?.to_owned();
        Some((name, std::fs::read(&path).unwrap()))
    });
    pages.collect()
}

/// Answers one request. A browser that hangs up early is no matter.
async fn answer(
    mut stream: TcpStream,
    pages: &BTreeMap<String, Vec<u8>>,
    headers: &[Arc<String>; 2],
    landing: &Url,
) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(1) = stream.read_buf(&mut request).await.map(|read| usize::from(read > 0)) else { return };
    }
    let text = String::from_utf8_lossy(&request);
    let path = text.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let (headers, body) = match pages.get(&path) {
        Some(page) => (headers[usize::from(path.starts_with("console-"))].to_string(), page.clone()),
        // Of no organization, and the same for all.
        None if path.starts_with("logo/") => ("content-type: image/png\r\n".to_owned(), LOGO.to_vec()),
        None => {
            let file = reqwest::get(landing.join(&path).unwrap()).await.unwrap();
            let kind = file.headers()["content-type"].to_str().unwrap().to_owned();
            (format!("content-type: {kind}\r\n"), file.bytes().await.unwrap().to_vec())
        }
    };
    let head =
        format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&[head.into_bytes(), body].concat()).await;
    let _ = stream.shutdown().await;
}
