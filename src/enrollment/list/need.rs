//! What needs a hand: how many, counted as far as it matters, and which.

use jiff::{SignedDuration, Timestamp};

use super::path::{Order, Path};
use crate::directory::{Facilities, OrganizationId, Policy, partition};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::places::{BY_END, BY_STATE, CHANGE, IN_NEED, LOCKED, moment};
use crate::enrollment::record::Enrollment;
use crate::enrollment::state::State;
use crate::store::Partition;

/// Beyond so many, the number itself helps nobody.
const MOST_COUNTED: usize = 1_000;
/// How many enrollments are looked at for somebody who sees a part of them only.
const MOST_LOOKED_AT: usize = 2_000;

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// From when on something needs a hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedPolicy {
    /// A file that was fetched, or a secret that was right, and nothing after it for so long.
    pub unfinished_after: SignedDuration,
    /// A certificate that ends within this.
    pub expiring_within: SignedDuration,
    /// A device change that was begun so long ago is given up: the old certificate simply stays.
    pub change_given_up_after: SignedDuration,
}

impl Default for NeedPolicy {
    fn default() -> Self {
        Self {
            unfinished_after: SignedDuration::from_hours(24),
            expiring_within: days(30),
            change_given_up_after: days(14),
        }
    }
}

/// What needs a hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// The file reached a device, and no check page has seen the certificate since.
    NotInstalled,
    /// The secret was right, and no file was ever fetched.
    NotFetched,
    /// Too many wrong secrets.
    Locked,
    /// The certificate in use ends soon.
    Expiring,
    /// The certificate has ended, and nothing took its place.
    Ended,
    /// Issued in another's place, and not proven yet.
    ChangeUnfinished,
    /// As above, for so long that nobody waits for it any more: what it was to replace simply stays.
    ChangeGivenUp,
}

impl Need {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 7] = [
        Self::Locked,
        Self::NotInstalled,
        Self::NotFetched,
        Self::ChangeUnfinished,
        Self::Expiring,
        Self::Ended,
        Self::ChangeGivenUp,
    ];

    /// The word in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotInstalled => "not-installed",
            Self::NotFetched => "not-fetched",
            Self::Locked => "locked",
            Self::Expiring => "expiring",
            Self::Ended => "ended",
            Self::ChangeUnfinished => "change-unfinished",
            Self::ChangeGivenUp => "change-given-up",
        }
    }

    /// Between which times it must stand in its index: from, and before.
    fn bounds(self, now: Timestamp, policy: &NeedPolicy) -> (Option<Timestamp>, Option<Timestamp>) {
        let ago = |lasts: SignedDuration| Some(now.checked_sub(lasts).unwrap_or(Timestamp::MIN));
        match self {
            Self::NotInstalled | Self::NotFetched => (None, ago(policy.unfinished_after)),
            // A lock that ends now has ended.
            Self::Locked => (now.checked_add(SignedDuration::from_millis(1)).ok(), None),
            Self::Expiring => (Some(now), now.checked_add(policy.expiring_within).ok()),
            Self::Ended => (ago(policy.expiring_within), Some(now)),
            Self::ChangeUnfinished => (ago(policy.change_given_up_after), None),
            Self::ChangeGivenUp => (None, ago(policy.change_given_up_after)),
        }
    }

    pub(super) fn path(self, now: Timestamp, policy: &NeedPolicy) -> Path {
        let word = |index, word: &str| (index, format!("{word}/"));
        let sources = match self {
            Self::NotInstalled => vec![word(BY_STATE, "fetched"), word(BY_STATE, "fetching")],
            Self::NotFetched => vec![word(BY_STATE, "claimed")],
            Self::Locked => vec![word(IN_NEED, LOCKED)],
            Self::Expiring | Self::Ended => vec![(BY_END, String::new())],
            Self::ChangeUnfinished | Self::ChangeGivenUp => vec![word(IN_NEED, CHANGE)],
        };
        let (from, before) = self.bounds(now, policy);
        Path::along(Order::Waiting(self), sources).between(from.map(moment), before.map(moment))
    }

    /// The time by which it stands in its index, where it can be in this need at all.
    pub(super) fn since(self, it: &Enrollment) -> Option<Timestamp> {
        let fetches = match &it.state {
            State::Claimed { delivery, .. } => delivery.fetches,
            _ => 0,
        };
        match (self, &it.state) {
            (Self::NotInstalled, State::Fetched { .. }) => it.changed(),
            (Self::NotInstalled, State::Claimed { .. }) if fetches > 0 => it.changed(),
            (Self::NotFetched, State::Issuing { .. } | State::Claimed { .. }) if fetches == 0 => it.changed(),
            (Self::Locked, _) => it.lock_noted(),
            (Self::Expiring | Self::Ended, _) => it.certificate_end(),
            (Self::ChangeUnfinished | Self::ChangeGivenUp, _) => it.taking_place_since(),
            _ => None,
        }
    }

    /// Whether it is in this need.
    pub(super) fn has(self, it: &Enrollment, now: Timestamp, policy: &NeedPolicy) -> bool {
        let (from, before) = self.bounds(now, policy);
        self.since(it).is_some_and(|since| {
            // As the orders of the index have it.
            let since = since.as_millisecond();
            from.is_none_or(|from| from.as_millisecond() <= since)
                && before.is_none_or(|before| since < before.as_millisecond())
        })
    }
}

