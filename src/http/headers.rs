//! The headers that every response carries (`docs/security.md` says against what).

use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::assets;

/// The request's reference, which the page shows and the log has.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What does not work behind the site, in a word; for whoever asks `/readyz`.
pub const UNREADY: HeaderName = HeaderName::from_static("x-unready");

/// What is set on every response.
#[derive(Debug, Clone)]
pub struct SecurityHeaders {
    over_tls: bool,
    style: &'static str,
}

/// What a response that is no page may do: nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

impl SecurityHeaders {
    /// The headers of a site; `over_tls` where people reach it by `https`, `style` is the source of its pages' style sheet.
    #[must_use]
    pub const fn new(over_tls: bool, style: &'static str) -> Self {
        Self { over_tls, style }
    }

    /// What a page may do. Its styles are ours and, where it has them, the organization's `rules`, each by its hash; its script
    /// may ask us, and, where there is one, the origin `asks`.
    fn policy(&self, rules: Option<&str>, asks: Option<&str>) -> HeaderValue {
        let mut styles = self.style.to_owned();
        if let Some(rules) = rules {
            styles.push(' ');
            styles.push_str(&assets::style_source(rules));
        }
        let asks = asks.map(|origin| format!(" {origin}")).unwrap_or_default();
        let policy = format!(
            "default-src 'none'; style-src {styles}; script-src 'self'; img-src 'self'; connect-src 'self'{asks}; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        // The hashes are base64, so that the policy is always a header value.
        HeaderValue::from_str(&policy).unwrap_or(NOTHING)
    }

    /// Sets the headers of a response whose page may have `rules` of style beside ours and a script that `asks` another origin;
    /// what the handler set stays.
    pub fn set(&self, headers: &mut HeaderMap, rules: Option<&str>, asks: Option<&str>) {
        let is_page = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|t| t.starts_with("text/html"));
        let is_file = headers.contains_key(ACCEPT_RANGES);
        let mut set = |name: HeaderName, value: HeaderValue| {
            if !headers.contains_key(&name) {
                headers.insert(name, value);
            }
        };
        set(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if is_page {
            set(CONTENT_SECURITY_POLICY, self.policy(rules, asks));
            // Which Android, Windows or model this is decides about the file; Chrome tells from the second request on.
            set(
                HeaderName::from_static("accept-ch"),
                HeaderValue::from_static("Sec-CH-UA-Platform-Version, Sec-CH-UA-Model"),
            );
            set(
                HeaderName::from_static("cross-origin-opener-policy"),
                HeaderValue::from_static("same-origin"),
            );
            set(
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static(
                    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
                     midi=(), payment=(), usb=()",
                ),
            );
        } else if !is_file {
            // A download is no document; the policy there could only confuse a download manager.
            set(CONTENT_SECURITY_POLICY, NOTHING);
        }
        set(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        set(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        set(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        set(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex, nofollow, nosnippet"),
        );
        set(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
        if self.over_tls {
            set(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }
}
