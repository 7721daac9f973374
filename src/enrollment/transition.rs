//! The transitions of an enrollment: pure, so that every sequence of them can be played in a test. Time, and whatever was
//! random, come in as arguments; each consumes the enrollment and returns the next one with what happened, or a refusal.

use jiff::{SignedDuration, Timestamp};

use super::id::EnrollmentId;
use super::record::{Enrollment, Happening};
use super::refusal::Refusal;
use super::state::{Attempts, Claim, Claims, Credentials, Delivery, State};
use super::view::FetchPart;
use crate::device::Platform;
use crate::ledger::RevocationReason;
use crate::pepper::SecretHash;
use crate::pki::serial::SerialNumber;

/// A broken transfer may be continued so often for every fetch that is allowed.
const CONTINUATIONS_PER_FETCH: u32 = 8;

/// After so long without a wrong secret, earlier ones are forgotten. Longer than every lock.
pub(super) const WRONG_REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

/// No two nodes with clocks that are right are so far apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(1);

/// Whether a claim has yet to begin: then the clock of its maker was wrong, and nobody waits for the end of its lease.
fn is_of_a_wrong_clock(claim: &Claim, now: Timestamp) -> bool {
    claim.at.duration_since(now) > CLOCKS_APART
}

/// How wrong secrets are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockPolicy {
    /// Wrong secrets until it locks.
    pub attempts: u32,
    /// How long the first lock lasts; each further one twice as long.
    pub first_lock: SignedDuration,
    /// No lock lasts longer.
    pub longest_lock: SignedDuration,
}

impl Default for LockPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_lock: SignedDuration::from_mins(15),
            longest_lock: SignedDuration::from_hours(24),
        }
    }
}

impl Attempts {
    /// What is left of them at `now`: nothing, when the last wrong one is long ago.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let forgotten = self.last_wrong.is_some_and(|last| now.duration_since(last) >= WRONG_REMEMBERED);
        if forgotten { Self::default() } else { self }
    }

    /// How many wrong secrets are left at `now`.
    #[must_use]
    pub fn left(self, now: Timestamp, policy: &LockPolicy) -> u32 {
        policy.attempts.saturating_sub(self.at(now).wrong)
    }

    /// The lock that holds at `now`, if any.
    #[must_use]
    pub fn lock(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// One more wrong secret: the next counters, and the lock where this one caused it.
    #[must_use]
    pub fn wrong(self, now: Timestamp, policy: &LockPolicy) -> (Self, Option<Timestamp>) {
        let mut next = self.at(now);
        next.wrong += 1;
        next.last_wrong = Some(now);
        if next.wrong < policy.attempts {
            return (next, None);
        }
        let doubled = policy.first_lock.checked_mul(1i32.checked_shl(next.locks.min(20)).unwrap_or(i32::MAX));
        let lasts = doubled.map_or(policy.longest_lock, |lasts| lasts.min(policy.longest_lock));
        let until = now.checked_add(lasts).unwrap_or(Timestamp::MAX);
        next.wrong = 0;
        next.locks = next.locks.saturating_add(1);
        next.locked_until = Some(until);
        (next, Some(until))
    }
}

/// By which door the person comes. The link's holder knows 130 bits already and is told at once how things stand; who comes by
/// number is told nothing before the secret is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// By the link or the QR code.
    Link,
    /// By the retrieval number.
    Number,
}

/// What to do with a presented secret.
#[derive(Debug)]
pub enum Presented {
    /// It is right: begin a claim, giving up this certificate that nobody fetched.
    Begin {
        /// The certificate of an earlier claim, if there was one.
        abandon: Option<SerialNumber>,
    },
    /// It is right, and the ticket that it gives is the one that lies ready: go there.
    Resume,
    /// It is right, and somebody is just making the certificate: ask again in a moment.
    Wait,
    /// It is wrong: keep these counters, then refuse.
    Count {
        /// The enrollment with its new counters.
        next: Box<Enrollment>,
        /// What happened.
        happened: Happening,
        /// What the person is told.
        refusal: Refusal,
    },
    /// It is refused, and nothing changes.
    Refuse(Refusal),
}

/// What a claim's own process knows when somebody presents a secret.
#[derive(Debug, Clone, Copy)]
pub struct Presenting {
    /// Whether the hash of what was presented is the secret's.
    pub right: bool,
    /// Whether it derives the ticket of the claim that the enrollment has come to.
    pub same_ticket: bool,
    /// Whether the process that is making this enrollment's certificate is known to be dead.
    pub maker_is_dead: bool,
}

