//! Requests that a browser makes before anybody tapped.

/// Whether the headers `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz` tell of a prefetch, a prerendering or a preview.
///
/// Chrome sends `Sec-Purpose: prefetch` or `prefetch;prerender`, older ones `Purpose: prefetch`; Safari `X-Purpose:
/// preview`; Firefox `X-Moz: prefetch`. Such a request is answered with 503 and changes nothing.
#[must_use]
pub fn is_prefetch(
    sec_purpose: Option<&str>,
    purpose: Option<&str>,
    x_purpose: Option<&str>,
    x_moz: Option<&str>,
) -> bool {
    [sec_purpose, purpose, x_purpose, x_moz].into_iter().flatten().any(|value| {
        value.split([';', ',', ' ', '\t']).take(16).any(|word| {
            ["prefetch", "prerender", "preview"]
                .iter()
                .any(|purpose| word.trim().eq_ignore_ascii_case(purpose))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_browsers_way_to_say_prefetch_is_understood() {
        assert!(is_prefetch(Some("prefetch"), None, None, None));
        assert!(is_prefetch(Some("prefetch;prerender"), None, None, None));
        assert!(is_prefetch(Some("prefetch; anonymous-client-ip"), None, None, None));
        assert!(is_prefetch(None, Some("Prefetch"), None, None));
        assert!(is_prefetch(None, None, Some("preview"), None));
        assert!(is_prefetch(None, None, None, Some("prefetch")));
    }

    #[test]
    fn a_tap_is_no_prefetch() {
        assert!(!is_prefetch(None, None, None, None));
        assert!(!is_prefetch(Some(""), Some("instant"), Some("no-prefetching"), Some("microsummary")));
    }
}
