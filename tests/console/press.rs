//! What letters are printed on in tests: a font of Debian's packages.

use std::sync::Arc;

use tegata::letter::{Area, Stationery, StationeryParts, Typeface, Window};
use tegata::operations::Press;

/// As `tests/packages.txt` installs it.
const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

pub fn press(site: &str) -> Press {
    let site: url::Url = site.parse().unwrap();
    Arc::new(move |organization, language, date| {
        let font = Typeface::read(std::fs::read(FONT).unwrap()).unwrap();
        Ok(Stationery::new(StationeryParts {
            regular: font.clone(),
            bold: font,
            window: Window::new(Area::new(20.0, 12.0, 90.0, 45.0)).unwrap(),
            language,
            organization: organization.name,
            contact: organization.contact,
            site: site.clone(),
            date,
        }))
    })
}
