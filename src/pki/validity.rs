//! From when until when a certificate is valid.

use jiff::{SignedDuration, Timestamp};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::x509::X509Ref;

use crate::pki::error::PkiError;

/// How far before "now" a certificate begins by default: one hour, as public CAs do it (Let's Encrypt). Phones
/// without network time, and relying parties with a lazy clock, would otherwise call a fresh certificate "not yet
/// valid".
pub const BACKDATE: SignedDuration = SignedDuration::from_hours(1);

/// Where a moment stands in the validity of a certificate (or of a chain: the shortest counts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Valid, and not about to end.
    Valid,
    /// Not valid before this moment.
    NotYet {
        /// The first valid moment.
        from: Timestamp,
    },
    /// Valid, but to be replaced before this moment.
    ExpiresSoon {
        /// The last valid moment.
        at: Timestamp,
    },
    /// Not valid after this moment.
    Expired {
        /// The last valid moment.
        at: Timestamp,
    },
}

impl Standing {
    /// Where `now` stands in a validity of which the last part of length `soon` is "about to end".
    pub(crate) fn at(now: Timestamp, (from, until): (Timestamp, Timestamp), soon: SignedDuration) -> Self {
        if now < from {
            Self::NotYet { from }
        } else if now > until {
            Self::Expired { at: until }
        } else if until.duration_since(now) < soon {
            Self::ExpiresSoon { at: until }
        } else {
            Self::Valid
        }
    }

    /// Whether something signed at this moment is accepted by those who check dates.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Valid | Self::ExpiresSoon { .. })
    }
}

/// A certificate's notBefore and notAfter, both inclusive (RFC 5280 section 4.1.2.5). "No expiry" (9999-12-31)
/// becomes the last moment that jiff knows, hours earlier.
pub(crate) fn validity(certificate: &X509Ref) -> Result<(Timestamp, Timestamp), PkiError> {
    Ok((timestamp(certificate.not_before())?, timestamp(certificate.not_after())?))
}

fn timestamp(time: &Asn1TimeRef) -> Result<Timestamp, PkiError> {
    let since_epoch = Asn1Time::from_unix(0)?.diff(time)?;
    let seconds = i64::from(since_epoch.days) * 86_400 + i64::from(since_epoch.secs);
    Ok(Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX }))
}

/// As certificates carry it: whole seconds, `UTCTime` until 2049 and `GeneralizedTime` after (OpenSSL chooses).
pub(crate) fn asn1_time(moment: Timestamp) -> Result<Asn1Time, PkiError> {
    if moment < Timestamp::UNIX_EPOCH {
        return Err(PkiError::Time(moment));
    }
    Ok(Asn1Time::from_unix(moment.as_second())?)
}

/// `days` of 24 hours, fit for adding to a moment.
pub(crate) fn days(days: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(days) * 24)
}

/// A beginning that lies `by` before `now`, in whole seconds.
pub(crate) fn backdated(now: Timestamp, by: SignedDuration) -> Timestamp {
    whole_second(now.checked_sub(by).unwrap_or(now))
}

/// The moment without its fraction of a second, which no certificate carries.
pub(crate) fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_ends_of_a_validity_belong_to_it() {
        let range = (at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
        let soon = days(30);
        assert_eq!(Standing::at(at("2025-12-31T23:59:59Z"), range, soon), Standing::NotYet { from: range.0 });
        assert_eq!(Standing::at(range.0, range, soon), Standing::Valid);
        assert_eq!(
            Standing::at(at("2026-12-01T00:00:01Z"), range, soon),
            Standing::ExpiresSoon { at: range.1 }
        );
        assert_eq!(Standing::at(range.1, range, soon), Standing::ExpiresSoon { at: range.1 });
        assert_eq!(Standing::at(at("2026-12-31T00:00:01Z"), range, soon), Standing::Expired { at: range.1 });
    }

    #[test]
    fn a_certificate_without_expiry_is_read() {
        let never = Asn1Time::from_str_x509("99991231235959Z").unwrap();
        assert_eq!(timestamp(&never).unwrap(), Timestamp::MAX);
    }

    #[test]
    fn a_time_before_1970_is_refused() {
        assert!(matches!(asn1_time(at("1969-12-31T23:59:59Z")), Err(PkiError::Time(_))));
    }

    proptest! {
        #[test]
        fn a_moment_survives_asn1(seconds in 0_i64..253_402_207_200) {
            let moment = Timestamp::from_second(seconds).unwrap();
            prop_assert_eq!(timestamp(&asn1_time(moment).unwrap()).unwrap(), moment);
        }
    }
}
