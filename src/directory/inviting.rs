//! Invites to a role: one-time links are made here, and taken in [`super::welcome`].

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::access::Access;
use super::account::AccountId;
use super::event::{About, Deed, Doer};
use super::organization::{FacilityCode, OrganizationId};
use super::role::Role;
use super::text::{Fields, Flaw};
use super::token::WelcomeToken;
use super::welcome::{Invited, Known, REMEMBERED, WELCOME_LASTS, Welcome, keys, place};
use super::{DirectoryError, partition};
use crate::entropy::Entropy;
use crate::pepper::Derived;
use crate::store::record::{decode, encode};
use crate::store::{Commit, EntryChange, IndexEntry, Key, Partition};

impl Access {
    /// Makes a one-time link. What the inviter may invite to is asked before.
    ///
    /// # Errors
    /// When the organization or a facility does not exist, a field does not do, or the store fails.
    pub async fn invite(
        &self,
        invited: Invited,
        name: &str,
        email: Option<&str>,
        doer: &Doer,
    ) -> Result<(WelcomeToken, Welcome), DirectoryError> {
        self.invite_by(self.parts.entropy.as_ref(), invited, name, email, doer).await
    }

    /// The same for a form whose random part is `once`: sent again, it leads to the same link, as long as nobody has used it.
    ///
    /// # Errors
    /// As [`Self::invite`]; [`DirectoryError::Used`] and [`DirectoryError::Expired`] where that link is not open any more.
    pub async fn invite_once(
        &self,
        once: &[u8; 16],
        invited: Invited,
        name: &str,
        email: Option<&str>,
        doer: &Doer,
    ) -> Result<(WelcomeToken, Welcome), DirectoryError> {
        let token = WelcomeToken::draw(&self.drawn_once(once, invited.organization())?)?;
        match self.welcome(&token).await {
            Ok(welcome) => return Ok((token, welcome)),
            Err(DirectoryError::UnknownLink) => {}
            Err(error) => return Err(error),
        }
        let drawn = self.drawn_once(once, invited.organization())?;
        self.invite_by(&drawn, invited, name, email, doer).await
    }

    /// The link that a form with this random part has made, where nobody has used it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn invited_before(
        &self,
        once: &[u8; 16],
        organization: Option<&OrganizationId>,
    ) -> Result<Option<(WelcomeToken, Welcome)>, DirectoryError> {
        let token = WelcomeToken::draw(&self.drawn_once(once, organization)?)?;
        match self.welcome(&token).await {
            Ok(welcome) => Ok(Some((token, welcome))),
            Err(DirectoryError::UnknownLink | DirectoryError::Used | DirectoryError::Expired { .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn drawn_once(
        &self,
        once: &[u8; 16],
        organization: Option<&OrganizationId>,
    ) -> Result<Derived, DirectoryError> {
        let whose = organization.map_or("-", OrganizationId::as_str);
        let seed = self.parts.pepper.sealing_key(once, whose.as_bytes(), b"tegata/1/welcome")?;
        Ok(Derived::new(seed))
    }

    async fn invite_by(
        &self,
        entropy: &dyn Entropy,
        invited: Invited,
        name: &str,
        email: Option<&str>,
        doer: &Doer,
    ) -> Result<(WelcomeToken, Welcome), DirectoryError> {
        let mut fields = Fields::default();
        let (name, email) = (fields.line("name", name), fields.address("email", email));
        if let (Some(organization), (Some(role), facilities)) = (invited.organization(), invited.told()) {
            self.check_post(&mut fields, organization, role, &facilities).await?;
        }
        fields.done()?;
        let token = WelcomeToken::draw(entropy)?;
        let id = token.hash(&self.parts.pepper)?.to_hex();
        let until = self.now().checked_add(WELCOME_LASTS).unwrap_or(Timestamp::MAX);
        let account = AccountId::draw(entropy)?;
        let until = self.first_said(&id, until).await?;
        let welcome = Welcome { invited, name, email, account, by: doer.actor.clone(), until };
        let keys = keys(&id)?;
        let (index, order) = place(&welcome, &id)?;
        let entry = |key, bytes, lifetime| EntryChange::Put { key, bytes, lifetime };
        let commit = Commit::new()
            .index(IndexEntry { index, order, document: keys.open.clone() })
            .entry(entry(keys.open, encode(&welcome)?, WELCOME_LASTS))
            .entry(entry(keys.known, encode(&Known { until })?, REMEMBERED));
        let (role, facilities) = welcome.invited.told();
        let deed = Deed::Welcomed { called: welcome.name.clone(), role, facilities, until };
        // The organization's log first: a link that nobody was given is harmless, one that nobody wrote down is not.
        let commit = match &welcome.invited {
            Invited::Administrator | Invited::Founder { .. } => {
                self.tell(commit, About::Installation, doer, None, deed)?
            }
            Invited::Operator { organization, .. } => {
                let about = About::Organization(organization.clone());
                let told = self.tell(Commit::new(), about, doer, None, deed)?;
                self.store().commit(&partition(organization)?, told).await?;
                commit
            }
        };
        self.store().commit(&Partition::installation(), commit).await?;
        Ok((token, welcome))
    }

    /// Until when a link is open: of two clicks at the same moment both make the same link, and it stands in one place.
    async fn first_said(&self, id: &str, until: Timestamp) -> Result<Timestamp, DirectoryError> {
        let (installation, key) = (Partition::installation(), Key::new(format!("welcome-ends/{id}"))?);
        let own = encode(&Known { until })?;
        if self.store().put_entry_if_absent(&installation, &key, &own, WELCOME_LASTS).await? {
            return Ok(until);
        }
        let said = self.store().find_entry(&installation, &key).await?;
        let known: Option<Known> = said.map(|bytes| decode(&bytes)).transpose()?;
        Ok(known.map_or(until, |known| known.until))
    }

    /// Looks at what somebody shall be.
    pub(super) async fn check_post(
        &self,
        fields: &mut Fields,
        organization: &OrganizationId,
        role: Role,
        facilities: &BTreeSet<FacilityCode>,
    ) -> Result<(), DirectoryError> {
        if self.directory().find_organization(organization).await?.is_none() {
            return Err(DirectoryError::Missing(format!("organization {organization}")));
        }
        match (role, facilities.is_empty()) {
            (Role::FacilityManager, true) => fields.flaw("facilities", Flaw::Needed),
            (Role::FacilityManager, false) => {
                for code in facilities {
                    if self.directory().find_facility(organization, code).await?.is_none() {
                        fields.flaw("facilities", Flaw::Unknown(format!("facility {code}")));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}
