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
    [&*SCRIPT, &*ICON].into_iter().find(|asset| asset.name == name)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    // OpenSSL fails here only where it has no SHA-256 at all; then nothing else of Tegata works either.
    hash(MessageDigest::sha256(), bytes).map(|digest| digest.to_vec()).unwrap_or_default()
}

/// The source expression of the style sheet for the Content-Security-Policy (CSP Level 3 §6.7.2.4).
#[must_use]
pub fn style_source() -> String {
    format!("'sha256-{}'", BASE64.encode(&sha256(STYLE.as_bytes())))
}

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
