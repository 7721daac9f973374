//! Lines: where a text may be broken (UAX #14, with Japanese rules), and how it is made to fit its place.

use std::ops::Range;

use icu_segmenter::LineSegmenter;
use icu_segmenter::options::LineBreakOptions;

use super::LetterError;
use super::sheet::{Pens, Weight};
use super::typeface::Pen;
use super::window::Area;
use crate::words::Phrase;
use crate::words::furigana::{Piece, pieces};

/// Points in a millimetre.
pub(super) const POINTS: f32 = 72.0 / 25.4;
/// Above a line's middle to its baseline, in units of the font's size: the middle of a Chinese character is its own.
const BASELINE: f32 = 0.38;
/// The smallest print, in points, that is still read without a glass.
const SMALLEST: f32 = 5.9;
/// The same for a reading beside what it reads.
const SMALLEST_READING: f32 = 4.2;
/// How large a reading is, in units of the size of what it is over.
const READING: f32 = 0.5;
/// From the baseline up to a reading's baseline, in units of the size.
const READING_RISE: f32 = 0.92;
/// How far lines with readings are apart at least, in units of the size.
const READING_LEADING: f32 = 1.75;
/// How much smaller every try is.
const STEP: f32 = 0.95;

/// A paragraph of one size and weight.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// What it says.
    pub(super) says: String,
    /// Its size in points, before it is made to fit.
    pub(super) size: f32,
    /// How heavy it is.
    pub(super) weight: Weight,
    /// How far its lines are apart, in units of the size.
    pub(super) leading: f32,
    /// What is left free above it, in units of the size; not above the first.
    pub(super) above: f32,
    /// The smallest size in which it may be printed.
    least: f32,
    /// Whether it is said in a lower voice.
    pub(super) faint: bool,
    /// Whether it comes from a catalogue and may carry readings; what a person wrote is shown as it is.
    catalogue: bool,
}

impl Text {
    /// What a person wrote, in this size.
    pub(super) fn new(text: impl Into<String>, size: f32) -> Self {
        let (says, weight) = (text.into(), Weight::Regular);
        Self {
            says,
            size,
            weight,
            leading: 1.45,
            above: 0.0,
            least: SMALLEST,
            faint: false,
            catalogue: false,
        }
    }

    /// What a catalogue says, in this size.
    pub(super) fn said(phrase: &Phrase<'_>, size: f32) -> Self {
        Self { catalogue: true, ..Self::new(phrase.to_string(), size) }
    }

    /// How the text below it is read.
    pub(super) fn kana(text: impl Into<String>, size: f32) -> Self {
        Self { least: SMALLEST_READING, leading: 1.15, ..Self::new(text, size) }
    }

    pub(super) const fn bold(mut self) -> Self {
        self.weight = Weight::Bold;
        self
    }

    pub(super) const fn faint(mut self) -> Self {
        self.faint = true;
        self
    }

    pub(super) const fn above(mut self, above: f32) -> Self {
        self.above = above;
        self
    }

    pub(super) const fn leading(mut self, leading: f32) -> Self {
        self.leading = leading;
        self
    }
}

/// One line in its place: a piece of a paragraph, its baseline in millimetres from the sheet's upper edge.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) faint: bool,
    /// Which of the paragraphs it is a part of.
    pub(super) paragraph: usize,
    /// Whether it is a reading over the line that follows.
    pub(super) reading: bool,
}

/// Paragraphs in their place, from the top down.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) lines: Vec<Line>,
    /// How high they are together, in millimetres.
    pub(super) height: f32,
}

