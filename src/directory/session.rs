//! Sessions: who is signed in, until when, and how that ends.
//!
//! A session is three volatile entries: `session/…` (until its absolute end; put once, deleted at its end), `session-seen/…`
//! (until it has been idle too long; put again while it is used) and `session-stepped/…` (while a passkey was shown lately).
//! What is put again never brings a deleted session back. Every look reads the account, so that an ended one is out at once.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::access::{Access, TRIES, account_key};
use super::account::{Account, AccountId};
use super::event::{About, Deed, Doer};
use super::token::SessionToken;
use super::{Actor, DirectoryError, partition};
use crate::pepper::SecretHash;
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, EntryChange, Guard, IndexEntry, Key, KeyError, Partition, Scan, StoreError};

/// How much later than a request the end of idleness may be reckoned from it, so that not every request writes.
const SEEN_ANEW: SignedDuration = SignedDuration::from_mins(1);
/// So long a passkey that was shown does for what shows credentials.
const SHOWN_LASTS: SignedDuration = SignedDuration::from_hours(1);
/// So many failed sign-ins from one address are written down in an hour; what follows is only counted.
const FAILURES_TOLD: i64 = 20;

/// Somebody who is signed in with one browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub account: AccountId,
    /// Since when.
    pub begun_at: Timestamp,
    /// From which address it began.
    pub from: Option<IpAddr>,
    /// With what, for the person's own list, such as "Chrome, Windows".
    pub device: Option<String>,
    /// The name of the passkey.
    pub passkey: String,
}

impl Record for Session {
    const NAME: &'static str = "session";
    const FORMAT: u32 = 1;
}

/// A session as the person's own list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Its name in the store, by which it is ended; opens nothing.
    pub id: String,
    /// What it is.
    pub session: Session,
    /// When it was last used, to a minute.
    pub seen_at: Timestamp,
}

/// A passkey that was just shown and found right.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Whose.
    pub account: AccountId,
    /// Which, as [`super::Passkey::credential_id`] has it.
    pub credential_id: String,
    /// What showing it changed, where it changed something.
    pub credential: Option<Renewed>,
}

/// A credential that showing it changed, as the library for passkeys writes it.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// What it was judged by: it is taken only as long as this is what is kept.
    pub judged_by: String,
    /// Its next form.
    pub next: String,
}

#[derive(Serialize, Deserialize)]
struct Seen(Timestamp);

impl Record for Seen {
    const NAME: &'static str = "last use of a session";
    const FORMAT: u32 = 1;
}

struct Keys {
    session: Key,
    seen: Key,
    stepped: Key,
}

fn keys(id: &str) -> Result<Keys, KeyError> {
    Ok(Keys {
        session: Key::new(format!("session/{id}"))?,
        seen: Key::new(format!("session-seen/{id}"))?,
        stepped: Key::new(format!("session-stepped/{id}"))?,
    })
}

/// Where an account's sessions are listed.
fn place(session: &Session, id: &str) -> Result<(Key, String), KeyError> {
    let at = session.begun_at.as_millisecond().max(0);
    Ok((Key::new("sessions")?, format!("{}/{at:015}-{id}", session.account)))
}

fn put(key: Key, bytes: Vec<u8>, lifetime: SignedDuration) -> EntryChange {
    EntryChange::Put { key, bytes, lifetime }
}

impl Access {
    fn session_id(&self, token: &SessionToken) -> Result<String, DirectoryError> {
        Ok(token.hash(&self.parts.pepper)?.to_hex())
    }

    /// The account with `shown` used just now, and the passkey's name.
    fn used(&self, mut account: Account, shown: &Shown) -> Result<(Account, String), DirectoryError> {
        let now = self.now();
        let found = account.passkeys.iter_mut().find(|it| it.credential_id == shown.credential_id);
        let passkey = found.ok_or_else(|| DirectoryError::Missing("this passkey".to_owned()))?;
        passkey.last_used_at = Some(now);
        if let Some(Renewed { judged_by, next }) = &shown.credential {
            // The same counter shown twice at once is taken once.
            if passkey.credential != *judged_by {
                return Err(DirectoryError::Used);
            }
            passkey.credential.clone_from(next);
        }
        let name = passkey.name.clone();
        Ok((account, name))
    }

