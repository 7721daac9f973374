//! Ports of 127.0.0.1 for programs that are started by tests and benchmarks.
//!
//! Whoever asks the system for any free port and gives it back may find it taken a moment later: by another test that asks, or by the
//! near end of any connection. So these lie below those that the system hands out, and each is held for this process, until it
//! ends, by a UDP socket on the same number, which no listener for TCP minds. Two processes never get the same one.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

/// From the first on, and so many: Linux hands out 32768 and above by itself.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static HELD: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());
static NEXT: AtomicU16 = AtomicU16::new(0);

/// The socket that holds a port, where nobody has it.
fn held(port: u16) -> Option<UdpSocket> {
    let held = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    Some(held)
}

fn own_from(first: u16, count: u16, beside: Option<u16>) -> u16 {
    // Processes begin at places of their own, so that they seldom meet.
    let place = std::process::id().wrapping_mul(211);
    for _ in 0..count {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = first + u16::try_from(place.wrapping_add(step) % u32::from(count)).unwrap();
        let Some(own) = held(port) else { continue };
        let Some(other) = beside.map(|beside| held(port + beside)).map_or(Some(None), |held| held.map(Some))
        else {
            continue;
        };
        HELD.lock().unwrap().extend(std::iter::once(own).chain(other));
        return port;
    }
    panic!("every port from {first} on is taken");
}

/// A port that is this process's own.
pub fn own() -> u16 {
    own_from(FIRST, COUNT, None)
}

/// A port that is this process's own together with the one that lies 10,000 above it.
pub fn own_pair() -> u16 {
    own_from(FIRST - 10_000, 10_000, Some(10_000))
}
