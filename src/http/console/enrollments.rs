//! The list of enrollments, and the list as a file.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use askama::Template;
use futures_util::{TryStreamExt as _, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::desk::Desk;
use super::flash::Tone;
use super::frame::ConsoleFrame;
use super::query::Query;
use super::selection;
use super::telling;
use crate::device::Platform;
use crate::enrollment::{
    Caller, Count, Ends, EnrollmentSummary, ListQuery, Listed, Need, OperatorError, RegistrationAuthority,
    Sort, Standing,
};
use crate::http::error::HttpError;
use crate::http::words::Words;
use crate::roster::SafeSheet;

/// Rows of a page.
const ROWS: usize = 50;
/// Rows that are read at once for a file.
const FILE_ROWS: usize = 500;
/// What a list can be narrowed by.
const FILTERS: [&str; 8] = ["q", "state", "facility", "device", "offer", "need", "from", "before"];

/// A row.
#[derive(Debug)]
pub struct Row {
    /// The enrollment.
    pub id: String,
    /// The enrollment's page.
    pub href: String,
    /// The person.
    pub name: String,
    /// The person's identifier.
    pub subscriber: String,
    /// The state, as an element.
    pub state: String,
    /// The facility, if any.
    pub facility: String,
    /// The kind of device, once it is known.
    pub device: String,
    /// When it was issued.
    pub invited_at: Timestamp,
    /// When the certificate in use ends.
    pub end: Option<Timestamp>,
}

/// What needs a hand, and how many.
#[derive(Debug)]
pub struct NeedTile {
    /// The list behind it.
    pub href: String,
    /// What it is.
    pub key: &'static str,
    /// How many.
    pub count: Count,
    /// Whether it is what the list shows.
    pub current: bool,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "console/enrollments.html")]
