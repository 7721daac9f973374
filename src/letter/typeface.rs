//! A font: which glyph shows a character, and how wide it is.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::{Charmap, MapVariant};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};

/// What printers put where a character is missing: the geta mark.
const GETA: char = '\u{3013}';
/// What a Japanese font must have.
const NEEDED: [char; 6] = ['\u{3042}', '\u{30a2}', '\u{5c71}', '\u{6a23}', 'A', GETA];

/// Why a file is no font for letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TypefaceError {
    /// It is none.
    #[error("it is no OpenType font")]
    NoFont,
    /// It has no Japanese.
    #[error("it has no Japanese characters")]
    NotJapanese,
}

/// A font that can show Japanese.
#[derive(Clone)]
pub struct Typeface {
    bytes: Arc<Vec<u8>>,
    index: u32,
    font: Font,
}

impl std::fmt::Debug for Typeface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typeface").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Typeface {
    /// Reads an OpenType font or collection; of a collection, the member with Japanese shapes.
    ///
    /// # Errors
    /// When it is no font, or has no Japanese.
    pub fn read(bytes: Vec<u8>) -> Result<Self, TypefaceError> {
        let index = member(&bytes)?;
        let bytes = Arc::new(bytes);
        let font = Font::new(Arc::clone(&bytes).into(), index).ok_or(TypefaceError::NoFont)?;
        Ok(Self { bytes, index, font })
    }

    /// Opens it for measuring.
    pub(super) fn pen(&self) -> Result<Pen<'_>, TypefaceError> {
        let font = FontRef::from_index(&self.bytes, self.index).map_err(|_| TypefaceError::NoFont)?;
        Ok(Pen {
            charmap: font.charmap(),
            metrics: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
            font: self.font.clone(),
            missing: RefCell::default(),
        })
    }
}

/// The member of a collection that is made for Japanese (Chinese characters differ by country), or else the first that has it.
fn member(bytes: &[u8]) -> Result<u32, TypefaceError> {
    let count = match FileRef::new(bytes).map_err(|_| TypefaceError::NoFont)? {
        FileRef::Font(_) => 1,
        FileRef::Collection(collection) => collection.len(),
    };
    let mut found = None;
    for index in 0..count.min(100) {
        let Ok(font) = FontRef::from_index(bytes, index) else { continue };
        let charmap = font.charmap();
        if !NEEDED.iter().all(|c| charmap.map(*c).is_some()) {
            continue;
        }
        let name = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first();
        if name.is_some_and(|name| name.to_string().contains("JP")) {
            return Ok(index);
        }
        found = found.or(Some(index));
    }
    found.ok_or(TypefaceError::NotJapanese)
}

/// Whether this chooses a form of the character before it (Unicode §23.4).
const fn selects_form(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A font while it is written with.
pub(super) struct Pen<'t> {
    charmap: Charmap<'t>,
    metrics: GlyphMetrics<'t>,
    font: Font,
    missing: RefCell<BTreeSet<char>>,
}

impl Pen<'_> {
    /// The glyphs of a text, one beside the other, advances in units of the font's size.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut glyphs = Vec::with_capacity(text.len());
        let mut characters = text.char_indices().peekable();
        while let Some((start, c)) = characters.next() {
            let mut end = start + c.len_utf8();
            let mut form = None;
            while let Some((at, selector)) = characters.next_if(|(_, next)| selects_form(*next)) {
                end = at + selector.len_utf8();
                if let Some(MapVariant::Variant(glyph)) = self.charmap.map_variant(c, selector) {
                    form = Some(glyph);
                }
            }
            let glyph = form.or_else(|| self.charmap.map(c)).unwrap_or_else(|| {
                self.missing.borrow_mut().insert(c);
                self.charmap.map(GETA).unwrap_or_default()
            });
            let advance = self.metrics.advance_width(glyph).unwrap_or(1.0);
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(glyph.to_u32()),
                advance,
                0.0,
                0.0,
                0.0,
                start..end,
                None,
            ));
        }
        glyphs
    }

    /// How wide a text is, in units of the font's size.
    pub(super) fn width(&self, text: &str) -> f32 {
        self.glyphs(text).iter().map(advance).sum()
    }

    /// The font, to be drawn with.
    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// The characters that were asked for so far and that the font does not have.
    pub(super) fn missing(&self) -> BTreeSet<char> {
        self.missing.borrow().clone()
    }
}

/// A glyph's advance in units of the font's size.
pub(super) fn advance(glyph: &KrillaGlyph) -> f32 {
    use krilla::text::Glyph as _;
    glyph.x_advance(1.0)
}
