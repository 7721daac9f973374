//! How an organization's pages look: its colour as a style sheet of two rules, its logo as a file of its own.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};

use super::error::HttpError;
use super::visit::Visit;
use crate::directory::{Colour, Ground, Look};

/// The rules that put an organization's colour in place of ours, by day and by night; nothing where it has none. A page holds
/// them in a `<style>` of their own, and the Content-Security-Policy names their hash.
#[must_use]
pub fn rules(look: &Look) -> Option<String> {
    let light = look.colour.or(look.dark_colour)?.nearest_readable(Ground::Light);
    let dark = look.dark_colour.or(look.colour)?.nearest_readable(Ground::Dark);
    let colours = |accent: Colour, ground: Ground| {
        let (on, wash) = (ground.on_accent(), accent.wash(ground));
        format!(":root{{--accent:{accent};--on-accent:{on};--wash:{wash}}}")
    };
    let (day, night) = (colours(light, Ground::Light), colours(dark, Ground::Dark));
    Some(format!("{day}@media (prefers-color-scheme:dark){{{night}}}"))
}

/// A logo as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoLink {
    /// Where it is.
    pub href: String,
    /// Its width in CSS pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// How high a logo is shown, in CSS pixels, and how wide at most.
const HEIGHT: u32 = 40;
const WIDEST: u32 = 200;

impl LogoLink {
    /// The logo of a look, in the size that fits beside the name.
    #[must_use]
    pub fn of(look: &Look) -> Option<Self> {
        let logo = look.logo.as_ref()?;
        let (width, height) = (logo.width.max(1), logo.height.max(1));
        let shown = (width * HEIGHT / height).max(1);
        let (width, height) =
            if shown > WIDEST { (WIDEST, (height * WIDEST / width).max(1)) } else { (shown, HEIGHT) };
        Some(Self { href: format!("/logo/{}.png", logo.name), width, height })
    }
}

/// `GET /logo/{name}.png`: a logo, for good: another picture has another name.
///
/// # Errors
/// [`HttpError::NotFound`].
pub async fn logo(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let name = request.match_info().get("name").unwrap_or_default();
    let found = visit.site().authority.directory().find_logo(name).await.map_err(HttpError::internal)?;
    let file = found.ok_or(HttpError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("image/png")
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(file.into_bytes()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::directory::Logo;

    #[test]
    fn one_colour_is_enough_for_day_and_night() {
        assert_eq!(rules(&Look::default()), None);
        let colour = Some("#1a4f9c".parse().unwrap());
        let rules = rules(&Look { colour, ..Look::default() }).unwrap();
        assert!(rules.starts_with(":root{--accent:#1a4f9c;--on-accent:#ffffff;--wash:#"), "{rules}");
        assert!(rules.contains("dark){:root{--accent:#") && !rules.contains('<'), "{rules}");
    }

    #[test]
    fn a_logo_is_shown_as_high_as_two_lines_and_never_too_wide() {
        let shown = |width, height| {
            let logo = Some(Logo { name: "0".repeat(32), width, height });
            let link = LogoLink::of(&Look { logo, ..Look::default() }).unwrap();
            (link.width, link.height)
        };
        assert_eq!(shown(120, 40), (120, 40));
        assert_eq!(shown(500, 500), (40, 40));
        assert_eq!(shown(800, 100), (200, 25));
        assert_eq!(LogoLink::of(&Look::default()), None);
    }
}
