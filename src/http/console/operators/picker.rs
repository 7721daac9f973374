//! Facilities to choose from, however many there are: those that are chosen stay, and a search adds to them. It works without
//! script: a button of the form looks for facilities, and nothing else happens.

use std::collections::BTreeSet;

use crate::directory::{Facilities, FacilityCode};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::error::HttpError;

/// Facilities that a search shows.
const FOUND: usize = 30;

/// A facility to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// Its name; empty where it is not there.
    pub name: String,
}

/// Facilities to choose from.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    /// Those that are chosen.
    pub chosen: Vec<Choice>,
    /// Those that a search found besides.
    pub found: Vec<Choice>,
    /// Whether there are more than that.
    pub more: bool,
    /// Whether somebody looked for some.
    pub searched: bool,
}

impl Picker {
    /// What stands in the form, with what was looked for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(desk: &Desk, entered: &Entered) -> Result<Self, HttpError> {
        let organization = desk.organization_id()?;
        let (codes, _) = chosen(entered);
        let mut picker = Self { searched: entered.has("find", "yes"), ..Self::default() };
        for code in &codes {
            let found = desk.directory().find_facility(organization, code).await?;
            let name = found.map(|facility| facility.name).unwrap_or_default();
            picker.chosen.push(Choice { code: code.to_string(), name });
        }
        if picker.searched {
            let text = entered.value("search");
            let page =
                desk.access().find_facilities(organization, &Facilities::All, text, None, FOUND).await?;
            picker.more = page.next.is_some();
            let open = page
                .found
                .into_iter()
                .filter(|(facility, _)| facility.closed_at.is_none() && !codes.contains(&facility.code));
            picker.found = open
                .map(|(facility, _)| Choice { code: facility.code.to_string(), name: facility.name })
                .collect();
        }
        Ok(picker)
    }
}

/// The facilities that are ticked, and whether one of them can be no facility.
pub fn chosen(entered: &Entered) -> (BTreeSet<FacilityCode>, bool) {
    let (mut codes, mut unfit) = (BTreeSet::new(), false);
    for text in entered.all("facilities") {
        match text.parse() {
            Ok(code) => {
                codes.insert(code);
            }
            Err(_) => unfit = true,
        }
    }
    (codes, unfit)
}
