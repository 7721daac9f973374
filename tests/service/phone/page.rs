//! A page as a person sees it: read by its HTML alone, with no script and no knowledge of the server.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// What the pages promise to programs: field names, kinds of page, elements. Documented in `src/http/mod.rs`.
pub mod hook {
    /// The field for the secret.
    pub const SECRET: &str = "secret";
    /// The field for the retrieval number.
    pub const NUMBER: &str = "number";
    /// The field for the bundle password of the person's choice.
    pub const PASSWORD: &str = "password";
    /// The hidden field that names the form.
    pub const NONCE: &str = "form";
    /// The field in which a script says how many fingers the screen knows.
    pub const TOUCH: &str = "touch";
    /// The link to the file to install first, on a ticket's page.
    pub const FILE: &str = "a#file";
    /// The link to its compatible variant.
    pub const COMPATIBLE: &str = "a#compatible";
    /// The bundle password on a ticket's page.
    pub const BUNDLE_PASSWORD: &str = "#bundle-password";
    /// The attribute that says how many attempts are left.
    pub const ATTEMPTS_LEFT: &str = "data-attempts-left";
    /// The kind of a ticket's page.
    pub const TICKET: &str = "ticket";
    /// The kind of the page that says that it is installed.
    pub const INSTALLED: &str = "installed";
    /// The kind of the page for a browser that cannot install.
    pub const BROWSER: &str = "browser";
    /// The kind of the page for a device that nothing is made for.
    pub const UNFIT: &str = "unfit";
    /// The kind of the page that asks what device it is.
    pub const CHOOSE: &str = "choose";
}

/// A page that was loaded.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it came from.
    pub address: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

/// A form, filled as the browser would send it untouched.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// Names and values, in the order of the page.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Types `value` into the field `name`.
    ///
    /// # Panics
    /// When there is no such field.
    pub fn fill(&mut self, name: &str, value: &str) -> &mut Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, typed)) => value.clone_into(typed),
            None => panic!("the form has no field {name}, only {:?}", self.fields),
        }
        self
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}

impl Page {
    /// Reads an answer that came over a connection of one's own: head and body as they came.
    pub fn read(answer: &str) -> Self {
        let (head, text) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.parse().ok()?, value.trim().parse().ok()?))
        });
        Self {
            address: Url::parse("https://localhost/check").unwrap(),
            status: status.parse().unwrap(),
            headers: headers.collect(),
            text: text.to_owned(),
        }
    }

    /// What a person reads on it, for messages.
    pub fn said(&self) -> String {
        let main = self.text_of("main").unwrap_or_else(|| self.text.chars().take(500).collect());
        let words: Vec<_> = main.split_whitespace().collect();
        format!("{} {:?}: {}", self.status, self.code(), words.join(" "))
    }

    /// The attribute `name` of the first element that has it.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let element = html.select(&selector(&format!("[{name}]"))).next()?;
        element.value().attr(name).map(str::to_owned)
    }

    /// Which page it is: `data-page`.
    pub fn kind(&self) -> String {
        self.attribute("data-page").unwrap_or_else(|| panic!("this is no page of ours: {}", self.said()))
    }

    /// The code of the refusal or finding that the page explains: `data-code`.
    pub fn code(&self) -> Option<String> {
        self.attribute("data-code")
    }

    /// The page's one form that is sent by POST.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub fn form(&self) -> Form {
        let html = Html::parse_document(&self.text);
        let post = selector("form[method=post]");
        let forms: Vec<_> = html.select(&post).collect();
        assert_eq!(forms.len(), 1, "one form to send, one action per screen: {}", self.said());
        let action = forms[0]
            .value()
            .attr("action")
            .map_or_else(|| self.address.clone(), |action| self.address.join(action).unwrap());
        let named = selector("input[name], select[name], button[name]");
        let fields = forms[0].select(&named).filter_map(|field| {
            let name = field.value().attr("name")?.to_owned();
            Some((name, value_of(field)?))
        });
        Form { action, fields: fields.collect() }
    }

    /// Whether there is a form to send.
    pub fn has_form(&self) -> bool {
        Html::parse_document(&self.text).select(&selector("form[method=post]")).next().is_some()
    }

    /// Where every link leads whose target matches the CSS `pattern`, in the page's order.
    pub fn links(&self, pattern: &str) -> Vec<Url> {
        let html = Html::parse_document(&self.text);
        let pattern = selector(pattern);
        html.select(&pattern).filter_map(|link| self.address.join(link.value().attr("href")?).ok()).collect()
    }

    /// What the element says, without its tags and its outer blanks.
    pub fn text_of(&self, css: &str) -> Option<String> {
        let html = Html::parse_document(&self.text);
        let element = html.select(&selector(css)).next()?;
        Some(element.text().collect::<String>().trim().to_owned())
    }
}

/// What an untouched field sends; `None` where it sends nothing.
fn value_of(field: ElementRef<'_>) -> Option<String> {
    let attribute = |name| field.value().attr(name).unwrap_or_default().to_owned();
    match (field.value().name(), field.value().attr("type")) {
        ("select", _) => {
            let option = selector("option");
            let options: Vec<_> = field.select(&option).collect();
            let chosen = options.iter().find(|option| option.value().attr("selected").is_some());
            chosen
                .or(options.first())
                .map(|option| option.value().attr("value").unwrap_or_default().to_owned())
        }
        ("input", Some("radio" | "checkbox")) => field.value().attr("checked").map(|_| attribute("value")),
        ("button", _) | ("input", Some("submit")) => None,
        _ => Some(attribute("value")),
    }
}
