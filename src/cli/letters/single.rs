//! A letter for one invitation, beside what `tegata invite` prints.

use std::path::PathBuf;

use super::addressee::Addressee;
use super::batch::{mark_of_batch, missing};
use super::paper::{LanguageArgument, OpenedPaper, stationery};
use crate::app::{AppError, Office};
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::directory::FacilityCode;
use crate::enrollment::{Carrier, Invite, IssuedInvitation};
use crate::letter::{Batch, Letter, Recipient, SheetKind, Stationery};

/// A letter beside the command's own output.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct LetterArguments {
    /// Write a letter's sheet one (QR code and number) to this PDF
    #[arg(long, value_name = "FILE", help_heading = "Letters")]
    letter: Option<PathBuf>,
    /// Write a letter's sheet two (secret) to this PDF; send it apart from sheet one
    #[arg(long, value_name = "FILE", requires = "letter", help_heading = "Letters")]
    secret_letter: Option<PathBuf>,
    /// Write over files that exist
    #[arg(long, requires = "letter", help_heading = "Letters")]
    force: bool,
    #[command(flatten)]
    addressee: Addressee,
    /// The language of the letter
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "ja", help_heading = "Letters")]
    language: LanguageArgument,
}

/// A letter that waits for its invitation.
pub(in crate::cli) struct Prepared {
    stationery: Stationery,
    recipient: Recipient,
    files: Vec<(SheetKind, OpenedPaper)>,
}

impl LetterArguments {
    /// How the invitation travels.
    pub(in crate::cli) const fn carrier(&self) -> Carrier {
        if self.letter.is_some() { Carrier::Letter } else { Carrier::Message }
    }

    /// Whether both sheets are written, so that nothing else has to be handed over.
    pub(in crate::cli) const fn is_whole(&self) -> bool {
        self.letter.is_some() && self.secret_letter.is_some()
    }

    /// Makes sure, before anything is issued, that the letter can be drawn and written; `None` where none is wanted.
    ///
    /// # Errors
    /// What stands against it.
    pub(in crate::cli) fn prepare(
        &self,
        session: &Session,
        office: &Office,
        invite: &Invite,
    ) -> Result<Option<Prepared>, Failure> {
        let Some(letter) = &self.letter else {
            if self.addressee.is_given() {
                let message = "an address is for a letter";
                return Err(Failure::new(Exit::Usage, "usage", message).hint("add --letter FILE"));
            }
            return Ok(None);
        };
        let organization = session.block_on(office.organization())??;
        let stationery = stationery(session, organization, self.language)?;
        let facility = facility_name(session, office, invite.facility.as_ref())?;
        let person = &invite.subscriber;
        let recipient = self.addressee.of(&person.name, person.kana.clone(), facility);
        stationery.check(&recipient)?;
        let mut files = vec![(SheetKind::First, OpenedPaper::open(letter, self.force)?)];
        if let Some(secret) = &self.secret_letter {
            super::batch::apart(letter, secret)?;
            files.push((SheetKind::Second, OpenedPaper::open(secret, self.force)?));
        }
        Ok(Some(Prepared { stationery, recipient, files }))
    }
}

impl Prepared {
    /// Draws the letter and writes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(in crate::cli) fn write(self, session: &Session, issued: &IssuedInvitation) -> Result<(), Failure> {
        let mark = format!("{}-0001", mark_of_batch(session)?);
        let letter = Letter { mark: &mark, recipient: &self.recipient, invitation: issued };
        let batches = [Batch { facility: None, letters: vec![letter] }];
        for (kind, file) in self.files {
            let printed = self.stationery.print(kind, &batches, false, &mut |_| {})?;
            let written = match kind {
                SheetKind::First => format!("sheet one (QR code and number) is in {}", file.path().display()),
                SheetKind::Second => format!("sheet two (secret) is in {}", file.path().display()),
            };
            file.write(&printed)?;
            session.output.note(&written);
            missing(session, [&printed]);
        }
        Ok(())
    }
}

/// A facility as people call it, or its code where the directory has no name.
pub(super) fn facility_name(
    session: &Session,
    office: &Office,
    facility: Option<&FacilityCode>,
) -> Result<Option<String>, Failure> {
    let Some(code) = facility else { return Ok(None) };
    let directory = office.authority.directory();
    let known = session.block_on(directory.find_facility(&office.caller.organization, code))?;
    let known = known.map_err(AppError::from)?;
    Ok(Some(known.map_or_else(|| code.to_string(), |facility| facility.name)))
}
