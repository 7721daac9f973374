//! A facility to choose, however many there are: a list where they are few, a search by code or name where they are not. The
//! search is a button of the form; it does nothing else, and loses nothing that was typed.

use super::desk::Desk;
use super::entered::Entered;
use crate::directory::{Facilities, Facility, FacilityCode};
use crate::http::error::HttpError;

/// So many stand in a list; more are looked for.
const FEW: usize = 50;
/// Facilities that a search shows.
const FOUND: usize = 20;

/// A facility that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// What stands around the field `facility`.
#[derive(Debug, Clone, Default)]
pub struct FacilityField {
    /// All that there are, by code and text, where they are few.
    pub few: Option<Vec<(String, String)>>,
    /// What the facility in the field is called.
    pub called: Option<String>,
    /// What a search found.
    pub found: Vec<Found>,
    /// Whether there are more than that.
    pub more: bool,
    /// Whether somebody looked for one.
    pub searched: bool,
}

/// What a form says about its facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Somebody only looked for one: the form is shown again.
    Looking,
    /// It is this one, or none. What is wrong with it is noted at the field.
    Made(Option<FacilityCode>),
}

/// The code that a text is, in whatever width and case it was typed.
fn code(text: &str) -> Option<FacilityCode> {
    crate::directory::folded(text).parse().ok()
}

async fn find(desk: &Desk, text: &str) -> Result<Option<Facility>, HttpError> {
    let Some(code) = code(text).filter(|_| !text.is_empty()) else { return Ok(None) };
    if !desk.caller()?.reach.reach(Some(&code)) {
        return Ok(None);
    }
    Ok(desk.directory().find_facility(desk.organization_id()?, &code).await?)
}

impl FacilityField {
    /// What goes with what stands in the field.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(desk: &Desk, entered: &Entered) -> Result<Self, HttpError> {
        let (organization, reach, text) =
            (desk.organization_id()?, desk.caller()?.reach, entered.value("facility"));
        let named = find(desk, text).await?;
        let some = desk.access().find_facilities(organization, &reach, "", None, FEW + 1).await?.found;
        if some.len() <= FEW {
            let mut few = Vec::new();
            if reach == Facilities::All {
                few.push((String::new(), desk.words().say("facility-without").plain()));
            }
            let is_meant = |it: &Facility| {
                it.closed_at.is_none() || named.as_ref().is_some_and(|own| own.code == it.code)
            };
            few.extend(
                some.into_iter().map(|(facility, _)| facility).filter(is_meant).map(|facility| {
                    (facility.code.to_string(), format!("{} {}", facility.code, facility.name))
                }),
            );
            return Ok(Self { few: Some(few), ..Self::default() });
        }
        let searched = entered.filled("find").is_some() || (named.is_none() && !text.is_empty());
        let mut field = Self { called: named.map(|facility| facility.name), searched, ..Self::default() };
        if searched {
            let page = desk.access().find_facilities(organization, &reach, text, None, FOUND).await?;
            field.more = page.next.is_some();
            let open = page.found.into_iter().filter(|(facility, _)| facility.closed_at.is_none());
            field.found = open.map(|(it, _)| Found { code: it.code.to_string(), name: it.name }).collect();
        }
        Ok(field)
    }
}

/// Reads the field. A search, and what a search found, are put into it.
///
/// # Errors
/// When the store fails.
pub async fn chosen(desk: &Desk, entered: &mut Entered) -> Result<Choice, HttpError> {
    let words = desk.words();
    if let Some(picked) = entered.filled("pick").map(str::to_owned) {
        entered.set("facility", &picked);
        entered.set("pick", &"");
        return Ok(Choice::Looking);
    }
    if entered.filled("find").is_some() {
        return Ok(Choice::Looking);
    }
    let text = entered.value("facility").to_owned();
    if text.is_empty() {
        if desk.caller()?.reach != Facilities::All {
            entered.wrong_but("facility", &words.say("facility-needed"), &words.say("issue-facility-beyond"));
        }
        return Ok(Choice::Made(None));
    }
    match find(desk, &text).await? {
        Some(facility) if facility.closed_at.is_none() => {
            entered.set("facility", &facility.code);
            return Ok(Choice::Made(Some(facility.code)));
        }
        Some(_) => entered.wrong("facility", &words.say("facility-is-closed")),
        None => {
            let right = if desk.caller()?.reach == Facilities::All {
                "facility-look"
            } else {
                "issue-facility-beyond"
            };
            entered.wrong_but("facility", &words.say("facility-unknown"), &words.say(right));
        }
    }
    Ok(Choice::Made(None))
}
