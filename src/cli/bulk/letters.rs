//! `tegata bulk letters`.

use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::cli::letters::{LanguageArgument, Papers, Post, open, stationery, write};
use crate::cli::prompt::confirm;
use crate::directory::FacilityCode;
use crate::enrollment::{Carrier, JobId, JobLetter};
use crate::letter::Recipient;

/// Print the letters of a job: rows that are handed over by letter, and whose invitation nobody has used
///
/// Each invitation gets its QR code, number and secret as its letter is drawn, and its time begins anew. A letter of it that
/// was printed before becomes waste paper. Addresses are those of the list. The letters are sorted by facility, each facility
/// behind a list of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata bulk letters 7q2k9x4m1a --letter letters.pdf --secret-letter secrets.pdf
  tegata bulk letters 7q2k9x4m1a --facility G13B --letter g13b.pdf --secret-letter g13b-secrets.pdf")]
pub(super) struct Arguments {
    /// The job, as `tegata bulk issue` and `tegata bulk status` name it
    #[arg(value_name = "JOB")]
    job: JobId,
    /// Only the letters of this facility
    #[arg(long, value_name = "CODE")]
    facility: Option<FacilityCode>,
    #[command(flatten)]
    papers: Papers,
    /// The language of the letters
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "ja", help_heading = "Letters")]
    language: LanguageArgument,
    /// Leave out the lists on top of each facility's letters
    #[arg(long, help_heading = "Letters")]
    no_lists: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[arg(long, help = "Print JSON: letters, letter_sheets, secret_sheets, missing_characters")]
    pub(super) json: bool,
}

fn recipient(letter: &JobLetter) -> Recipient {
    let person = &letter.person;
    Recipient {
        name: person.name.clone(),
        kana: person.kana.clone(),
        postal_code: person.postal_code.clone(),
        address: person.address.clone(),
        facility: letter.facility_name.clone(),
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let organization = session.block_on(office.organization())??;
    let stationery = stationery(session, organization, arguments.language)?;
    let files = open(&arguments.papers)?;
    let mut letters = session.block_on(office.authority.job_letters(&office.caller, &arguments.job))??;
    letters.retain(|letter| arguments.facility.is_none() || letter.facility == arguments.facility);
    if letters.is_empty() {
        let message = format!("job {} has no letter to print", arguments.job);
        let failure = Failure::new(Exit::Failed, "no-letters", message);
        return Err(failure.hint(
            "letters are for rows that are handed over by letter, once they were issued and until somebody uses \
             them; `tegata bulk status JOB` shows how far it is",
        ));
    }
    let recipients: Vec<Recipient> = letters.iter().map(recipient).collect();
    for recipient in &recipients {
        stationery.check(recipient)?;
    }
    let count = letters.len();
    let what = if count == 1 { "1 letter".to_owned() } else { format!("{count} letters") };
    confirm(&format!("Print {what}, and end those that were printed of them before?"), arguments.yes)?;
    let progress = session.progress("drawing secrets");
    let mut posts = Vec::with_capacity(count);
    let mut stopped = None;
    for (letter, recipient) in letters.into_iter().zip(recipients) {
        let drawn = office.authority.redraw(&office.caller, &letter.enrollment, Carrier::Letter);
        match session.block_on(drawn)? {
            Ok(issued) => posts.push(Post { recipient, facility: letter.facility, issued }),
            Err(error) => {
                stopped = Some(Failure::from(error));
                break;
            }
        }
        progress.at(posts.len() as u64, count as u64);
    }
    drop(progress);
    if !posts.is_empty() {
        let report = write(session, &stationery, &posts, files, !arguments.no_lists)?;
        session.output.result(&report.text(&arguments.papers), &report)?;
    }
    stopped.map_or(Ok(()), Err)
}
