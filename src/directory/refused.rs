//! What somebody who is signed in asked for and did not get, as the log keeps it. It is bounded, so that a script that asks again and
//! again writes a line every few minutes and not a flood.

use jiff::SignedDuration;

use super::DirectoryError;
use super::access::Access;
use super::event::{About, Deed, Doer};
use super::organization::OrganizationId;
use super::role::Role;
use super::session::network;
use super::{AccountId, Actor};
use crate::store::{Key, Partition};

/// The same refusal of the same person from the same address is written down once in this time.
const TOLD_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// So many refusals of one person are written down in an hour; what follows is not.
const MOST_AN_HOUR: i64 = 60;

/// What was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusing<'a> {
    /// In whose log it stands: an organization's, or the installation's own.
    pub organization: Option<&'a OrganizationId>,
    /// About what.
    pub about: About,
    /// What, by the act's stable name.
    pub act: &'static str,
    /// As what.
    pub role: Option<Role>,
    /// Why, by its stable code.
    pub code: &'static str,
}

impl Access {
    /// Writes down that something was refused. It never fails: whoever was refused has the answer already.
    pub async fn refused(&self, what: Refusing<'_>, doer: &Doer) {
        let Actor::Account { id, .. } = &doer.actor else { return };
        match self.is_worth_telling(&what, id, doer).await {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => tracing::error!(%error, "refusals cannot be counted"),
        }
        let Refusing { organization, about, act, role, code } = what;
        let deed = Deed::Refused { act: act.to_owned(), role, code: Some(code.to_owned()) };
        self.note(organization, about, doer, deed).await;
    }

    async fn is_worth_telling(
        &self,
        what: &Refusing<'_>,
        account: &AccountId,
        doer: &Doer,
    ) -> Result<bool, DirectoryError> {
        let whose = what.organization.map_or("-", OrganizationId::as_str);
        let same = format!("refused/{account}/{whose}/{}/{}/{}", network(doer.from), what.act, what.code);
        let installation = Partition::installation();
        let first =
            self.store().put_entry_if_absent(&installation, &Key::new(same)?, b"1", TOLD_AGAIN_AFTER).await?;
        Ok(first && self.counts(&format!("refused-count/{account}")).await? <= MOST_AN_HOUR)
    }
}
