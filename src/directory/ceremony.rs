//! What keeps a registration or a sign-in together that is under way: the WebAuthn library's own state, kept for minutes and
//! taken once.

use jiff::SignedDuration;

use super::DirectoryError;
use super::access::Access;
use super::session::entry_key;
use super::token::CeremonyToken;
use crate::store::Partition;

/// How long a person may take to show a passkey.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

impl Access {
    /// Keeps the state of a ceremony. What it is comes back only under the same `kind`, such as `sign-in`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_ceremony(
        &self,
        kind: &'static str,
        state: &[u8],
    ) -> Result<CeremonyToken, DirectoryError> {
        let token = CeremonyToken::draw(self.parts.entropy.as_ref())?;
        let key = entry_key(kind, &token.hash(&self.parts.pepper)?)?;
        let put = self.store().put_entry_if_absent(&Partition::installation(), &key, state, LASTS).await?;
        if put { Ok(token) } else { Err(DirectoryError::Busy) }
    }

    /// The state of a ceremony, once; none where it is over, was taken, or never was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_ceremony(
        &self,
        kind: &'static str,
        token: &CeremonyToken,
    ) -> Result<Option<Vec<u8>>, DirectoryError> {
        let (installation, key) =
            (Partition::installation(), entry_key(kind, &token.hash(&self.parts.pepper)?)?);
        let Some(state) = self.store().find_entry(&installation, &key).await? else { return Ok(None) };
        let deleted = self.store().delete_entry_if(&installation, &key, &state).await?;
        Ok(deleted.then_some(state))
    }
}
