//! Times and durations as people in Japan read them.

use jiff::civil::Weekday;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::{Phrase, Words};

/// Japan has had one offset and no summer time since 1951, so that no time zone database is needed.
fn in_japan(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::fixed(Offset::constant(9)))
}

const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

fn filled<'a>(phrase: Phrase<'a>, at: &Zoned) -> Phrase<'a> {
    phrase
        .with("year", at.year().to_string())
        .with("month", i64::from(at.month()))
        .with("day", i64::from(at.day()))
        .with("weekday", weekday(at.weekday()))
        .with("time", format!("{}:{:02}", at.hour(), at.minute()))
}

impl Words {
    /// A moment: `11月21日（土）18:05`, or `Sat 21 Nov 18:05 (Japan time)`; with its year where that is not the present one.
    #[must_use]
    pub fn moment(self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (in_japan(at), in_japan(now));
        let key = if at.year() == now.year() { "moment" } else { "moment-with-year" };
        filled(self.say(key), &at).to_string()
    }

    /// A moment with its year, for what is read long after it was written.
    #[must_use]
    pub fn moment_with_year(self, at: Timestamp) -> String {
        filled(self.say("moment-with-year"), &in_japan(at)).to_string()
    }

    /// A date with its year: `2030年2月17日`, or `17 Feb 2030`.
    #[must_use]
    pub fn date(self, at: Timestamp) -> String {
        filled(self.say("date"), &in_japan(at)).to_string()
    }

    /// The time of day: `18:05`, or `18:05 (Japan time)`.
    #[must_use]
    pub fn time_of_day(self, at: Timestamp) -> String {
        filled(self.say("time-of-day"), &in_japan(at)).to_string()
    }

    /// A length of time in words, in the one unit that fits it: `9分`, `3 hours`, `2 days`. Rounded down, so that nobody
    /// trusts in a minute that is not there; what is over is `0分`.
    #[must_use]
    pub fn span(self, length: SignedDuration) -> String {
        let seconds = length.as_secs().max(0);
        let (key, count) = match seconds {
            ..60 => ("span-seconds", seconds),
            60..7_200 => ("span-minutes", seconds / 60),
            7_200..172_800 => ("span-hours", seconds / 3_600),
            _ => ("span-days", seconds / 86_400),
        };
        // In easy Japanese the reading follows the last digit.
        self.say(key).with("count", count).with("last", count % 10).to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::words::language::Language;

    const JA: Words = Words(Language::Japanese);
    const EN: Words = Words(Language::English);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_moment_reads_as_people_in_japan_read_it() {
        let now = at("2026-11-21T00:00:00Z");
        assert_eq!(JA.moment(at("2026-11-21T09:05:00Z"), now), "11月21日（土）18:05");
        assert_eq!(EN.moment(at("2026-11-21T09:05:00Z"), now), "Sat 21 Nov, 18:05 (Japan time)");
        // Midnight in Japan is the day before in UTC; so is New Year.
        assert_eq!(JA.moment(at("2026-12-31T15:00:00Z"), now), "2027年1月1日（金）0:00");
        assert_eq!(EN.moment(at("2027-05-05T15:00:00Z"), now), "Thu 6 May 2027, 0:00 (Japan time)");
        assert_eq!(JA.date(at("2030-02-16T15:00:00Z")), "2030年2月17日");
        assert_eq!(EN.date(at("2030-02-16T15:00:00Z")), "17 Feb 2030");
        assert_eq!(EN.time_of_day(at("2030-02-16T15:07:00Z")), "0:07 (Japan time)");
    }

    #[test]
    fn easy_japanese_reads_numbers_as_people_say_them() {
        let easy = Words(Language::EasyJapanese);
        let now = at("2026-11-21T00:00:00Z");
        assert_eq!(
            easy.moment(at("2026-11-20T09:05:00Z"), now),
            "11月《がつ》｜20日《はつか》（金曜日《きんようび》）18:05"
        );
        assert_eq!(easy.date(at("2030-02-16T15:00:00Z")), "2030年《ねん》2月《がつ》17日《にち》");
        for (minutes, told) in [
            (1, "1分《ぷん》"),
            (5, "5分《ふん》"),
            (9, "9分《ふん》"),
            (10, "10分《ぷん》"),
            (17, "17分《ふん》"),
        ] {
            assert_eq!(easy.span(SignedDuration::from_mins(minutes)), told);
        }
    }

    #[test]
    fn a_span_is_told_in_one_unit_and_never_rounded_up() {
        for (seconds, ja, en) in [
            (-5, "0秒", "0 seconds"),
            (1, "1秒", "1 second"),
            (59, "59秒", "59 seconds"),
            (60, "1分", "1 minute"),
            (599, "9分", "9 minutes"),
            (7_199, "119分", "119 minutes"),
            (7_200, "2時間", "2 hours"),
            (172_800, "2日", "2 days"),
        ] {
            assert_eq!(JA.span(SignedDuration::from_secs(seconds)), ja);
            assert_eq!(EN.span(SignedDuration::from_secs(seconds)), en);
        }
    }
}
