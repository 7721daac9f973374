//! Times, as people at this machine read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-11-21 09:30 JST`, in the machine's time zone (`TZ`).
#[must_use]
pub fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// `2026-11-21 09:30`, for tables.
#[must_use]
pub fn short(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The name of the machine's time zone at `now`, such as `JST`, for the heading of a table.
#[must_use]
pub fn zone(now: Timestamp) -> String {
    now.to_zoned(TimeZone::system()).strftime("%Z").to_string()
}
