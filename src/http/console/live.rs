//! `GET /o/{organization}/enrollments/{enrollment}/live`: how far somebody is, told as it happens (server-sent events, HTML Living
//! Standard §9.2).
//!
//! What this node does is known at once. Another node may have made the step, so that the enrollment is looked at every few
//! seconds as well. With every look it is asked again who asks: a session that has ended, or a role that has changed, ends the
//! stream. A stream keeps nobody signed in.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::desk::Desk;
use super::enrollment::{failed, named};
use super::progress::ProgressView;
use super::refusal::Trouble;
use super::streams::Seat;
use crate::directory::Act;
use crate::enrollment::{Caller, EnrollmentId, Notice};
use crate::http::error::HttpError;
use crate::operations::Stop;

/// How often the enrollment is looked at, whoever made a step.
const LOOK: Duration = Duration::from_secs(3);
/// After so many looks without news the line is kept open by a comment: proxies end what is silent for a minute.
const SILENT: u32 = 5;
/// How long one stream lasts; the browser then asks anew.
const LASTS: Duration = Duration::from_mins(15);
/// How soon a browser asks anew, in milliseconds.
const RETRY: &str = "retry: 3000\n\n";

/// A stream on its way.
struct Following {
    desk: Desk,
    enrollment: EnrollmentId,
    /// When the link ends that the page shows, where it shows one.
    shown: Option<Timestamp>,
    notices: Receiver<Notice>,
    looks: Interval,
    seat: Seat,
    stop: Option<Stop>,
    ends: Instant,
    told: String,
    silent: u32,
    over: bool,
}

/// What a stream goes on with.
enum Next {
    Look,
    Displaced,
    End,
}

impl Following {
    /// Waits until there is something to look at.
    async fn next(&mut self) -> Next {
        let Self { notices, looks, seat, stop, enrollment, silent, .. } = self;
        let stopped = async {
            match stop {
                Some(stop) => stop.wait().await,
                None => std::future::pending().await,
            }
        };
        let noticed = async {
            loop {
                match notices.recv().await {
                    Ok(notice) if notice.enrollment == *enrollment => return Next::Look,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return Next::Look,
                    Err(RecvError::Closed) => return Next::End,
                }
            }
        };
        tokio::select! {
            biased;
            () = stopped => Next::End,
            () = seat.displaced() => Next::Displaced,
            next = noticed => next,
            _ = looks.tick() => {
                *silent += 1;
                Next::Look
            }
        }
    }

    /// Who asks, as the store has it now; none where they may not any more.
    async fn caller(&self) -> Result<Option<Caller>, HttpError> {
        let access = self.desk.access();
        let account = access.is_signed_in(self.desk.token()).await.map_err(HttpError::internal)?;
        let Some(account) = account else { return Ok(None) };
        let organization = self.desk.organization_id()?;
        let operator = access.operator(organization, &account.id).await.map_err(HttpError::internal)?;
        Ok(operator
            .filter(|operator| operator.may(Act::ReadEnrollments))
            .map(|operator| Caller::of(organization.clone(), &operator, Some(self.desk.from()))))
    }

    /// What is new; none where the stream ends.
    async fn look(&mut self) -> Option<String> {
        let looked = async {
            let Some(caller) = self.caller().await? else { return Ok(None) };
            let found = self.desk.authority().progress_of(&caller, &self.enrollment).await;
            found.map(Some).map_err(failed)
        };
        let progress = match looked.await {
            Ok(Some(progress)) => progress,
            Ok(None) | Err(HttpError::NotFound) => return None,
            Err(error) => {
                // What does not answer now may answer at the next look.
                tracing::debug!(%error, "a live view could not look");
                return Some(String::new());
            }
        };
        let view = ProgressView::of(self.desk.words(), &progress, self.shown, self.desk.now());
        self.over = view.over;
        let line = view.to_line(self.desk.words());
        if line == self.told {
            return Some(String::new());
        }
        self.told.clone_from(&line);
        Some(format!("event: progress\ndata: {line}\n\n"))
    }

    /// The next words of the stream.
    async fn on(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            if self.over || Instant::now() >= self.ends {
                return None;
            }
            let said = match self.next().await {
                Next::End => return None,
                Next::Displaced => {
                    self.over = true;
                    "event: end\ndata: displaced\n\n".to_owned()
                }
                Next::Look => self.look().await?,
            };
            if said.is_empty() && self.silent < SILENT {
                continue;
            }
            self.silent = 0;
            let said = if said.is_empty() { ":\n\n".to_owned() } else { said };
            return Some((Ok(Bytes::from(said)), self));
        }
    }
}

/// `GET /o/{organization}/enrollments/{enrollment}/live`; `?link=` is when the link ends that the page shows, in milliseconds.
///
/// # Errors
/// [`HttpError::NotFound`] for an enrollment that is not within reach; [`Trouble::TooManyLive`].
pub async fn stream(desk: Desk, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let (enrollment, caller) = (named(&request)?, desk.caller()?);
    // From here on nothing is missed.
    let notices = desk.authority().live();
    desk.authority().progress_of(&caller, &enrollment).await.map_err(failed)?;
    let seat = desk.visit.site().live.take(desk.session_name()).ok_or(Trouble::TooManyLive)?;
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let shown = desk.query().get("link").parse().ok();
    let following = Following {
        enrollment,
        shown: shown.and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()),
        notices,
        looks,
        seat,
        stop: desk.visit.site().settings.stop.clone(),
        ends: Instant::now() + LASTS,
        told: String::new(),
        silent: 0,
        over: false,
        desk,
    };
    let opening = stream::iter([Ok::<_, Infallible>(Bytes::from_static(RETRY.as_bytes()))]);
    let rest = stream::unfold(following, Following::on);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        // Some proxies would keep back what they have not got whole.
        .insert_header((HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")))
        .streaming(Box::pin(futures_util::StreamExt::chain(opening, rest))))
}
