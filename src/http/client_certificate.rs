//! The certificate that a client showed: in the TLS handshake with us, or, behind a listed proxy, in the `Client-Cert`
//! header (RFC 9440).

use actix_web::http::header::HeaderMap;
use sfv::{BareItem, Item, Parser};

/// No certificate that people carry comes near this many characters in base64.
const LONGEST_HEADER: usize = 16 * 1024;

/// The header's name (RFC 9440 §2.2).
pub const CLIENT_CERT: &str = "client-cert";

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientCert {
    /// There is no such header: the client showed none to the proxy.
    Absent,
    /// A byte sequence, which should be a DER certificate.
    Der(Vec<u8>),
    /// Something else, or more than one.
    Malformed,
}

/// Reads `Client-Cert`: one structured-field item (RFC 9651) that is a byte sequence. Whether the sender may be believed
/// is the caller's question.
#[must_use]
pub fn read(headers: &HeaderMap) -> ClientCert {
    let mut values = headers.get_all(CLIENT_CERT);
    let Some(value) = values.next() else {
        return ClientCert::Absent;
    };
    if values.next().is_some() || value.len() > LONGEST_HEADER {
        return ClientCert::Malformed;
    }
    match Parser::new(value.as_bytes()).parse::<Item>() {
        Ok(Item { bare_item: BareItem::ByteSequence(der), .. }) if !der.is_empty() => ClientCert::Der(der),
        _ => ClientCert::Malformed,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HeaderName::from_static(CLIENT_CERT), HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_byte_sequence_is_a_certificate_and_everything_else_is_malformed() {
        assert_eq!(read(&headers(&[])), ClientCert::Absent);
        assert_eq!(read(&headers(&[b":AQID:"])), ClientCert::Der(vec![1, 2, 3]));
        assert_eq!(read(&headers(&[b":AQID:;note=1"])), ClientCert::Der(vec![1, 2, 3]));
        let long = format!(":{}:", "A".repeat(20_000));
        for bad in [
            &b""[..],
            b"::",
            b"AQID",
            b":AQ!D:",
            b"\"x\"",
            b"?1",
            b":AQID:, :AQID:",
            b"\xff\xfe",
            long.as_bytes(),
        ] {
            assert_eq!(read(&headers(&[bad])), ClientCert::Malformed, "{bad:?}");
        }
        assert_eq!(read(&headers(&[b":AQID:", b":AQID:"])), ClientCert::Malformed);
    }
}
