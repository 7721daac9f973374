//! A person who has lost every passkey shows the recovery code, registers a new passkey and gets a new code.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::access::{Access, RecoveryPointer, TRIES, account_key, recovery_key, with_passkey};
use super::account::{Account, AccountId, Passkey};
use super::event::{About, Deed, Doer};
use super::session::{actor, entry_key, network};
use super::token::{RecoveryCode, RecoveryTicket};
use super::{Actor, DirectoryError};
use crate::pepper::SecretHash;
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, EntryChange, Guard, Key, Partition, StoreError};

/// So many codes of one account are looked at in [`LOCK`].
const ATTEMPTS: i64 = 5;
/// How long the count of an account's wrong codes is kept.
const LOCK: SignedDuration = SignedDuration::from_mins(15);
/// So many codes that lead to no account are taken from one address in an hour.
const MISSES: i64 = 20;
/// How long a person may take to register the new passkey.
const TICKET: SignedDuration = SignedDuration::from_mins(15);

/// Somebody who showed a right code. The code is used up when the new passkey is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Begun {
    account: AccountId,
    verifier: SecretHash,
}

impl Record for Begun {
    const NAME: &'static str = "recovery under way";
    const FORMAT: u32 = 1;
}

impl Access {
    fn after(&self, lasts: SignedDuration) -> Timestamp {
        self.now().checked_add(lasts).unwrap_or(Timestamp::MAX)
    }

    /// Looks at a recovery code. A right one gives a ticket for [`Access::recover`]; it is not used up yet.
    ///
    /// # Errors
    /// [`DirectoryError::WrongCode`], [`DirectoryError::Locked`] after too many; when the store fails.
    pub async fn begin_recovery(
        &self,
        code: &RecoveryCode,
        from: Option<IpAddr>,
    ) -> Result<(RecoveryTicket, Account), DirectoryError> {
        let (installation, pepper) = (Partition::installation(), &self.parts.pepper);
        let key = recovery_key(&code.selector(pepper)?)?;
        let pointer = self.directory().read::<RecoveryPointer>(&installation, key.as_str()).await?;
        let account = match pointer {
            Some((pointer, _)) => self.account(&pointer.account).await?.map(|(account, _)| account),
            None => None,
        };
        let Some(account) = account.filter(|account| account.ended_at.is_none()) else {
            return Err(self.missed(from).await?);
        };
        // Counted before it is compared, so that many at once are not looked at more often than one after the other.
        let counter = Key::new(format!("recovery-wrong/{}", account.id))?;
        let tries = self.store().count(&installation, &counter, 1, LOCK).await?;
        if tries > ATTEMPTS {
            return Err(DirectoryError::Locked { until: self.after(LOCK) });
        }
        let shown = code.verifier(pepper, &account.id.to_string())?;
        let kept = account.recovery.as_ref().filter(|kept| kept.verifier.matches(&shown));
        let Some(kept) = kept else { return Err(self.wrong(&account, tries, from).await?) };
        let ticket = RecoveryTicket::draw(self.parts.entropy.as_ref())?;
        let begun = Begun { account: account.id, verifier: kept.verifier };
        let entry = EntryChange::Put {
            key: entry_key("recovery-begun", &ticket.hash(pepper)?)?,
            bytes: encode(&begun)?,
            lifetime: TICKET,
        };
        let commit = Commit::new().entry(entry).entry(EntryChange::Delete(counter));
        self.store().commit(&installation, commit).await?;
        Ok((ticket, account))
    }

    /// A code that leads to no account.
    async fn missed(&self, from: Option<IpAddr>) -> Result<DirectoryError, DirectoryError> {
        let misses = self.counts(&format!("recovery-missed/{}", network(from))).await?;
        if misses > MISSES {
            return Ok(DirectoryError::Locked { until: self.after(SignedDuration::from_hours(1)) });
        }
        let doer = Doer { actor: Actor::System, from };
        self.note(None, About::Installation, &doer, Deed::WrongRecoveryCode).await;
        Ok(DirectoryError::WrongCode)
    }

    async fn wrong(
        &self,
        account: &Account,
        tries: i64,
        from: Option<IpAddr>,
    ) -> Result<DirectoryError, DirectoryError> {
        let (about, doer) = (About::Account(account.id), Doer { actor: Actor::System, from });
        let mut commit = self.tell(Commit::new(), about.clone(), &doer, None, Deed::WrongRecoveryCode)?;
        let mut answer = DirectoryError::WrongCode;
        if tries == ATTEMPTS {
            let until = self.after(LOCK);
            commit = self.tell(commit, about, &doer, None, Deed::RecoveryLocked { until })?;
            answer = DirectoryError::Locked { until };
        }
        self.store().commit(&Partition::installation(), commit).await?;
        Ok(answer)
    }

    /// Whose recovery this ticket continues.
    ///
    /// # Errors
    /// [`DirectoryError::Used`] where it is over; when the store fails.
    pub async fn recovering(&self, ticket: &RecoveryTicket) -> Result<Account, DirectoryError> {
        let key = entry_key("recovery-begun", &ticket.hash(&self.parts.pepper)?)?;
        Ok(self.begun(&key).await?.1)
    }

    async fn begun(&self, key: &Key) -> Result<(Begun, Account, crate::store::Version), DirectoryError> {
        let bytes = self.store().find_entry(&Partition::installation(), key).await?;
        let begun: Begun = decode(&bytes.ok_or(DirectoryError::Used)?)?;
        let (account, version) = self.living(&begun.account).await?;
        let own = account.recovery.as_ref().is_some_and(|kept| kept.verifier.matches(&begun.verifier));
        if own { Ok((begun, account, version)) } else { Err(DirectoryError::Used) }
    }

    /// Uses the code up: the account gets the new passkey in place of all others and a new code, and every session of it ends.
    ///
    /// # Errors
    /// [`DirectoryError::Used`] where the code was used up meanwhile or the ticket is over; when the store fails.
    pub async fn recover(
        &self,
        ticket: &RecoveryTicket,
        passkey: &Passkey,
        from: Option<IpAddr>,
    ) -> Result<(Account, RecoveryCode), DirectoryError> {
        let entry = entry_key("recovery-begun", &ticket.hash(&self.parts.pepper)?)?;
        for _ in 0..TRIES {
            let (_, account, version) = self.begun(&entry).await?;
            // In place of those that were lost: whoever has one of them now gets in no more.
            let account = Account { passkeys: Vec::new(), ..account };
            let mut account = with_passkey(account, passkey)?;
            account.sessions_since = Some(self.now());
            let (account, commit, code) = self.with_recovery_code(account, Commit::new())?;
            let (key, doer) = (account_key(&account.id)?, Doer { actor: actor(&account), from });
            let commit = commit
                .guard(Guard::Version(key.clone(), version))
                .put(key, encode(&account)?)
                .entry(EntryChange::Delete(entry.clone()));
            let (about, deed) =
                (About::Account(account.id), Deed::Recovered { passkey: passkey.name.clone() });
            let commit = self.tell(commit, about, &doer, Some(version), deed)?;
            match self.store().commit(&Partition::installation(), commit).await {
                Ok(_) => return Ok((account, code)),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }
}
