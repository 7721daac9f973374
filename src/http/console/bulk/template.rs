//! Empty lists to be filled in.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::reason::heading_language;
use crate::http::console::desk::Desk;
use crate::http::error::HttpError;
use crate::roster::{PERSON_COLUMNS, template};

/// A CSV file to be saved.
pub fn csv(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

/// `GET /o/{organization}/bulk/people.csv`
///
/// # Errors
/// None but an unexpected one.
pub async fn people(desk: Desk) -> Result<HttpResponse, HttpError> {
    Ok(csv("people.csv", template(PERSON_COLUMNS, heading_language(desk.words()))))
}