impl Enrollment {
    /// How things stand for the person, before any secret: `Ok` where a secret would be looked at.
    ///
    /// # Errors
    /// The refusal that applies.
    pub fn admits(&self, door: Door, now: Timestamp) -> Result<(), Refusal> {
        match &self.state {
            State::Invited | State::Issuing { .. } => self.invitation_open(door, now),
            State::Claimed { claim, delivery } => {
                if delivery.fetches == 0 && now >= claim.window_ends {
                    self.invitation_open(door, now)
                } else if now < claim.window_ends {
                    Ok(())
                } else {
                    Err(Refusal::AlreadyFetched { at: claim.at, platform: claim.platform })
                }
            }
            State::Fetched { claim, at, .. } => {
                if now < claim.window_ends {
                    Ok(())
                } else {
                    Err(Refusal::AlreadyFetched { at: *at, platform: claim.platform })
                }
            }
            State::Installed { claim, at, .. } => {
                Err(Refusal::AlreadyInstalled { at: *at, platform: claim.platform })
            }
            State::Replaced { at, .. } => Err(Refusal::Superseded { at: *at }),
            State::Revoked { at, .. } => Err(Refusal::Revoked { at: *at }),
            State::Cancelled { at } => Err(Refusal::Cancelled { at: *at }),
        }
    }

    fn invitation_open(&self, door: Door, now: Timestamp) -> Result<(), Refusal> {
        if now >= self.invitation_ends {
            return Err(Refusal::InvitationExpired { at: self.invitation_ends });
        }
        if door == Door::Link && now >= self.link_ends {
            return Err(Refusal::LinkExpired { at: self.link_ends });
        }
        Ok(())
    }

    /// Decides what a presented secret leads to.
    #[must_use]
    pub fn present(self, door: Door, shown: Presenting, now: Timestamp, policy: &LockPolicy) -> Presented {
        if door == Door::Link
            && let Err(refusal) = self.admits(door, now)
        {
            return Presented::Refuse(refusal);
        }
        if let Some(until) = self.attempts.lock(now) {
            return Presented::Refuse(Refusal::Locked { until });
        }
        if !shown.right {
            return self.count_wrong(now, policy);
        }
        if let Err(refusal) = self.admits(door, now) {
            return Presented::Refuse(refusal);
        }
        let begin = |abandon| match self.claims.rest(now) {
            Some(until) => Presented::Refuse(Refusal::ClaimedTooOften { until }),
            None => Presented::Begin { abandon },
        };
        match &self.state {
            State::Issuing { claim }
                if shown.maker_is_dead || now >= claim.lease_until || is_of_a_wrong_clock(claim, now) =>
            {
                begin(Some(claim.serial))
            }
            State::Issuing { .. } => Presented::Wait,
            State::Claimed { claim, .. } | State::Fetched { claim, .. }
                if shown.same_ticket && now < claim.window_ends =>
            {
                Presented::Resume
            }
            State::Claimed { claim, delivery } if delivery.fetches == 0 => begin(Some(claim.serial)),
            State::Claimed { claim, .. } => {
                Presented::Refuse(Refusal::AlreadyFetched { at: claim.at, platform: claim.platform })
            }
            State::Fetched { claim, at, .. } => {
                Presented::Refuse(Refusal::AlreadyFetched { at: *at, platform: claim.platform })
            }
            // What `admits` lets pass is handled above, all but an invitation.
            _ => begin(None),
        }
    }

    fn count_wrong(mut self, now: Timestamp, policy: &LockPolicy) -> Presented {
        let (attempts, lock) = self.attempts.wrong(now, policy);
        self.attempts = attempts;
        let (happened, refusal) = match lock {
            Some(until) => (Happening::Locked { until }, Refusal::Locked { until }),
            None => {
                let attempts_left = attempts.left(now, policy);
                (Happening::WrongSecret { attempts_left }, Refusal::WrongSecret { attempts_left })
            }
        };
        Presented::Count { next: Box::new(self), happened, refusal }
    }

    /// Begins a claim that [`Enrollment::present`] allowed. The counters of wrong secrets start anew.
    #[must_use]
    pub fn begin(mut self, claim: Claim) -> (Self, Vec<Happening>) {
        let mut happened = Vec::new();
        if let Some(given_up) = self.state.certificate() {
            happened.push(Happening::Abandoned { serial: given_up });
        }
        happened.push(Happening::Claimed { platform: claim.platform, serial: claim.serial });
        self.attempts = Attempts::default();
        self.claims = self.claims.begun(claim.at);
        self.state = State::Issuing { claim };
        (self, happened)
    }

