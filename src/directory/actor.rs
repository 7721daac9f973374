//! Who did something, as the log keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::AccountId;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub enum Actor {
    /// An operator with a token, by name.
    Operator(String),
    /// A person who signed in.
    Account {
        /// The account.
        id: AccountId,
        /// The person's name at that time.
        name: String,
    },
    /// Somebody at the command line of the machine.
    CommandLine,
    /// The person with the device.
    Subscriber,
    /// Tegata itself.
    System,
}

/// The kinds of actor as the log has them: a person who signed in is an operator with an account.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Operator,
    CommandLine,
    Subscriber,
    System,
}

#[derive(Serialize, Deserialize)]
struct Written {
    by: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
}

impl From<Written> for Actor {
    fn from(written: Written) -> Self {
        let name = written.name.unwrap_or_default();
        match (written.by, written.account) {
            (Kind::Operator, Some(id)) => Self::Account { id, name },
            (Kind::Operator, None) => Self::Operator(name),
            (Kind::CommandLine, _) => Self::CommandLine,
            (Kind::Subscriber, _) => Self::Subscriber,
            (Kind::System, _) => Self::System,
        }
    }
}

impl From<Actor> for Written {
    fn from(actor: Actor) -> Self {
        let (by, name, account) = match actor {
            Actor::Operator(name) => (Kind::Operator, Some(name), None),
            Actor::Account { id, name } => (Kind::Operator, Some(name), Some(id)),
            Actor::CommandLine => (Kind::CommandLine, None, None),
            Actor::Subscriber => (Kind::Subscriber, None, None),
            Actor::System => (Kind::System, None, None),
        };
        Self { by, name, account }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(name) | Self::Account { name, .. } => write!(f, "operator {name}"),
            Self::CommandLine => f.write_str("command line"),
            Self::Subscriber => f.write_str("subscriber"),
            Self::System => f.write_str("Tegata"),
        }
    }
}
