//! A specimen, to try printers and envelopes: both sheets and a list with nothing real on them, the window drawn in, and
//! lines of a known length.

use super::sheet::{Role, Sheet};
use super::stationery::{Printed, Stationery};
use super::text::Text;
use super::window::{Area, SHEET};
use super::{Batch, Letter, LetterError, Recipient, SheetKind, cover, first, second};
use crate::enrollment::IssuedInvitation;

/// How long the measured lines are, in millimetres.
const LENGTH: f32 = 100.0;

impl Stationery {
    /// Draws a specimen of both sheets and of the list with this invitation, which must not be a real one.
    ///
    /// # Errors
    /// When something does not fit, or the PDF cannot be written.
    pub fn specimen(&self, mark: &str, invitation: &IssuedInvitation) -> Result<Printed, LetterError> {
        let title = self.say("letter-specimen").plain();
        let recipient = Recipient {
            name: self.say("letter-specimen-name").plain(),
            kana: Some(self.say("letter-specimen-kana").plain()),
            postal_code: Some("100-0001".to_owned()),
            address: vec![self.say("letter-specimen-address").plain()],
            facility: Some(self.say("letter-specimen-facility").plain()),
        };
        let letter = &Letter { mark, recipient: &recipient, invitation };
        self.document(title.clone(), |book| {
            book.sheet(Some(self.say("letter-first-title").plain()), |sheet| {
                first::draw(self, sheet, letter)?;
                self.marks(sheet)
            })?;
            book.sheet(Some(self.say("letter-second-title").plain()), |sheet| {
                second::draw(self, sheet, letter)?;
                self.marks(sheet)
            })?;
            let facility = Some(title);
            cover::draw(self, book, SheetKind::First, &Batch { facility, letters: vec![*letter] })
        })
    }

    /// The window, and lines to be measured.
    fn marks(&self, sheet: &mut Sheet<'_, '_>) -> Result<(), LetterError> {
        sheet.frame(self.0.window.always_seen(), 0.3, true);
        let how = self.say("letter-specimen-how").with("length", LENGTH.to_string());
        let texts = [Text::said(&self.say("letter-specimen"), 9.0).bold(), Text::said(&how, 6.5)];
        let area = Area::new(120.0, 40.0, SHEET.0 - 134.0, 19.0);
        sheet.write(&texts, area, Role::Artifact, "what a specimen is for")?;
        let (left, bottom) = (12.0, SHEET.1 - 5.0);
        let tick = 1.5;
        sheet.stroke_path(
            &[(left, bottom - tick), (left, bottom), (left + LENGTH, bottom), (left + LENGTH, bottom - tick)],
            0.2,
            0,
            false,
        );
        let (left, top) = (5.0, 150.0);
        sheet.stroke_path(
            &[(left + tick, top), (left, top), (left, top + LENGTH), (left + tick, top + LENGTH)],
            0.2,
            0,
            false,
        );
        Ok(())
    }
}
