//! Somebody shall do nothing here any more.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::list::Known;
use super::one::named;
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// Asks by name.
#[derive(Debug, Template)]
#[template(path = "console/operator_end.html")]
pub struct EndPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Who shall be ended.
    pub name: String,
    /// Whether it is a program with a token.
    pub is_program: bool,
    /// Whether it is who asks.
    pub is_self: bool,
    /// Whether it has ended already.
    pub is_over: bool,
    /// What was typed.
    pub entered: Entered,
    /// Their page.
    pub back: String,
}

fn page(desk: &Desk, it: &Known, entered: Entered) -> EndPage {
    let (words, operator) = (desk.words(), &it.listed.operator);
    let back = desk.at(&format!("operators/{}", operator.name));
    EndPage {
        frame: desk
            .frame("operator-end", &words.say("operator-end"))
            .under(&words.say("nav-operators"), desk.at("operators"))
            .under(&it.name, back.clone()),
        name: it.name.clone(),
        is_program: operator.account.is_none(),
        is_self: operator.account == Some(desk.account().id),
        is_over: operator.ended_at.is_some(),
        entered,
        back,
    }
}

/// `GET /o/{organization}/operators/{operator}/end`: what will happen.
///
/// # Errors
/// [`HttpError::NotFound`] where there is none.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let it = named(&desk, &path.1).await?;
    desk.page(&page(&desk, &it, Entered::default()))
}

/// `POST /o/{organization}/operators/{operator}/end`.
///
/// # Errors
/// As [`show`]; [`super::super::Trouble::LastOne`].
pub async fn end(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let it = named(&desk, &path.1).await?;
    let mut entered = Entered::of(desk.typed());
    entered.must_confirm(&it.name, desk.words());
    if !entered.is_sound() || it.listed.operator.ended_at.is_some() {
        return desk.page_again(&page(&desk, &it, entered));
    }
    desk.access().end_operator(desk.organization_id()?, &path.1, &desk.doer()).await?;
    // Who ended themselves is in this organization no more.
    let is_self = it.listed.operator.account == Some(desk.account().id);
    let next = if is_self { "/".to_owned() } else { desk.at("operators") };
    Ok(desk.done(&next, &Flash::good("operator-ended").with("name", it.name)))
}
