//! A TLS handshake by hand: what the other end shows, and whom it asks for.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use openssl::ssl::{HandshakeError, Ssl, SslContext, SslMethod, SslVerifyMode, SslVersion};
use openssl::x509::X509;

/// What a handshake showed.
#[derive(Debug)]
pub(super) struct Shown {
    /// The version that both agreed on.
    pub(super) version: &'static str,
    /// The server's certificate and those behind it.
    pub(super) chain: Vec<X509>,
    /// The names (DER) of the issuers whose certificates the server asks for; `None` where it asks for none. Known up to
    /// TLS 1.2 only, where the request is not encrypted.
    pub(super) asked: Option<Vec<Vec<u8>>>,
}

/// Shakes hands with `host` at `address`; with TLS 1.2 where `open` is to be read along.
pub(super) fn shake(address: SocketAddr, host: &str, open: bool, within: Duration) -> Result<Shown, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let stream = TcpStream::connect_timeout(&address, within).map_err(|error| failed(&error))?;
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&stream, Some(within)).map_err(|error| failed(&error))?;
    }
    let ssl = client(host, open).map_err(|error| failed(&error))?;
    let shaken = ssl.connect(Recorded { stream, seen: Vec::new() });
    let connected = shaken.map_err(|error| match error {
        HandshakeError::Failure(middle) | HandshakeError::WouldBlock(middle) => middle.error().to_string(),
        HandshakeError::SetupFailure(error) => error.to_string(),
    })?;
    let ssl = connected.ssl();
    let chain = ssl.peer_cert_chain().map(|chain| chain.iter().map(ToOwned::to_owned).collect());
    Ok(Shown {
        version: ssl.version_str(),
        chain: chain.unwrap_or_default(),
        asked: requested(&connected.get_ref().seen),
    })
}

fn client(host: &str, open: bool) -> Result<Ssl, openssl::error::ErrorStack> {
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    // Judged afterwards, so that everything that is wrong is told and not only the first.
    context.set_verify(SslVerifyMode::NONE);
    if open {
        context.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    }
    let mut ssl = Ssl::new(&context.build())?;
    if host.parse::<std::net::IpAddr>().is_err() {
        ssl.set_hostname(host)?;
    }
    Ok(ssl)
}

/// The most bytes of a handshake that are kept.
const MOST: usize = 1 << 18;

/// A stream that keeps what it reads.
#[derive(Debug)]
struct Recorded {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Read for Recorded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        if self.seen.len() < MOST {
            self.seen.extend_from_slice(buffer.get(..read).unwrap_or_default());
        }
        Ok(read)
    }
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Bytes that are taken from the front; everything ends where too few are left.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of `width` bytes, big-endian.
    fn number(&mut self, width: usize) -> Option<usize> {
        Some(self.take(width)?.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
    }

    /// A vector with its length in front.
    fn vector(&mut self, width: usize) -> Option<Bytes<'a>> {
        let length = self.number(width)?;
        self.take(length).map(Bytes)
    }
}

/// The issuers of a `CertificateRequest` (RFC 5246 section 7.4.4) in what a server sent.
fn requested(seen: &[u8]) -> Option<Vec<Vec<u8>>> {
    const HANDSHAKE: usize = 22;
    const CERTIFICATE_REQUEST: usize = 13;
    let mut messages = Vec::new();
    let mut records = Bytes(seen);
    while let Some(kind) = records.number(1) {
        records.take(2)?;
        let body = records.vector(2)?;
        if kind != HANDSHAKE {
            break;
        }
        messages.extend_from_slice(body.0);
    }
    let mut messages = Bytes(&messages);
    loop {
        let kind = messages.number(1)?;
        let mut body = messages.vector(3)?;
        if kind == CERTIFICATE_REQUEST {
            body.vector(1)?;
            body.vector(2)?;
            let mut names = body.vector(2)?;
            return Some(std::iter::from_fn(|| names.vector(2)).map(|name| name.0.to_vec()).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_across_records_and_half_a_one_is_none() {
        let message = [13, 0, 0, 14, 1, 64, 0, 2, 4, 3, 0, 6, 0, 1, 7, 0, 1, 8];
        let hello = [2, 0, 0, 1, 0];
        let mut seen = vec![22, 3, 3, 0, 9];
        seen.extend(hello);
        seen.extend(&message[..4]);
        seen.extend([22, 3, 3, 0, 14]);
        seen.extend(&message[4..]);
        assert_eq!(requested(&seen), Some(vec![vec![7], vec![8]]));
        for length in 0..seen.len() {
            assert_eq!(requested(&seen[..length]), None, "{length}");
        }
    }
}
