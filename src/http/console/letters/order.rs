//! The letters of one list: how many there are for which facility, and the order to print them.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::directory::FacilityCode;
use crate::enrollment::{JobLetter, OperatorError};
use crate::http::console::bulk::{named, trouble};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;
use crate::http::language::Language;
use crate::operations::{PrintOrder, Printing};

/// What stands for the letters of all facilities.
const ALL: &str = "";

/// The order to print.
#[derive(Debug, Template)]
#[template(path = "console/order.html")]
pub struct OrderPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The form.
    pub entered: Entered,
    /// How many letters there are.
    pub count: usize,
    /// The facilities, with how many letters each has.
    pub facilities: Vec<(String, String)>,
    /// The languages.
    pub languages: Vec<(String, String)>,
}

pub(super) fn printer(desk: &Desk) -> Result<&Printing, HttpError> {
    desk.visit.site().settings.printing.as_deref().ok_or(HttpError::NotFound)
}

fn choices(desk: &Desk, letters: &[JobLetter]) -> Vec<(String, String)> {
    let words = desk.words();
    let mut by_facility: BTreeMap<Option<&FacilityCode>, (String, usize)> = BTreeMap::new();
    for letter in letters {
        let name =
            || letter.facility_name.clone().unwrap_or_else(|| words.say("letters-no-facility").plain());
        by_facility.entry(letter.facility.as_ref()).or_insert_with(|| (name(), 0)).1 += 1;
    }
    let told = |name: String, count: usize| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        words.say("letters-of").with("name", name).with("count", count).plain()
    };
    let all = (ALL.to_owned(), told(words.say("letters-all").plain(), letters.len()));
    let each = by_facility
        .into_iter()
        .filter_map(|(code, (name, count))| Some((code?.to_string(), told(name, count))));
    std::iter::once(all).chain(each).collect()
}

async fn page(desk: &Desk, id: &str, entered: Entered) -> Result<OrderPage, HttpError> {
    let words = desk.words();
    let letters = desk.authority().job_letters(&desk.caller()?, &named(id)?).await.map_err(trouble)?;
    let languages = [Language::Japanese, Language::EasyJapanese, Language::English]
        .map(|language| (language.tag().to_owned(), words.say(language.name_key()).plain()));
    let frame =
        desk.frame("order", &words.say("letters-order")).under(&words.say("nav-letters"), desk.at("letters"));
    Ok(OrderPage {
        frame,
        entered,
        count: letters.len(),
        facilities: choices(desk, &letters),
        languages: languages.into(),
    })
}

/// `GET /o/{organization}/bulk/{job}/letters`
///
/// # Errors
/// When there is no such job, or the store fails.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    printer(&desk)?;
    let entered = Entered::default().with("covered", &"yes");
    desk.page(&page(&desk, &path.1, entered).await?)
}

/// `POST /o/{organization}/bulk/{job}/letters`: what was printed before leads nowhere from now on.
///
/// # Errors
/// When there is no such job, or the store fails.
pub async fn print(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (printing, words) = (printer(&desk)?, desk.words());
    let mut entered = Entered::of(desk.typed());
    let language = Language::ALL.into_iter().find(|language| language.tag() == entered.value("language"));
    let facility = match entered.value("facility") {
        ALL => None,
        named => match named.parse() {
            Ok(code) => Some(code),
            // What cannot be read is no facility, and never all of them.
            Err(_) => return Err(HttpError::BadForm),
        },
    };
    let order = PrintOrder {
        job: named(&path.1)?,
        facility,
        language: language.unwrap_or(Language::Japanese),
        covered: entered.has("covered", "yes"),
    };
    match printing.begin(&desk.caller()?, order, desk.key()).await {
        Ok(token) => Ok(desk.go(&desk.at(&format!("letters/{}", token.expose())))),
        Err(OperatorError::Unfit { why, .. }) => {
            let wrong = words.say("letters-unfit").with("detail", why);
            entered.wrong("facility", &wrong);
            desk.page_again(&page(&desk, &path.1, entered).await?)
        }
        Err(error) => Err(trouble(error)),
    }
}
