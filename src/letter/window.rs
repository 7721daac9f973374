//! Where an address must stand so that a window envelope shows it, and only it.

/// A rectangle on a sheet, in millimetres from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// From the left edge.
    pub left: f32,
    /// From the upper edge.
    pub top: f32,
    /// How wide.
    pub width: f32,
    /// How high.
    pub height: f32,
}

impl Area {
    /// The rectangle with these edges.
    #[must_use]
    pub const fn new(left: f32, top: f32, width: f32, height: f32) -> Self {
        Self { left, top, width, height }
    }

    /// Its right edge.
    #[must_use]
    pub const fn right(&self) -> f32 {
        self.left + self.width
    }

    /// Its lower edge.
    #[must_use]
    pub const fn bottom(&self) -> f32 {
        self.top + self.height
    }
}

/// A4 (ISO 216), in millimetres.
pub const SHEET: (f32, f32) = (210.0, 297.0);
/// The envelope Naga-gata 3 (JIS S 5502), lying: 235 × 120 mm.
const ENVELOPE: (f32, f32) = (235.0, 120.0);
/// A4 folded in three.
const FOLDED: f32 = 99.0;
/// How far a folded sheet can slide in the envelope, to the right and down.
const PLAY: (f32, f32) = (ENVELOPE.0 - SHEET.0, ENVELOPE.1 - FOLDED);

/// The folds, in millimetres from the upper edge.
pub const FOLDS: [f32; 2] = [FOLDED, 2.0 * FOLDED];

/// The least of the sheet that must be seen at all times for an address to fit, width and height.
const LEAST: (f32, f32) = (45.0, 18.0);
/// What the window can ever show ends here: to the right and below stand things that only the person may see.
pub(super) const ENDS: (f32, f32) = (114.0, 60.0);

/// Why an address cannot stand behind a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Too little of the sheet is behind the window at all times.
    #[error(
        "a sheet can slide so far in its envelope that too little room is left for an address behind the window"
    )]
    Narrow,
    /// The window could show what is for the person only.
    #[error("the window would show what stands beside or below the address")]
    Wide,
}

/// The window of an envelope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window(Area);

impl Window {
    /// The window at this place of a lying envelope Naga-gata 3 (235 × 120 mm), in millimetres from its upper left corner.
    ///
    /// # Errors
    /// When no address can be shown by it whole and alone.
    pub fn new(area: Area) -> Result<Self, WindowError> {
        let window = Self(area);
        let (always, ever) = (window.always_seen(), window.ever_seen());
        if always.width < LEAST.0 || always.height < LEAST.1 || always.left < 0.0 || always.top < 0.0 {
            return Err(WindowError::Narrow);
        }
        if ever.right() > ENDS.0 || ever.bottom() > ENDS.1 {
            return Err(WindowError::Wide);
        }
        Ok(window)
    }

    /// What of a sheet the window shows however the sheet lies in the envelope.
    #[must_use]
    pub fn always_seen(&self) -> Area {
        let Area { left, top, width, height } = self.0;
        Area::new(left, top, width - PLAY.0, height - PLAY.1)
    }

    /// What of a sheet the window can show.
    #[must_use]
    pub fn ever_seen(&self) -> Area {
        let Area { left, top, width, height } = self.0;
        Area::new(left - PLAY.0, top - PLAY.1, width + PLAY.0, height + PLAY.1)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn the_usual_window_leaves_room_for_an_address_wherever_the_sheet_slides() {
        let window = Window::new(Area::new(20.0, 12.0, 90.0, 45.0)).unwrap();
        assert_eq!(window.always_seen(), Area::new(20.0, 12.0, 65.0, 24.0));
        assert_eq!(window.ever_seen(), Area::new(-5.0, -9.0, 115.0, 66.0));
    }

    #[test]
    fn a_window_that_hides_the_address_or_shows_more_is_refused() {
        for (area, expected) in [
            (Area::new(20.0, 12.0, 60.0, 45.0), WindowError::Narrow),
            (Area::new(20.0, 12.0, 90.0, 30.0), WindowError::Narrow),
            (Area::new(60.0, 12.0, 90.0, 45.0), WindowError::Wide),
            (Area::new(20.0, 30.0, 90.0, 45.0), WindowError::Wide),
        ] {
            assert_eq!(Window::new(area), Err(expected), "{area:?}");
        }
    }
}
