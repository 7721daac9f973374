//! One sheet of paper while it is drawn: text, lines and codes in millimetres, each with its role for who does not see it.

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
};
use krilla::text::KrillaGlyph;

use super::LetterError;
use super::symbol::Symbol;
use super::text::{Line, POINTS, Placed, Text, fitted};
use super::typeface::{Pen, advance};
use super::window::Area;

/// How dark what is said in a lower voice is printed: 4.5 : 1 against white and more.
const FAINT: u8 = 80;
/// How dark rules are.
const RULE: u8 = 150;
/// Light modules on every side of a code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// The fonts, opened.
pub(super) struct Pens<'t> {
    pub(super) regular: Pen<'t>,
    pub(super) bold: Pen<'t>,
}

impl<'t> Pens<'t> {
    pub(super) const fn of(&self, weight: Weight) -> &Pen<'t> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

/// What a text is, for who hears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A heading of this level.
    Heading(u16),
    /// A paragraph.
    Paragraph,
    /// Said on every sheet: passed over.
    Artifact,
}

/// A row of facts: what it is called, and what it is.
pub(super) struct Fact {
    pub(super) label: Text,
    pub(super) value: Vec<Text>,
}

/// A sheet.
pub(super) struct Sheet<'s, 'p> {
    surface: Surface<'s>,
    pens: &'p Pens<'p>,
    tags: Vec<Node>,
}

impl<'s, 'p> Sheet<'s, 'p> {
    pub(super) const fn new(surface: Surface<'s>, pens: &'p Pens<'p>) -> Self {
        Self { surface, pens, tags: Vec::new() }
    }

    /// Ends the sheet: everything on it, in reading order.
    pub(super) fn finish(self) -> TagGroup {
        self.surface.finish();
        TagGroup::with_children(Tag::Section, self.tags)
    }

    /// Sets texts into an area, as much smaller as needed; tells where they end.
    ///
    /// # Errors
    /// When they do not fit in print that can be read.
    pub(super) fn write(
        &mut self,
        texts: &[Text],
        area: Area,
        role: Role,
        what: &'static str,
    ) -> Result<f32, LetterError> {
        let placed = fitted(self.pens, texts, area, what)?;
        self.put(&placed, role);
        Ok(area.top + placed.height)
    }

    fn put(&mut self, placed: &Placed, role: Role) {
        let mut lines = placed.lines.as_slice();
        while let Some(first) = lines.first() {
            let count = lines.iter().take_while(|line| line.paragraph == first.paragraph).count();
            let (paragraph, rest) = lines.split_at(count);
            lines = rest;
            let leaf = self.lines(paragraph, role);
            let title =
                || paragraph.iter().filter(|l| !l.reading).map(|l| l.text.as_str()).collect::<String>();
            match role {
                Role::Artifact => {}
                Role::Paragraph => self.tag(Tag::P, leaf),
                Role::Heading(level) => {
                    let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
                    self.tag(Tag::Hn(level, Some(title())), leaf);
                }
            }
        }
    }

    fn tag(&mut self, tag: impl Into<TagKind>, leaf: Identifier) {
        self.tags.push(Node::Group(TagGroup::with_children(tag, vec![Node::Leaf(leaf)])));
    }

    fn lines(&mut self, lines: &[Line], role: Role) -> Identifier {
        let leaf = self.surface.start_tagged(match role {
            Role::Artifact => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            _ => ContentTag::Span(SpanTag::empty()),
        });
        for line in lines {
            let glyphs = self.pens.of(line.weight).glyphs(&line.text);
            self.glyphs(line, &glyphs);
        }
        self.surface.end_tagged();
        leaf
    }

    fn glyphs(&mut self, line: &Line, glyphs: &[KrillaGlyph]) {
        self.fill(if line.faint { FAINT } else { 0 });
        let at = Point::from_xy(line.left * POINTS, line.baseline * POINTS);
        let font = self.pens.of(line.weight).font();
        self.surface.draw_glyphs(at, glyphs, font, &line.text, line.size, false);
    }

