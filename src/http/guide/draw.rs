//! From a scene to a picture: what surrounds the screen, its parts from the top down, and the marks on top.

use askama::Template;

#[cfg(test)]
use super::pen::SIZE;
use super::pen::{Names, Pen, Shape};
use super::scene::{Around, Buttons, Corner, Label, Mark, Part, Scene};
use crate::http::words::Words;

/// A picture of a screen, ready to be shown.
#[derive(Debug, Clone, Template)]
#[template(path = "guide.svg", escape = "xml")]
pub struct Picture {
    width: i32,
    height: i32,
    wide: bool,
    told: String,
    shapes: Vec<Shape>,
}

impl askama::filters::HtmlSafe for Picture {}

/// The width of a phone's picture, and of a window's.
const NARROW: i32 = 264;
const WIDE: i32 = 340;

/// From the edge of the picture to what surrounds the screen, and from there to what is on it.
const EDGE: i32 = 6;
const INNER: i32 = 11;

const CROSS: &str = "l14 14m0-14-14 14";
const CLOSE: &str = "l8 8m0-8-8 8";
const GEAR: &str = "a5.500 5.500 0 1 0 11 0a5.500 5.500 0 1 0-11 0";
/// A hand whose first finger points at where the line begins.
const HAND: &str = "c1.300 0 2.300 1 2.300 2.300v7.700l6.200 1.300c1.700.4 2.800 2 2.500 3.700l-.9 5.300c-.3 1.900-2 3.200-3.900 3.200h-5.200c-1.200 0-2.300-.5-3-1.400l-5.900-7.100c-.8-1-.6-2.300.3-3 .9-.7 2.200-.6 3 .2l2.300 2.300v-12.200c0-1.300 1-2.300 2.300-2.300z";

