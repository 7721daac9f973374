//! Somebody with an Android phone, who says to which node each request goes.

use std::time::Duration;

use openssl::pkcs12::Pkcs12;
use reqwest::{Identity, StatusCode};
use url::Url;

use crate::page::{Form, Page, hook};
use crate::program::{Installation, Invited};

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                       Mobile Safari/537.36";

pub struct Person {
    http: reqwest::Client,
    /// What a proxy would tell of it.
    address: String,
}

/// The same address on another node.
pub fn at(node: &Installation, address: &Url) -> Url {
    let mut there = address.clone();
    there.set_port(node.landing().port()).unwrap();
    there
}

impl Person {
    pub fn new() -> Self {
        Self::waiting(Duration::from_mins(1))
    }

    /// Who waits as long as any node may stand still.
    pub fn patient() -> Self {
        Self::waiting(Duration::from_mins(5))
    }

    fn waiting(patience: Duration) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(ANDROID)
            .timeout(patience)
            .build()
            .unwrap();
        Self { http, address: "192.0.2.7".to_owned() }
    }

    /// The same, from an address of its own.
    pub fn number(&self, number: usize) -> Self {
        let address = format!("10.7.{}.{}", number / 250, number % 250);
        Self { http: self.http.clone(), address }
    }

    pub async fn get(&self, address: &Url) -> Page {
        let sent = self.http.get(address.clone()).header("x-forwarded-for", &self.address).send().await;
        self.page(address, sent.unwrap()).await
    }

    async fn page(&self, address: &Url, response: reqwest::Response) -> Page {
        let (status, headers) = (response.status(), response.headers().clone());
        Page { address: address.clone(), status, headers, text: response.text().await.unwrap() }
    }

    pub async fn bytes(&self, address: &Url) -> Vec<u8> {
        let sent = self.http.get(address.clone()).header("x-forwarded-for", &self.address).send().await;
        let response = sent.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap());
        response.bytes().await.unwrap().to_vec()
    }

    /// What an address answers, a file or not.
    pub async fn get_bytes(&self, address: &Url) -> (StatusCode, Vec<u8>) {
        let sent = self.http.get(address.clone()).header("x-forwarded-for", &self.address).send().await;
        let response = sent.unwrap();
        (response.status(), response.bytes().await.unwrap_or_default().to_vec())
    }

    /// Sends the form to this node; what came back.
    pub async fn send(&self, form: &Form, node: &Installation) -> Page {
        let action = at(node, &form.action);
        let sent = self.http.post(action.clone()).header("x-forwarded-for", &self.address).form(&form.fields);
        self.page(&action, sent.send().await.unwrap()).await
    }

    /// The form behind a link, as this node shows it, with the secret typed in.
    pub async fn form(&self, invited: &Invited, node: &Installation) -> Form {
        let page = self.get(&at(node, &Url::parse(&invited.link).unwrap())).await;
        let mut form = page.form();
        form.fill(hook::SECRET, &invited.secret);
        form
    }
}

/// Where a page sends its reader.
pub fn location(page: &Page) -> Url {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.said());
    page.address.join(page.headers["location"].to_str().unwrap()).unwrap()
}

/// What a bundle lets its owner show in a TLS handshake.
pub fn identity(bundle: &[u8], password: &str) -> Identity {
    let bundle = Pkcs12::from_der(bundle).unwrap().parse2(password).unwrap();
    let mut chain = bundle.cert.unwrap().to_pem().unwrap();
    for above in bundle.ca.into_iter().flatten() {
        chain.extend(above.to_pem().unwrap());
    }
    Identity::from_pkcs8_pem(&chain, &bundle.pkey.unwrap().private_key_to_pem_pkcs8().unwrap()).unwrap()
}

/// What the check page at `address` says to somebody with this certificate.
pub async fn check(address: &Url, root: &[u8], identity: Option<Identity>) -> Page {
    let builder =
        reqwest::Client::builder().add_root_certificate(reqwest::Certificate::from_pem(root).unwrap());
    let builder = match identity {
        Some(identity) => builder.identity(identity),
        None => builder,
    };
    let response = builder.build().unwrap().get(address.clone()).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Page { address: address.clone(), status, headers, text: response.text().await.unwrap() }
}
