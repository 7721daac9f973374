//! The figures that `docs/performance.md` keeps, in the order in which they are printed, each with its goal. A test holds that the document has exactly these.

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The ratio is at most this.
    AtMost(f64),
    /// The ratio is at least this.
    AtLeast(f64),
    /// Ours, in its unit, is at most this.
    Within(f64),
}

/// What the two sides are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Microseconds,
    Milliseconds,
    PerSecond,
    Bytes,
    Count,
}

/// A figure: ours and what it is set beside.
#[derive(Debug)]
pub struct Row {
    /// By which the command prints it alone.
    pub name: &'static str,
    /// Ours ÷ what it is set beside.
    pub figure: &'static str,
    pub unit: Unit,
    pub goal: Goal,
}

const fn row(name: &'static str, figure: &'static str, unit: Unit, goal: Goal) -> Row {
    Row { name, figure, unit, goal }
}

use Goal::{AtLeast, AtMost, Within};
use Unit::{Bytes, Count, Microseconds, Milliseconds, PerSecond};

/// The size of the smallest store, which the larger ones are set beside.
pub const SMALL: u64 = 1_000;
/// That of the middle one.
pub const MIDDLE: u64 = 100_000;
/// That of the largest.
pub const LARGE: u64 = 1_000_000;

/// All figures.
pub const ROWS: &[Row] = &[
    row("bundle-rsa", "bundle, RSA-2048, AES-256, key at hand ÷ bare OpenSSL", Microseconds, AtMost(1.1)),
    row("bundle-rsa-3des", "bundle, RSA-2048, 3DES, key at hand ÷ bare OpenSSL", Microseconds, AtMost(1.1)),
    row("bundle-rsa-made", "bundle, RSA-2048, AES-256, key made ÷ bare OpenSSL", Microseconds, AtMost(1.1)),
    row("cms-rsa", "signed profile, RSA-2048 ÷ OpenSSL's own `CMS_sign`", Microseconds, AtMost(1.0)),
    row("bundle-p256", "bundle, P-256, AES-256, key made ÷ bare OpenSSL", Microseconds, AtMost(1.1)),
    row("bundle-p256-3des", "bundle, P-256, 3DES, key made ÷ bare OpenSSL", Microseconds, AtMost(1.1)),
    row("cms-p256", "signed profile, P-256 ÷ OpenSSL's own `CMS_sign`", Microseconds, AtMost(1.0)),
    row("peer-openssl-rsa", "bundle, RSA-2048 ÷ a script of `openssl`", Microseconds, AtMost(1.0)),
    row("peer-cfssl-rsa", "key and certificate, RSA-2048 ÷ `cfssl gencert`", Microseconds, AtMost(1.0)),
    row("peer-openssl-p256", "bundle, P-256 ÷ a script of `openssl`", Microseconds, AtMost(1.0)),
    row("peer-cfssl-p256", "key and certificate, P-256 ÷ `cfssl gencert`", Microseconds, AtMost(1.0)),
    row("pool", "64 claims at once, RSA-2048: with the pool of keys ÷ without", PerSecond, AtLeast(10.0)),
    row("page-number", "landing page `/` ÷ bare actix-web with the same bytes", PerSecond, AtLeast(0.1)),
    row("page-link", "landing page `/c/…` ÷ bare actix-web with the same bytes", PerSecond, AtLeast(0.1)),
    row("flush-1", "durable commits, embedded, 1 writer ÷ bare `fdatasync`", PerSecond, AtLeast(0.9)),
    row("flush-64", "durable commits, embedded, 64 writers ÷ bare `fdatasync`", PerSecond, AtLeast(10.0)),
    row("evalsha-1", "durable commits, Redis, 1 writer ÷ bare `EVALSHA`", PerSecond, AtLeast(0.9)),
    row("evalsha-64", "durable commits, Redis, 64 writers ÷ bare `EVALSHA`", PerSecond, AtLeast(0.5)),
    row(
        "bytes-embedded",
        "idle enrollment in the embedded file ÷ its keys and values",
        Bytes,
        Within(2_500.0),
    ),
    row(
        "claim-embedded-100k",
        "claim's store work, embedded, 10⁵ enrollments ÷ 10³",
        Milliseconds,
        AtMost(1.1),
    ),
    row(
        "claim-embedded-1m",
        "claim's store work, embedded, 10⁶ enrollments ÷ 10³",
        Milliseconds,
        AtMost(1.1),
    ),
    row("start-embedded-1m", "`tegata serve` until ready, embedded, 10⁶ ÷ 10³", Milliseconds, AtMost(1.1)),
    row("bytes-redis", "idle enrollment in Redis's memory ÷ its keys and values", Bytes, Within(1_500.0)),
    row(
        "bytes-redis-file",
        "idle enrollment in Redis's append-only file ÷ its keys and values",
        Bytes,
        Within(1_500.0),
    ),
    row(
        "bytes-redis-issued",
        "enrollment with certificate in Redis's memory ÷ its keys and values",
        Bytes,
        Within(4_000.0),
    ),
    row("claim-redis-100k", "claim's store work, Redis, 10⁵ enrollments ÷ 10³", Milliseconds, AtMost(1.1)),
    row("claim-redis-1m", "claim's store work, Redis, 10⁶ enrollments ÷ 10³", Milliseconds, AtMost(1.1)),
    row("start-redis-1m", "`tegata serve` until ready, Redis, 10⁶ ÷ 10³", Milliseconds, AtMost(1.1)),
    row("load-rate", "claims, HTTPS, RSA-2048 made on the spot: two nodes ÷ one", PerSecond, AtLeast(1.6)),
    row("load-broken", "`tegata load`, two nodes: promises broken ÷ phones", Count, AtMost(0.0)),
    row("nodes-rate", "claims, P-256: two nodes ÷ one", PerSecond, AtLeast(1.6)),
    row("nodes-cost", "processor time of the nodes for a claim: two ÷ one", Milliseconds, AtMost(1.1)),
];

impl Row {
    /// The row of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.name == name)
    }

    /// The goal as the table shows it.
    pub fn goal(&self) -> String {
        let plain =
            |value: f64| if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
        match self.goal {
            AtMost(most) => format!("≤ {}", plain(most)),
            AtLeast(least) => format!("≥ {}", plain(least)),
            Within(most) => format!("≤ {}", shown(most, self.unit)),
        }
    }
}

/// A value as the table shows it.
pub fn shown(value: f64, unit: Unit) -> String {
    let unit = match unit {
        Unit::Microseconds => " µs",
        Unit::Milliseconds => " ms",
        Unit::PerSecond => "/s",
        Unit::Bytes => " B",
        Unit::Count => "",
    };
    let number = if value >= 100.0 || value.fract() == 0.0 { grouped(value) } else { format!("{value:.1}") };
    format!("{number}{unit}")
}

/// Whole, in groups of three digits.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
