//! Letters that were issued, drawn and written.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::paper::{OpenedPaper, Papers};
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::directory::FacilityCode;
use crate::enrollment::IssuedInvitation;
use crate::letter::{Batch, Letter, Printed, Recipient, SheetKind, Stationery};

/// What marks are made of: nothing that is mistaken for something else.
const LETTERS: &[u8; 20] = b"ACDEFGHJKLMNPQRTUVWX";

/// An invitation that was issued to be printed.
pub(in crate::cli) struct Post {
    /// To whom it goes.
    pub(in crate::cli) recipient: Recipient,
    /// The facility that it is sorted under.
    pub(in crate::cli) facility: Option<FacilityCode>,
    /// The invitation.
    pub(in crate::cli) issued: IssuedInvitation,
}

/// The beginning of the marks of one batch: random, so that sheets of two batches are never paired.
pub(super) fn mark_of_batch(session: &Session) -> Result<String, Failure> {
    let mut bytes = [0; 4];
    session
        .entropy
        .fill(&mut bytes)
        .map_err(|error| Failure::new(Exit::Failed, "internal", error.to_string()))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect())
}

/// A letter as `--json` tells it: nothing that opens anything.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Told {
    mark: String,
    enrollment: String,
    name: String,
    facility: Option<String>,
    expires_at: Timestamp,
}

/// What `letters print` and `letters reprint` tell.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Report {
    pub(super) letters: Vec<Told>,
    letter_sheets: usize,
    secret_sheets: usize,
    missing_characters: Vec<String>,
}

/// Draws and writes letters, sorted by facility, in both files.
pub(in crate::cli) fn write(
    session: &Session,
    stationery: &Stationery,
    posts: &[Post],
    files: (OpenedPaper, OpenedPaper),
    covered: bool,
) -> Result<Report, Failure> {
    let batch = mark_of_batch(session)?;
    let mut order: Vec<&Post> = posts.iter().collect();
    // A stable order: within a facility as in the list; who has none comes last.
    order.sort_by_key(|post| (post.facility.is_none(), post.facility.clone()));
    let marks: Vec<String> = (1..=order.len()).map(|number| format!("{batch}-{number:04}")).collect();
    let mut batches: Vec<(Option<FacilityCode>, Batch<'_>)> = Vec::new();
    for (post, mark) in order.iter().zip(&marks) {
        let letter = Letter { mark, recipient: &post.recipient, invitation: &post.issued };
        match batches.last_mut().filter(|(facility, _)| *facility == post.facility) {
            Some((_, batch)) => batch.letters.push(letter),
            None => {
                let facility = post.recipient.facility.clone();
                batches.push((post.facility.clone(), Batch { facility, letters: vec![letter] }));
            }
        }
    }
    let batches: Vec<Batch<'_>> = batches.into_iter().map(|(_, batch)| batch).collect();
    let progress = session.progress("drawing the letters");
    let total = 2 * u64::try_from(posts.len()).unwrap_or(u64::MAX);
    let half = total / 2;
    let first =
        stationery.print(SheetKind::First, &batches, covered, &mut |done| progress.at(done, total))?;
    let second = stationery
        .print(SheetKind::Second, &batches, covered, &mut |done| progress.at(half + done, total))?;
    drop(progress);
    files.0.write(&first)?;
    files.1.write(&second)?;
    let missing_characters = missing(session, [&first, &second]);
    let letters = order.iter().zip(marks.iter()).map(|(post, mark)| Told {
        mark: mark.clone(),
        enrollment: post.issued.enrollment.to_string(),
        name: post.recipient.name.clone(),
        facility: post.facility.as_ref().map(ToString::to_string),
        expires_at: post.issued.expires_at,
    });
    Ok(Report {
        letters: letters.collect(),
        letter_sheets: first.sheets,
        secret_sheets: second.sheets,
        missing_characters,
    })
}

/// Makes sure that the two sheets go to two files.
pub(super) fn apart(letter: &Path, secret_letter: &Path) -> Result<(), Failure> {
    if letter == secret_letter {
        let failure = Failure::new(Exit::Usage, "usage", "--letter and --secret-letter name the same file");
        return Err(failure.hint("the two sheets travel apart, so they are two files"));
    }
    Ok(())
}

/// Opens both files of a batch.
pub(in crate::cli) fn open(papers: &Papers) -> Result<(OpenedPaper, OpenedPaper), Failure> {
    apart(&papers.letter, &papers.secret_letter)?;
    Ok((
        OpenedPaper::open(&papers.letter, papers.force)?,
        OpenedPaper::open(&papers.secret_letter, papers.force)?,
    ))
}

/// Warns of characters that the font does not have, and tells them.
pub(super) fn missing<'p>(session: &Session, printed: impl IntoIterator<Item = &'p Printed>) -> Vec<String> {
    let mut all: BTreeSet<char> = BTreeSet::new();
    for printed in printed {
        all.extend(&printed.missing);
    }
    let told: Vec<String> = all.into_iter().map(|c| format!("{c} (U+{:04X})", u32::from(c))).collect();
    if !told.is_empty() {
        session.output.warn(&format!(
            "the font has no {}; a geta mark is printed instead: name a larger font in letters.font",
            told.join(", ")
        ));
    }
    told
}

impl Report {
    /// The report for people.
    pub(in crate::cli) fn text(&self, papers: &Papers) -> String {
        let count = self.letters.len();
        format!(
            "{count} {}: {} sheets one and their lists in {}, {} sheets two in {}\n\
             Print one side of the paper only, and send the two apart. Delete the files when they are printed.\n",
            if count == 1 { "letter" } else { "letters" },
            self.letter_sheets,
            papers.letter.display(),
            self.secret_sheets,
            papers.secret_letter.display(),
        )
    }
}