    /// The certificate of the claim with this serial number was made.
    ///
    /// # Errors
    /// How things stand, where that claim is not the one that this enrollment waits for any more: the certificate must not
    /// leave the process.
    pub fn issued(mut self, serial: SerialNumber, delivery: Delivery) -> Result<(Self, Happening), Refusal> {
        match self.state {
            State::Issuing { claim } if claim.serial == serial => {
                let happened = Happening::Issued { serial, not_after: delivery.not_after };
                self.state = State::Claimed { claim, delivery };
                Ok((self, happened))
            }
            State::Revoked { at, .. } => Err(Refusal::Revoked { at }),
            State::Replaced { at, .. } => Err(Refusal::Superseded { at }),
            State::Cancelled { at } => Err(Refusal::Cancelled { at }),
            _ => Err(Refusal::TryAgain),
        }
    }

    /// Gives a claim back whose certificate could not be made: the invitation is as it was before.
    #[must_use]
    pub fn give_back(mut self, serial: SerialNumber) -> Option<(Self, Happening)> {
        match &self.state {
            State::Issuing { claim } if claim.serial == serial => {
                self.claims = self.claims.given_back();
                self.state = State::Invited;
                Some((self, Happening::Abandoned { serial }))
            }
            _ => None,
        }
    }

    /// The delivery of the claim with this serial number, while it can be fetched.
    ///
    /// # Errors
    /// The refusal that applies.
    pub fn delivery(&self, serial: SerialNumber, now: Timestamp) -> Result<(&Claim, &Delivery), Refusal> {
        match &self.state {
            State::Claimed { claim, delivery } | State::Fetched { claim, delivery, .. }
                if claim.serial == serial =>
            {
                if now < claim.window_ends {
                    return Ok((claim, delivery));
                }
                let fetched = delivery.fetches > 0;
                Err(Refusal::WindowOver { at: claim.window_ends, fetched })
            }
            State::Installed { claim, at, .. } if claim.serial == serial => {
                Err(Refusal::AlreadyInstalled { at: *at, platform: claim.platform })
            }
            State::Issuing { claim } if claim.serial == serial => Err(Refusal::TryAgain),
            State::Revoked { at, .. } => Err(Refusal::Revoked { at: *at }),
            State::Replaced { at, .. } => Err(Refusal::Superseded { at: *at }),
            State::Cancelled { at } => Err(Refusal::Cancelled { at: *at }),
            // An earlier claim's ticket: nothing was fetched under it, and the secret opens a new one.
            _ => Err(Refusal::WindowOver { at: now, fetched: false }),
        }
    }

    /// A file begins to leave, or a broken transfer goes on.
    ///
    /// # Errors
    /// The refusal that applies.
    pub fn fetch(
        mut self,
        serial: SerialNumber,
        file: &str,
        part: FetchPart,
        now: Timestamp,
    ) -> Result<(Self, Happening), Refusal> {
        self.delivery(serial, now)?;
        let (State::Claimed { claim, delivery } | State::Fetched { claim, delivery, .. }) = &mut self.state
        else {
            return Err(Refusal::Unknown);
        };
        if !delivery.files.iter().any(|known| known.name == file) {
            return Err(Refusal::Unknown);
        }
        let limit = claim.fetches_allowed;
        let happened = match part {
            // Nothing was begun that could be continued.
            FetchPart::Continuation if delivery.fetches > 0 => {
                if delivery.continuations >= limit.saturating_mul(CONTINUATIONS_PER_FETCH) {
                    return Err(Refusal::FetchesUsedUp { limit });
                }
                delivery.continuations += 1;
                Happening::FetchContinued { file: file.to_owned() }
            }
            FetchPart::Start | FetchPart::Continuation => {
                if delivery.fetches >= limit {
                    return Err(Refusal::FetchesUsedUp { limit });
                }
                delivery.fetches += 1;
                Happening::FetchStarted { file: file.to_owned(), fetch: delivery.fetches }
            }
        };
        Ok((self, happened))
    }

    /// The whole file left. `None` where that is known already, or no longer matters.
    #[must_use]
    pub fn fetched(mut self, serial: SerialNumber, now: Timestamp) -> Option<(Self, Happening)> {
        match self.state {
            State::Claimed { claim, delivery } if claim.serial == serial && delivery.fetches > 0 => {
                self.state = State::Fetched { claim, delivery, at: now };
                Some((self, Happening::Fetched))
            }
            _ => None,
        }
    }

