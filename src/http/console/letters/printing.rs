//! Letters that are being printed, and the two files.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Path;
use askama::Template;

use super::order::printer;
use crate::http::console::bulk::trouble;
use crate::http::console::desk::Desk;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;
use crate::letter::SheetKind;
use crate::operations::{PrintState, PrintToken, Printed};

/// A page that shows progress asks again after so many seconds; browsers do that without a script.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

/// Letters that are being printed, or lie ready. `data-state` says which.
#[derive(Debug, Template)]
#[template(path = "console/printing.html")]
pub struct PrintingPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// How far it is.
    pub printed: Printed,
}

impl PrintingPage {
    fn sheets(&self, file: usize) -> usize {
        match &self.printed.state {
            PrintState::Ready { sheets, .. } => sheets[file.min(1)],
            PrintState::Drawing | PrintState::Failed { .. } => 0,
        }
    }

    fn mark(&self) -> &'static str {
        match self.printed.state {
            PrintState::Drawing => "drawing",
            PrintState::Ready { .. } => "ready",
            PrintState::Failed { .. } => "failed",
        }
    }
}

/// `GET /o/{organization}/letters/{print}`
///
/// # Errors
/// When there is no such printing, or its time is over.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let words = desk.words();
    let found = printer(&desk)?.look(&desk.caller()?, &PrintToken::shown(&path.1)).await.map_err(trouble)?;
    let printed = found.ok_or(HttpError::NotFound)?;
    let frame = desk
        .frame("printing", &words.say("letters-printing"))
        .under(&words.say("nav-letters"), desk.at("letters"));
    let is_drawing = printed.state == PrintState::Drawing;
    let mut response = desk.page(&PrintingPage { frame, printed })?;
    if is_drawing {
        response.headers_mut().insert(HeaderName::from_static("refresh"), AGAIN);
    }
    Ok(response)
}

async fn file(desk: &Desk, token: &str, kind: SheetKind, name: &str) -> Result<HttpResponse, HttpError> {
    let token = PrintToken::shown(token);
    let found = printer(desk)?.fetch(&desk.caller()?, &token, kind).await.map_err(trouble)?;
    let file = found.ok_or(HttpError::NotFound)?;
    desk.exported(if kind == SheetKind::First { "letters" } else { "secrets" }).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(file.to_vec()))
}

/// `GET /o/{organization}/letters/{print}/letters.pdf`: sheets one.
///
/// # Errors
/// When it does not lie there.
pub async fn first(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    file(&desk, &path.1, SheetKind::First, "letters.pdf").await
}

/// `GET /o/{organization}/letters/{print}/secrets.pdf`: sheets two.
///
/// # Errors
/// When it does not lie there.
pub async fn second(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    file(&desk, &path.1, SheetKind::Second, "secrets.pdf").await
}
