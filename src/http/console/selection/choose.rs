//! A selection is made: these rows of a list, or all that its filter finds.

use actix_web::HttpResponse;

use super::drafted;
use crate::enrollment::{EnrollmentId, ListQuery, OperatorError, Sort};
use crate::http::console::bulk::trouble;
use crate::http::console::desk::Desk;
use crate::http::console::enrollments::asked;
use crate::http::console::flash::Flash;
use crate::http::console::query::Query;
use crate::http::console::refusal::Trouble;
use crate::http::error::HttpError;

/// The most enrollments of a selection.
const MOST: usize = 5_000;
/// The most that are looked at to find them.
const MOST_LOOKED_AT: usize = 60_000;
/// Rows that are read at once.
const ROWS: usize = 500;

/// Why there is no selection, as the list says it.
enum Nothing {
    None,
    TooMany,
}

/// Everything that a list finds.
async fn all(desk: &Desk, query: &Query) -> Result<Result<Vec<EnrollmentId>, Nothing>, HttpError> {
    let caller = desk.caller()?;
    let mut query = ListQuery { after: None, ..asked(query, ROWS) };
    query.sort = query.sort.filter(|it| *it != Sort::Waiting || query.need.is_some());
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let listed = desk.authority().list(&caller, query.clone()).await.map_err(HttpError::internal)?;
        looked_at += listed.looked_at;
        found.extend(listed.enrollments.into_iter().map(|it| it.enrollment));
        if found.len() > MOST || looked_at > MOST_LOOKED_AT {
            return Ok(Err(Nothing::TooMany));
        }
        match listed.next {
            Some(after) => query.after = Some(after),
            None => return Ok(Ok(found)),
        }
    }
}

/// `POST /o/{organization}/selection`: what was chosen waits to be begun. Nothing is done yet.
///
/// # Errors
/// [`Trouble::NotYourRole`]; [`HttpError::BadForm`] where no act is named.
pub async fn choose(desk: Desk) -> Result<HttpResponse, HttpError> {
    let act = drafted(desk.typed().get("act")).ok_or(HttpError::BadForm)?;
    if !desk.may(act.demands()) {
        return Err(Trouble::NotYourRole.into());
    }
    let list = desk.at("enrollments");
    let filter = desk.typed().get("filter");
    let query = Query::read(&list, filter.split_once('?').map_or("", |(_, query)| query));
    let chosen = if desk.typed().ticked("all") {
        all(&desk, &query).await?
    } else {
        // What is no enrollment's name was not on the page.
        Ok(desk.typed().all("enrollment").filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
    };
    let back = query.address();
    let chosen = match chosen {
        Ok(chosen) if chosen.is_empty() => Err(Nothing::None),
        other => other,
    };
    match chosen {
        Err(Nothing::None) => Ok(desk.done(&back, &Flash::warning("selection-none"))),
        Err(Nothing::TooMany) => {
            Ok(desk.done(&back, &Flash::warning("selection-too-many").with("count", MOST)))
        }
        Ok(chosen) => match desk.authority().draft_act(&desk.caller()?, act, &chosen).await {
            Ok(job) => Ok(desk.go(&desk.at(&format!("selection/{}", job.id)))),
            Err(OperatorError::Unfit { .. }) => {
                Ok(desk.done(&back, &Flash::warning("selection-too-many").with("count", MOST)))
            }
            Err(error) => Err(trouble(error)),
        },
    }
}
