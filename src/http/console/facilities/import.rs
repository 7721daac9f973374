//! Facilities are brought from a file: looked at first, with every fault by row and column, then made. The page that shows what
//! was found carries the sound rows along, so that nothing lies in the store that nobody goes on with.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::enrollment::{FacilityVerdict, LeftOut};
use crate::http::console::bulk::{
    LeftOutLine, Upload, csv, heading_language, left_out, receive, room, unreadable,
};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Tone;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;
use crate::roster::{
    FACILITY_COLUMNS, FacilityRow, Listed, Roster, SafeSheet, Unreadable, facilities, template as empty,
};

/// Rows and faults on a page.
const SHOWN: usize = 200;

/// A row, and what becomes of it.
#[derive(Debug)]
pub struct RowLine {
    /// The row as a spreadsheet counts.
    pub row: u64,
    /// The facility's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub verdict: &'static str,
    /// How that is meant.
    pub tone: Tone,
    /// The name that it has until then.
    pub from: Option<String>,
}

/// What a file was found to be, or what became of it.
#[derive(Debug)]
pub struct Looked {
    /// Whether it has been done.
    pub done: bool,
    /// How many rows there are of each kind: its word and their number.
    pub counts: Vec<(&'static str, usize)>,
    /// How many rows change something.
    pub changes: usize,
    /// The rows that change something.
    pub rows: Vec<RowLine>,
    /// How many there are beyond those.
    pub more_rows: usize,
    /// The sound rows, to be sent again.
    pub file: String,
}

/// Where facilities are brought.
#[derive(Debug, Template)]
#[template(path = "console/import.html")]
pub struct ImportPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The form.
    pub entered: Entered,
    /// What is wrong with the file.
    pub faults: Vec<LeftOutLine>,
    /// How many faults there are beyond those.
    pub more: usize,
    /// What was found or done.
    pub looked: Option<Looked>,
    /// Back to the list.
    pub back: String,
}

const fn word(verdict: &FacilityVerdict) -> (&'static str, Tone) {
    match verdict {
        FacilityVerdict::New => ("import-new", Tone::Good),
        FacilityVerdict::Renamed { .. } => ("import-renamed", Tone::Busy),
        FacilityVerdict::Same => ("import-same", Tone::Plain),
        FacilityVerdict::Closed => ("import-closed", Tone::Warning),
    }
}

/// The rows as a file that is read again.
fn carried(rows: &[Listed<FacilityRow>]) -> String {
    let mut sheet = SafeSheet::new(FACILITY_COLUMNS.iter().map(|column| column.name()));
    for listed in rows {
        sheet.row([listed.value.code.as_str(), listed.value.name.as_str()]);
    }
    String::from_utf8(sheet.finish()).unwrap_or_default()
}

pub(super) fn looked(rows: &[Listed<FacilityRow>], verdicts: &[FacilityVerdict], done: bool) -> Looked {
    let count = |key: &'static str| (key, verdicts.iter().filter(|verdict| word(verdict).0 == key).count());
    let counts = ["import-new", "import-renamed", "import-same", "import-closed"].map(count);
    let line = |(listed, verdict): (&Listed<FacilityRow>, &FacilityVerdict)| {
        let (word, tone) = word(verdict);
        RowLine {
            row: listed.row,
            code: listed.value.code.to_string(),
            name: listed.value.name.clone(),
            verdict: word,
            tone,
            from: match verdict {
                FacilityVerdict::Renamed { from } => Some(from.clone()),
                _ => None,
            },
        }
    };
    let telling = rows.iter().zip(verdicts).filter(|(_, verdict)| !matches!(verdict, FacilityVerdict::Same));
    let changing = |verdict: &&FacilityVerdict| {
        matches!(verdict, FacilityVerdict::New | FacilityVerdict::Renamed { .. })
    };
    let shown: Vec<_> = telling.clone().take(SHOWN).map(line).collect();
    Looked {
        done,
        counts: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
        changes: verdicts.iter().filter(changing).count(),
        more_rows: telling.count() - shown.len(),
        rows: shown,
        file: if done { String::new() } else { carried(rows) },
    }
}

fn page(desk: &Desk, entered: Entered) -> ImportPage {
    let words = desk.words();
    ImportPage {
        frame: desk
            .frame("import", &words.say("import-title"))
            .under(&words.say("nav-facilities"), desk.at("facilities")),
        entered,
        faults: Vec::new(),
        more: 0,
        looked: None,
        back: desk.at("facilities"),
    }
}

/// `GET /o/{organization}/facilities/facilities.csv`: an empty list.
///
/// # Errors
/// None but an unexpected one.
pub async fn template(desk: Desk) -> Result<HttpResponse, HttpError> {
    Ok(csv("facilities.csv", empty(FACILITY_COLUMNS, heading_language(desk.words()))))
}

/// `GET /o/{organization}/facilities/import`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&page(&desk, Entered::default()))
}

/// `POST /o/{organization}/facilities/import`: the file is looked at; or, sent from what was found, made true. Sent twice, it
/// changes nothing more.
///
/// # Errors
/// When the form cannot be read, or the store fails; what was done before stays, and the file can be brought again.
pub async fn bring(desk: Desk, request: HttpRequest, payload: Payload) -> Result<HttpResponse, HttpError> {
    let _room = room(&desk).await?;
    let Upload { mut entered, bytes, is_too_large, .. } = receive(&request, payload).await?;
    let (words, caller) = (desk.words(), desk.caller()?);
    let read = match &bytes {
        _ if is_too_large => Err(Unreadable::TooLarge),
        Some(bytes) => facilities(bytes),
        None => {
            entered.wrong_but("file", &words.say("list-none"), &words.say("list-choose"));
            return desk.page_again(&page(&desk, entered));
        }
    };
    let Roster { rows, faults, more_faults, .. } = match read {
        Ok(roster) => roster,
        Err(error) => {
            let (wrong, right) = unreadable(words, &error);
            entered.wrong_but("file", &wrong, &right);
            let mut page = page(&desk, entered);
            if let Unreadable::Faults(faults) = &error {
                page.faults = faults.iter().map(|fault| left_out(words, &LeftOut::from(fault))).collect();
            }
            return desk.page_again(&page);
        }
    };
    let done = entered.has("apply", "yes");
    if rows.is_empty() {
        entered.wrong_but("file", &words.say("import-all-wrong"), &words.say("list-mend"));
    }
    let verdicts = if done {
        desk.authority().import_facilities(&caller, &rows, &mut |_| {}).await
    } else {
        desk.authority().check_facilities(&caller, &rows).await
    };
    let verdicts = verdicts.map_err(HttpError::internal)?;
    let shown = faults.iter().take(SHOWN).map(|fault| left_out(words, &LeftOut::from(fault)));
    let page = ImportPage {
        faults: shown.collect(),
        more: faults.len().saturating_sub(SHOWN) + more_faults,
        looked: entered.is_sound().then(|| looked(&rows, &verdicts, done)),
        ..page(&desk, entered)
    };
    if page.entered.is_sound() { desk.page(&page) } else { desk.page_again(&page) }
}
