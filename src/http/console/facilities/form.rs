//! A facility is made, or changed.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::named;
use crate::directory::{Changed, Contact, DirectoryError, Facility, FacilityCode, FacilityForm, Version};
use crate::http::console::audit::{HistoryLine, told};
use crate::http::console::desk::Desk;
use crate::http::console::enrollments::offers;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::refusal::Trouble;
use crate::http::error::HttpError;

/// The form.
#[derive(Debug, Template)]
#[template(path = "console/facility_form.html")]
pub struct FacilityFormPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed, or is there.
    pub entered: Entered,
    /// The code of a facility that is there.
    pub code: Option<String>,
    /// What can be handed out.
    pub offers: Vec<(String, String)>,
    /// The version that is shown.
    pub version: u64,
    /// What somebody else did since the page was shown.
    pub changed: Vec<HistoryLine>,
    /// Back to where one came from.
    pub back: String,
}

fn typed(entered: &Entered) -> FacilityForm {
    let text = |name: &str| entered.filled(name).map(str::to_owned);
    FacilityForm {
        name: entered.value("name").to_owned(),
        contact: Contact {
            name: text("contact-name"),
            phone: text("contact-phone"),
            email: text("contact-email"),
            hours: text("contact-hours"),
        },
        offers: entered.has("only", "yes").then(|| entered.all("offers").map(str::to_owned).collect()),
    }
}

/// Whether a facility is as the form says.
fn says(facility: &Facility, form: &FacilityForm) -> bool {
    facility.closed_at.is_none()
        && (&facility.name, &facility.contact, &facility.offers) == (&form.name, &form.contact, &form.offers)
}

fn filled(facility: &Facility) -> Entered {
    let Contact { name, phone, email, hours } = facility.contact.clone();
    let mut entered = Entered::default().with("name", &facility.name);
    for (field, text) in
        [("contact-name", name), ("contact-phone", phone), ("contact-email", email), ("contact-hours", hours)]
    {
        entered = entered.with(field, &text.unwrap_or_default());
    }
    if let Some(offers) = &facility.offers {
        entered = entered.with("only", &"yes");
        entered = offers.iter().fold(entered, |entered, offer| entered.with("offers", offer));
    }
    entered
}

fn new_form(desk: &Desk, entered: Entered) -> FacilityFormPage {
    let words = desk.words();
    FacilityFormPage {
        frame: desk
            .frame("facility-new", &words.say("facility-new"))
            .under(&words.say("nav-facilities"), desk.at("facilities")),
        entered,
        code: None,
        offers: offers(desk),
        version: 0,
        changed: Vec::new(),
        back: desk.at("facilities"),
    }
}

fn edit_form(
    desk: &Desk,
    (facility, version): &(Facility, Version),
    entered: Entered,
    changed: Vec<HistoryLine>,
) -> FacilityFormPage {
    let (words, back) = (desk.words(), desk.at(&format!("facilities/{}", facility.code)));
    FacilityFormPage {
        frame: desk
            .frame("facility-edit", &words.say("facility-edit"))
            .under(&words.say("nav-facilities"), desk.at("facilities"))
            .under(&facility.name, back.clone()),
        entered,
        code: Some(facility.code.to_string()),
        offers: offers(desk),
        version: version.0,
        changed,
        back,
    }
}

/// `GET /o/{organization}/facilities/new`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show_new(desk: Desk) -> Result<HttpResponse, HttpError> {
    let entered = Entered::default().with("code", &desk.query().get("code"));
    desk.page(&new_form(&desk, entered))
}

/// `POST /o/{organization}/facilities/new`. The same form sent twice makes one facility.
///
/// # Errors
/// When the store fails.
pub async fn create(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    let form = typed(&entered);
    let Ok(code) = entered.value("code").parse::<FacilityCode>() else {
        let right = words.say("facility-code-right");
        entered.wrong_but("code", &words.say("issue-facility-unfit"), &right);
        return desk.page_again(&new_form(&desk, entered));
    };
    let organization = desk.organization_id()?;
    let made = match desk.access().create_facility(organization, &code, &form, &desk.doer()).await {
        Err(DirectoryError::Exists(_)) => {
            let known = desk.directory().find_facility(organization, &code).await?;
            known.filter(|known| says(known, &form)).ok_or(Flawed::Taken)
        }
        Err(DirectoryError::Unfit(unfit)) => Err(Flawed::Unfit(unfit)),
        other => Ok(other?),
    };
    match made {
        Ok(facility) => {
            let here = desk.at(&format!("facilities/{code}"));
            return Ok(desk.done(&here, &Flash::good("facility-made").with("name", &facility.name)));
        }
        Err(Flawed::Taken) => {
            let wrong = words.say("flaw-taken").with("name", code.to_string());
            entered.wrong("code", &wrong);
        }
        Err(Flawed::Unfit(unfit)) => entered.unfit(&unfit, words),
    }
    desk.page_again(&new_form(&desk, entered))
}

/// What is wrong with a form.
enum Flawed {
    Taken,
    Unfit(Vec<crate::directory::Unfit>),
}

/// `GET /o/{organization}/facilities/{facility}/edit`.
///
/// # Errors
/// [`HttpError::NotFound`] for one that is not there.
pub async fn show_edit(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let found = named(&desk, &path.1).await?;
    desk.page(&edit_form(&desk, &found, filled(&found.0), Vec::new()))
}

/// `POST /o/{organization}/facilities/{facility}/edit`.
///
/// # Errors
/// As [`show_edit`].
pub async fn edit(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (found, words) = (named(&desk, &path.1).await?, desk.words());
    let mut entered = Entered::of(desk.typed());
    let (form, code) = (typed(&entered), found.0.code.clone());
    let seen = Version(entered.value("version").parse().unwrap_or_default());
    let done = |facility: &Facility| {
        let said = Flash::good("directory-saved").with("name", &facility.name);
        Ok(desk.done(&desk.at(&format!("facilities/{code}")), &said))
    };
    match desk.access().edit_facility(desk.organization_id()?, &code, seen, &form, &desk.doer()).await {
        Ok(facility) => done(&facility),
        Err(DirectoryError::Unfit(unfit)) => {
            entered.unfit(&unfit, words);
            desk.page_again(&edit_form(&desk, &found, entered, Vec::new()))
        }
        Err(DirectoryError::Changed(changed)) => {
            let Changed { news, .. } = *changed;
            let now = named(&desk, &path.1).await?;
            // The same form, sent twice.
            if says(&now.0, &form) {
                return done(&now.0);
            }
            desk.visit.refused_with(Trouble::Changed.code());
            let news = news.iter().map(|event| told(words, event)).collect();
            desk.page_again(&edit_form(&desk, &now, entered, news))
        }
        Err(error) => Err(error.into()),
    }
}
