//! What the first message of a TLS connection tells of who speaks: whether it carries GREASE (RFC 8701), which browsers put
//! there and the proxies that speak in their place do not.

use std::sync::LazyLock;

use openssl::ex_data::Index;
use openssl::ssl::{ClientHelloResponse, Ssl, SslAcceptorBuilder, SslRef};

/// Where a connection keeps it.
static GREASED: LazyLock<Option<Index<Ssl, bool>>> = LazyLock::new(|| Ssl::new_ex_index().ok());

/// Has every connection of this server remember whether its first message carried GREASE.
pub fn listen(builder: &mut SslAcceptorBuilder) {
    builder.set_client_hello_callback(|ssl, _| {
        let greased = ssl.client_hello_ciphers().map(has_grease);
        if let (Some(place), Some(greased)) = (*GREASED, greased) {
            ssl.set_ex_data(place, greased);
        }
        Ok(ClientHelloResponse::SUCCESS)
    });
}

/// Whether the connection's first message carried GREASE; `None` where nobody listened.
#[must_use]
pub fn is_greased(ssl: &SslRef) -> Option<bool> {
    ssl.ex_data((*GREASED)?).copied()
}

/// Whether a list of cipher suites, two bytes each, has one of the sixteen reserved values `{0x?A, 0x?A}` (RFC 8701 §2).
fn has_grease(suites: &[u8]) -> bool {
    suites.chunks_exact(2).any(|suite| suite[0] == suite[1] && suite[0] & 0x0f == 0x0a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_reserved_values_are_known_and_no_other() {
        for first in 0..=u8::MAX {
            assert_eq!(has_grease(&[0x13, 0x01, first, first]), first & 0x0f == 0x0a, "{first:02x}");
        }
        for suites in [&[][..], &[0x0a], &[0x00, 0x0a], &[0x0a, 0x1a], &[0x01, 0x0a, 0x0a, 0x13]] {
            assert!(!has_grease(suites), "{suites:?}");
        }
    }
}
