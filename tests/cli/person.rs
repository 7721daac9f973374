//! A running service, and a person who meets it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use reqwest::{Client, Identity, Url};
use scraper::{Html, Selector};
use serde_json::Value;

use crate::ground::Ground;

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A process whose lines are read as they come; killed when it is dropped.
pub struct Running {
    pub child: Child,
    lines: Receiver<String>,
    pub seen: Vec<String>,
}

impl Running {
    /// Starts `command` and reads its standard error, or its standard output.
    pub fn start(command: &mut Command, standard_output: bool) -> Self {
        command.stdin(Stdio::null());
        if standard_output {
            command.stdout(Stdio::piped()).stderr(Stdio::null());
        } else {
            command.stderr(Stdio::piped()).stdout(Stdio::null());
        }
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let read = |stream: Box<dyn std::io::Read + Send>| {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines() {
                    if sender.send(line.unwrap()).is_err() {
                        return;
                    }
                }
            });
        };
        if let Some(stream) = child.stdout.take() {
            read(Box::new(stream));
        }
        if let Some(stream) = child.stderr.take() {
            read(Box::new(stream));
        }
        Self { child, lines, seen: Vec::new() }
    }

    /// Waits for a line that contains `mark`.
    #[track_caller]
    pub fn line(&mut self, mark: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no line with {mark:?} came; there were {:#?}", self.seen);
            };
            self.seen.push(line.clone());
            if line.contains(mark) {
                return line;
            }
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end; the exit code. The rest of its lines are in `seen`.
    pub fn end(&mut self) -> Option<i32> {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.seen.push(line);
        }
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The word after `key=` in a log line.
pub fn value_of<'a>(line: &'a str, key: &str) -> &'a str {
    let rest = line.split_once(&format!("{key}=")).unwrap_or_else(|| panic!("no {key} in {line}")).1;
    rest.split(' ').next().unwrap().trim_matches('"')
}

/// A `tegata serve` on free ports.
pub struct Service {
    pub running: Running,
    pub landing: String,
    pub check: String,
}

impl Service {
    pub fn start(ground: &Ground) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.current_dir(ground.path()).args(["--config", "site", "serve"]).env_clear();
        command.env("TEGATA_HTTP_LISTEN", "127.0.0.1:0").env("TEGATA_CHECK_LISTEN", "127.0.0.1:0");
        command.env("TEGATA_POOL_RSA_2048", "2");
        let mut running = Running::start(&mut command, false);
        let landing = format!("http://{}", value_of(&running.line("the landing site is open"), "listens"));
        let check = format!("https://{}", value_of(&running.line("the check site is open"), "listens"));
        Self { running, landing, check }
    }
}

/// A page as it came.
pub struct Page {
    pub url: Url,
    pub text: String,
}

impl Page {
    /// The attribute of the first element that `selector` finds.
    pub fn find(&self, selector: &str, attribute: &str) -> Option<String> {
        let page = Html::parse_document(&self.text);
        let found = page.select(&Selector::parse(selector).unwrap()).next()?;
        found.value().attr(attribute).map(ToOwned::to_owned)
    }

    /// The text of the first element that `selector` finds, without white space.
    pub fn text_of(&self, selector: &str) -> Option<String> {
        let page = Html::parse_document(&self.text);
        let found = page.select(&Selector::parse(selector).unwrap()).next()?;
        Some(
            found
                .text()
                .flat_map(|text| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>())
                .collect(),
        )
    }
}

/// A person with an Android phone. Every call waits for its answer.
pub struct Person {
    runtime: tokio::runtime::Runtime,
    landing: String,
    check: String,
}

impl Person {
    pub fn at(landing: &str, check: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, landing: landing.to_owned(), check: check.to_owned() }
    }

    fn client(identity: Option<Identity>) -> Client {
        // The check site's certificate is of the installation's own root.
        let builder =
            Client::builder().user_agent(ANDROID).timeout(PATIENCE).danger_accept_invalid_certs(true);
        identity.into_iter().fold(builder, reqwest::ClientBuilder::identity).build().unwrap()
    }

    pub fn get(&self, url: &str) -> Page {
        self.sent(Self::client(None).get(url))
    }

    /// Asks with one header more.
    pub fn get_with(&self, url: &str, name: &str, value: &str) -> Page {
        self.sent(Self::client(None).get(url).header(name, value))
    }

    /// Asks for the same again and again, on one connection.
    pub fn get_often(&self, url: &str, times: usize) {
        let client = Self::client(None);
        self.runtime.block_on(async {
            for _ in 0..times {
                client.get(url).send().await.unwrap().bytes().await.unwrap();
            }
        });
    }

    fn sent(&self, request: reqwest::RequestBuilder) -> Page {
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            Page { url: response.url().clone(), text: response.text().await.unwrap() }
        })
    }

    /// Opens the invitation's link and sends a secret.
    pub fn claim(&self, invitation: &Value, secret: &str) -> Page {
        let link = invitation["link"].as_str().unwrap();
        let code = link.rsplit('/').next().unwrap();
        let url = format!("{}/c/{code}", self.landing);
        let form = self.get(&url).find("form#entry input[name=form]", "value").unwrap();
        let body = format!("form={form}&secret={secret}");
        let request = Self::client(None).post(&url).body(body);
        self.sent(request.header("content-type", "application/x-www-form-urlencoded"))
    }

    /// Claims with the right secret, fetches the file and reads it.
    pub fn install(&self, invitation: &Value) -> Identity {
        let ticket = self.claim(invitation, invitation["secret"].as_str().unwrap());
        assert_eq!(ticket.find("body", "data-page").as_deref(), Some("ticket"), "{}", ticket.text);
        let file = ticket.url.join(&ticket.find("a#file", "href").unwrap()).unwrap();
        let bytes = self
            .runtime
            .block_on(async { Self::client(None).get(file).send().await.unwrap().bytes().await.unwrap() });
        Identity::from_pkcs12_der(&bytes, &ticket.text_of("#bundle-password").unwrap()).unwrap()
    }

    /// What the check site says of an identity.
    pub fn check(&self, identity: Option<Identity>) -> String {
        let page = self.sent(Self::client(identity).get(format!("{}/check", self.check)));
        page.find("body", "data-outcome").unwrap()
    }
}
