//! The failure catalogue of `docs/retrieval.md`: every row is provoked, and the page that prevents, detects or explains it
//! is seen. A test bears the number of its row; `counted` sees to it that none is forgotten.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod afterwards;
mod agents;
mod counted;
mod counts;
mod delivery;
mod document;
mod doors;
mod proof;
mod recognition;
mod tickets;

#[path = "../service/behind.rs"]
mod behind;
#[path = "../service/journey.rs"]
mod journey;
#[path = "../service/offers.rs"]
mod offers;
#[path = "../service/phone/mod.rs"]
#[expect(dead_code, reason = "the stories use more of it")]
mod phone;
#[path = "../service/site.rs"]
#[expect(dead_code, reason = "the stories use more of it")]
mod site;
#[path = "../service/stored.rs"]
#[expect(dead_code, reason = "the stories use more of it")]
mod stored;

use tegata::enrollment::IssuedInvitation;

use phone::Phone;
use phone::browser::{self, Browser};
use phone::page::{Form, Page, hook};
use site::Site;

/// A phone or PC that calls itself so and sends no client hints.
fn calling_itself(user_agent: &'static str) -> Phone {
    Phone::new(Browser { user_agent, ..browser::UNKNOWN })
}

/// The form that asks for number and secret, filled with these.
async fn by_number(site: &Site, phone: &Phone, number: &str, secret: &str) -> Form {
    let mut form = phone.open(&site.landing).await.form();
    form.fill(hook::NUMBER, number).fill(hook::SECRET, secret);
    form
}

/// Number and secret as the invitation has them.
async fn by_own_number(site: &Site, phone: &Phone, invitation: &IssuedInvitation) -> Form {
    by_number(site, phone, &invitation.number.grouped(), &invitation.secret.grouped()).await
}

/// Nothing was used up: the invitation stands as on the first day.
async fn is_untouched(site: &Site, invitation: &IssuedInvitation) {
    let detail = site.show(&invitation.enrollment).await;
    assert_eq!((detail.summary.state.to_string().as_str(), detail.attempts.wrong), ("invited", 0));
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 0);
}

/// The page is this refusal or finding, tells a fact of its case, what to do, and whom to ask.
fn explains(page: &Page, code: &str) {
    assert_eq!(page.code().as_deref(), Some(code), "{}", page.said());
    for part in ["#todo", "#contact"] {
        assert!(page.text_of(part).is_some_and(|text| !text.is_empty()), "{code} without {part}");
    }
    let reference = page.attribute("data-reference").unwrap_or_else(|| panic!("{code} without a reference"));
    assert_eq!(page.headers["x-request-id"], reference.as_str());
}

/// What the steps of a ticket's page say.
fn steps(ticket: &Page) -> String {
    ticket.text_of("ol#steps").unwrap_or_else(|| panic!("no steps: {}", ticket.said()))
}
