//! What happens to the enrollment, line by line.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::place::Sites;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::show::told;
use crate::cli::style::{faint, good, warning};
use crate::enrollment::{
    EnrollmentId, Happening, IssuedInvitation, Notice, NoticeKind, RegistrationAuthority,
};

/// A live view of one enrollment.
#[derive(Debug)]
pub(super) struct Live {
    notices: Receiver<Notice>,
    output: Output,
    enrollment: Option<EnrollmentId>,
    zone: TimeZone,
}

/// The first line of `demo --json`.
#[derive(Debug, Serialize)]
struct Ready<'a> {
    event: &'static str,
    enrollment: &'a str,
    link: &'a str,
    number: &'a str,
    secret: &'a str,
    expires_at: Timestamp,
    link_expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_password: Option<&'a str>,
    landing: &'a str,
    check: &'a str,
    console: &'a str,
    root: String,
    directory: String,
}

/// Every further line.
#[derive(Debug, Serialize)]
struct Happened<'a> {
    event: String,
    at: Timestamp,
    enrollment: &'a str,
    #[serde(flatten)]
    details: Map<String, Value>,
}

/// The name of what happened, and what is known of it.
fn event(kind: &NoticeKind) -> (String, Map<String, Value>) {
    let NoticeKind::Happened(happening) = kind else { return ("opened".to_owned(), Map::new()) };
    let mut details = match serde_json::to_value(happening) {
        Ok(Value::Object(details)) => details,
        _ => Map::new(),
    };
    match details.remove("kind") {
        Some(Value::String(name)) => (name, details),
        _ => ("unknown".to_owned(), details),
    }
}

impl Live {
    /// A view of what happens from now on.
    pub(super) fn of(authority: &RegistrationAuthority, output: Output) -> Self {
        let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
        Self { notices: authority.live(), output, enrollment: None, zone }
    }

    /// Shows only what happens to this enrollment.
    pub(super) fn follow(&mut self, enrollment: EnrollmentId) {
        self.enrollment = Some(enrollment);
    }

    /// Waits for what happens next, and shows it.
    pub(super) async fn next(&mut self) -> Result<(), Failure> {
        match self.notices.recv().await {
            Ok(notice) if self.enrollment.as_ref() == Some(&notice.enrollment) => self.show(&notice),
            Ok(_) => Ok(()),
            Err(RecvError::Lagged(missed)) => {
                self.output.warn(&format!("{missed} events came too quickly to be shown"));
                Ok(())
            }
            // The authority lives as long as the service, which is looked at beside this.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }

    fn show(&self, notice: &Notice) -> Result<(), Failure> {
        if self.output.json {
            let (event, details) = event(&notice.kind);
            let (at, enrollment) = (notice.at, notice.enrollment.as_str());
            return self.output.print_line(&Happened { event, at, enrollment, details });
        }
        let line = match &notice.kind {
            NoticeKind::Opened => "opened: somebody looks at the page".to_owned(),
            NoticeKind::Happened(happening @ (Happening::Fetched | Happening::Installed { .. })) => {
                good(&told(happening))
            }
            NoticeKind::Happened(happening @ (Happening::WrongSecret { .. } | Happening::Locked { .. })) => {
                warning(&told(happening))
            }
            NoticeKind::Happened(happening) => told(happening),
        };
        self.output.print(&format!("  {}  {line}\n", faint(&self.clock(notice.at))))
    }

    fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// Prints the first line of `--json`.
    pub(super) fn ready(
        &self,
        issued: &IssuedInvitation,
        sites: &Sites,
        directory: &Path,
    ) -> Result<(), Failure> {
        let secret = issued.secret.grouped();
        self.output.print_line(&Ready {
            event: "ready",
            enrollment: issued.enrollment.as_str(),
            link: &issued.link,
            number: issued.number.expose(),
            secret: &secret,
            expires_at: issued.expires_at,
            link_expires_at: issued.link_expires_at,
            bundle_password: issued.separate_password.as_ref().map(|password| password.as_str()),
            landing: sites.landing.as_str(),
            check: sites.check.as_str(),
            console: sites.console.as_str(),
            root: directory.join("root/root.pem").display().to_string(),
            directory: directory.display().to_string(),
        })
    }
}
