//! The steps that most stories have in common: open, type the secret, fetch, unpack, prove.

use tegata::enrollment::IssuedInvitation;
use url::Url;

use crate::phone::Phone;
use crate::phone::bundle::{Identity, Profile};
use crate::phone::connection::Tls;
use crate::phone::page::{Form, Page, hook};
use crate::phone::{File, browser};
use crate::site::Site;

/// The link of an invitation.
pub fn link(invitation: &IssuedInvitation) -> Url {
    Url::parse(&invitation.link).unwrap()
}

/// An invitation's form as its page shows it, with the right secret typed into it.
pub async fn filled(phone: &Phone, invitation: &IssuedInvitation) -> Form {
    filled_with(phone, invitation, &invitation.secret.grouped()).await
}

/// An invitation's form as its page shows it, with some secret typed into it.
pub async fn filled_with(phone: &Phone, invitation: &IssuedInvitation, secret: &str) -> Form {
    let page = phone.open(&link(invitation)).await;
    let mut form = page.form();
    phone.run_script(&mut form);
    form.fill(hook::SECRET, secret);
    form
}

/// Claims by the link; gives the ticket's page.
pub async fn claim(phone: &Phone, invitation: &IssuedInvitation) -> Page {
    let form = filled(phone, invitation).await;
    let page = phone.follow(&phone.send(&form).await).await;
    assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
    page
}

/// Presents a wrong secret; gives the page that comes back.
pub async fn guess(phone: &Phone, invitation: &IssuedInvitation) -> Page {
    let right = invitation.secret.expose();
    let wrong: String = right.chars().rev().collect();
    let wrong = if wrong == right { "abcdefghjk".to_owned() } else { wrong };
    phone.send(&filled_with(phone, invitation, &wrong).await).await
}

/// The address of the file to install first, as the ticket's page links it.
pub fn file_address(ticket: &Page) -> Url {
    ticket.links(hook::FILE).into_iter().next().unwrap_or_else(|| panic!("no file: {}", ticket.said()))
}

/// Fetches the file of a ticket's page whole.
pub async fn fetch(phone: &Phone, ticket: &Page) -> File {
    let file = phone.fetch(&file_address(ticket), &[]).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-length"), file.bytes.len().to_string());
    file
}

/// Opens whatever was fetched, as the device does, with the password that the person types.
pub fn unpack(site: &Site, file: &File, password: &str) -> Identity {
    let pkcs12 = match file.header("content-type") {
        "application/x-apple-aspen-config" => {
            let profile = Profile::open(&file.bytes, &site.root());
            let (pkcs12, embedded) = profile.identity();
            assert_eq!(embedded, None, "the password does not travel with the profile");
            pkcs12.to_vec()
        }
        "application/x-pkcs12" => file.bytes.clone(),
        other => panic!("no device installs {other}"),
    };
    Identity::open(&pkcs12, password).unwrap_or_else(|error| panic!("the file does not open: {error}"))
}

/// The whole way from the link to the installed identity.
pub async fn install(site: &Site, phone: &Phone, invitation: &IssuedInvitation) -> Identity {
    let ticket = claim(phone, invitation).await;
    let file = fetch(phone, &ticket).await;
    let identity = unpack(site, &file, &invitation.secret.grouped());
    let proof = prove(site, Some(&identity)).await;
    assert_eq!(proof.code(), None, "{}", proof.said());
    assert_eq!(site.standing(&invitation.enrollment).await, "installed");
    identity
}

/// Opens the check page with what the device holds.
pub async fn prove(site: &Site, identity: Option<&Identity>) -> Page {
    let connection = site.connection(identity, Tls::V1_3);
    let answer = tokio::task::spawn_blocking(move || connection.get("/check")).await.unwrap();
    Page::read(&answer.text)
}

/// An iPhone, where a story does not care which device it is.
pub fn some_phone() -> Phone {
    Phone::new(browser::IPHONE)
}
