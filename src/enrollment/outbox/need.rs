//! Mails that somebody must see to: they did not arrive, and what they were to tell still matters.

use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};

use super::query::{MailSummary, reaches};
use super::record::{BY_STATE, MailStanding, MailState, Outgoing};
use crate::directory::partition;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::state::Standing;
use crate::store::record::decode;
use crate::store::{Key, Scan};

/// How many mails that did not arrive are looked at, of those that were given up and of those that came back.
const LOOKED_AT: usize = 200;
/// How many are read at a time.
const AT_ONCE: usize = 16;
/// For how long a notice that did not arrive is worth somebody's time: what it told has happened all the same.
const NOTICE: SignedDuration = SignedDuration::from_hours(24 * 7);

impl RegistrationAuthority {
    /// The mails within the caller's reach that need a hand, newest first, and whether there may be more. The newest two hundred
    /// of each kind are looked at.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mails_in_need(&self, caller: &Caller) -> Result<(Vec<MailSummary>, bool), OperatorError> {
        let (mut needy, mut more) = (Vec::new(), false);
        for state in [MailStanding::Failed, MailStanding::Bounced] {
            let prefix = format!("{}/", state.name());
            let scan = Scan { prefix, descending: true, limit: LOOKED_AT, ..Scan::default() };
            let partition = partition(&caller.organization)?;
            let page = self.store().scan(&partition, &Key::new(BY_STATE)?, scan).await?;
            more |= page.next.is_some();
            let looked_at = page.entries.into_iter().map(|(_, key)| self.in_need(caller, key));
            let found: Vec<_> = futures_util::stream::iter(looked_at).buffered(AT_ONCE).try_collect().await?;
            needy.extend(found.into_iter().flatten());
        }
        needy.sort_by_key(|mail| std::cmp::Reverse(mail.created_at));
        Ok((needy, more))
    }

    async fn in_need(&self, caller: &Caller, key: Key) -> Result<Option<MailSummary>, OperatorError> {
        let partition = partition(&caller.organization)?;
        let Some(document) = self.store().find(&partition, &key).await? else { return Ok(None) };
        let mail: Outgoing = decode(&document.bytes)?;
        let (MailState::Failed { at } | MailState::Bounced { at, .. }) = mail.state else { return Ok(None) };
        if !reaches(caller, &mail) {
            return Ok(None);
        }
        let needy = if mail.kind.carries_credentials() {
            self.still_waits(caller, &mail).await?
        } else {
            self.now().duration_since(at) < NOTICE
        };
        Ok(needy.then(|| MailSummary::of(&mail)))
    }

    /// Whether the person still needs what this mail carried: nobody has given them anything else since.
    async fn still_waits(&self, caller: &Caller, mail: &Outgoing) -> Result<bool, OperatorError> {
        let Some(loaded) = self.load(&caller.organization, &mail.enrollment).await? else { return Ok(false) };
        let it = loaded.enrollment;
        let waits = matches!(it.standing(self.now()), Standing::Invited | Standing::Locked);
        let is_latest = |redrawn: Timestamp| redrawn <= mail.created_at;
        Ok(waits && it.redrawn_at.is_none_or(is_latest))
    }
}
