//! The QR code of a link: on the terminal, as SVG and as PNG.

use std::fmt::Write as _;

use askama::Template;

use super::failure::{Exit, Failure};
use crate::letter::Symbol;

/// Light modules on every side (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// Dots of a PNG for each module: sharp on screens, and 0.68 mm a module on paper at 300 dpi.
const DOTS: u32 = 8;

/// How a terminal can show modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Two modules above each other in one character, black on white whatever the terminal's colours.
    HalfBlocks,
    /// Two spaces a module, black and white backgrounds, where there are no block characters.
    Spaces,
    /// `##` for dark modules, for files and paper.
    Ascii,
}

impl Ink {
    /// What this terminal can show.
    #[must_use]
    pub fn of_terminal(coloured: bool) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let utf8 = locale.is_some_and(|name| name.to_ascii_lowercase().replace('-', "").contains("utf8"));
        match (coloured, utf8) {
            (false, _) => Self::Ascii,
            (true, false) => Self::Spaces,
            (true, true) => Self::HalfBlocks,
        }
    }
}

/// A QR code.
pub struct Picture(Symbol);

impl Picture {
    /// The code for a link in capitals.
    ///
    /// # Errors
    /// When the link is longer than any QR code.
    pub fn of(link: &str) -> Result<Self, Failure> {
        Symbol::of(link).map(Self).map_err(|error| Failure::new(Exit::Failed, "qr", error.to_string()))
    }

    /// Modules a side, with the quiet zone.
    fn side(&self) -> usize {
        self.0.size() + 2 * QUIET
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        x >= QUIET && y >= QUIET && self.0.is_dark(x - QUIET, y - QUIET)
    }

    /// The picture for a terminal, with a line end after every line.
    #[must_use]
    pub fn text(&self, ink: Ink) -> String {
        match ink {
            Ink::HalfBlocks => self.half_blocks(),
            Ink::Spaces => {
                self.cells(|dark| if dark { "\u{1b}[40m  " } else { "\u{1b}[107m  " }, "\u{1b}[0m")
            }
            Ink::Ascii => self.cells(|dark| if dark { "##" } else { "  " }, ""),
        }
    }

    fn cells(&self, cell: impl Fn(bool) -> &'static str, end: &str) -> String {
        let mut text = String::new();
        for y in 0..self.side() {
            let line: String = (0..self.side()).map(|x| cell(self.is_dark(x, y))).collect();
            let _ = writeln!(text, "{}{end}", if end.is_empty() { line.trim_end() } else { &line });
        }
        text
    }