    /// Signs somebody in who has shown a passkey.
    ///
    /// # Errors
    /// [`DirectoryError::Ended`] where the account has ended, [`DirectoryError::Used`] where the passkey was shown somewhere else
    /// at the same time; when the store fails.
    pub async fn begin_session(
        &self,
        shown: &Shown,
        from: Option<IpAddr>,
        device: Option<String>,
    ) -> Result<(SessionToken, Session), DirectoryError> {
        let token = SessionToken::draw(self.parts.entropy.as_ref())?;
        let id = self.session_id(&token)?;
        for _ in 0..TRIES {
            let (account, version) = self.living(&shown.account).await?;
            let (account, passkey) = self.used(account, shown)?;
            let session = Session {
                account: account.id,
                begun_at: self.now(),
                from,
                device: device.clone(),
                passkey: passkey.clone(),
            };
            let key = account_key(&account.id)?;
            let commit =
                Commit::new().guard(Guard::Version(key.clone(), version)).put(key, encode(&account)?);
            let commit = self.with_session(commit, &session, &id)?;
            let doer = Doer { actor: actor(&account), from };
            let deed = Deed::SignedIn { passkey };
            // A sign-in is no change of the account that somebody else would have to know of.
            let commit = self.tell(commit, About::Account(account.id), &doer, None, deed.clone())?;
            match self.store().commit(&Partition::installation(), commit).await {
                Ok(_) => {
                    self.tell_organizations(&account, &doer, &deed).await?;
                    return Ok((token, session));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }

    /// Adds a new session to a commit.
    fn with_session(&self, commit: Commit, session: &Session, id: &str) -> Result<Commit, DirectoryError> {
        let Keys { session: key, seen, stepped } = keys(id)?;
        let (index, order) = place(session, id)?;
        let last_seen = encode(&Seen(session.begun_at))?;
        Ok(commit
            .index(IndexEntry { index, order, document: key.clone() })
            .entry(put(key, encode(session)?, self.policy.absolute))
            .entry(put(seen, last_seen.clone(), self.policy.idle))
            // Whoever signs in has just shown a passkey.
            .entry(put(stepped, last_seen, self.shown_lasts())))
    }

    /// The organizations' own logs tell who came in as well.
    async fn tell_organizations(
        &self,
        account: &Account,
        doer: &Doer,
        deed: &Deed,
    ) -> Result<(), DirectoryError> {
        for post in self.posts(&account.id).await? {
            let about = About::Operator(post.operator.name.clone());
            let commit = self.tell(Commit::new(), about, doer, None, deed.clone())?;
            self.store().commit(&partition(&post.organization.id)?, commit).await?;
        }
        Ok(())
    }

    /// Who is signed in with this token; none where the session has ended, or the account has. Counts as use.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_session(
        &self,
        token: &SessionToken,
    ) -> Result<Option<(Session, Account)>, DirectoryError> {
        let Some((found, seen_at, account)) = self.standing_session(token).await? else { return Ok(None) };
        let now = self.now();
        if now.duration_since(seen_at) >= SEEN_ANEW {
            let Keys { seen, .. } = keys(&self.session_id(token)?)?;
            let commit = Commit::new().entry(put(seen, encode(&Seen(now))?, self.policy.idle));
            self.store().commit(&Partition::installation(), commit).await?;
        }
        Ok(Some((found, account)))
    }

    /// As [`Self::find_session`], without counting as use: what a page asks for by itself keeps nobody signed in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_signed_in(&self, token: &SessionToken) -> Result<Option<Account>, DirectoryError> {
        Ok(self.standing_session(token).await?.map(|(_, _, account)| account))
    }

    /// Whose session this is or was, as long as that is known: until its absolute end. Lets nobody in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn last_of(&self, token: &SessionToken) -> Result<Option<AccountId>, DirectoryError> {
        let Keys { session, .. } = keys(&self.session_id(token)?)?;
        let found = self.store().find_entry(&Partition::installation(), &session).await?;
        let found: Option<Session> = found.map(|bytes| decode(&bytes)).transpose()?;
        Ok(found.map(|session| session.account))
    }

