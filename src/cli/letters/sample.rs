//! `tegata letters sample`.

use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use super::batch::{mark_of_batch, missing};
use super::paper::{LanguageArgument, OpenedPaper, stationery};
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::device::Platform;
use crate::enrollment::{Code, IssuedInvitation, Number, Secret};

/// Print a specimen of a letter, to try printer and envelopes
///
/// The three sheets of a letter with nothing real on them. The window's outline and two lines of 100 mm are drawn in: all that
/// is inside the dashed line must be seen through the window wherever the sheet slides, and the lines must have their length.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The window is set by window_left, window_top, window_width and window_height in the section [letters]
of the configuration.

Examples:
  tegata letters sample specimen.pdf")]
pub(super) struct Arguments {
    /// Where the PDF goes
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write over a file that exists
    #[arg(long)]
    force: bool,
    /// The language of the letter
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "ja")]
    language: LanguageArgument,
    #[arg(long, help = "Print JSON: file, sheets, missing_characters")]
    pub(super) json: bool,
}

/// What `letters sample --json` prints.
#[derive(Debug, Serialize)]
struct Told {
    file: String,
    sheets: usize,
    missing_characters: Vec<String>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let organization = session.block_on(office.organization())??;
    let stationery = stationery(session, organization, arguments.language)?;
    let file = OpenedPaper::open(&arguments.file, arguments.force)?;
    let specimen = specimen(session)?;
    let mark = format!("{}-0001", mark_of_batch(session)?);
    let printed = stationery.specimen(&mark, &specimen)?;
    file.write(&printed)?;
    let missing_characters = missing(session, [&printed]);
    let told =
        Told { file: arguments.file.display().to_string(), sheets: printed.sheets, missing_characters };
    let text = format!("{} has a specimen of {} sheets\n", told.file, told.sheets);
    session.output.result(&text, &told)
}

/// An invitation that was never issued: it opens nothing.
fn specimen(session: &Session) -> Result<IssuedInvitation, Failure> {
    let (settings, _) = session.settings()?;
    let unfit = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, "internal", error.to_string());
    let host = settings.http.public_url.as_str().trim_end_matches('/').to_ascii_uppercase();
    let code = "0123456789ABCDEFGHJKMNPQRS";
    let now = session.clock.now();
    Ok(IssuedInvitation {
        enrollment: "0123456789ab".parse().map_err(|error| unfit(&error))?,
        code: Code::parse(code).map_err(|error| unfit(&error))?,
        number: Number::parse("12345678").map_err(|error| unfit(&error))?,
        secret: Secret::parse("abcde-fghjk").map_err(|error| unfit(&error))?,
        link: Zeroizing::new(format!("{host}/C/{code}")),
        separate_password: Some(Zeroizing::new("abcdefghjkmnpqr".to_owned())),
        platforms: vec![Platform::Ios, Platform::Android],
        link_expires_at: now,
        expires_at: now,
        predecessor: None,
        mails: Vec::new(),
        secret_mailed: false,
    })
}