    /// Writes what is to be typed: large, its characters a little apart, in the middle of an area.
    ///
    /// # Errors
    /// When it does not fit in print that can be read.
    pub(super) fn display(&mut self, text: &str, size: f32, area: Area) -> Result<(), LetterError> {
        /// How much further apart the characters are, in units of the size.
        const APART: f32 = 0.1;
        let shaped = self.pens.bold.glyphs(text);
        let wide: f32 = shaped.iter().map(|glyph| advance(glyph) + APART).sum::<f32>() - APART;
        let size = size.min(area.width * POINTS / wide).min(area.height * POINTS);
        if size < 9.0 {
            return Err(LetterError::TooLong("the secret"));
        }
        let spread: Vec<KrillaGlyph> = shaped
            .iter()
            .map(|glyph| {
                let range = krilla::text::Glyph::text_range(glyph);
                let id = krilla::text::Glyph::glyph_id(glyph);
                KrillaGlyph::new(id, advance(glyph) + APART, 0.0, 0.0, 0.0, range, None)
            })
            .collect();
        let line = Line {
            text: text.to_owned(),
            left: area.left + (area.width - wide * size / POINTS) / 2.0,
            baseline: area.top + area.height / 2.0 + 0.36 * size / POINTS,
            size,
            weight: Weight::Bold,
            faint: false,
            paragraph: 0,
            reading: false,
        };
        let leaf = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        self.glyphs(&line, &spread);
        self.surface.end_tagged();
        self.tag(Tag::P, leaf);
        Ok(())
    }

    /// Writes facts as a table of two columns without more rules than one below each row.
    ///
    /// # Errors
    /// When they do not fit in print that can be read.
    pub(super) fn facts(&mut self, facts: &[Fact], area: Area, labels: f32) -> Result<(), LetterError> {
        /// Above and below each row, in millimetres.
        const PADDING: f32 = 1.1;
        let mut scale = 1.0;
        let rows = loop {
            let mut y = area.top;
            let mut rows = Vec::new();
            for fact in facts {
                let left = Area::new(area.left, y + PADDING, labels - 3.0, f32::INFINITY);
                let right = Area::new(area.left + labels, y + PADDING, area.width - labels, f32::INFINITY);
                let label = super::text::set(self.pens, std::slice::from_ref(&fact.label), left, scale);
                let value = super::text::set(self.pens, &fact.value, right, scale);
                y += label.height.max(value.height) + 2.0 * PADDING;
                rows.push((label, value, y));
            }
            if y <= area.bottom() {
                break rows;
            }
            scale *= 0.95;
            if scale < 0.6 {
                return Err(LetterError::TooLong(
                    "what is said about the person, the device and the contact",
                ));
            }
        };
        let mut table = Vec::new();
        for (label, value, bottom) in rows {
            let header = self.lines(&label.lines, Role::Paragraph);
            let cell = self.lines(&value.lines, Role::Paragraph);
            self.rule(Area::new(area.left, bottom, area.width, 0.0));
            let header = TagGroup::with_children(Tag::TH(TableHeaderScope::Row), vec![Node::Leaf(header)]);
            let cell = TagGroup::with_children(Tag::TD, vec![Node::Leaf(cell)]);
            table.push(Node::Group(TagGroup::with_children(Tag::TR, vec![header.into(), cell.into()])));
        }
        self.tags.push(Node::Group(TagGroup::with_children(Tag::Table, table)));
        Ok(())
    }

