//! Times, as operators read them: in Japan's time, which is also what the pages show, unless `TZ` names another zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The zone of the people whom Tegata was made for.
const DEFAULT_ZONE: &str = "Asia/Tokyo";

/// The zone that `TZ` names, else Japan's. What cannot be read as a zone is UTC, and the name beside the time says so.
fn zone_here() -> TimeZone {
    let named = std::env::var("TZ").ok().filter(|name| !name.is_empty());
    match named {
        Some(_) => TimeZone::system(),
        None => TimeZone::get(DEFAULT_ZONE).unwrap_or(TimeZone::UTC),
    }
}

/// `2026-11-21 09:30 JST`.
#[must_use]
pub fn minute(at: Timestamp) -> String {
    at.to_zoned(zone_here()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// `2026-11-21 09:30`, for tables.
#[must_use]
pub fn short(at: Timestamp) -> String {
    at.to_zoned(zone_here()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The name of the zone at `now`, such as `JST`, for the heading of a table.
#[must_use]
pub fn zone(now: Timestamp) -> String {
    now.to_zoned(zone_here()).strftime("%Z").to_string()
}

/// The beginning of a day such as `2027-04-01`.
pub fn day(text: &str) -> Result<Timestamp, String> {
    let day: Date = text.parse().map_err(|_| "a day is written as 2027-04-01".to_owned())?;
    let begins = day.to_zoned(zone_here()).map_err(|_| "no clock shows this day".to_owned())?;
    Ok(begins.timestamp())
}
