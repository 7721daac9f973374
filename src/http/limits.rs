//! How often one address may ask: generous for people, in bounded memory for everybody else.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as GovernorClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use jiff::Timestamp;
use openssl::hash::{MessageDigest, hash};

use crate::clock::Clock;
use crate::entropy::{Entropy, EntropyError};

/// How many requests of one kind an address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many at once.
    pub burst: NonZeroU32,
    /// How long until one of them is given back.
    pub refill: Duration,
}

/// The allowances per address (IPv4) or per /64 network (IPv6); a /48 network has sixteen times as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Forms that are sent.
    pub forms: Allowance,
    /// Links, numbers and tickets that lead nowhere.
    pub misses: Allowance,
}

impl Default for RateLimits {
    /// A care office behind one address enrolls thirty people in a morning: 60 forms at once, then one every 2 s. Guessing
    /// gains nothing from it: a code has 130 bits, and number and secret together 75.
    fn default() -> Self {
        let allowance = |burst, refill| Allowance { burst, refill: Duration::from_secs(refill) };
        Self {
            forms: allowance(NonZeroU32::MIN.saturating_add(59), 2),
            misses: allowance(NonZeroU32::MIN.saturating_add(59), 5),
        }
    }
}

/// The clock of the limiters, moved by the same hand as everything else.
#[derive(Debug, Clone)]
struct Wall(Arc<dyn Clock>);

/// A moment of that clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(Timestamp);

impl GovernorClock for Wall {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(self.0.now())
    }
}

impl Add<Nanos> for Moment {
    type Output = Self;

    fn add(self, length: Nanos) -> Self {
        Self(self.0.saturating_add(Duration::from(length)).unwrap_or(self.0))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or_default().into()
    }

    fn saturating_sub(&self, length: Nanos) -> Self {
        Self(self.0.saturating_sub(Duration::from(length)).unwrap_or(self.0))
    }
}

/// Addresses are counted in this many cells at most, so that no flood of addresses fills the memory. Who shares a cell by
/// chance (1 in 65,536) shares an allowance; nobody can aim at another's cell, since the hash is keyed.
type Cell = u16;

type Limiter = RateLimiter<Cell, HashMapStateStore<Cell>, Wall, NoOpMiddleware<Moment>>;

/// What an address asked too often for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A form was sent.
    Form,
    /// Something led nowhere.
    Miss,
}

/// A /64 is what one customer of an IPv6 network has at the least.
const CUSTOMER: u32 = 64;
/// A /48 is what one has at the most. Who has it has 65,536 networks of a customer.
const SITE: u32 = 48;
/// How many times the allowance of a customer a whole /48 has: many customers of a mobile network share one.
const WIDER: NonZeroU32 = NonZeroU32::MIN.saturating_add(15);

/// The limiters of one process.
pub struct Limits {
    key: [u8; 16],
    forms: Pair,
    misses: Pair,
    clock: Wall,
}

/// The limiters of one kind of request.
struct Pair {
    /// By address, or network of one customer.
    near: Limiter,
    /// By the /48 of IPv6 that it lies in.
    wide: Limiter,
}

impl Limits {
    /// Limiters with nothing counted yet.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(
        limits: RateLimits,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, EntropyError> {
        let clock = Wall(clock);
        let limiter = |burst: NonZeroU32, refill: Duration| {
            let quota = Quota::with_period(refill).unwrap_or(Quota::per_second(NonZeroU32::MIN));
            RateLimiter::new(quota.allow_burst(burst), HashMapStateStore::default(), clock.clone())
        };
        let pair = |allowance: Allowance| Pair {
            near: limiter(allowance.burst, allowance.refill),
            wide: limiter(allowance.burst.saturating_mul(WIDER), allowance.refill / WIDER.get()),
        };
        Ok(Self {
            key: entropy.bytes()?,
            forms: pair(limits.forms),
            misses: pair(limits.misses),
            clock: clock.clone(),
        })
    }

