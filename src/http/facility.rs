//! The way in by a facility's code, where an organization wants it: first the code, then, under the organization's own name and
//! look, number and secret.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::entry::{before, missed_facility};
use super::entry_form::EntryForm;
use super::error::HttpError;
use super::frame::page;
use super::obstacle;
use super::page::{Frame, Problem};
use super::visit::Visit;
use crate::directory::{FacilityCode, FirstPage, FoundFacility};

/// The form that asks for the facility's code. `data-page` is `facility`.
#[derive(Debug, Template)]
#[template(path = "facility.html")]
pub struct FacilityPage {
    /// What stands around it.
    pub frame: Frame,
    /// What its address carries on: names and values.
    pub carried: Vec<(&'static str, &'static str)>,
    /// The code that was typed before.
    pub typed: String,
    /// Why the form is shown again.
    pub problem: Option<Problem>,
    /// The way to number and secret without a facility.
    pub by_number: String,
}

/// No more of a typed code comes back in the form.
const LONGEST: usize = 16;

fn form(visit: &Visit, typed: &str, problem: Option<Problem>) -> FacilityPage {
    let frame = visit.frame("facility", &visit.words().say("facility-title"));
    FacilityPage {
        frame: if problem.is_some() { frame.with_reference() } else { frame },
        carried: visit.parameters().pairs(),
        typed: typed.chars().filter(|c| c.is_alphanumeric() || *c == '-').take(LONGEST).collect(),
        problem,
        by_number: visit.there("/n"),
    }
}

/// The code as people type it: full-width letters and spaces around it do no harm.
fn typed_code(text: &str) -> Option<FacilityCode> {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.trim().chars().map(narrow).collect::<String>().parse().ok()
}

/// `GET /f`: asks for the facility's code, or leads on where the address carries one.
///
/// # Errors
/// None but an unexpected one; an unknown code shows the form again.
pub async fn ask(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    if let Some(answer) = before(&visit, &visit.device(None)) {
        return answer;
    }
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let Some(typed) = query.take(16).find(|(name, _)| name == "facility").map(|(_, typed)| typed) else {
        return page(StatusCode::OK, &form(&visit, "", None));
    };
    let found = match typed_code(&typed) {
        Some(code) => find(&visit, &code).await?.map(|_| code),
        None => None,
    };
    match found {
        Some(code) => {
            let there = visit.there(&format!("/f/{code}"));
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, there)).finish())
        }
        None => {
            missed_facility(&visit)?;
            visit.refused_with("T-116");
            let problem = Problem::explain(visit.words(), "T-116");
            page(StatusCode::NOT_FOUND, &form(&visit, &typed, Some(problem)))
        }
    }
}

async fn find(visit: &Visit, code: &FacilityCode) -> Result<Option<FoundFacility>, HttpError> {
    visit.site().authority.directory().find_by_facility(code).await.map_err(HttpError::internal)
}

/// The facility of an address; the request becomes one of its organization.
async fn facility_of(visit: &Visit, request: &HttpRequest) -> Result<String, HttpError> {
    let text = request.match_info().get("facility").unwrap_or_default();
    let found = match text.parse::<FacilityCode>() {
        Ok(code) => find(visit, &code).await?.map(|found| (code, found)),
        Err(_) => None,
    };
    match found {
        None => {
            missed_facility(visit)?;
            Err(HttpError::UnknownFacility)
        }
        Some((_, FoundFacility::One(organization, facility))) => {
            visit.belongs_to(&organization);
            Ok(facility.name)
        }
        Some((code, FoundFacility::Several)) => Ok(code.to_string()),
    }
}

/// `GET /f/{facility}`: number and secret, under the name of whose facility it is.
///
/// # Errors
/// [`HttpError::UnknownFacility`].
pub async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let device = visit.device(None);
    if let Some(answer) = before(&visit, &device) {
        return answer;
    }
    let facility = facility_of(&visit, &request).await?;
    if let Some(answer) = obstacle::before(&visit, &device, None) {
        return answer;
    }
    let form = EntryForm { facility: Some(facility), ..EntryForm::default() };
    page(StatusCode::OK, &form.draw(&visit, &device)?)
}

/// The facility that a form for number and secret was sent under; nothing where it was sent without one.
pub(super) async fn behind(visit: &Visit, request: &HttpRequest) -> Result<Option<String>, HttpError> {
    match request.match_info().get("facility") {
        None => Ok(None),
        Some(_) => facility_of(visit, request).await.map(Some),
    }
}

/// What the first page asks for.
pub(super) async fn first_page(visit: &Visit) -> Result<FirstPage, HttpError> {
    visit.site().authority.directory().first_page().await.map_err(HttpError::internal)
}

/// The page that asks for the facility's code, as the first page.
pub(super) fn as_first_page(visit: &Visit) -> Result<HttpResponse, HttpError> {
    page(StatusCode::OK, &form(visit, "", None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["G13B", " g13b ", "\u{ff27}\u{ff11}\u{ff13}\u{ff22}", "\u{ff47}13b"] {
            assert_eq!(typed_code(typed).map(|code| code.to_string()).as_deref(), Some("G13B"), "{typed}");
        }
        for typed in ["", " ", "G 13", "<b>", "0123456789ABCDEFG", "\u{ff0f}"] {
            assert_eq!(typed_code(typed), None, "{typed}");
        }
    }
}
