//! What became of every row, as a file.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::job::{named, trouble};
use super::template::csv;
use crate::enrollment::{JobWork, TaskRow};
use crate::http::console::desk::Desk;
use crate::http::console::selection;
use crate::http::error::HttpError;
use crate::roster::SafeSheet;

/// `GET /o/{organization}/bulk/{job}/result.csv`
///
/// # Errors
/// When there is no such job, or the store fails.
pub async fn result(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (id, caller) = (named(&path.1)?, desk.caller()?);
    let job = desk.authority().job(&caller, &id).await.map_err(trouble)?;
    if matches!(job.work, JobWork::Act { .. }) {
        return Ok(csv(&format!("result-{id}.csv"), selection::sheet(&desk, &job).await?));
    }
    let mut sheet = SafeSheet::new(TaskRow::HEADINGS);
    for part in 0..job.parts() {
        for row in desk.authority().job_rows(&caller, &id, part).await.map_err(trouble)? {
            sheet.row(row.cells().iter().map(String::as_str));
        }
    }
    desk.exported("job").await?;
    Ok(csv(&format!("result-{id}.csv"), sheet.finish()))
}
