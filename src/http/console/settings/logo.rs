//! The logo: a file that is looked at, written anew, and shown on every page that people see.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use super::section::{keep, page, present};
use crate::directory::{Logo, LogoError, Settings, Version};
use crate::http::console::bulk::{Upload, receive, room};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::error::HttpError;
use crate::http::words::Words;

/// What is wrong with the file.
fn wrong(entered: &mut Entered, error: &LogoError, words: Words) {
    let (wrong, right) = match error {
        LogoError::TooLarge(_) => (words.say("logo-too-large"), "logo-right"),
        LogoError::Shape(width, height) => {
            (words.say("logo-shape").with("width", *width).with("height", *height), "logo-shape-right")
        }
        LogoError::Animated => (words.say("logo-animated"), "logo-right"),
        LogoError::TooMuch(_) => (words.say("logo-too-much"), "logo-too-much-right"),
        LogoError::NotPng(_) | LogoError::Encoding(_) | LogoError::Hash(_) => {
            (words.say("logo-not-png"), "logo-right")
        }
    };
    entered.wrong_but("file", &wrong, &words.say(right));
}

/// `POST /o/{organization}/settings/logo`: a new logo.
///
/// # Errors
/// When the form cannot be read, or the store fails.
pub async fn bring(desk: Desk, request: HttpRequest, payload: Payload) -> Result<HttpResponse, HttpError> {
    let _room = room(&desk).await?;
    let Upload { entered: sent, bytes, is_too_large, .. } = receive(&request, payload).await?;
    let words = desk.words();
    let (organization, _) = present(&desk).await?;
    // The other form on the page shows what is so.
    let mut entered = super::form::filled(crate::directory::Section::Look, &organization);
    let read = match &bytes {
        _ if is_too_large => Err(LogoError::TooLarge(usize::MAX)),
        Some(bytes) => Logo::read(&organization.id, bytes),
        None => {
            entered.wrong_but("file", &words.say("logo-none"), &words.say("logo-right"));
            return desk.page_again(&page(&desk, Some(entered), Vec::new(), false).await?);
        }
    };
    match (read, sent.value("version").parse().ok().map(Version)) {
        (Ok(logo), Some(seen)) => keep(&desk, seen, &Settings::Logo(Some(logo)), entered).await,
        (Ok(_), None) => Err(HttpError::BadForm),
        (Err(error), _) => {
            wrong(&mut entered, &error, words);
            desk.page_again(&page(&desk, Some(entered), Vec::new(), false).await?)
        }
    }
}

/// `POST /o/{organization}/settings/logo/remove`: no logo.
///
/// # Errors
/// When the store fails.
pub async fn remove(desk: Desk) -> Result<HttpResponse, HttpError> {
    let seen = desk.typed().get("version").parse().map(Version).map_err(|_| HttpError::BadForm)?;
    desk.access().change_settings(desk.organization_id()?, seen, &Settings::Logo(None), &desk.doer()).await?;
    let said = crate::http::console::flash::Flash::good("settings-saved");
    Ok(desk.done(&desk.at("settings/look"), &said))
}
