//! A judged list is issued, or thrown away; a job that runs is stopped.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::job::{named, trouble};
use crate::enrollment::JobWork;
use crate::http::console::desk::Desk;
use crate::http::console::flash::Flash;
use crate::http::error::HttpError;

/// `POST /o/{organization}/bulk/{job}/begin`
///
/// # Errors
/// When there is no such job, or it has ended.
pub async fn begin(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let id = named(&path.1)?;
    // What a selection does begins on its own page, where it is asked for by name.
    let waits = desk.authority().job(&desk.caller()?, &id).await.map_err(trouble)?;
    if matches!(waits.work, JobWork::Act { .. }) {
        return Err(HttpError::NotFound);
    }
    let job = desk.authority().begin_job(&desk.caller()?, &id).await.map_err(trouble)?;
    let said = Flash::good("bulk-begun").with("count", job.total);
    Ok(desk.done(&desk.at(&format!("bulk/{id}")), &said))
}

/// `POST /o/{organization}/bulk/{job}/cancel`
///
/// # Errors
/// When there is no such job, or it has ended.
pub async fn cancel(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let id = named(&path.1)?;
    let job = desk.authority().cancel_job(&desk.caller()?, &id).await.map_err(trouble)?;
    let said = Flash::good("bulk-cancelled").with("count", job.done);
    Ok(desk.done(&desk.at(&format!("bulk/{id}")), &said))
}
