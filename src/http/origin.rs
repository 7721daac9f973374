//! Whether a form was sent by one of our own pages.

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use url::{Origin, Url};

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
    // The site may be reached by another name than its public one: by its address on a test network, say.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let same_host = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    !same_host
        .is_some_and(|host| matches!(host.origin(), Origin::Tuple(..)) && host.origin() == origin.origin())
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
    }

    #[test]
    fn our_own_form_is_not() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[("origin", "https://cert.example.jp")]));
        assert!(!foreign(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!foreign(&[("origin", "null")]));
        assert!(!foreign(&[("sec-fetch-site", "none")]));
        assert!(!foreign(&[("origin", "http://192.168.1.5:8080"), ("host", "192.168.1.5:8080")]));
    }
}
