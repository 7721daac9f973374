//! What every letter of an organization has in common, and the documents that are made on it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::TagTree;
use krilla::{Document, SerializeSettings};
use url::Url;
use zeroize::Zeroizing;

use super::sheet::{Fact, Pens, Role, Sheet};
use super::text::{POINTS, Text};
use super::typeface::Typeface;
use super::window::{Area, FOLDS, SHEET, Window};
use super::{Batch, Letter, LetterError, Recipient, SheetKind, cover, first, second};
use crate::directory::Contact;
use crate::words::language::Language;
use crate::words::{Phrase, Words};

/// The margins on the left and on the right, in millimetres.
pub(super) const MARGIN: f32 = 22.0;
/// How wide the text is.
pub(super) const MEASURE: f32 = SHEET.0 - 2.0 * MARGIN;
/// Where the organization's name stands: right of all that a window can show.
const HEAD: Area = Area::new(120.0, 14.0, SHEET.0 - 120.0 - 14.0, 40.0);
/// Inside of what the window always shows, to the sides and above and below, so that a cut or a fold may be a little off.
const INSET: (f32, f32) = (2.0, 0.8);

/// What stationery is made of.
#[derive(Debug, Clone)]
pub struct StationeryParts {
    /// The font of the text.
    pub regular: Typeface,
    /// The font of headings and of what is to be typed.
    pub bold: Typeface,
    /// The envelope's window.
    pub window: Window,
    /// The language that letters are written in.
    pub language: Language,
    /// The organization's name.
    pub organization: String,
    /// Whom people ask.
    pub contact: Contact,
    /// The landing site's address.
    pub site: Url,
    /// When the letters are written.
    pub date: Timestamp,
}

/// A document.
pub struct Printed {
    /// The PDF. It may hold secrets.
    pub pdf: Zeroizing<Vec<u8>>,
    /// How many sheets it has.
    pub sheets: usize,
    /// Characters that the font does not have; a geta mark stands in their place.
    pub missing: BTreeSet<char>,
}

/// What every letter of an organization has in common.
#[derive(Debug, Clone)]
pub struct Stationery(pub(super) StationeryParts);

/// A document in the making.
pub(super) struct Book<'p> {
    document: Document,
    pens: &'p Pens<'p>,
    tags: TagTree,
    outline: Outline,
    pub(super) sheets: usize,
}

impl Book<'_> {
    /// Adds a sheet, named in the outline where it has a name.
    ///
    /// # Errors
    /// What `draw` says.
    pub(super) fn sheet(
        &mut self,
        name: Option<String>,
        draw: impl FnOnce(&mut Sheet<'_, '_>) -> Result<(), LetterError>,
    ) -> Result<(), LetterError> {
        let size = PageSettings::from_wh(SHEET.0 * POINTS, SHEET.1 * POINTS);
        let mut page = self.document.start_page_with(size.unwrap_or_default());
        let mut sheet = Sheet::new(page.surface(), self.pens);
        draw(&mut sheet)?;
        self.tags.push(sheet.finish());
        page.finish();
        if let Some(name) = name {
            let top = XyzDestination::new(self.sheets, Point::from_xy(0.0, 0.0));
            self.outline.push_child(OutlineNode::new(name, top));
        }
        self.sheets += 1;
        Ok(())
    }
}

impl Stationery {
    /// Puts stationery together.
    #[must_use]
    pub const fn new(parts: StationeryParts) -> Self {
        Self(parts)
    }

    pub(super) const fn words(&self) -> Words {
        Words(self.0.language)
    }

