//! The file itself: identical bytes, whole or in part, counted before they leave, and seen to arrive as far as TCP tells.

pub mod acknowledged;
mod gated;
pub mod range;
mod reached;

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    IF_RANGE, RANGE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;

use super::entry::preview;
use super::error::HttpError;
use super::ticket::{refused, ticket_of};
use super::visit::Visit;
use crate::enrollment::BundleFile;
use gated::{Gated, Outcome};
use range::{Selected, select};
use reached::Leaving;
pub use reached::Reached;

/// The length of a body that is not sent.
struct LengthOf(u64);

impl MessageBody for LengthOf {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(None)
    }
}

/// Programs that fetch for a person: what Android's and Apple's systems say when they download in a browser's stead.
const DOWNLOADERS: [&str; 3] = ["dalvik", "okhttp", "cfnetwork"];

/// Whether a previewer asks: somebody pasted the file's own address into a chat. It would use up a fetch.
fn is_preview(visit: &Visit) -> bool {
    let device = visit.device(None);
    device.bot && !DOWNLOADERS.contains(&device.browser.as_str())
}

fn file_of(request: &HttpRequest) -> &str {
    request.match_info().get("file").unwrap_or_default()
}

/// What every response about a file carries. No cookie, no redirection, no content coding: the installers of iOS and
/// Android take nothing else (Fleet's working set for profiles; the intent filter of AOSP's `CertInstaller`).
fn described(status: StatusCode, file: &BundleFile) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((CONTENT_TYPE, file.media_type.as_str()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .insert_header((ETAG, format!("\"{}\"", file.etag)))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CACHE_CONTROL, "no-store, private"));
    response
}

/// `HEAD /d/{ticket}/{file}`: the headers of a `GET`, without counting a fetch.
///
/// # Errors
/// The refusal that applies.
pub async fn head(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let ticket = ticket_of(&visit, &request)?;
    let file = match visit.site().authority.look_at_file(&ticket, file_of(&request)).await {
        Ok(file) => file,
        Err(refusal) => return Err(refused(&visit, &ticket, refusal).await),
    };
    Ok(described(StatusCode::OK, &file).body(LengthOf(file.size)))
}

/// `GET /d/{ticket}/{file}`: the bytes. A whole transfer, or the end of a broken one, makes the enrollment `fetched`.
///
/// A transfer is whole when its last byte is the file's, TCP has acknowledged all before it, and it began where it could:
/// at the first byte, or where an earlier transfer of this process had got to; or, where this process knows of none but
/// the enrollment does, where the client, by a matching `If-Range`, says that it holds what comes before.
///
/// # Errors
/// The refusal that applies; [`HttpError::RangeNotSatisfiable`], before anything is counted.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    if is_preview(&visit) {
        return preview(&visit);
    }
    let authority = &visit.site().authority;
    let ticket = ticket_of(&visit, &request)?;
    let looked = match authority.look_at_file(&ticket, file_of(&request)).await {
        Ok(looked) => looked,
        Err(refusal) => return Err(refused(&visit, &ticket, refusal).await),
    };

    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let length = usize::try_from(looked.size).map_err(HttpError::internal)?;
    let selected = select(header(RANGE), header(IF_RANGE), &looked.etag, length);
    let (status, bytes_asked) = match selected {
        Selected::Whole => (StatusCode::OK, 0..length),
        Selected::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Selected::Unsatisfiable => return Err(HttpError::RangeNotSatisfiable(length)),
    };
    let reached = &visit.site().reached;
    let leaving = reached.begins(&looked.etag, &bytes_asked, length);
    let fetched = match authority.fetch(&ticket, &looked.name, leaving.part).await {
        Ok(fetched) => fetched,
        Err(refusal) => {
            reached.refused(&leaving);
            return Err(refused(&visit, &ticket, refusal).await);
        }
    };
    if fetched.bytes.len() != length {
        return Err(HttpError::internal("a file changed between its description and its bytes"));
    }

    let mut response = described(status, &fetched.file);
    if status == StatusCode::PARTIAL_CONTENT {
        let (first, last) = (bytes_asked.start, bytes_asked.end - 1);
        response.insert_header((CONTENT_RANGE, format!("bytes {first}-{last}/{length}")));
    }
    let vouched = leaving.unknown && fetched.begun_before && header(IF_RANGE).is_some();
    let socket = visit.connection().and_then(|connection| connection.socket.clone());
    let body = Gated::new(fetched.bytes.slice(bytes_asked), socket, {
        let visit = visit.clone();
        move |outcome| finished(&visit, ticket, &Transfer { leaving, length, vouched }, outcome)
    });
    Ok(response.body(body))
}

/// A transfer, as far as it says whether the file is whole.
struct Transfer {
    leaving: Leaving,
    length: usize,
    vouched: bool,
}

fn finished(visit: &Visit, ticket: crate::enrollment::Ticket, transfer: &Transfer, outcome: Outcome) {
    let Transfer { leaving, length, vouched } = transfer;
    let begun_well = leaving.joins || *vouched;
    visit.site().reached.ended(leaving, outcome.handed_over, outcome.arrived, begun_well);
    let whole = begun_well && outcome.acknowledged && leaving.first + outcome.handed_over == *length;
    tracing::info!(
        reference = visit.reference(),
        first = leaving.first,
        handed_over = outcome.handed_over,
        length,
        acknowledged = outcome.acknowledged,
        whole,
        "a file left"
    );
    visit.site().metrics.transferred(whole);
    if !whole {
        return;
    }
    // The connection's task may end at any moment; the note must not end with it.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let authority = visit.site().authority.clone();
        runtime.spawn(async move { authority.fetched_whole(&ticket).await });
    }
}
