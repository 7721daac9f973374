//! Lists are brought here, and the jobs that came of them listed.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::job::{JobLine, trouble};
use super::reason::{LeftOutLine, left_out, unreadable};
use super::upload::{Upload, receive, room};
use crate::enrollment::{Duplicates, IssueOptions, Judgement, LeftOut, NewFacilities};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::error::HttpError;
use crate::roster::{Handover, Unreadable, people};

/// Jobs on a page.
const PAGE: usize = 20;
/// Faults on a page.
pub(super) const SHOWN: usize = 200;

/// Where lists are brought.
#[derive(Debug, Template)]
#[template(path = "console/bulk.html")]
pub struct BulkPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What the address asks for.
    pub query: Query,
    /// The form.
    pub entered: Entered,
    /// What can be handed out.
    pub offers: Vec<(String, String)>,
    /// The ways of handing over.
    pub handovers: Vec<(String, String)>,
    /// What is wrong with the list that was brought.
    pub faults: Vec<LeftOutLine>,
    /// How many faults there are beyond those.
    pub more: usize,
    /// The jobs before.
    pub jobs: Vec<JobLine>,
    /// The cursor behind them.
    pub next: Option<String>,
}

async fn page(desk: &Desk, entered: Entered) -> Result<BulkPage, HttpError> {
    let words = desk.words();
    let caller = desk.caller()?;
    let after = desk.query().filled("after").map(ToOwned::to_owned);
    let listed = desk.authority().jobs(&caller, after, PAGE).await.map_err(trouble)?;
    let offers = desk.authority().offers();
    let handovers = [("letter", "bulk-by-letter"), ("mail", "bulk-by-mail"), ("none", "bulk-by-hand")];
    Ok(BulkPage {
        frame: desk.frame("bulk", &words.say("nav-bulk")),
        query: desk.query().clone(),
        entered,
        offers: offers.map(|(name, title)| (name.to_owned(), title.get(words.0.tag()).to_owned())).collect(),
        handovers: handovers.iter().map(|(name, key)| ((*name).to_owned(), words.say(key).plain())).collect(),
        faults: Vec::new(),
        more: 0,
        jobs: listed.jobs.iter().map(|job| JobLine::of(desk, job)).collect(),
        next: listed.next,
    })
}

/// `GET /o/{organization}/bulk`
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&page(&desk, Entered::default()).await?)
}

fn options(entered: &Entered) -> IssueOptions {
    IssueOptions {
        offer: entered.value("offer").to_owned(),
        handover: match entered.value("handover") {
            "mail" => Handover::Mail,
            "none" => Handover::None,
            _ => Handover::Letter,
        },
        new_facilities: if entered.has("create", "yes") {
            NewFacilities::Create
        } else {
            NewFacilities::Refuse
        },
        duplicates: if entered.has("duplicates", "yes") { Duplicates::Issue } else { Duplicates::Refuse },
    }
}

/// `POST /o/{organization}/bulk`: a list is judged, and waits to be begun. Nothing is issued.
///
/// # Errors
/// When the form cannot be read, or the store fails.
pub async fn bring(desk: Desk, request: HttpRequest, payload: Payload) -> Result<HttpResponse, HttpError> {
    let _room = room(&desk).await?;
    let Upload { mut entered, name, bytes, is_too_large } = receive(&request, payload).await?;
    let words = desk.words();
    let read = match bytes {
        _ if is_too_large => Err(Unreadable::TooLarge),
        // A long list takes a while, and others are waiting for this thread.
        Some(bytes) => {
            let reading = tokio::task::spawn_blocking(move || people(&bytes)).await;
            reading.map_err(HttpError::internal)?
        }
        None => {
            entered.wrong_but("file", &words.say("list-none"), &words.say("list-choose"));
            return desk.page_again(&page(&desk, entered).await?);
        }
    };
    let roster = match read {
        Ok(roster) => roster,
        Err(error) => {
            let (wrong, right) = unreadable(words, &error);
            entered.wrong_but("file", &wrong, &right);
            let mut page = page(&desk, entered).await?;
            if let Unreadable::Faults(faults) = &error {
                page.faults = faults.iter().map(|fault| left_out(words, &LeftOut::from(fault))).collect();
            }
            return desk.page_again(&page);
        }
    };
    let (caller, options) = (desk.caller()?, options(&entered));
    let checking = desk.authority().check_rows(&caller, &options, &roster.rows, &mut |_| {}).await;
    let (judgement, good) = Judgement::of(roster, checking.map_err(trouble)?);
    if good.is_empty() {
        entered.wrong_but("file", &words.say("list-all-wrong"), &words.say("list-mend"));
        let mut page = page(&desk, entered).await?;
        page.faults = judgement.left_out.iter().take(SHOWN).map(|fault| left_out(words, fault)).collect();
        page.more = judgement.faults() - page.faults.len();
        return desk.page_again(&page);
    }
    let source = Some(name.as_str()).filter(|name| !name.trim().is_empty());
    let draft = desk.authority().draft_issue(&caller, options, source, &judgement, &good).await;
    let draft = draft.map_err(trouble)?;
    Ok(desk.go(&desk.at(&format!("bulk/{}", draft.id))))
}
