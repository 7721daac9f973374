//! The outbox of an organization, and a mail that is tried again.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::line::{MailLine, standing};
use crate::enrollment::{MailQuery, MailStanding, OperatorError};
use crate::http::console::desk::Desk;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::error::HttpError;

/// Mails on a page.
const ROWS: usize = 50;
/// The word in addresses for mails that somebody must see to.
pub(super) const NEED: &str = "need";

/// The outbox.
#[derive(Debug, Template)]
#[template(path = "console/mail.html")]
pub struct MailPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// Choices of what is shown.
    pub states: Vec<(&'static str, String)>,
    /// The mails.
    pub mails: Vec<MailLine>,
    /// The next page.
    pub next: Option<String>,
    /// Whether there are more that need a hand than are looked at.
    pub more: bool,
    /// Whether mail is sent here at all.
    pub sends: bool,
    /// Whether anything narrows the list.
    pub narrowed: bool,
}

impl MailPage {
    /// Whether this choice of the filter is made.
    #[must_use]
    pub fn chosen(&self, value: &str) -> bool {
        self.query.get("state") == value
    }
}

/// A cursor of the outbox: what a page before gave, and nothing else.
fn is_cursor(text: &str) -> bool {
    text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/'))
}

/// `GET /o/{organization}/mail`
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (caller, words, query) = (desk.caller()?, desk.words(), desk.query().clone());
    let authority = desk.authority();
    let (found, next, more) = if query.get("state") == NEED {
        let (mails, more) = authority.mails_in_need(&caller).await.map_err(HttpError::internal)?;
        (mails, None, more)
    } else {
        let asked = MailQuery {
            state: query.get("state").parse().ok(),
            after: query.filled("after").filter(|after| is_cursor(after)).map(str::to_owned),
            limit: ROWS,
        };
        let listed = authority.mails(&caller, asked).await.map_err(HttpError::internal)?;
        (listed.mails, listed.next, false)
    };
    let state = |it: MailStanding| (it.name(), words.say(standing(it).0).plain());
    let page = MailPage {
        frame: desk.frame("mail", &words.say("nav-mail")),
        states: std::iter::once((NEED, words.say("mail-need").plain()))
            .chain(MailStanding::ALL.map(state))
            .collect(),
        mails: found.iter().map(|mail| MailLine::of(&desk, mail)).collect(),
        next,
        more,
        sends: authority.sends_mail(),
        narrowed: query.filters(&["state"]),
        query,
    };
    desk.page(&page)
}

/// `POST /o/{organization}/mail/{mail}/retry`: tries a mail again; twice is once.
///
/// # Errors
/// [`HttpError::NotFound`] where there is no such mail within reach.
pub async fn retry(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let mail = path.1.parse().map_err(|_| HttpError::NotFound)?;
    let said = match desk.authority().retry_mail(&desk.caller()?, &mail).await {
        Ok(mail) => Flash::good("mail-retried").with("email", mail.to),
        Err(OperatorError::MailNotNow { .. }) => Flash::warning("mail-not-retried"),
        Err(OperatorError::NoSuchMail(_)) => return Err(HttpError::NotFound),
        Err(error) => return Err(HttpError::internal(error)),
    };
    Ok(desk.done(&desk.at("mail"), &said))
}
