//! `tegata letters reprint`.

use super::addressee::Addressee;
use super::batch::{self, Post};
use super::paper::{LanguageArgument, Papers, stationery};
use super::single::facility_name;
use crate::app::AppError;
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::cli::prompt::confirm;
use crate::directory::FacilityCode;
use crate::enrollment::{Carrier, EnrollmentId, Standing};
use crate::letter::Recipient;

/// Print letters again, with a new secret
///
/// Each invitation gets a new QR code, number and secret, and its time begins anew. The letters before become waste paper:
/// what is on them opens nothing any more. Only for invitations that nobody has used; `tegata reissue` is for the others.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata letters reprint 7q2k9x4m1abc --letter letter.pdf --secret-letter secret.pdf")]
pub(super) struct Arguments {
    /// The enrollments, as `tegata list` shows them
    #[arg(value_name = "ENROLLMENT", required = true)]
    enrollments: Vec<EnrollmentId>,
    #[command(flatten)]
    papers: Papers,
    #[command(flatten)]
    addressee: Addressee,
    /// The language of the letters
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "ja", help_heading = "Letters")]
    language: LanguageArgument,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[arg(long, help = "Print JSON: letters, letter_sheets, secret_sheets, missing_characters")]
    pub(super) json: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    if arguments.addressee.is_given() && arguments.enrollments.len() > 1 {
        let message = "an address belongs to one letter, and there are several";
        return Err(Failure::new(Exit::Usage, "usage", message).hint("reprint them one by one"));
    }
    let office = session.office()?;
    let organization = session.block_on(office.organization())??;
    let stationery = stationery(session, organization, arguments.language)?;
    let files = batch::open(&arguments.papers)?;
    let mut wanted: Vec<(EnrollmentId, Recipient, Option<FacilityCode>)> = Vec::new();
    for id in &arguments.enrollments {
        if wanted.iter().any(|(known, ..)| known == id) {
            continue;
        }
        let summary = session.block_on(office.authority.show(&office.caller, id))??.summary;
        if !matches!(summary.state, Standing::Invited | Standing::Locked | Standing::Expired) {
            let message = format!("enrollment {id} is {}", summary.state.name());
            let failure = Failure::new(Exit::Failed, "not-now", message);
            return Err(failure.hint(
                "only an invitation that nobody has used is printed again; `tegata reissue` issues another one. \
                 No letter was printed",
            ));
        }
        let directory = office.authority.directory();
        let organization = &office.caller.organization;
        let person = session.block_on(directory.find_subscriber(organization, &summary.subscriber))?;
        let kana = person.map_err(AppError::from)?.filter(|p| p.name == summary.name).and_then(|p| p.kana);
        let facility = facility_name(session, &office, summary.facility.as_ref())?;
        let recipient = arguments.addressee.of(&summary.name, kana, facility);
        stationery.check(&recipient)?;
        wanted.push((id.clone(), recipient, summary.facility));
    }
    let question = match wanted.len() {
        1 => "End the letter that was printed before?".to_owned(),
        count => format!("End the {count} letters that were printed before?"),
    };
    confirm(&question, arguments.yes)?;
    let mut posts = Vec::new();
    let mut stopped = None;
    for (id, recipient, facility) in wanted {
        match session.block_on(office.authority.redraw(&office.caller, &id, Carrier::Letter))? {
            Ok(issued) => posts.push(Post { recipient, facility, issued }),
            Err(error) => {
                stopped = Some(Failure::from(error));
                break;
            }
        }
    }
    if !posts.is_empty() {
        let report = batch::write(session, &stationery, &posts, files, posts.len() > 1)?;
        session.output.result(&report.text(&arguments.papers), &report)?;
    }
    stopped.map_or(Ok(()), Err)
}
