//! The cookies of the console. Under `https` each has the prefix `__Host-`, which lets no other host and no plain connection
//! set it; on `http://localhost` it goes without.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use data_encoding::BASE32_NOPAD;
use url::Url;

use crate::http::language::Language;
use crate::http::visit::Visit;

/// The session's token.
pub const SESSION: &str = "tegata-session";
/// A random name of the browser before anybody has signed in, which forms and ceremonies are bound to.
pub const BROWSER: &str = "tegata-browser";
/// What the next page says once.
pub const FLASH: &str = "tegata-said";
/// The language that the person chose.
pub const LANGUAGE: &str = "tegata-language";

/// How long the chosen language is remembered.
const A_YEAR: Duration = Duration::days(365);

fn name(plain: &'static str, site: &Url) -> String {
    if site.scheme() == "https" { format!("__Host-{plain}") } else { plain.to_owned() }
}

/// The value of a cookie that the browser sent.
#[must_use]
pub fn find(request: &HttpRequest, site: &Url, plain: &'static str) -> Option<String> {
    let cookie = request.cookie(&name(plain, site))?;
    Some(cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// A cookie that no script reads and no other site's form sends along. Without `lasts` it ends with the browser.
#[must_use]
pub fn set(site: &Url, plain: &'static str, value: String, lasts: Option<Duration>) -> Cookie<'static> {
    let mut cookie = Cookie::build(name(plain, site), value)
        .path("/")
        .http_only(true)
        .secure(site.scheme() == "https")
        .same_site(SameSite::Lax)
        .finish();
    if let Some(lasts) = lasts {
        cookie.set_max_age(lasts);
    }
    cookie
}

/// Takes a cookie away.
#[must_use]
pub fn removed(site: &Url, plain: &'static str) -> Cookie<'static> {
    set(site, plain, String::new(), Some(Duration::ZERO))
}

/// The browser's own name, which it gets with its first page.
#[must_use]
pub fn browser(visit: &Visit, request: &HttpRequest) -> String {
    let site = visit.site();
    let is_ours =
        |value: &String| value.len() == 26 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(known) = find(request, &site.url, BROWSER).filter(is_ours) {
        return known;
    }
    // Without randomness nothing else of the console works either; then no form of this page will be taken.
    let bytes: [u8; 16] = site.entropy.bytes().unwrap_or_default();
    let new = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    visit.keeps(set(&site.url, BROWSER, new.clone(), None));
    new
}

/// The language that was chosen before. The console has no easy Japanese.
#[must_use]
pub fn language(request: &HttpRequest, site: &Url) -> Option<Language> {
    Language::from_tag(&find(request, site, LANGUAGE)?).map(offered)
}

/// The language of the console that comes nearest to `language`.
#[must_use]
pub const fn offered(language: Language) -> Language {
    match language {
        Language::EasyJapanese => Language::Japanese,
        other => other,
    }
}

/// Remembers the language.
#[must_use]
pub fn chosen(language: Language, site: &Url) -> Cookie<'static> {
    set(site, LANGUAGE, language.tag().to_owned(), Some(A_YEAR))
}