impl std::str::FromStr for Need {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|need| need.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|need| need.name()).collect();
            format!("{text:?} is nothing that needs a hand; there are {}", names.join(", "))
        })
    }
}

/// A number, as far as it was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many were counted.
    pub number: usize,
    /// Whether there may be more.
    pub more: bool,
}

/// How many need a hand in what, in the order of [`Need::ALL`].
pub type Amounts = Vec<(Need, Count)>;

impl NeedPolicy {
    /// As an organization wants it.
    fn of(policy: &Policy) -> Self {
        Self {
            unfinished_after: SignedDuration::from_hours(i64::from(policy.stuck_after_hours)),
            change_given_up_after: days(i64::from(policy.abandoned_after_days)),
            ..Self::default()
        }
    }
}

impl RegistrationAuthority {
    /// From when on something needs a hand in an organization, as it decided.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn need_policy(&self, organization: &OrganizationId) -> Result<NeedPolicy, OperatorError> {
        let found = self.directory().find_organization(organization).await?;
        Ok(found.map_or_else(NeedPolicy::default, |organization| NeedPolicy::of(&organization.policy)))
    }

    /// How many of the caller's enrollments need a hand. Whoever sees the whole organization is told from the indexes, counted
    /// to a thousand; for others their facilities' enrollments are looked at, the newest two thousand.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn needs(&self, caller: &Caller) -> Result<Amounts, OperatorError> {
        let partition = partition(&caller.organization)?;
        let (now, policy) = (self.now(), self.need_policy(&caller.organization).await?);
        if caller.reach != Facilities::All {
            return self.needs_within(caller, &partition, &policy).await;
        }
        let counting =
            Need::ALL.map(|need| {
                let (path, partition) = (need.path(now, &policy), &partition);
                async move {
                    path.count(self.store(), partition, MOST_COUNTED + 1).await.map(|found| (need, found))
                }
            });
        let counted = futures_util::future::try_join_all(counting).await?;
        let count = |found: usize| Count { number: found.min(MOST_COUNTED), more: found > MOST_COUNTED };
        Ok(counted.into_iter().map(|(need, found)| (need, count(found))).collect())
    }

    async fn needs_within(
        &self,
        caller: &Caller,
        partition: &Partition,
        policy: &NeedPolicy,
    ) -> Result<Amounts, OperatorError> {
        let now = self.now();
        let (seen, more) = self.newest_within(caller, partition, MOST_LOOKED_AT).await?;
        let count = |need: Need| {
            let number = seen.iter().filter(|it| need.has(it, now, policy)).count();
            (need, Count { number, more })
        };
        Ok(Need::ALL.into_iter().map(count).collect())
    }
}