    pub(super) fn say(&self, key: &'static str) -> Phrase<'static> {
        self.words().say(key)
    }

    /// Whether a letter to this person can be drawn, before anything is issued.
    ///
    /// # Errors
    /// What is too long.
    pub fn check(&self, recipient: &Recipient) -> Result<(), LetterError> {
        let (title, _) = self.making(SheetKind::First);
        self.document(title, |book| {
            book.sheet(Some(recipient.name.clone()), |sheet| {
                self.head(sheet, recipient, "")?;
                self.person(sheet, recipient)
            })
        })
        .map(|_| ())
    }

    fn person(&self, sheet: &mut Sheet<'_, '_>, recipient: &Recipient) -> Result<(), LetterError> {
        let facts = [self.name_fact(recipient), self.contact_fact()];
        sheet.facts(&facts, first::FACTS, first::LABELS)
    }

    /// Draws one of the two sheets of every letter, for each facility a list first where `covered`; tells `progress` how many
    /// letters are drawn.
    ///
    /// # Errors
    /// When something does not fit, or the PDF cannot be written.
    pub fn print(
        &self,
        kind: SheetKind,
        batches: &[Batch<'_>],
        covered: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Printed, LetterError> {
        let (title, draw) = self.making(kind);
        let mut drawn = 0;
        self.document(title, |book| {
            for batch in batches {
                if covered {
                    cover::draw(self, book, kind, batch)?;
                }
                for letter in &batch.letters {
                    let name = format!("{} {}", letter.mark, letter.recipient.name);
                    book.sheet(Some(name), |sheet| draw(self, sheet, letter))?;
                    drawn += 1;
                    progress(drawn);
                }
            }
            Ok(())
        })
    }

    fn making(&self, kind: SheetKind) -> (String, DrawLetter) {
        match kind {
            SheetKind::First => (self.say("letter-first-title").plain(), first::draw),
            SheetKind::Second => (self.say("letter-second-title").plain(), second::draw),
        }
    }

    /// Makes a document of what `fill` draws.
    pub(super) fn document(
        &self,
        title: String,
        fill: impl FnOnce(&mut Book<'_>) -> Result<(), LetterError>,
    ) -> Result<Printed, LetterError> {
        let pens = Pens { regular: self.0.regular.pen()?, bold: self.0.bold.pen()? };
        let accessible =
            ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
        let settings = SerializeSettings {
            configuration: accessible.map_err(|error| LetterError::Pdf(format!("{error:?}")))?,
            ..SerializeSettings::default()
        };
        let language = self.0.language.bcp47().to_owned();
        let mut book = Book {
            document: Document::new_with(settings),
            pens: &pens,
            tags: TagTree::new().with_lang(Some(language.clone())),
            outline: Outline::new(),
            sheets: 0,
        };
        fill(&mut book)?;
        let Book { mut document, tags, outline, sheets, .. } = book;
        document.set_tag_tree(tags);
        document.set_outline(outline);
        let metadata = Metadata::new().title(title).language(language).creator("Tegata".to_owned());
        document.set_metadata(metadata.authors(vec![self.0.organization.clone()]));
        let pdf = document.finish().map_err(|error| LetterError::Pdf(format!("{error:?}")))?;
        let mut missing = pens.regular.missing();
        missing.extend(pens.bold.missing());
        Ok(Printed { pdf: Zeroizing::new(pdf), sheets, missing })
    }

    /// What stands on both sheets above the first fold: the address behind the window, and who writes.
    pub(super) fn head(
        &self,
        sheet: &mut Sheet<'_, '_>,
        recipient: &Recipient,
        mark: &str,
    ) -> Result<(), LetterError> {
        sheet.write(&self.address(recipient), self.address_area(), Role::Paragraph, "the address")?;
        let mark = self.say("letter-mark").with("mark", mark.to_owned());
        let head = [
            Text::new(self.0.organization.clone(), 11.0).bold(),
            Text::said(&self.say("letter-date").with("date", self.words().date(self.0.date)), 8.5).above(0.5),
            Text::said(&mark, 8.5),
        ];
        sheet.write(&head, HEAD, Role::Paragraph, "the organization's name")?;
        for fold in FOLDS {
            for (from, to) in [(4.0, 8.0), (SHEET.0 - 8.0, SHEET.0 - 4.0)] {
                sheet.stroke_path(&[(from, fold), (to, fold)], 0.15, 120, false);
            }
        }
        Ok(())
    }

    /// Where the address stands.
    #[must_use]
    pub fn address_area(&self) -> Area {
        let seen = self.0.window.always_seen();
        Area::new(
            seen.left + INSET.0,
            seen.top + INSET.1,
            seen.width - 2.0 * INSET.0,
            seen.height - 2.0 * INSET.1,
        )
    }

    fn address(&self, recipient: &Recipient) -> Vec<Text> {
        let mut address = Vec::new();
        let line = |text: &str| Text::new(text, 8.5).leading(1.25);
        if let Some(code) = &recipient.postal_code {
            address.push(line(&self.say("letter-postal-code").with("code", code.clone()).plain()));
        }
        address.extend(recipient.address.iter().map(|text| line(text)));
        address.extend(recipient.facility.iter().map(|text| line(text)));
        let mut gap = 0.35;
        if let Some(kana) = &recipient.kana {
            address.push(Text::kana(kana.clone(), 6.0).above(2.0 * gap));
            gap = 0.0;
        }
        let name = self.say("letter-to").with("name", recipient.name.clone());
        address.push(Text::new(name.plain(), 11.5).leading(1.2).above(gap));
        address
    }

    pub(super) fn name_fact(&self, recipient: &Recipient) -> Fact {
        let mut value = Vec::new();
        value.extend(recipient.kana.iter().map(|kana| Text::kana(kana.clone(), 6.5)));
        value.push(Text::new(recipient.name.clone(), 11.0).leading(1.3));
        value.extend(recipient.facility.iter().map(|facility| Text::new(facility.clone(), 9.0)));
        Fact { label: self.label("letter-name"), value }
    }

    pub(super) fn contact_fact(&self) -> Fact {
        let contact = &self.0.contact;
        let mut value: Vec<Text> = contact.name.iter().map(|name| Text::new(name.clone(), 9.5)).collect();
        let parts = [
            ("contact-phone", &contact.phone),
            ("contact-email", &contact.email),
            ("contact-hours", &contact.hours),
        ];
        for (key, part) in parts {
            value.extend(part.iter().map(|part| Text::new(format!("{} {part}", self.say(key).plain()), 9.5)));
        }
        if value.is_empty() {
            value.push(Text::said(&self.say("contact-nobody"), 9.5));
        }
        Fact { label: self.label("contact"), value }
    }

    pub(super) fn label(&self, key: &'static str) -> Text {
        Text::said(&self.say(key), 9.0).faint().leading(1.6)
    }

    pub(super) fn fact(&self, key: &'static str, value: impl Into<String>) -> Fact {
        Fact { label: self.label(key), value: vec![Text::new(value, 9.5)] }
    }

    /// The foot of a sheet: its mark, which of the two it is, and what it is not enough for.
    pub(super) fn foot(
        &self,
        sheet: &mut Sheet<'_, '_>,
        mark: &str,
        key: &'static str,
    ) -> Result<(), LetterError> {
        let foot = self.say(key).with("mark", mark.to_owned());
        let area = Area::new(MARGIN, SHEET.1 - 18.0, MEASURE, 10.0);
        sheet.write(&[Text::said(&foot, 8.0).faint()], area, Role::Paragraph, "the foot").map(|_| ())
    }
}

/// What draws one sheet of a letter.
type DrawLetter = fn(&Stationery, &mut Sheet<'_, '_>, &Letter<'_>) -> Result<(), LetterError>;
