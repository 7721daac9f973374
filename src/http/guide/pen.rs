//! The pen: boxes, lines and words of a picture, and where the person taps.

use super::measure::{cut, length, lines};
use super::scene::{Button, Buttons, Glyph, Label, Mark, Tail};
use crate::http::words::Words;

/// What a picture fills in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The certificate's name, as the device shows it.
    pub certificate: String,
    /// The file's name.
    pub file: String,
    /// What is handed out.
    pub offer: String,
    /// Whether a phone is drawn as a tablet.
    pub tablet: bool,
}

/// A place in a picture, with the radius of its corners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// Its width.
    pub w: i32,
    /// Its height.
    pub h: i32,
    /// The radius of its corners.
    pub r: i32,
}

/// What a picture consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A box.
    Box {
        /// How it looks, by its name in the style sheet.
        class: &'static str,
        /// Where it stands.
        at: Place,
    },
    /// A line of text.
    Text {
        /// How it looks.
        class: &'static str,
        /// Its beginning, middle or end, by its class.
        x: i32,
        /// Its base line.
        y: i32,
        /// The text.
        text: String,
    },
    /// A line drawing.
    Path {
        /// How it looks.
        class: &'static str,
        /// Where it begins.
        x: i32,
        /// Where it begins.
        y: i32,
        /// The rest, relative to the beginning.
        line: &'static str,
    },
}

/// The size of the letters.
pub(super) const SIZE: i32 = 13;
/// From line to line of a text.
pub(super) const PITCH: i32 = 18;
/// The height of a row, a bar, a button.
pub(super) const ROW: i32 = 38;
const CHEVRON: &str = "l5 5-5 5";
const SHARE: &str = "v-11m-4 4 4-4 4 4m2 3h3v12h-18v-12h3";
const COMPASS: &str = "m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0m13-4-6 2-2 6 6-2z";

/// Draws one picture.
pub(super) struct Pen<'a> {
    pub(super) words: Words,
    pub(super) names: &'a Names,
    pub(super) shapes: Vec<Shape>,
    pub(super) taps: Vec<Place>,
    pub(super) crossed: Vec<Place>,
}

impl<'a> Pen<'a> {
    /// A pen that writes the system's words.
    pub(super) const fn new(words: Words, names: &'a Names) -> Self {
        Self { words, names, shapes: Vec::new(), taps: Vec::new(), crossed: Vec::new() }
    }

    #[expect(clippy::many_single_char_names, reason = "SVG calls them so")]
    pub(super) fn rect(&mut self, class: &'static str, x: i32, y: i32, w: i32, h: i32, r: i32) -> usize {
        self.shapes.push(Shape::Box { class, at: Place { x, y, w, h, r } });
        self.shapes.len() - 1
    }

    /// Gives a box, drawn before what stands on it, the height that this took.
    pub(super) fn stretch(&mut self, which: usize, to: i32) {
        if let Some(Shape::Box { at, .. }) = self.shapes.get_mut(which) {
            at.h = to - at.y;
        }
    }

    pub(super) fn path(&mut self, class: &'static str, x: i32, y: i32, line: &'static str) {
        self.shapes.push(Shape::Path { class, x, y, line });
    }

    pub(super) fn write(&mut self, class: &'static str, x: i32, y: i32, text: impl Into<String>) {
        self.shapes.push(Shape::Text { class, x, y, text: text.into() });
    }

    pub(super) fn said(&self, label: Label) -> Option<String> {
        Some(match label {
            Label::Word(key) => self.words.say(key).to_string(),
            Label::Certificate => self.names.certificate.clone(),
            Label::File => self.names.file.clone(),
            Label::Offer => self.names.offer.clone(),
            Label::Blank(_) => return None,
        })
    }

    pub(super) fn mark(&mut self, mark: Mark, x: i32, y: i32, w: i32, h: i32) {
        match mark {
            Mark::None => {}
            Mark::Tap => self.taps.push(Place { x, y, w, h, r: (h / 2).min(9) }),
            Mark::Never => self.crossed.push(Place { x, y, w, h, r: 0 }),
        }
    }

    /// A label over as many lines as it takes, `y` being the upper edge; returns the lower edge.
    pub(super) fn lines(&mut self, label: Label, class: &'static str, x: i32, y: i32, w: i32) -> i32 {
        match (label, self.said(label)) {
            (Label::Blank(long), _) => {
                let mut left = long;
                let mut y = y;
                while left > 0 {
                    let bar = left.min(w);
                    let x = if class.contains('m') { x - bar / 2 } else { x };
                    self.rect("b", x, y + 5, bar, 7, 3);
                    left -= bar;
                    y += 15;
                }
                y + 2
            }
            (Label::Word(_) | Label::Offer, Some(text)) => {
                let mut y = y;
                for line in lines(&text, SIZE, w) {
                    self.write(class, x, y + 14, line);
                    y += PITCH;
                }
                y
            }
            (_, text) => {
                self.write(class, x, y + 14, cut(&text.unwrap_or_default(), SIZE, w));
                y + PITCH
            }
        }
    }