pub struct EnrollmentsPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// What needs a hand.
    pub needs: Vec<NeedTile>,
    /// Choices of states.
    pub states: Vec<(&'static str, String)>,
    /// Choices of devices.
    pub devices: Vec<(&'static str, String)>,
    /// Choices of offers.
    pub offers: Vec<(String, String)>,
    /// Choices of orders.
    pub sorts: Vec<(&'static str, String)>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The next page.
    pub next: Option<String>,
    /// Whether there may be more behind `next` although the page is not full.
    pub cut_short: bool,
    /// Whether more people fit the text than were looked for.
    pub people_left_out: bool,
    /// Whether anything narrows the list.
    pub narrowed: bool,
    /// The list as a file.
    pub file: String,
    /// What can be done to a selection; nothing where the role may not.
    pub acts: Vec<(&'static str, String)>,
    /// Where a selection is sent.
    pub selection: String,
}

impl EnrollmentsPage {
    /// Whether this choice of a filter is made.
    #[must_use]
    pub fn chosen(&self, name: &str, value: &str) -> bool {
        self.query.get(name) == value
    }
}

/// The beginning of a day in Japan.
fn day(text: &str) -> Option<Timestamp> {
    let japan = TimeZone::get("Asia/Tokyo").ok()?;
    text.parse::<Date>().ok()?.to_zoned(japan).ok().map(|at| at.timestamp())
}

/// What the address asks for; a filter that cannot be read narrows nothing.
pub(super) fn asked(query: &Query, limit: usize) -> ListQuery {
    ListQuery {
        state: query.get("state").parse::<Standing>().ok(),
        facility: query.filled("facility").and_then(|code| code.to_ascii_uppercase().parse().ok()),
        platform: query.get("device").parse::<Platform>().ok(),
        offer: query.filled("offer").map(str::to_owned),
        ends: Ends { from: day(query.get("from")), before: day(query.get("before")) },
        need: query.get("need").parse::<Need>().ok(),
        text: query.filled("q").map(|text| text.chars().take(100).collect()),
        sort: query.get("sort").parse::<Sort>().ok(),
        after: query.filled("after").map(str::to_owned),
        limit,
    }
}

async fn listed(desk: &Desk, caller: &Caller, query: ListQuery) -> Result<Listed, HttpError> {
    let begins = ListQuery { after: None, ..query.clone() };
    match desk.authority().list(caller, query).await {
        // An address that somebody shortened: the list from its beginning.
        Err(OperatorError::Unfit { .. }) => {
            let first = ListQuery { sort: None, ..begins };
            desk.authority().list(caller, first).await.map_err(HttpError::internal)
        }
        other => other.map_err(HttpError::internal),
    }
}

/// An enrollment as a row.
pub(super) fn row(desk: &Desk, frame: &ConsoleFrame, it: &EnrollmentSummary) -> Row {
    let (state, tone) = telling::standing(it.state);
    let own = it.by_person.then(|| frame.badge("own-change", Tone::Plain).0);
    Row {
        id: it.enrollment.to_string(),
        href: desk.at(&format!("enrollments/{}", it.enrollment)),
        name: it.name.clone(),
        subscriber: it.subscriber.to_string(),
        state: [Some(frame.badge(state, tone).0), own].into_iter().flatten().collect::<Vec<_>>().join(" "),
        facility: it.facility.as_ref().map(ToString::to_string).unwrap_or_default(),
        device: it.platform.map(|platform| frame.words.device(platform)).unwrap_or_default(),
        invited_at: it.invited_at,
        end: it.not_after,
    }
}

/// `GET /o/{organization}/enrollments`.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (caller, words, query) = (desk.caller()?, desk.words(), desk.query().clone());
    let found = listed(&desk, &caller, asked(&query, ROWS)).await?;
    let needs = desk.authority().needs(&caller).await.map_err(HttpError::internal)?;
    let base = desk.at("enrollments");
    let tile = |(need, count): (Need, Count)| NeedTile {
        href: format!("{base}?need={}", need.name()),
        key: telling::need(need),
        count,
        current: query.get("need") == need.name(),
    };
    let sort = |sort: Sort| {
        let key = match sort {
            Sort::Newest => "sort-newest",
            Sort::LastChange => "sort-last-change",
            Sort::CertificateEnd => "sort-certificate-end",
            Sort::Waiting => "sort-waiting",
        };
        (sort.name(), words.say(key).plain())
    };
    let frame = desk.frame("enrollments", &words.say("nav-enrollments"));
    let page = EnrollmentsPage {
        needs: needs.into_iter().filter(|(_, count)| count.number > 0).map(tile).collect(),
        states: Standing::ALL.map(|it| (it.name(), words.say(telling::standing(it).0).plain())).into(),
        devices: Platform::ALL.map(|it| (it.as_str(), words.device(it))).into(),
        offers: offers(&desk),
        sorts: Sort::ALL.into_iter().filter(|it| *it != Sort::Waiting).map(sort).collect(),
        rows: found.enrollments.iter().map(|it| row(&desk, &frame, it)).collect(),
        next: found.next,
        cut_short: found.cut_short,
        people_left_out: found.people_left_out,
        narrowed: query.filters(&FILTERS),
        file: query.under(&desk.at("enrollments.csv")),
        acts: selection::choices(&desk),
        selection: desk.at("selection"),
        query,
        frame,
    };
    desk.page(&page)
}

/// The offers by name, in the language of the page.
pub(super) fn offers(desk: &Desk) -> Vec<(String, String)> {
    let language = desk.words().0.bcp47();
    let shown =
        |(name, title): (&str, &crate::profile::Localized)| (name.to_owned(), title.get(language).to_owned());
    desk.authority().offers().map(shown).collect()
}

fn head(words: Words) -> Vec<String> {
    let keys = [
        "enrollment-id",
        "col-state",
        "col-name",
        "col-subscriber",
        "col-facility",
        "col-device",
        "col-offer",
        "col-invited",
        "col-end",
        "col-serial",
        "col-note",
    ];
    keys.map(|key| words.say(key).plain()).into()
}

fn record(words: Words, it: &EnrollmentSummary) -> Vec<String> {
    let japan = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
    let time = |at: Timestamp| at.to_zoned(japan.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    vec![
        it.enrollment.to_string(),
        words.say(telling::standing(it.state).0).plain(),
        it.name.clone(),
        it.subscriber.to_string(),
        it.facility.as_ref().map(ToString::to_string).unwrap_or_default(),
        it.platform.map(|platform| words.device(platform)).unwrap_or_default(),
        it.offer.clone(),
        time(it.invited_at),
        it.not_after.map(time).unwrap_or_default(),
        it.serial.map(|serial| serial.to_string()).unwrap_or_default(),
        it.note.clone().unwrap_or_default(),
    ]
}

/// Where a file is while it is sent.
struct Sending {
    authority: RegistrationAuthority,
    caller: Caller,
    words: Words,
    query: Option<ListQuery>,
    begun: bool,
}

impl Sending {
    async fn on(mut self) -> Result<Option<(Bytes, Self)>, HttpError> {
        let Some(query) = self.query.take() else { return Ok(None) };
        let listed = self.authority.list(&self.caller, query.clone()).await.map_err(HttpError::internal)?;
        let mut sheet = if self.begun {
            SafeSheet::further()
        } else {
            SafeSheet::new(head(self.words).iter().map(String::as_str))
        };
        self.begun = true;
        for it in &listed.enrollments {
            sheet.row(record(self.words, it).iter().map(String::as_str));
        }
        self.query = listed.next.map(|after| ListQuery { after: Some(after), ..query });
        Ok(Some((Bytes::from(sheet.finish()), self)))
    }
}

/// `GET /o/{organization}/enrollments.csv`: the list from its beginning, however long; UTF-8 with its mark, Japan's time.
///
/// # Errors
/// When the store fails before anything was sent.
pub async fn file(desk: Desk) -> Result<HttpResponse, HttpError> {
    let query = ListQuery { after: None, ..asked(desk.query(), FILE_ROWS) };
    let query =
        ListQuery { sort: query.sort.filter(|it| *it != Sort::Waiting || query.need.is_some()), ..query };
    desk.exported("enrollments").await?;
    let sending = Sending {
        authority: desk.authority().clone(),
        caller: desk.caller()?,
        words: desk.words(),
        query: Some(query),
        begun: false,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"enrollments.csv\""))
        .streaming(Box::pin(stream::try_unfold(sending, Sending::on).map_err(actix_web::Error::from))))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn an_address_narrows_by_what_can_be_read_and_by_nothing_else() {
        let query =
            Query::read("/l", "state=locked&facility=g13b&device=ios&before=2027-01-01&need=x&sort=-x");
        let asked = asked(&query, 10);
        assert_eq!(asked.state, Some(Standing::Locked));
        assert_eq!(asked.facility.unwrap().as_str(), "G13B");
        assert_eq!((asked.platform, asked.need, asked.sort), (Some(Platform::Ios), None, None));
        // Midnight in Japan.
        assert_eq!(asked.ends.before.unwrap().to_string(), "2026-12-31T15:00:00Z");
    }
}