    /// Counts one request of `kind` from `address`.
    ///
    /// # Errors
    /// How long to wait, when the allowance is used up.
    pub fn count(&self, kind: Kind, address: IpAddr) -> Result<(), Duration> {
        let pair = match kind {
            Kind::Form => &self.forms,
            Kind::Miss => &self.misses,
        };
        let check = |limiter: &Limiter, cell| {
            limiter.check_key(&cell).map_err(|refused| refused.wait_time_from(self.clock.now()))
        };
        check(&pair.near, self.cell(address, CUSTOMER))?;
        match address.to_canonical() {
            IpAddr::V4(_) => Ok(()),
            IpAddr::V6(_) => check(&pair.wide, self.cell(address, SITE)),
        }
    }

    /// The cell of an address, or, for IPv6, of its network: the first `prefix` bits.
    fn cell(&self, address: IpAddr, prefix: u32) -> Cell {
        let network: [u8; 16] = match address.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => (v6.to_bits() & !(u128::MAX >> prefix)).to_be_bytes(),
        };
        let keyed = [self.key, network].concat();
        // Without a hash (OpenSSL never fails here) everybody shares one cell, which is safe.
        hash(MessageDigest::sha256(), &keyed).map_or(0, |digest| u16::from_be_bytes([digest[0], digest[1]]))
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::clock::ManualClock;
    use crate::entropy::SystemEntropy;

    fn limits() -> (Limits, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at("2026-11-21T00:00:00Z".parse().unwrap()));
        let allowance = Allowance { burst: NonZeroU32::new(3).unwrap(), refill: Duration::from_secs(10) };
        let limits = RateLimits { forms: allowance, misses: allowance };
        (Limits::new(limits, clock.clone(), &SystemEntropy).unwrap(), clock)
    }

    #[test]
    fn an_address_has_its_burst_and_gets_it_back_with_time() {
        let (limits, clock) = limits();
        let address = "203.0.113.7".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(limits.count(Kind::Form, address), Ok(()));
        }
        assert_eq!(limits.count(Kind::Form, address), Err(Duration::from_secs(10)));
        assert_eq!(limits.count(Kind::Miss, address), Ok(()));
        clock.advance(SignedDuration::from_secs(10));
        assert_eq!(limits.count(Kind::Form, address), Ok(()));
        assert!(limits.count(Kind::Form, address).is_err());
        clock.advance(SignedDuration::from_hours(-5));
        assert!(limits.count(Kind::Form, address).is_err(), "a clock set back gives nothing away");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let (limits, _) = limits();
        let cell = |text: &str| limits.cell(text.parse().unwrap(), CUSTOMER);
        assert_eq!(cell("2001:db8:1:2::1"), cell("2001:db8:1:2:ffff::9"));
        assert_eq!(cell("::ffff:203.0.113.7"), cell("203.0.113.7"));
        let cells: std::collections::HashSet<_> =
            (0..64u16).map(|n| cell(&format!("2001:db8:1:{n:x}::1"))).collect();
        assert!(cells.len() > 50);
    }

    #[test]
    fn who_has_many_networks_of_ipv6_has_no_endless_allowance() {
        let (limits, clock) = limits();
        let sent = |third: u16| {
            let from = |n: u32| format!("2001:db8:{third:x}:{n:x}::1").parse().unwrap();
            (0..1_000).filter(|n| limits.count(Kind::Form, from(*n)).is_ok()).count()
        };
        assert_eq!(sent(1), 3 * 16);
        assert_eq!(sent(2), 3 * 16, "a neighbour has its own");
        let wait = limits.count(Kind::Form, "2001:db8:1:ffff::1".parse().unwrap()).unwrap_err();
        assert_eq!(wait, Duration::from_secs(10) / 16);
        clock.advance(SignedDuration::try_from(wait).unwrap());
        assert_eq!(limits.count(Kind::Form, "2001:db8:1:fffe::1".parse().unwrap()), Ok(()));
    }

    #[test]
    fn a_flood_of_addresses_stays_in_bounded_memory() {
        let (limits, _) = limits();
        for n in 0..200_000u32 {
            let _ = limits.count(Kind::Miss, IpAddr::from(n.to_be_bytes()));
        }
        assert!(limits.misses.near.len() <= 65_536);
    }
}