impl Pen<'_> {
    fn parts(&mut self, parts: &[Part], x: i32, mut y: i32, w: i32) -> i32 {
        let mut ground = None;
        for part in parts {
            if !matches!(part, Part::Row(..) | Part::Account) {
                if ground.take().is_some() {
                    y += 10;
                }
            } else if ground.is_none() {
                ground = Some(self.rect("g", x, y, w, 0, 10));
            } else {
                self.rect("b", x + 12, y, w - 12, 1, 0);
            }
            y = self.part(*part, x, y, w);
            if let Some(which) = ground {
                self.stretch(which, y);
            }
        }
        if ground.is_some() { y + 10 } else { y }
    }

    fn part(&mut self, part: Part, x: i32, y: i32, w: i32) -> i32 {
        match part {
            Part::Status => {
                self.rect("i", x + w / 2 - 28, y, 56, 11, 5);
                y + 24
            }
            Part::Bar(left, title, right) => self.bar((left, title, right), x, y, w),
            Part::Heading(label, gear) => {
                if gear {
                    self.path("gear", x + 3, y + 15, GEAR);
                }
                self.lines(label, "d big", x + if gear { 26 } else { 2 }, y + 6, w) + 12
            }
            Part::Row(button, tail) => self.row(button, tail, x, y, w),
            Part::Account => {
                self.rect("b", x + 12, y + 9, 30, 30, 15);
                self.rect("b", x + 54, y + 14, w / 3, 8, 4);
                self.rect("b", x + 54, y + 28, w / 2, 6, 3);
                y + 48
            }
            Part::Gap => y + 10,
            Part::Text(label) => self.lines(label, "t", x, y, w) + 4,
            Part::Title(label) => self.lines(label, "d m", x + w / 2, y, w) + 4,
            Part::Field(name, value, dots) => self.field((name, value, dots), x, y, w),
            Part::Choice(button, chosen) => {
                let bottom = self.lines(button.label, "t", x + 26, y + 6, w - 50) + 6;
                self.rect("f", x + 2, y + 7, 16, 16, 8);
                if chosen {
                    self.rect("a", x + 6, y + 11, 8, 8, 4);
                }
                self.mark(button.mark, x - 4, y, w + 8, bottom - y);
                bottom
            }
            Part::Check(label) => {
                self.rect("f", x + 2, y + 7, 16, 16, 3);
                self.lines(label, "t", x + 26, y + 6, w - 30) + 6
            }
            Part::Passcode => {
                for place in 0..6 {
                    self.rect("f", x + w / 2 - 66 + place * 24, y + 8, 12, 12, 6);
                }
                y + 30
            }
            Part::Dialog(parts, kind, buttons) => {
                let card = self.rect("g", x + 4, y + 8, w - 8, 0, 14);
                let inner = self.parts(parts, x + 18, y + 22, w - 36);
                let bottom = self.buttons(kind, buttons, x + 4, inner + 8, w - 8);
                self.stretch(card, bottom);
                bottom + 10
            }
            Part::Buttons(buttons) => self.buttons(Buttons::Boxes, buttons, x - 6, y + 4, w + 12),
            Part::Toast(label, button) => {
                let ground = self.rect("i", x, y + 6, w, 0, 8);
                let room = button.map_or(0, |button| self.wide(button.label) + 26);
                let bottom = self.lines(label, "w", x + 12, y + 16, w - 24 - room) + 10;
                self.stretch(ground, bottom);
                if let Some(button) = button {
                    let wide = self.wide(button.label);
                    self.lines(button.label, "w d e", x + w - 14, y + 16, w);
                    self.mark(button.mark, x + w - wide - 22, y + 10, wide + 16, 30);
                }
                bottom + 8
            }
            Part::Beside(left, right) => {
                let split = w * 2 / 5;
                let list = self.parts(left, x, y, split - 6);
                let bottom = self.parts(right, x + split + 6, y, w - split - 6).max(list);
                self.rect("b", x + split, y, 1, bottom - y, 0);
                bottom
            }
            Part::Page(corner, glyph) => {
                self.rect("b", x + w / 2 - 45, y + 12, 90, 8, 4);
                self.rect("b", x, y + 33, w, 1, 0);
                for (line, long) in [(46, w - 20), (62, w - 60), (78, w - 36)] {
                    self.rect("b", x + 4, y + line, long, 7, 3);
                }
                let bottom = match corner {
                    Corner::BottomRight => {
                        self.rect("b", x, y + 98, w, 1, 0);
                        y + 132
                    }
                    Corner::TopRight => y + 94,
                };
                let (gx, gy) = match corner {
                    Corner::TopRight => (x + w - 14, y + 16),
                    Corner::BottomRight => (x + w - 16, y + 115),
                };
                self.glyph(glyph, gx, gy);
                bottom
            }
            Part::Address(button) => {
                self.rect("f", x, y + 4, w, 30, 15);
                self.rect("b", x + 16, y + 16, w / 2, 7, 3);
                let wide = self.wide(button.label) + 28;
                self.rect("i", x + 24, y + 44, wide, 30, 8);
                self.lines(button.label, "w", x + 38, y + 50, w);
                self.mark(button.mark, x + 22, y + 42, wide + 4, 34);
                y + 84
            }
        }
    }

    fn field(&mut self, field: (Option<Label>, Label, bool), x: i32, y: i32, w: i32) -> i32 {
        let (name, value, dots) = field;
        let y = name.map_or(y, |name| self.lines(name, "s", x, y, w) + 3);
        self.rect("f", x, y, w, 32, 6);
        if dots {
            for place in 0..8 {
                self.rect("i", x + 12 + place * 12, y + 13, 6, 6, 3);
            }
        } else {
            self.lines(value, "t", x + 10, y + 7, w - 20);
        }
        y + 40
    }

    /// The signs on top of everything: what not to choose is crossed out, what to tap is ringed, with a hand or, where
    /// several follow each other, with their numbers. Returns the lower edge.
    fn signs(&mut self) -> i32 {
        for at in std::mem::take(&mut self.crossed) {
            self.path("x", at.x + 7, at.y + 8, CROSS);
        }
        let taps = std::mem::take(&mut self.taps);
        let mut bottom = 0;
        for (place, at) in taps.iter().enumerate() {
            self.shapes.push(Shape::Box { class: "r", at: *at });
            if taps.len() == 1 {
                let (x, y) = (at.x + at.w - (at.w / 4).min(24), at.y + at.h - 7);
                self.path("h", x, y, HAND);
                bottom = y + 30;
            } else {
                let x = (at.x - 9).max(EDGE);
                self.rect("n", x, at.y - 9, 18, 18, 9);
                self.write("w m", x + 9, at.y + 5, (place + 1).to_string());
            }
        }
        bottom
    }
}

