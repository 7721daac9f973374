//! Whether a form was sent by one of our own pages.

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use url::{Host, Origin, Url};

/// Whether the browser itself says that another site sends this form (Fetch §3.2, Fetch Metadata §2).
///
/// Neither header is required: old browsers send none. `Origin: null` says nothing, since our own pages, which send no
/// referrer, are among those that send it (Fetch, "append a request `Origin` header"); then `Sec-Fetch-Site` decides, and
/// where that is missing, the form's nonce.
#[must_use]
pub fn is_foreign(headers: &HeaderMap, public_url: &Url) -> bool {
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return true;
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let Ok(origin) = origin.to_str() else { return true };
    if origin == "null" {
        return false;
    }
    let Ok(origin) = Url::parse(origin) else { return true };
    if origin.origin() == public_url.origin() {
        return false;
    }
    // On a test network the site is reached by its address. A name proves nothing here: whoever owns one may point it at
    // this server (DNS rebinding), and then both headers have it.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let here = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    !here.is_some_and(|here| {
        is_no_name(&here) && matches!(here.origin(), Origin::Tuple(..)) && here.origin() == origin.origin()
    })
}

/// Whether the browser says neither that one of our own pages sends this form nor who does: `Origin: null` without
/// `Sec-Fetch-Site`. A site whose pages say where they come from has no such forms.
#[must_use]
pub fn is_unsaid(headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin == "null") && !headers.contains_key("sec-fetch-site")
}

/// Whether nobody can make this host mean another server: an address, or this very computer.
fn is_no_name(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn foreign(lines: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        is_foreign(&headers, &Url::parse("https://cert.example.jp/").unwrap())
    }

    #[test]
    fn another_sites_form_is_foreign() {
        assert!(foreign(&[("origin", "https://evil.example")]));
        assert!(foreign(&[("origin", "http://cert.example.jp")]));
        assert!(foreign(&[("origin", "https://cert.example.jp:8443")]));
        assert!(foreign(&[("origin", "cert.example.jp")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("sec-fetch-site", "same-site"), ("origin", "null")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site"), ("origin", "https://cert.example.jp")]));
        assert!(foreign(&[("origin", "https://evil.example"), ("host", "cert.example.jp")]));
        assert!(foreign(&[("origin", "http://evil.example"), ("host", "evil.example")]));
        assert!(foreign(&[("origin", "http://evil.example:8080"), ("host", "evil.example:8080")]));
    }

    #[test]
    fn our_own_form_is_not() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[("origin", "https://cert.example.jp")]));
        assert!(!foreign(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!foreign(&[("origin", "null")]));
        assert!(!foreign(&[("sec-fetch-site", "none")]));
        assert!(!foreign(&[("origin", "http://192.168.1.5:8080"), ("host", "192.168.1.5:8080")]));
        assert!(!foreign(&[("origin", "http://[fd00::5]:8080"), ("host", "[fd00::5]:8080")]));
        assert!(!foreign(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")]));
    }
}
