//! `tegata letters print`.

use std::path::PathBuf;

use super::batch::{self, Post, Report};
use super::paper::{LanguageArgument, Papers, stationery};
use super::single::facility_name;
use crate::app::Office;
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::cli::list_file::faultless;
use crate::cli::style::plain;
use crate::enrollment::{
    Carrier, Duplicates, Invite, IssueOptions, NewFacilities, Refused, SubscriberInvite, Verdict,
};
use crate::letter::Recipient;
use crate::roster::{Handover, Listed, Person, people};

/// Invite everybody on a list, and print their letters
///
/// The whole list is read and checked first; where anything in it is wrong, nobody is invited. The letters are sorted by
/// facility, each facility behind a list of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A list is a file as a spreadsheet saves it (commas, semicolons or tabs; UTF-8, UTF-16 or Shift_JIS)
whose first line names the columns in English or Japanese, or one JSON object a line with these keys:
  name           the person's name, as it shall stand in the certificate (the one that must be there)
  kana           how it is read
  subscriber_id  your own identifier for the person
  facility       the facility's code
  facility_name  the facility's name, for the letter
  offer          what is handed out
  device         kinds of device, with spaces between them
  email, note    as for `tegata invite`
  postal_code, address, address2
                 where the letter goes; without them the window shows facility and name

Examples:
  tegata letters print people.csv --letter letters.pdf --secret-letter secrets.pdf
  tegata letters print people.csv --letter letters.pdf --secret-letter secrets.pdf --dry-run")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that people give")]
pub(super) struct Arguments {
    /// The list
    #[arg(value_name = "LIST")]
    list: PathBuf,
    #[command(flatten)]
    papers: Papers,
    /// What is handed out, where the list does not say; `tegata offer list` shows the offers
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    offer: String,
    /// The language of the letters
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "ja", help_heading = "Letters")]
    language: LanguageArgument,
    /// Leave out the lists on top of each facility's letters
    #[arg(long, help_heading = "Letters")]
    no_lists: bool,
    /// Invite also people who have an enrollment for such a device already, or who were on a list that was issued
    #[arg(long)]
    duplicates: bool,
    /// Check the list and whether every letter can be drawn, and invite nobody
    #[arg(long)]
    dry_run: bool,
    #[arg(long, help = "Print JSON: letters, letter_sheets, secret_sheets, missing_characters")]
    pub(super) json: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let people = faultless(&arguments.list, people)?.rows;
    let office = session.office()?;
    let organization = session.block_on(office.organization())??;
    let stationery = stationery(session, organization, arguments.language)?;
    let files = batch::open(&arguments.papers)?;
    let recipients = recipients(session, &office, &people)?;
    let mut tried = Tried(0);
    if !arguments.duplicates {
        none_twice(session, &office, arguments, &people)?;
    }
    for (person, recipient) in people.iter().zip(&recipients) {
        let invitable = session
            .block_on(office.authority.invitable(&office.caller, &invite(&person.value, arguments)))?;
        invitable.map_err(|error| tried.at(person, error.into()))?;
        stationery.check(recipient).map_err(|error| tried.at(person, error.into()))?;
    }
    if arguments.dry_run {
        let text = format!("{} people can be invited; nobody was\n", people.len());
        return session.output.result(&text, &Report::default());
    }
    let progress = session.progress("inviting");
    let total = u64::try_from(people.len()).unwrap_or(u64::MAX);
    let mut posts = Vec::with_capacity(people.len());
    let mut stopped = None;
    for (person, recipient) in people.iter().zip(recipients) {
        let invited =
            session.block_on(office.authority.invite(&office.caller, invite(&person.value, arguments)))?;
        match invited {
            Ok(issued) => posts.push(Post { recipient, facility: person.value.facility.clone(), issued }),
            Err(error) => {
                stopped = Some(tried.at(person, error.into()));
                break;
            }
        }
        tried.0 += 1;
        progress.at(u64::try_from(tried.0).unwrap_or(u64::MAX), total);
    }
    drop(progress);
    // Who was invited before something went wrong gets a letter all the same: it is the only place with the secret.
    if !posts.is_empty() {
        let report = batch::write(session, &stationery, &posts, files, !arguments.no_lists)?;
        session.output.result(&report.text(&arguments.papers), &report)?;
    }
    stopped.map_or(Ok(()), Err)
}

/// Makes sure that nobody on the list was invited before: a second letter would be a second certificate.
fn none_twice(
    session: &Session,
    office: &Office,
    arguments: &Arguments,
    people: &[Listed<Person>],
) -> Result<(), Failure> {
    let options = IssueOptions {
        offer: arguments.offer.clone(),
        handover: Handover::Letter,
        new_facilities: NewFacilities::Create,
        duplicates: Duplicates::Refuse,
    };
    let mut tell = |_| {};
    let checked = office.authority.check_rows(&office.caller, &options, people, &mut tell);
    for (person, judged) in people.iter().zip(session.block_on(checked)??) {
        let (enrollment, how) = match judged.verdict {
            Verdict::Known { enrollment, .. } => (enrollment, "was issued by a list before, as enrollment"),
            Verdict::Refused(Refused { code, enrollment: Some(enrollment), .. }) if code == "duplicate" => {
                (enrollment, "has for such a device already enrollment")
            }
            _ => continue,
        };
        let message = format!("{how} {enrollment}");
        let failure = Failure::new(Exit::Failed, "duplicate", message).hint(format!(
            "`tegata bulk letters JOB` prints what a list has issued, `tegata letters reprint {enrollment}` this one; \
             --duplicates invites all the same"
        ));
        return Err(Tried(0).at(person, failure));
    }
    Ok(())
}

/// How far the list was done.
struct Tried(usize);

impl Tried {
    /// What went wrong with a person, and how far the list was done.
    fn at(&self, person: &Listed<Person>, mut failure: Failure) -> Failure {
        failure.message = format!("row {} ({}): {}", person.row, plain(&person.value.name), failure.message);
        let done = match self.0 {
            0 => "nobody was invited".to_owned(),
            done => format!(
                "the {done} people before were invited, and their letters are written; take them out of the list"
            ),
        };
        let hint = failure.hint.take().map_or(done.clone(), |hint| format!("{hint}; {done}"));
        failure.hint(hint)
    }
}

fn invite(person: &Person, arguments: &Arguments) -> Invite {
    Invite {
        subscriber: SubscriberInvite {
            id: person.id.clone(),
            name: person.name.clone(),
            kana: person.kana.clone(),
            email: person.email.clone(),
        },
        facility: person.facility.clone(),
        offer: person.offer.clone().unwrap_or_else(|| arguments.offer.clone()),
        platforms: person.devices.clone(),
        note: person.note.clone(),
        carrier: Carrier::Letter,
    }
}

/// To whom the letters go, with the facilities' names as the directory has them where the list does not say.
fn recipients(
    session: &Session,
    office: &Office,
    people: &[Listed<Person>],
) -> Result<Vec<Recipient>, Failure> {
    let mut recipients = Vec::with_capacity(people.len());
    for Listed { value: person, .. } in people {
        let facility = match (&person.facility_name, &person.facility) {
            (Some(name), _) => Some(name.clone()),
            (None, code) => facility_name(session, office, code.as_ref())?,
        };
        recipients.push(Recipient {
            name: person.name.clone(),
            kana: person.kana.clone(),
            postal_code: person.postal_code.clone(),
            address: person.address.clone(),
            facility,
        });
    }
    Ok(recipients)
}
