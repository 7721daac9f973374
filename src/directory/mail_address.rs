//! An e-mail address, checked before anything is sent there.

use std::fmt;
use std::str::FromStr;

use lettre::Address;
use serde::{Deserialize, Serialize};

/// The most characters of an address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;

/// A text that is no address to which mail can be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAMailAddress {
    /// Too long.
    #[error("an e-mail address has at most {LONGEST} characters")]
    Long,
    /// Letters beyond ASCII, which need a server with SMTPUTF8 at every step of the way.
    #[error("an e-mail address has ASCII characters only; write a domain in its xn-- form")]
    NotAscii,
    /// Something else.
    #[error("{0:?} is no e-mail address")]
    Malformed(String),
}

/// An e-mail address such as `hanako@example.jp`.
///
/// Mobile carriers in Japan once gave out addresses whose local part has two dots in a row or a dot at its end
/// (`hana..ko.@example.jp`). They work where that part is quoted (RFC 5321 §4.1.2), and so it is here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

impl MailAddress {
    /// The address, its local part quoted where it must be.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The same address with `+detail` at the end of its local part (RFC 5233); `None` where there is no room for it.
    #[must_use]
    pub fn with_detail(&self, detail: &str) -> Option<Self> {
        let (local, domain) = self.0.rsplit_once('@')?;
        format!("{local}+{detail}@{domain}").parse().ok()
    }
}

/// Whether the text is made of what may stand unquoted in a local part (RFC 5322 `atext`), and dots.
fn is_dotted_text(local: &str) -> bool {
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
}

impl FromStr for MailAddress {
    type Err = NotAMailAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let malformed = || NotAMailAddress::Malformed(text.chars().take(80).collect());
        if text.len() > LONGEST {
            return Err(NotAMailAddress::Long);
        }
        if !text.is_ascii() {
            return Err(NotAMailAddress::NotAscii);
        }
        if text.bytes().any(|b| b.is_ascii_control()) {
            return Err(malformed());
        }
        let (local, domain) = text.rsplit_once('@').ok_or_else(malformed)?;
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        let local = if dots && is_dotted_text(local) { format!("\"{local}\"") } else { local.to_owned() };
        let address: Address = format!("{local}@{domain}").parse().map_err(|_| malformed())?;
        Ok(Self(address.to_string()))
    }
}

impl TryFrom<String> for MailAddress {
    type Error = NotAMailAddress;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, NotAMailAddress> {
        text.parse::<MailAddress>().map(|address| address.as_str().to_owned())
    }

    #[test]
    fn an_address_is_taken_as_it_is_written() {
        for good in ["hanako@example.jp", "h.y+tag@sub.example.co.jp", "\"h y\"@example.jp", "_x@a-b.example"]
        {
            assert_eq!(read(good).unwrap(), good);
        }
        assert_eq!(read("  hanako@example.jp\t").unwrap(), "hanako@example.jp");
    }

    #[test]
    fn the_addresses_of_old_japanese_phones_are_quoted() {
        assert_eq!(read("hana..ko.@example.ne.jp").unwrap(), "\"hana..ko.\"@example.ne.jp");
        assert_eq!(read(".hana@example.ne.jp").unwrap(), "\".hana\"@example.ne.jp");
    }

    #[test]
    fn what_could_become_a_header_or_a_second_recipient_is_no_address() {
        for bad in [
            "",
            "hanako",
            "@example.jp",
            "hanako@",
            "a@b@example.jp",
            "hanako@example.jp, taro@example.jp",
            "hanako@example.jp\r\nBcc: all@example.jp",
            "hana\nko@example.jp",
            "<hanako@example.jp>",
            "hana ko@example.jp",
            "花子@example.jp",
            "hanako@例.jp",
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert_eq!(read(&format!("{}@example.jp", "a".repeat(250))), Err(NotAMailAddress::Long));
    }

    #[test]
    fn a_detail_follows_the_local_part() {
        let bounce: MailAddress = "bounce@example.jp".parse().unwrap();
        assert_eq!(bounce.with_detail("7q2k.clinic").unwrap().as_str(), "bounce+7q2k.clinic@example.jp");
        assert_eq!(bounce.domain(), "example.jp");
        assert_eq!(bounce.with_detail(&"x".repeat(100)), None);
    }
}
