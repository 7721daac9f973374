//! Who may do what in one organization.

use std::collections::BTreeSet;
use std::fmt;

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::account::AccountId;
use super::actor::Actor;
use super::organization::{FacilityCode, OrganizationId};
use super::role::{Act, Facilities, Role};
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::{Pepper, PepperError, Purpose, SecretHash};
use crate::store::record::Record;

/// What an operator shows to be let in: `tgo_` and 52 letters (256 bits). Known once, at its making.
#[derive(Clone)]
pub struct OperatorToken(Zeroizing<String>);

impl OperatorToken {
    /// Draws a new token.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        entropy.fill(bytes.as_mut_slice())?;
        let letters = Zeroizing::new(BASE32_NOPAD.encode(bytes.as_slice()));
        Ok(Self(Zeroizing::new(format!("tgo_{}", letters.to_ascii_lowercase()))))
    }

    /// Takes what somebody shows; whether it is right is for the directory to say.
    #[must_use]
    pub fn shown(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(..)")
    }
}

/// What somebody may do in one organization: a person who signs in, or a program with a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Operator {
    /// The name in the store: a token's own, or the account's identifier.
    pub name: String,
    /// The name that colleagues and the audit log see.
    pub display: String,
    /// The hash of the token, for programs.
    pub token: Option<SecretHash>,
    /// The account, for people.
    pub account: Option<AccountId>,
    /// What they may do.
    pub role: Role,
    /// For whose people a facility manager may do it.
    pub facilities: BTreeSet<FacilityCode>,
    /// Since when; nothing where it began before that was written down.
    pub since: Option<Timestamp>,
    /// When it ended: they may do nothing here any more.
    pub ended_at: Option<Timestamp>,
}

/// Format 1: a token that may do everything.
#[derive(Deserialize)]
struct First {
    name: String,
    token: SecretHash,
}

impl Record for Operator {
    const NAME: &'static str = "operator";
    const FORMAT: u32 = 2;

    fn from_older(format: u32, value: serde_json::Value) -> Option<Self> {
        match format {
            1 => serde_json::from_value(value).ok().map(|First { name, token }| Self::of_token(name, token)),
            _ => None,
        }
    }
}

impl Operator {
    /// A program of `organization` that may do everything there with this token.
    ///
    /// # Errors
    /// When hashing fails.
    pub fn new(
        organization: &OrganizationId,
        name: &str,
        token: &OperatorToken,
        pepper: &Pepper,
    ) -> Result<Self, PepperError> {
        let token = pepper.hash(Purpose::Token, organization.as_str(), token.expose().as_bytes())?;
        Ok(Self::of_token(name.to_owned(), token))
    }

    fn of_token(name: String, token: SecretHash) -> Self {
        Self {
            display: name.clone(),
            name,
            token: Some(token),
            account: None,
            role: Role::Operator,
            facilities: BTreeSet::new(),
            since: None,
            ended_at: None,
        }
    }

    /// Whether they may do this anywhere in the organization.
    #[must_use]
    pub const fn may(&self, act: Act) -> bool {
        self.ended_at.is_none() && self.role.may(act)
    }

    /// For whose people they act.
    #[must_use]
    pub fn reach(&self) -> Facilities {
        match self.role {
            Role::FacilityManager => Facilities::Only(self.facilities.clone()),
            Role::Operator | Role::HelpDesk | Role::Auditor => Facilities::All,
        }
    }

    /// How the log names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self.account {
            Some(id) => Actor::Account { id, name: self.display.clone() },
            None => Actor::Operator(self.name.clone()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::store::record::{decode, encode};

    #[test]
    fn an_operator_of_the_first_format_is_a_token_that_may_do_everything() {
        let old = format!(r#"{{"format":1,"record":{{"name":"first","token":"{}"}}}}"#, "ab".repeat(32));
        let read: Operator = decode(old.as_bytes()).unwrap();
        assert_eq!(
            (read.display.as_str(), read.role, read.reach()),
            ("first", Role::Operator, Facilities::All)
        );
        assert!(read.token.is_some() && read.may(Act::Revoke));
        let again: Operator = decode(&encode(&read).unwrap()).unwrap();
        assert_eq!(again.actor(), Actor::Operator("first".to_owned()));
    }

    #[test]
    fn who_has_ended_may_do_nothing() {
        let old = format!(r#"{{"format":1,"record":{{"name":"first","token":"{}"}}}}"#, "ab".repeat(32));
        let read: Operator = decode(old.as_bytes()).unwrap();
        let ended = Operator { ended_at: Some(Timestamp::UNIX_EPOCH), ..read };
        assert!(Act::ALL.into_iter().all(|act| !ended.may(act)));
    }
}