    /// How wide a button's words are.
    pub(super) fn wide(&self, label: Label) -> i32 {
        match label {
            Label::Blank(long) => long,
            _ => length(&self.said(label).unwrap_or_default(), SIZE),
        }
    }

    pub(super) fn bar(
        &mut self,
        parts: (Option<Button>, Option<Label>, Option<Button>),
        x: i32,
        y: i32,
        w: i32,
    ) -> i32 {
        let (left, title, right) = parts;
        let mut taken = [0, 0];
        if let Some(button) = left {
            taken[0] = self.wide(button.label);
            self.lines(button.label, "l", x, y + 7, w);
            self.mark(button.mark, x - 6, y + 3, taken[0] + 12, 27);
        }
        if let Some(button) = right {
            taken[1] = self.wide(button.label);
            self.lines(button.label, "l e", x + w, y + 7, w);
            self.mark(button.mark, x + w - taken[1] - 6, y + 3, taken[1] + 12, 27);
        }
        let Some(title) = title else { return y + ROW };
        let room = w - 2 * taken[0].max(taken[1]) - 16;
        if self.wide(title) <= room || taken == [0, 0] {
            self.lines(title, "d m", x + w / 2, y + 7, w);
            return y + ROW;
        }
        self.lines(title, "d m", x + w / 2, y + 34, w) + 8
    }

    pub(super) fn row(&mut self, button: Button, tail: Tail, x: i32, y: i32, w: i32) -> i32 {
        let end = match tail {
            Tail::None => 12,
            Tail::More => 22,
            Tail::Switch => 54,
        };
        let bottom = self.lines(button.label, "t", x + 12, y + 10, w - 12 - end) + 10;
        let middle = i32::midpoint(y, bottom);
        match tail {
            Tail::None => {}
            Tail::More => self.path("p", x + w - 16, middle - 5, CHEVRON),
            Tail::Switch => {
                self.rect("a", x + w - 46, middle - 10, 34, 20, 10);
                self.rect("o", x + w - 29, middle - 7, 14, 14, 7);
            }
        }
        match (tail, button.mark) {
            (Tail::Switch, mark) => self.mark(mark, x + w - 51, middle - 15, 44, 30),
            (_, mark) => self.mark(mark, x + 2, y + 2, w - 4, bottom - y - 4),
        }
        bottom
    }

    pub(super) fn buttons(&mut self, kind: Buttons, buttons: &[Button], x: i32, y: i32, w: i32) -> i32 {
        match kind {
            Buttons::Shared => {
                let each = w / i32::try_from(buttons.len().max(1)).unwrap_or(1);
                self.rect("b", x, y, w, 1, 0);
                let mut x = x;
                for (place, button) in buttons.iter().enumerate() {
                    if place > 0 {
                        self.rect("b", x, y, 1, ROW, 0);
                    }
                    self.lines(button.label, "l m", x + each / 2, y + 11, each);
                    self.mark(button.mark, x + 5, y + 5, each - 10, ROW - 10);
                    x += each;
                }
                y + ROW
            }
            Buttons::Words => {
                let mut right = x + w - 14;
                for button in buttons.iter().rev() {
                    let wide = self.wide(button.label);
                    self.lines(button.label, "l e", right, y + 7, w);
                    self.mark(button.mark, right - wide - 8, y + 3, wide + 16, 28);
                    right -= wide + 30;
                }
                y + ROW
            }
            Buttons::Boxes => {
                let mut right = x + w - 12;
                for button in buttons.iter().rev() {
                    let wide = self.wide(button.label) + 22;
                    self.rect("f", right - wide, y + 4, wide, 28, 5);
                    self.lines(button.label, "t m", right - wide / 2, y + 9, w);
                    self.mark(button.mark, right - wide - 3, y + 1, wide + 6, 34);
                    right -= wide + 10;
                }
                y + ROW + 4
            }
        }
    }

    pub(super) fn glyph(&mut self, glyph: Glyph, x: i32, y: i32) {
        match glyph {
            Glyph::Dots | Glyph::Kebab => {
                for step in [-6, 0, 6] {
                    let (dx, dy) = if glyph == Glyph::Dots { (step, 0) } else { (0, step) };
                    self.rect("i", x + dx - 2, y + dy - 2, 4, 4, 2);
                }
            }
            Glyph::Share => self.path("p", x, y + 3, SHARE),
            Glyph::Compass => self.path("p", x, y, COMPASS),
        }
        self.taps.push(Place { x: x - 15, y: y - 15, w: 30, h: 30, r: 15 });
    }
}
