//! A registration or a sign-in that is under way travels sealed in the page that began it, so that looking at that page writes
//! nothing and any node can finish it. What the store keeps is that it was finished: each is good once.

use jiff::SignedDuration;

use super::DirectoryError;
use super::access::Access;
use super::session::entry_key;
use crate::pepper::Purpose;
use crate::store::Partition;

/// How long a person may take to show a passkey.
pub const CEREMONY_LASTS: SignedDuration = SignedDuration::from_mins(10);

impl Access {
    /// Says that the ceremony called `name` is finished now; only the first who says so is told yes. A name is asked for within
    /// [`CEREMONY_LASTS`] of its making, and forgotten after twice that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_ceremony(&self, kind: &'static str, name: &[u8]) -> Result<bool, DirectoryError> {
        let hash = self.parts.pepper.hash(Purpose::Ceremony, kind, name)?;
        let key = entry_key("ceremony-finished", &hash)?;
        let lasts = CEREMONY_LASTS.saturating_mul(2);
        Ok(self.store().put_entry_if_absent(&Partition::installation(), &key, b"1", lasts).await?)
    }
}
