//! Letters on paper.

use std::path::PathBuf;

use super::section::section;

section! {
    /// Letters on paper: their fonts, and the window of the envelopes they go into (Naga-gata 3, 235 x 120 mm, A4 folded in
    /// three). `tegata letters sample` prints a specimen.
    LetterSettings = "letters" {
        /// The font: an OpenType file or collection with Japanese. Without it, the first that is there of
        /// those in Debian's packages fonts-noto-cjk, fonts-ipaexfont-gothic and fonts-ipafont-gothic.
        font: Option<PathBuf> = none;
        /// The font of headings and of what is to be typed. Without it, the bold one that belongs to `font` where it is
        /// Noto Sans CJK, or else `font`.
        bold_font: Option<PathBuf> = none;
        /// Where the window begins, in millimetres from the envelope's left edge.
        window_left: u32 = "20" in "0", "120";
        /// Where the window begins, in millimetres from the envelope's upper edge.
        window_top: u32 = "12" in "0", "60";
        /// How wide the window is, in millimetres.
        window_width: u32 = "90" in "70", "140";
        /// How high the window is, in millimetres.
        window_height: u32 = "45" in "39", "70";
    }
}