impl Scene<'_> {
    /// The picture of this scene. `screen` are the words of the system, `words` those of the page.
    #[must_use]
    pub fn draw(&self, words: Words, screen: Words, names: &Names) -> Picture {
        let window = matches!(self.around, Around::MacWindow | Around::Window(_));
        let width = if window { WIDE } else { NARROW };
        let mut pen = Pen::new(screen, names);
        let inside = width - 2 * EDGE;
        let radius = match (window, names.tablet) {
            (true, _) => 9,
            (false, true) => 16,
            (false, false) => 28,
        };
        // A phone goes on beyond the picture.
        let top = match self.around {
            Around::PhoneMiddle | Around::PhoneBottom => -60,
            Around::PhoneTop | Around::MacWindow | Around::Window(_) => 4,
        };
        let body = pen.rect("k", EDGE, top, inside, 0, radius);
        let (x, w) = (EDGE + INNER, inside - 2 * INNER);
        let y = match self.around {
            Around::PhoneTop => 14,
            Around::PhoneMiddle | Around::PhoneBottom => 4,
            Around::MacWindow => {
                for place in 0..3 {
                    pen.rect("b", EDGE + 10 + place * 15, 13, 9, 9, 4);
                }
                34
            }
            Around::Window(label) => {
                pen.lines(label, "s", x, 8, w - 30);
                pen.path("p", EDGE + inside - 22, 14, CLOSE);
                pen.rect("b", EDGE, 33, inside, 1, 0);
                42
            }
        };
        let bottom = pen.parts(self.parts, x, y, w);
        let signs = pen.signs();
        let height = match self.around {
            Around::PhoneTop | Around::PhoneMiddle => {
                pen.stretch(body, bottom + 60);
                bottom.max(signs) + 4
            }
            Around::PhoneBottom => {
                pen.rect("i", width / 2 - 36, bottom + 6, 72, 4, 2);
                pen.stretch(body, bottom + 16);
                (bottom + 20).max(signs)
            }
            Around::MacWindow | Around::Window(_) => {
                pen.stretch(body, bottom + 4);
                (bottom + 8).max(signs)
            }
        };
        Picture { width, height, wide: window, told: self.told(words, &pen), shapes: pen.shapes }
    }

    /// What the picture shows, for who cannot see it.
    fn told(&self, words: Words, pen: &Pen<'_>) -> String {
        let taps: Vec<_> = self.marked(Mark::Tap).into_iter().filter_map(|label| pen.said(label)).collect();
        if taps.is_empty() {
            return words.say("picture").plain();
        }
        let things = taps.join(&words.say("picture-then").plain());
        words.say("picture-tap").with("things", things).plain()
    }
}

#[cfg(test)]
impl Picture {
    /// What does not fit into the width of the screen.
    pub(super) fn beyond_its_frame(&self) -> Vec<String> {
        let inside = EDGE..=self.width - EDGE;
        let mut beyond = Vec::new();
        for shape in &self.shapes {
            let (from, to, what) = match shape {
                Shape::Box { at, class } => (at.x, at.x + at.w, format!("{class} {at:?}")),
                Shape::Text { class, x, text, .. } => {
                    let long = super::measure::length(text, if class.contains("big") { 18 } else { SIZE });
                    let from = match class {
                        _ if class.ends_with('m') => x - long / 2,
                        _ if class.ends_with('e') => x - long,
                        _ => *x,
                    };
                    (from, from + long, text.clone())
                }
                Shape::Path { .. } => continue,
            };
            if !inside.contains(&from) || !inside.contains(&to) {
                beyond.push(what);
            }
        }
        beyond
    }
}
