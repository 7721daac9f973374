//! What this installation itself needs soon, so that certificates go on being made: its issuer, its signer, its keys. `tegata doctor`
//! looks at more, and from outside; this is what a node knows of itself at any moment.

use jiff::Timestamp;

use super::authority::RegistrationAuthority;
use super::bundle::Maker;
use crate::pki::{KeyPool, Standing, Stock};

/// Something that the installation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upkeep {
    /// The issuer's certificate has ended: nothing can be issued.
    IssuerEnded(Timestamp),
    /// The issuer's certificate ends soon; certificates end with it at the latest.
    IssuerEnds(Timestamp),
    /// The signer's certificate has ended: devices call profiles "not verified".
    SignerEnded(Timestamp),
    /// The signer's certificate ends soon, and has not been renewed on disk.
    SignerEnds(Timestamp),
    /// No key lies ready that should: whoever claims now waits until one is made.
    KeysWaitedFor,
}

impl Upkeep {
    /// Whether people notice it already.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::IssuerEnded(_) | Self::SignerEnded(_))
    }

    /// Since or until when.
    #[must_use]
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::IssuerEnded(at) | Self::IssuerEnds(at) | Self::SignerEnded(at) | Self::SignerEnds(at) => {
                Some(at)
            }
            Self::KeysWaitedFor => None,
        }
    }
}

/// Of a certificate in use, by its standing.
fn of(standing: Standing, ends: fn(Timestamp) -> Upkeep, ended: fn(Timestamp) -> Upkeep) -> Option<Upkeep> {
    match standing {
        Standing::Valid => None,
        Standing::ExpiresSoon { at } => Some(ends(at)),
        // One that is not valid yet is of as little use; it says from when it is.
        Standing::Expired { at } | Standing::NotYet { from: at } => Some(ended(at)),
    }
}

/// Whether a kind of key that is kept ready has run out.
const fn is_empty(stock: Stock) -> bool {
    stock.wanted > 0 && stock.ready == 0
}

impl Maker {
    fn upkeep(&self, now: Timestamp) -> Vec<Upkeep> {
        let issuer = self.issuers().first().map(|issuer| issuer.standing(now));
        let signer = self.signer_standing(now);
        let issuer = issuer.and_then(|standing| of(standing, Upkeep::IssuerEnds, Upkeep::IssuerEnded));
        let signer = signer.and_then(|standing| of(standing, Upkeep::SignerEnds, Upkeep::SignerEnded));
        let keys = KeyPool::KINDS.into_iter().any(|kind| is_empty(self.pool().stock(kind)));
        let keys = keys.then_some(Upkeep::KeysWaitedFor);
        issuer.into_iter().chain(signer).chain(keys).collect()
    }
}

impl RegistrationAuthority {
    /// What the installation needs soon, as this node sees it, the most urgent first.
    #[must_use]
    pub fn upkeep(&self) -> Vec<Upkeep> {
        let mut upkeep = self.0.parts.maker.upkeep(self.now());
        upkeep.sort_by_key(|need| !need.is_urgent());
        upkeep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_is_not_kept_ready_does_not_run_out() {
        let stock = |ready, wanted| Stock { ready, wanted, ..Stock::default() };
        assert!(is_empty(stock(0, 8)));
        assert!(!is_empty(stock(1, 8)));
        assert!(!is_empty(stock(0, 0)));
    }
}