    /// Writes rows of cells below a row of headings; the columns begin at `columns`, the last one ends with the area.
    /// Tells how high every row was made.
    pub(super) fn table(
        &mut self,
        headings: &[Text],
        rows: &[Vec<Vec<Text>>],
        columns: &[f32],
        area: Area,
        height: f32,
    ) -> Result<(), LetterError> {
        let cell = |column: usize, top: f32, height: f32| {
            let right = columns.get(column + 1).copied().unwrap_or(area.right());
            Area::new(columns[column], top, right - columns[column] - 2.0, height)
        };
        let mut table = Vec::new();
        let mut row = Vec::new();
        for (column, heading) in headings.iter().enumerate() {
            let place = cell(column, area.top, height / 2.0);
            let placed = fitted(self.pens, std::slice::from_ref(heading), place, "a heading")?;
            let leaf = self.lines(&placed.lines, Role::Paragraph);
            let tag = Tag::TH(TableHeaderScope::Column);
            row.push(Node::Group(TagGroup::with_children(tag, vec![Node::Leaf(leaf)])));
        }
        table.push(Node::Group(TagGroup::with_children(Tag::TR, row)));
        let mut top = area.top + height / 2.0;
        self.rule(Area::new(area.left, top, area.width, 0.0));
        for cells in rows {
            let mut row = Vec::new();
            for (column, texts) in cells.iter().enumerate() {
                let place = cell(column, top + 0.6, height - 1.2);
                let placed = fitted(self.pens, texts, place, "a row of the list")?;
                // In the middle of the row.
                let down = (place.height - placed.height) / 2.0;
                let mut lines = placed.lines;
                for line in &mut lines {
                    line.baseline += down;
                }
                let leaf = self.lines(&lines, Role::Paragraph);
                row.push(Node::Group(TagGroup::with_children(Tag::TD, vec![Node::Leaf(leaf)])));
            }
            table.push(Node::Group(TagGroup::with_children(Tag::TR, row)));
            top += height;
            self.rule(Area::new(area.left, top, area.width, 0.0));
        }
        self.tags.push(Node::Group(TagGroup::with_children(Tag::Table, table)));
        Ok(())
    }

    /// Draws a code that fills an area with its quiet zone, and says in words what it is.
    pub(super) fn code(&mut self, symbol: &Symbol, area: Area, says: String) {
        let side = symbol.size();
        #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 modules a side")]
        let module = area.width / (side + 2 * QUIET) as f32 * POINTS;
        let mut path = PathBuilder::new();
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let run = (x..side).take_while(|x| symbol.is_dark(*x, y)).count();
                #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 modules a side")]
                let (left, top, wide) = ((x + QUIET) as f32, (y + QUIET) as f32, run as f32);
                let (left, top) = (area.left * POINTS + left * module, area.top * POINTS + top * module);
                if let Some(rect) = Rect::from_xywh(left, top, wide * module, module).filter(|_| run > 0) {
                    path.push_rect(rect);
                }
                x += run.max(1);
            }
        }
        self.fill(0);
        let leaf = self.surface.start_tagged(ContentTag::Other);
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
        self.surface.end_tagged();
        self.tag(Tag::Figure(Some(says)), leaf);
    }

    /// A thin line along the upper edge of an area.
    pub(super) fn rule(&mut self, area: Area) {
        self.stroke_path(&[(area.left, area.top), (area.right(), area.top)], 0.2, RULE, false);
    }

    /// A frame.
    pub(super) fn frame(&mut self, area: Area, width: f32, dashed: bool) {
        let corners = [
            (area.left, area.top),
            (area.right(), area.top),
            (area.right(), area.bottom()),
            (area.left, area.bottom()),
            (area.left, area.top),
        ];
        self.stroke_path(&corners, width, if dashed { RULE } else { 0 }, dashed);
    }

    /// A line through points, `width` millimetres wide.
    pub(super) fn stroke_path(&mut self, points: &[(f32, f32)], width: f32, grey: u8, dashed: bool) {
        let mut path = PathBuilder::new();
        for (place, (x, y)) in points.iter().enumerate() {
            if place == 0 {
                path.move_to(x * POINTS, y * POINTS);
            } else {
                path.line_to(x * POINTS, y * POINTS);
            }
        }
        let Some(path) = path.finish() else { return };
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: luma::Color::new(grey).into(),
            width: width * POINTS,
            dash: dashed.then(|| StrokeDash { array: vec![3.0, 3.0], offset: 0.0 }),
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
        self.surface.end_tagged();
    }

    fn fill(&mut self, grey: u8) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: luma::Color::new(grey).into(),
            opacity: NormalizedF32::ONE,
            ..Fill::default()
        }));
    }
}
