//! The operators' console behind nginx: the first administrator's link, a passkey, a list, letters, and what is told as it happens.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reqwest::{Client, Method, RequestBuilder};
use tokio::runtime::Runtime;

use crate::authenticator::Authenticator;
use crate::browser::Page;
use crate::premises::{CHECK, CONSOLE, LANDING, PATIENCE, PORTAL, Premises};
use crate::story::browser;
use crate::succeed;

/// The organization that `tegata init` founds where nobody names another.
const HOME: &str = "/o/default";
/// What separates the parts of a form with a file.
const BOUNDARY: &str = "----tegata-boundary";

/// An operator's browser: keeps cookies, and does nothing by itself.
struct Operator {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Operator {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, format!("https://{CONSOLE}{path}"));
        request.header("cookie", cookies.join("; "))
    }

    async fn send(&mut self, request: RequestBuilder) -> Page {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
            let (name, value) = cookie.split_once(';').unwrap().0.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Page { status, headers, text: response.text().await.unwrap() }
    }

    async fn get(&mut self, path: &str) -> Page {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    async fn submit(&mut self, page: &Page, form: &str, fill: &[(&str, &str)]) -> Page {
        let (action, mut fields) = page.form(form);
        fields.retain(|(own, _)| !fill.iter().any(|(name, _)| own == name));
        fields.extend(fill.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = self.request(Method::POST, &action).form(&fields);
        self.send(request).await
    }

    /// Brings a list of people, to be handed over by letter.
    async fn bring(&mut self, file: &[u8]) -> Page {
        let page = self.get(&format!("{HOME}/bulk")).await;
        assert_eq!((page.status, page.kind().as_str()), (200, "bulk"), "{}", page.text);
        let (action, _) = page.form("form#bring");
        let mut body = Vec::new();
        for (name, value) in [("offer", "minimal"), ("handover", "letter"), ("create", "yes")] {
            let head =
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\ncontent-type: text/csv\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = self.request(Method::POST, &action).header("content-type", kind).body(body);
        self.send(request).await
    }

    /// Looks at a page, as its `Refresh` says, until its `attribute` is `value`.
    async fn until(&mut self, path: &str, attribute: &str, value: &str) -> Page {
        let looking = async {
            loop {
                let page = self.get(path).await;
                if page.find("body", attribute).as_deref() == Some(value) {
                    return page;
                }
                assert_eq!(page.status, 200, "{}", page.text);
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{path} never is {value}"))
    }
}

#[test]
fn the_console_is_reached_through_nginx_with_lists_letters_and_what_happens_live() {
    let premises = Premises::open();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(story(&premises));
    for node in ["node-1", "node-2"] {
        assert!(
            premises.log(node).contains("/o/{organization}"),
            "{node} served nobody: {}",
            premises.log(node)
        );
    }
}

async fn story(premises: &Premises) {
    let client = browser(premises).build().unwrap();
    // On no other name, and no other site on this one.
    for host in [LANDING, CHECK, PORTAL] {
        let page = client.get(format!("https://{host}/sign-in")).send().await.unwrap();
        assert_ne!(page.status(), 200, "{host} has a console");
    }
    assert_eq!(client.get(format!("https://{CONSOLE}/readyz")).send().await.unwrap().status(), 404);

    let joined = premises.prepared.split_whitespace().find_map(|word| {
        word.strip_prefix(&format!("https://{CONSOLE}")).filter(|path| path.starts_with("/join/"))
    });
    let joined = joined.unwrap_or_else(|| panic!("prepare told no link: {}", premises.prepared));
    let mut operator = Operator { client, cookies: BTreeMap::new() };
    let page = operator.get(joined).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "join"), "{}", page.text);
    let credential = Authenticator::new(&format!("https://{CONSOLE}")).create(&page.options());
    let shown = operator.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((shown.status, shown.kind().as_str()), (200, "recovery-code"), "{}", shown.text);

    live(premises, &mut operator).await;
    lists(&mut operator).await;
}

/// What happens is told while the answer goes on.
async fn live(premises: &Premises, operator: &mut Operator) {
    let form = operator.get(&format!("{HOME}/issue")).await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let page = operator.submit(&form, "form#issue-form", &[("name", "田中 花子"), ("offer", &offer)]).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "handover"), "{}", page.text);
    let live = page.find("#live", "data-live").unwrap();
    let mut stream = operator.request(Method::GET, &live).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream; charset=utf-8");
    let mut read = String::new();
    for state in ["invited", "cancelled"] {
        let reading = async {
            while !read.contains(&format!("\"state\":\"{state}\"")) {
                let chunk = stream.chunk().await.unwrap().expect("more is told");
                read += std::str::from_utf8(&chunk).unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("not told: {state}"));
        if state == "invited" {
            let enrollment = page.find("a#enrollment", "href").unwrap();
            let enrollment = enrollment.rsplit('/').next().unwrap();
            succeed(&mut premises.tegata(1, &["cancel", enrollment, "--yes"]));
        }
    }
}

/// A list that is larger than every other form, and its letters.
async fn lists(operator: &mut Operator) {
    let mut list = "利用者ID,氏名,フリガナ,備考\n".to_owned();
    for i in 0..60 {
        writeln!(list, "{i},山田 花子,やまだ はなこ,{}", "夜勤".repeat(60)).unwrap();
    }
    assert!(list.len() > 20_000, "no larger than other forms");
    let brought = operator.bring(list.as_bytes()).await;
    assert_eq!(brought.status, 303, "{}", brought.text);
    let at = brought.goes_to().to_owned();
    let draft = operator.get(&at).await;
    assert_eq!(draft.text_of("#new").as_deref(), Some("60"), "{}", draft.text);
    let begun = operator.submit(&draft, "form#begin", &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    operator.until(&at, "data-standing", "done").await;
    let order = operator.get(&format!("{at}/letters")).await;
    let fields = [("facility", ""), ("language", "ja"), ("covered", "yes")];
    let printing = operator.submit(&order, "form#print", &fields).await;
    assert_eq!(printing.status, 303, "{}", printing.text);
    let printing = printing.goes_to().to_owned();
    operator.until(&printing, "data-state", "ready").await;
    for name in ["letters.pdf", "secrets.pdf"] {
        let request = operator.request(Method::GET, &format!("{printing}/{name}"));
        let file = request.send().await.unwrap().bytes().await.unwrap();
        assert!(file.starts_with(b"%PDF-"), "{name}");
    }

    // With more than a list may have, it is Tegata's own page that says so.
    let large = operator.bring(&vec![b'x'; 17 << 20]).await;
    assert_eq!(large.status, 422, "{}", large.text);
    assert!(large.text_of("#problem-file").unwrap().contains("16 MB"));
}