    /// The check page saw the certificate. `None` where that is known already, or the certificate is not this enrollment's
    /// current one.
    #[must_use]
    pub fn installed(mut self, serial: SerialNumber, now: Timestamp) -> Option<(Self, Happening)> {
        match self.state {
            State::Claimed { claim, delivery } | State::Fetched { claim, delivery, .. }
                if claim.serial == serial =>
            {
                let not_after = delivery.not_after;
                self.state = State::Installed { serial, claim, at: now, not_after };
                Some((self, Happening::Installed { serial }))
            }
            _ => None,
        }
    }

    /// The certificate is taken out of use. `None` where there is none to take.
    #[must_use]
    pub fn revoked(mut self, reason: RevocationReason, now: Timestamp) -> Option<(Self, Happening)> {
        match self.state {
            State::Issuing { claim }
            | State::Claimed { claim, .. }
            | State::Fetched { claim, .. }
            | State::Installed { claim, .. } => {
                let serial = claim.serial;
                self.state = State::Revoked { at: now, reason, claim };
                Some((self, Happening::Revoked { serial, reason }))
            }
            _ => None,
        }
    }

    /// Another enrollment takes this one's place. `None` where its life has ended already.
    #[must_use]
    pub fn replaced(mut self, by: EnrollmentId, now: Timestamp) -> Option<(Self, Happening)> {
        match &self.state {
            State::Replaced { .. } | State::Revoked { .. } | State::Cancelled { .. } => None,
            _ => {
                let claim = self.state.claim().cloned();
                self.state = State::Replaced { at: now, by: by.clone(), claim };
                Some((self, Happening::Replaced { by }))
            }
        }
    }

    /// The invitation is taken back. `None` where the secret has already been used.
    #[must_use]
    pub fn cancelled(mut self, now: Timestamp) -> Option<(Self, Happening)> {
        match self.state {
            State::Invited => {
                self.state = State::Cancelled { at: now };
                Some((self, Happening::Cancelled))
            }
            _ => None,
        }
    }

    /// The invitation gets a new link, number and secret, as if it were issued now; the ones before lead nowhere from now on,
    /// and so do their wrong secrets. `None` where the secret has already been used.
    #[must_use]
    pub fn redrawn(mut self, new: Credentials, now: Timestamp) -> Option<(Self, Happening)> {
        let State::Invited = self.state else { return None };
        self.code = new.code;
        self.number = new.number;
        self.secret = new.secret;
        self.separate_password = new.separate_password;
        self.link_ends = new.link_ends;
        self.invitation_ends = new.invitation_ends;
        self.redrawn_at = Some(now);
        (self.attempts, self.claims) = (Attempts::default(), Claims::default());
        Some((self, Happening::Redrawn))
    }

    /// The invitation gets a new link and number; the secret and the invitation's end stay, and so do wrong secrets. `None` where
    /// the secret has already been used.
    #[must_use]
    pub fn relinked(
        mut self,
        (code, number): (SecretHash, SecretHash),
        link_life: SignedDuration,
        now: Timestamp,
    ) -> Option<(Self, Happening)> {
        let State::Invited = self.state else { return None };
        self.code = code;
        self.number = number;
        self.link_ends = now.checked_add(link_life).unwrap_or(Timestamp::MAX).min(self.invitation_ends);
        self.redrawn_at = Some(now);
        Some((self, Happening::Relinked))
    }

    /// Wrong secrets and earlier claims are forgotten, where either of them keeps the person out or soon will. `None` where there
    /// were none.
    #[must_use]
    pub fn unlocked(mut self) -> Option<(Self, Happening)> {
        if self.attempts == Attempts::default() && self.claims.is_none() {
            return None;
        }
        (self.attempts, self.claims) = (Attempts::default(), Claims::default());
        Some((self, Happening::Unlocked))
    }

    /// The note is another one from now on. `None` where it says that already.
    #[must_use]
    pub fn noted(mut self, note: Option<String>) -> Option<(Self, Happening)> {
        if self.note == note {
            return None;
        }
        self.note.clone_from(&note);
        Some((self, Happening::Noted { note }))
    }

    /// The kind of device it was claimed on.
    #[must_use]
    pub fn platform(&self) -> Option<Platform> {
        self.state.claim().map(|claim| claim.platform)
    }
}
