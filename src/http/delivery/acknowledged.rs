//! What TCP knows: how much the other end has acknowledged, and whether it is still there.
//!
//! `getsockopt(TCP_INFO)` by a macro of `nix`, since the call has no safe wrapper in the standard library or in `rustix`.

use std::os::fd::AsFd;

use nix::libc;
use nix::sys::socket::GetSockOpt;
use nix::{getsockopt_impl, sockopt_impl};

/// How much of `struct tcp_info` (Linux, `include/uapi/linux/tcp.h`) is read: up to and with `tcpi_notsent_bytes`, which
/// every kernel since 4.6 has. The structure only ever grows at its end.
const LENGTH: usize = 148;

const STATE: usize = 0;
const UNACKED: usize = 24;
const BYTES_ACKED: usize = 120;
const NOT_SENT: usize = 144;

/// `TCP_CLOSE`: reset by the other end, or over.
const CLOSED: u8 = 7;

sockopt_impl!(
    /// The beginning of `struct tcp_info`.
    TcpInfo,
    GetOnly,
    libc::IPPROTO_TCP,
    libc::TCP_INFO,
    [u8; LENGTH]
);

/// A connection at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// Whether the connection is over.
    pub closed: bool,
    /// Whether everything that was written has been acknowledged by the other end's TCP.
    pub all: bool,
    /// How many bytes it has acknowledged since the connection began.
    pub bytes: u64,
}

fn part<const N: usize>(info: &[u8; LENGTH], offset: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&info[offset..offset + N]);
    part
}

impl Acknowledged {
    /// Asks the kernel about `socket`; nothing where it is no TCP socket, or the kernel does not tell.
    #[must_use]
    pub fn of(socket: &impl AsFd) -> Option<Self> {
        let info = TcpInfo.get(socket).ok()?;
        let outstanding = u32::from_ne_bytes(part(&info, UNACKED));
        let not_sent = u32::from_ne_bytes(part(&info, NOT_SENT));
        Some(Self {
            closed: info[STATE] == CLOSED,
            all: outstanding == 0 && not_sent == 0,
            bytes: u64::from_ne_bytes(part(&info, BYTES_ACKED)),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (listener.accept().unwrap().0, client)
    }

    /// Asks until the answer is as wanted; the kernel needs a moment for what it does by itself.
    fn wait_for(socket: &TcpStream, wanted: impl Fn(Acknowledged) -> bool) -> bool {
        (0..1_000_000).any(|_| Acknowledged::of(socket).is_some_and(&wanted))
    }

    #[test]
    fn what_the_other_end_took_is_acknowledged() {
        let (mut server, mut client) = pair();
        server.write_all(&[1; 1000]).unwrap();
        client.read_exact(&mut [0; 1000]).unwrap();
        assert!(wait_for(&server, |now| now.all && now.bytes == 1000 && !now.closed));
    }

    #[test]
    fn what_does_not_fit_is_outstanding() {
        let (server, _client) = pair();
        server.set_nonblocking(true).unwrap();
        let chunk = vec![1; 65_536];
        let mut written = 0u64;
        while let Ok(count) = (&server).write(&chunk) {
            written += count as u64;
        }
        let now = Acknowledged::of(&server).unwrap();
        assert!(!now.all && now.bytes < written);
    }

    #[test]
    fn a_reset_connection_is_closed() {
        let (mut server, client) = pair();
        server.write_all(&[1; 1000]).unwrap();
        // A socket that is closed with unread data sends a reset.
        drop(client);
        assert!(wait_for(&server, |now| now.closed));
    }

    #[test]
    fn what_is_no_tcp_socket_tells_nothing() {
        let (one, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        assert_eq!(Acknowledged::of(&one), None);
    }
}
