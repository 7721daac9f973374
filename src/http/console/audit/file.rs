//! The log as a file, sent while it is read.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use futures_util::{TryStreamExt as _, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::field::ChangeLine;
use super::page::{AuditLine, asked, line};
use crate::directory::Act;
use crate::enrollment::{Caller, Line, LogQuery, RegistrationAuthority};
use crate::http::console::Trouble;
use crate::http::console::desk::Desk;
use crate::http::error::HttpError;
use crate::http::words::Words;
use crate::roster::SafeSheet;

/// Lines that are read at once.
const LINES: usize = 500;

/// What stands above the columns.
const HEAD: [&str; 9] = [
    "history-when",
    "audit-kind",
    "history-what",
    "history-who",
    "audit-about",
    "audit-id",
    "col-facility",
    "history-from",
    "audit-changes",
];

/// Where a file is while it is sent.
struct Sending {
    authority: RegistrationAuthority,
    /// Whose log; none for the installation's.
    caller: Option<Caller>,
    words: Words,
    now: Timestamp,
    query: Option<LogQuery>,
    begun: bool,
}

impl Sending {
    async fn on(mut self) -> Result<Option<(Bytes, Self)>, HttpError> {
        let Some(query) = self.query.take() else { return Ok(None) };
        let page = match &self.caller {
            Some(caller) => self.authority.log(caller, &query).await,
            None => self.authority.installation_log(&query).await,
        };
        let page = page.map_err(HttpError::internal)?;
        let mut sheet = if self.begun {
            SafeSheet::further()
        } else {
            let head = HEAD.map(|key| self.words.say(key).plain());
            SafeSheet::new(head.iter().map(String::as_str))
        };
        self.begun = true;
        for it in &page.lines {
            sheet.row(cells(self.words, it, self.now).iter().map(String::as_str));
        }
        self.query = page.next.map(|before| LogQuery { before: Some(before), ..query });
        Ok(Some((Bytes::from(sheet.finish()), self)))
    }
}

fn cells(words: Words, it: &Line, now: Timestamp) -> [String; 9] {
    let japan = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
    let AuditLine { at, kind, what, who, whom, id, from, changes, .. } = line(words, it, now, None);
    let changed = |change: &ChangeLine| format!("{}: {} → {}", change.field, change.before, change.after);
    [
        at.to_zoned(japan).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        kind.to_owned(),
        what,
        who,
        whom,
        id,
        it.whom.facility.as_ref().map(ToString::to_string).unwrap_or_default(),
        from.unwrap_or_default(),
        changes.iter().map(changed).collect::<Vec<_>>().join("; "),
    ]
}

async fn sent(desk: &Desk, caller: Option<Caller>) -> Result<HttpResponse, HttpError> {
    let asked = asked(desk.query(), LINES);
    if !asked.unreadable.is_empty() {
        return Err(HttpError::NotFound);
    }
    desk.exported("audit").await?;
    let sending = Sending {
        authority: desk.authority().clone(),
        caller,
        words: desk.words(),
        now: desk.now(),
        query: Some(LogQuery { before: None, ..asked.query }),
        begun: false,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""))
        .streaming(Box::pin(stream::try_unfold(sending, Sending::on).map_err(actix_web::Error::from))))
}

/// `GET /o/{organization}/audit.csv`: the log from its newest line, however long; UTF-8 with its mark, Japan's time. That it was
/// taken away is its first line.
///
/// # Errors
/// When the role may take nothing away, or the store fails before anything was sent.
pub async fn organization_file(desk: Desk) -> Result<HttpResponse, HttpError> {
    if !desk.may(Act::Export) {
        return Err(Trouble::NotYourRole.into());
    }
    sent(&desk, Some(desk.caller()?)).await
}

/// `GET /installation/audit.csv`
///
/// # Errors
/// When the store fails before anything was sent.
pub async fn installation_file(desk: Desk) -> Result<HttpResponse, HttpError> {
    sent(&desk, None).await
}