    /// A session that has not ended, when it was last used, and whose it is.
    async fn standing_session(
        &self,
        token: &SessionToken,
    ) -> Result<Option<(Session, Timestamp, Account)>, DirectoryError> {
        let installation = Partition::installation();
        let Keys { session, seen, .. } = keys(&self.session_id(token)?)?;
        let Some(bytes) = self.store().find_entry(&installation, &session).await? else { return Ok(None) };
        let found: Session = decode(&bytes)?;
        let Some(bytes) = self.store().find_entry(&installation, &seen).await? else { return Ok(None) };
        let Seen(seen_at) = decode(&bytes)?;
        let Some((account, _)) = self.account(&found.account).await? else { return Ok(None) };
        Ok(lives(&found, &account).then_some((found, seen_at, account)))
    }

    /// Whether a passkey was shown lately in this session, as dangerous acts demand.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_stepped_up(&self, token: &SessionToken) -> Result<bool, DirectoryError> {
        self.is_shown_within(token, self.policy.stepped_up).await
    }

    /// Whether a passkey was shown within the last hour in this session, as acts demand that show credentials.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_shown_lately(&self, token: &SessionToken) -> Result<bool, DirectoryError> {
        self.is_shown_within(token, SHOWN_LASTS).await
    }

    async fn is_shown_within(
        &self,
        token: &SessionToken,
        span: SignedDuration,
    ) -> Result<bool, DirectoryError> {
        let Keys { stepped, .. } = keys(&self.session_id(token)?)?;
        let found = self.store().find_entry(&Partition::installation(), &stepped).await?;
        let Some(Seen(at)) = found.map(|bytes| decode(&bytes)).transpose()? else { return Ok(false) };
        Ok(self.now().duration_since(at) < span)
    }

    /// How long it is known that a passkey was shown.
    fn shown_lasts(&self) -> SignedDuration {
        self.policy.stepped_up.max(SHOWN_LASTS)
    }

    /// Notes that a passkey of the session's own account was shown anew.
    ///
    /// # Errors
    /// [`DirectoryError::Ended`] where the session has ended or is another account's, [`DirectoryError::Used`] where the passkey
    /// was shown somewhere else at the same time; when the store fails.
    pub async fn step_up(
        &self,
        token: &SessionToken,
        shown: &Shown,
        from: Option<IpAddr>,
    ) -> Result<(), DirectoryError> {
        let found = self.find_session(token).await?;
        let Some((_, account)) = found.filter(|(session, _)| session.account == shown.account) else {
            return Err(DirectoryError::Ended);
        };
        let Keys { stepped, .. } = keys(&self.session_id(token)?)?;
        let doer = Doer { actor: actor(&account), from };
        self.change_account(&account.id, &doer, |account| {
            let (account, _) = self.used(account, shown)?;
            let entry = put(stepped.clone(), encode(&Seen(self.now()))?, self.shown_lasts());
            Ok((account, Commit::new().entry(entry), Deed::SteppedUp, ()))
        })
        .await
    }

    /// The session's name in the list ([`ListedSession::id`]).
    ///
    /// # Errors
    /// When hashing fails.
    pub fn session_name(&self, token: &SessionToken) -> Result<String, DirectoryError> {
        self.session_id(token)
    }

    /// Signs out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(
        &self,
        token: &SessionToken,
        from: Option<IpAddr>,
    ) -> Result<(), DirectoryError> {
        let Some((session, account)) = self.find_session(token).await? else { return Ok(()) };
        let doer = Doer { actor: actor(&account), from };
        self.drop_session(&session, &self.session_id(token)?, &doer, Deed::SignedOut).await
    }

    async fn drop_session(
        &self,
        session: &Session,
        id: &str,
        doer: &Doer,
        deed: Deed,
    ) -> Result<(), DirectoryError> {
        let keys = keys(id)?;
        let (index, order) = place(session, id)?;
        let commit = Commit::new()
            .unindex(index, order)
            .entry(EntryChange::Delete(keys.session))
            .entry(EntryChange::Delete(keys.seen))
            .entry(EntryChange::Delete(keys.stepped));
        let commit = self.tell(commit, About::Account(session.account), doer, None, deed)?;
        self.store().commit(&Partition::installation(), commit).await?;
        Ok(())
    }

    /// The sessions of an account, oldest first. What has expired is taken off the list.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sessions(&self, account: &AccountId) -> Result<Vec<ListedSession>, DirectoryError> {
        let (installation, index) = (Partition::installation(), Key::new("sessions")?);
        let scan = Scan { prefix: format!("{account}/"), limit: 1_000, ..Scan::default() };
        let page = self.store().scan(&installation, &index, scan).await?;
        let Some((owner, _)) = self.account(account).await? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut gone = Commit::new();
        for (order, key) in page.entries {
            let id = key.as_str().trim_start_matches("session/").to_owned();
            let keys = keys(&id)?;
            let session = self.store().find_entry(&installation, &keys.session).await?;
            let seen = self.store().find_entry(&installation, &keys.seen).await?;
            if let (Some(session), Some(seen)) = (session, seen) {
                let (session, Seen(seen_at)): (Session, Seen) = (decode(&session)?, decode(&seen)?);
                if lives(&session, &owner) {
                    found.push(ListedSession { id, session, seen_at });
                    continue;
                }
            }
            gone = gone
                .unindex(index.clone(), order)
                .entry(EntryChange::Delete(keys.session))
                .entry(EntryChange::Delete(keys.seen))
                .entry(EntryChange::Delete(keys.stepped));
        }
        if !gone.index_deletes.is_empty() && gone.check().is_ok() {
            self.store().commit(&installation, gone).await?;
        }
        Ok(found)
    }

    /// Ends one session of an account, by its name in the list.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] where there is none; when the store fails.
    pub async fn end_listed_session(
        &self,
        account: &AccountId,
        id: &str,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let listed = self.sessions(account).await?.into_iter().find(|listed| listed.id == id);
        let listed = listed.ok_or_else(|| DirectoryError::Missing("this session".to_owned()))?;
        self.drop_session(&listed.session, id, doer, Deed::SessionsEnded).await
    }

    /// Ends every session of an account but the one with this token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_other_sessions(
        &self,
        account: &AccountId,
        keep: Option<&SessionToken>,
        doer: &Doer,
    ) -> Result<usize, DirectoryError> {
        let keep = keep.map(|token| self.session_id(token)).transpose()?;
        let mut ended = 0;
        for listed in self.sessions(account).await? {
            if keep.as_ref() != Some(&listed.id) {
                self.drop_session(&listed.session, &listed.id, doer, Deed::SessionsEnded).await?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// Writes down that somebody was not let in; a flood of it from one address is cut off. It never fails: whoever was
    /// refused has the answer already.
    pub async fn sign_in_failed(&self, account: Option<AccountId>, why: &'static str, from: Option<IpAddr>) {
        let about = account.map_or(About::Installation, About::Account);
        if self.counts(&format!("sign-in-failed/{}", network(from))).await.unwrap_or(i64::MAX) > FAILURES_TOLD
        {
            return;
        }
        let doer = Doer { actor: Actor::System, from };
        self.note(None, about, &doer, Deed::SignInFailed { why: why.to_owned() }).await;
    }

    /// Counts something within an hour.
    pub(super) async fn counts(&self, key: &str) -> Result<i64, DirectoryError> {
        let hour = SignedDuration::from_hours(1);
        Ok(self.store().count(&Partition::installation(), &Key::new(key)?, 1, hour).await?)
    }
}

/// Who somebody is in the log.
pub(super) fn actor(account: &Account) -> Actor {
    Actor::Account { id: account.id, name: account.name.clone() }
}

/// Whether the account's present state still lets this session be.
fn lives(session: &Session, account: &Account) -> bool {
    account.ended_at.is_none() && account.sessions_since.is_none_or(|since| session.begun_at >= since)
}

/// The network that somebody can be held to: an IPv4 address, the upper half of an IPv6 address.
pub(super) fn network(from: Option<IpAddr>) -> String {
    match from {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

/// A hash as the name of an entry.
pub(super) fn entry_key(kind: &str, hash: &SecretHash) -> Result<Key, KeyError> {
    Key::new(format!("{kind}/{}", hash.to_hex()))
}
