//! The files beside the pages, embedded in the binary, each under a name that changes with its content.

use std::sync::LazyLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::{BASE64, HEXLOWER};
use openssl::hash::{MessageDigest, hash};

use super::error::HttpError;

/// The one style sheet. It stands inside every page, so that the first page is one request; the Content-Security-Policy
/// names its hash.
pub static STYLE: &str = include_str!("../../assets/tegata.css");

/// The style sheet of the operators' console, in its pages as the other one is in theirs.
pub static CONSOLE_STYLE: &str = include_str!("../../assets/console.css");

/// The script of the operators' console.
pub static CONSOLE_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("console", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/console.js"))
});

/// The script, which only adds.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("tegata", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/tegata.js"))
});

/// The icon of the browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../../assets/icon.svg")));

/// A file that never changes under its name.
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    name: String,
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let digest = HEXLOWER.encode(&sha256(bytes));
        let short = digest.get(..16).unwrap_or_default();
        Self { media_type, bytes, name: format!("{stem}-{short}.{extension}") }
    }

    /// Its path on every host.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// The file of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    [&*SCRIPT, &*CONSOLE_SCRIPT, &*ICON].into_iter().find(|asset| asset.name == name)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    // OpenSSL fails here only where it has no SHA-256 at all; then nothing else of Tegata works either.
    hash(MessageDigest::sha256(), bytes).map(|digest| digest.to_vec()).unwrap_or_default()
}

/// The source expression of a `<style>` for the Content-Security-Policy (CSP Level 3 §6.7.2.4).
#[must_use]
pub fn style_source(style: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&sha256(style.as_bytes())))
}

/// The source expression of the one style sheet.
pub static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| style_source(STYLE));

/// The same of the console's.
pub static CONSOLE_STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| style_source(CONSOLE_STYLE));

/// `GET /assets/{name}`: a file, for good.
///
/// # Errors
/// [`HttpError::NotFound`].
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let asset = find(request.match_info().get("name").unwrap_or_default()).ok_or(HttpError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(asset.media_type)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The colours of a block `:root{…}`.
    fn colours(block: &str) -> BTreeMap<&str, [u8; 3]> {
        let lines =
            block.split(&['{', ';', '}'][..]).filter_map(|line| line.strip_prefix("--")?.split_once(":#"));
        lines
            .map(|(name, hex)| {
                let long: String = match hex.len() {
                    3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
                    _ => hex.to_owned(),
                };
                (name, HEXLOWER.decode(long.as_bytes()).unwrap().try_into().unwrap())
            })
            .collect()
    }

    #[test]
    fn an_organizations_colour_is_measured_against_the_pages_that_there_are() {
        use crate::directory::{Colour, Ground};

        let mut blocks = STYLE.split(":root{").skip(1);
        for ground in [Ground::Light, Ground::Dark] {
            let colours = colours(blocks.next().unwrap().split('}').next().unwrap());
            let found = |name: &str| HEXLOWER.encode(&colours[name]).parse::<Colour>().unwrap();
            assert_eq!((found("page"), found("sheet")), (ground.page(), ground.sheet()));
        }
    }

    /// Relative luminance and contrast (WCAG 2.2, "contrast ratio").
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let luminance = |colour: [u8; 3]| {
            let [r, g, b] = colour.map(|channel| {
                let share = f64::from(channel) / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            });
            0.2126f64.mul_add(r, 0.7152f64.mul_add(g, 0.0722 * b))
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_stands_out_by_day_and_by_night() {
        let mut blocks = STYLE.split(":root{").skip(1);
        for night in [false, true] {
            let block = blocks.next().unwrap().split('}').next().unwrap().to_owned();
            let colours = colours(&block);
            for (text, ground, least) in [
                ("ink", "page", 7.0),
                ("ink", "sheet", 7.0),
                ("ink", "wash", 7.0),
                ("ink", "bad-wash", 7.0),
                ("soft", "page", 4.5),
                ("soft", "sheet", 4.5),
                ("soft", "bad-wash", 4.5),
                ("accent", "page", 4.5),
                ("accent", "sheet", 4.5),
                ("accent", "wash", 4.5),
                ("on-accent", "accent", 4.5),
                ("bad", "sheet", 4.5),
                ("bad", "bad-wash", 4.5),
                // What is no text: the focus ring and the edges of fields.
                ("focus", "sheet", 3.0),
                ("focus", "page", 3.0),
                ("soft", "sheet", 3.0),
            ] {
                let found = contrast(colours[text], colours[ground]);
                assert!(found >= least, "{text} on {ground}, night {night}: {found:.2}");
            }
        }
    }

    #[test]
    fn every_text_of_the_console_stands_out_by_day_and_by_night() {
        let mut blocks = CONSOLE_STYLE.split(":root{").skip(1);
        for night in [false, true] {
            let colours = colours(blocks.next().unwrap().split('}').next().unwrap());
            let grounds = ["page", "sheet", "row", "wash", "bad-wash", "warn-wash", "busy-wash", "hair"];
            let mut pairs: Vec<_> = grounds.map(|ground| ("ink", ground, 7.0)).into();
            pairs.extend(["page", "sheet", "row", "wash", "bad-wash"].map(|ground| ("soft", ground, 4.5)));
            pairs.extend(["page", "sheet", "row", "wash"].map(|ground| ("accent", ground, 4.5)));
            pairs.extend(["bad", "warn", "busy"].map(|tone| (tone, "sheet", 4.5)));
            pairs.extend(
                [("bad", "bad-wash"), ("warn", "warn-wash"), ("busy", "busy-wash")].map(|(a, b)| (a, b, 4.5)),
            );
            pairs.extend([("on-accent", "accent", 4.5), ("sheet", "bad", 4.5)]);
            pairs.extend([("focus", "sheet", 3.0), ("focus", "page", 3.0), ("soft", "sheet", 3.0)]);
            for (text, ground, least) in pairs {
                let found = contrast(colours[text], colours[ground]);
                assert!(found >= least, "{text} on {ground}, night {night}: {found:.2}");
            }
        }
    }

    #[test]
    fn a_files_name_follows_its_content() {
        assert!(SCRIPT.path().starts_with("/assets/tegata-") && SCRIPT.path().strip_suffix(".js").is_some());
        assert!(std::ptr::eq(
            find(SCRIPT.path().strip_prefix("/assets/").unwrap()).unwrap(),
            &raw const *SCRIPT
        ));
        assert!(find("tegata.js").is_none() && find("").is_none());
    }
}