/// Breaks a text into lines that are at most `width` units of the font's size wide; each as its place in the text.
fn broken(pen: &Pen<'_>, text: &str, width: f32) -> Vec<Range<usize>> {
    let segmenter = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default());
    let trimmed = |from: usize, to: usize| from..from + text[from..to].trim_end().len();
    let fits = |range: Range<usize>| pen.width(text[range].trim_end()) <= width;
    let mut lines = Vec::new();
    let (mut start, mut end) = (0, 0);
    for next in segmenter.segment_str(text).skip(1) {
        if !fits(start..next) {
            if start < end {
                lines.push(trimmed(start, end));
                start = end;
            }
            // A word that is longer than a line is broken anywhere.
            while !fits(start..next) {
                let at = start + longest(pen, &text[start..next], width);
                lines.push(start..at);
                start = at;
            }
        }
        end = next;
    }
    if start < text.len() || lines.is_empty() {
        lines.push(trimmed(start, text.len()));
    }
    lines
}

/// How many bytes of a word fit a line; at least its first glyph.
fn longest(pen: &Pen<'_>, word: &str, width: f32) -> usize {
    let mut used = 0.0;
    for glyph in pen.glyphs(word) {
        used += super::typeface::advance(&glyph);
        let start = krilla::text::Glyph::text_range(&glyph).start;
        if used > width && start > 0 {
            return start;
        }
    }
    word.len()
}

/// A text without the readings that a catalogue gives it, and where they belong.
fn read(text: &str) -> (String, Vec<(Range<usize>, &str)>) {
    let mut plain = String::with_capacity(text.len());
    let mut readings = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Plain(text) => plain.push_str(text),
            Piece::Read { base, reading } => {
                readings.push((plain.len()..plain.len() + base.len(), reading));
                plain.push_str(base);
            }
        }
    }
    (plain, readings)
}

/// Sets paragraphs into an area from its upper left corner, without looking at its height.
pub(super) fn set(pens: &Pens<'_>, texts: &[Text], area: Area, scale: f32) -> Placed {
    let mut lines = Vec::new();
    let mut y = area.top;
    for (paragraph, text) in texts.iter().enumerate() {
        let size = (text.size * scale).max(text.least.min(text.size));
        let em = size / POINTS;
        if paragraph > 0 {
            y += text.above * em;
        }
        let pen = pens.of(text.weight);
        let (plain, readings) = if text.catalogue { read(&text.says) } else { (text.says.clone(), vec![]) };
        let leading = if readings.is_empty() { text.leading } else { text.leading.max(READING_LEADING) };
        for place in broken(pen, &plain, area.width / em) {
            let baseline = y + (leading / 2.0 + BASELINE) * em;
            let line = |text: &str, left, baseline, size, reading| Line {
                text: text.to_owned(),
                left,
                baseline,
                size,
                weight: texts[paragraph].weight,
                faint: texts[paragraph].faint,
                paragraph,
                reading,
            };
            // A reading stands over the line on which its word begins.
            for (word, reading) in readings.iter().filter(|(word, _)| place.contains(&word.start)) {
                let before = pen.width(&plain[place.start..word.start]);
                let under = pen.width(&plain[word.start..word.end.min(place.end)]);
                let wide = pen.width(reading);
                let own = READING.min(1.15 * under / wide);
                let left = area.left + (before + (under - wide * own) / 2.0) * em;
                lines.push(line(reading, left, baseline - READING_RISE * em, size * own, true));
            }
            lines.push(line(&plain[place], area.left, baseline, size, false));
            y += leading * em;
        }
    }
    Placed { lines, height: y - area.top }
}

/// Sets paragraphs into an area, as much smaller as needed.
///
/// # Errors
/// When they do not fit in print that can be read.
pub(super) fn fitted(
    pens: &Pens<'_>,
    texts: &[Text],
    area: Area,
    what: &'static str,
) -> Result<Placed, LetterError> {
    let mut scale = 1.0;
    loop {
        let placed = set(pens, texts, area, scale);
        if placed.height <= area.height {
            return Ok(placed);
        }
        scale *= STEP;
        if texts.iter().all(|text| text.size * scale < text.least) {
            return Err(LetterError::TooLong(what));
        }
    }
}