    fn half_blocks(&self) -> String {
        let mut text = String::new();
        for y in (0..self.side()).step_by(2) {
            // Bright white behind, black before: right on dark and on light terminals alike.
            text += "\u{1b}[30;107m";
            for x in 0..self.side() {
                text.push(match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text += "\u{1b}[0m\n";
        }
        text
    }

    /// The picture as SVG, one unit a module, scalable without loss.
    ///
    /// # Errors
    /// Never in practice; a template can fail.
    pub fn svg(&self) -> Result<String, Failure> {
        let mut path = String::new();
        for y in 0..self.side() {
            let mut x = 0;
            while x < self.side() {
                let run = (x..self.side()).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        Svg { side: self.side(), path: &path }
            .render()
            .map_err(|error| Failure::new(Exit::Failed, "qr", format!("the SVG cannot be made: {error}")))
    }

    /// The picture as PNG, 1 bit a dot, 8 dots a module.
    ///
    /// # Errors
    /// Never in practice; the encoder can fail.
    pub fn png(&self) -> Result<Vec<u8>, Failure> {
        let dots = u32::try_from(self.side()).unwrap_or(0) * DOTS;
        let mut rows = Vec::new();
        for y in 0..self.side() {
            // 8 dots a module are one byte a module.
            let row: Vec<u8> =
                (0..self.side()).map(|x| if self.is_dark(x, y) { 0x00 } else { 0xff }).collect();
            for _ in 0..DOTS {
                rows.extend_from_slice(&row);
            }
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, dots, dots);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rows));
        written
            .map_err(|error| Failure::new(Exit::Failed, "qr", format!("the PNG cannot be made: {error}")))?;
        Ok(file)
    }
}

/// The SVG file.
#[derive(Template)]
#[template(path = "qr.svg", escape = "xml")]
struct Svg<'a> {
    side: usize,
    path: &'a str,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    const LINK: &str = "HTTPS://CERT.EXAMPLE.JP/C/0123456789ABCDEFGHJKMNPQRS";

    fn decoded(width: usize, dark: impl Fn(usize, usize) -> bool) -> String {
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(
                width,
                width,
                |x, y| if dark(x, y) { 0 } else { 255 },
            );
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_link_of_57_letters_fits_a_symbol_of_29_modules() {
        let link = "HTTPS://CERTIFICATES-EXAMPLE.JP/C/0123456789ABCDEFGHJKMNP";
        assert_eq!(link.len(), 57);
        assert_eq!(Picture::of(link).unwrap().0.size(), 29);
    }

    #[test]
    fn the_png_reads_as_the_link_and_has_its_quiet_zone() {
        let picture = Picture::of(LINK).unwrap();
        let png = picture.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut dots).unwrap();
        assert_eq!(
            (frame.bit_depth, frame.width),
            (png::BitDepth::One, u32::try_from(picture.side()).unwrap() * DOTS)
        );
        let width = frame.width as usize;
        let dark = |x: usize, y: usize| dots[y * frame.line_size + x / 8] >> (7 - x % 8) & 1 == 0;
        assert_eq!(decoded(width, dark), LINK);
        let quiet = 4 * DOTS as usize;
        assert!((0..width).all(|i| (0..quiet).all(|q| !dark(i, q) && !dark(q, i))));
        assert!((quiet..quiet + 7 * DOTS as usize).all(|i| dark(i, quiet)));
    }

    #[test]
    fn the_svg_draws_the_same_modules() {
        let picture = Picture::of(LINK).unwrap();
        let svg = picture.svg().unwrap();
        let side = picture.side();
        assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{svg}");
        let path = svg.split_once(" d=\"").unwrap().1.split_once('"').unwrap().0;
        let mut dark = vec![vec![false; side]; side];
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let (x, y, length) =
                (x.parse::<usize>().unwrap(), y.parse::<usize>().unwrap(), length.parse::<usize>().unwrap());
            dark[y][x..x + length].fill(true);
        }
        assert_eq!(decoded(side * 4, |x, y| dark[y / 4][x / 4]), LINK);
    }

    #[test]
    fn what_the_terminal_shows_reads_as_the_link() {
        let picture = Picture::of(LINK).unwrap();
        let side = picture.side();
        let blocks = picture.text(Ink::HalfBlocks);
        let lines: Vec<Vec<char>> = blocks
            .lines()
            .map(|line| {
                line.strip_prefix("\u{1b}[30;107m")
                    .unwrap()
                    .strip_suffix("\u{1b}[0m")
                    .unwrap()
                    .chars()
                    .collect()
            })
            .collect();
        let dark = |x: usize, y: usize| match lines[y / 2][x] {
            '█' => true,
            '▀' => y.is_multiple_of(2),
            '▄' => y % 2 == 1,
            _ => false,
        };
        assert_eq!(decoded(side * 4, |x, y| dark(x / 4, y / 4)), LINK);
        let ascii = picture.text(Ink::Ascii);
        assert!(ascii.is_ascii());
        let rows: Vec<&[u8]> = ascii.lines().map(str::as_bytes).collect();
        let dark = |x: usize, y: usize| rows[y].get(2 * x) == Some(&b'#');
        assert_eq!(decoded(side * 4, |x, y| dark(x / 4, y / 4)), LINK);
        let spaces = picture.text(Ink::Spaces);
        assert!(spaces.is_ascii());
        assert_eq!(spaces.matches("\u{1b}[40m").count(), ascii.matches("##").count());
    }
}
