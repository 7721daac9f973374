//! How a setting's text becomes a value, and what is said when it does not.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use toml::de::DeValue;
use url::Url;
use zeroize::Zeroizing;

use super::secret::SecretSource;

/// A type that a setting can have.
pub trait Value: Sized {
    /// What would be right, with an example.
    const SHAPE: &'static str;
    /// Whether the value itself may stand in the environment variable without `_FILE`.
    const SECRET: bool = false;
    /// Whether it may be left out.
    const OPTIONAL: bool = false;

    /// Reads an environment variable, or a text of the file.
    ///
    /// # Errors
    /// What is wrong, without a full stop.
    fn from_text(text: &str) -> Result<Self, String>;

    /// Reads a value of the file.
    ///
    /// # Errors
    /// What is wrong, without a full stop.
    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::String(text) => Self::from_text(text),
            other => Err(format!("{} stands here, a text in quotes is needed", kind(other))),
        }
    }

    /// The value as it would stand in the file.
    fn shown(&self) -> String;

    /// The value of a setting that nobody set and that has no default; `None` where one is needed.
    fn absent() -> Option<Self> {
        None
    }

    /// Resolves a relative path against `base`.
    #[must_use]
    fn rooted(self, base: &Path) -> Self {
        let _ = base;
        self
    }

    /// Takes the secret itself; `None` for what is no secret.
    fn from_secret(secret: Zeroizing<String>) -> Option<Self> {
        drop(secret);
        None
    }
}

/// What stands there, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A text as TOML writes it, in quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Value for String {
    const SHAPE: &'static str = "a text";

    fn from_text(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) {
            return Err("it contains control characters".to_owned());
        }
        let text = text.trim();
        if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
    }

    fn shown(&self) -> String {
        quoted(self)
    }
}

impl Value for PathBuf {
    const SHAPE: &'static str = "a path; a relative one counts from the configuration file's directory";

    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(Self::from(text)) }
    }

    fn shown(&self) -> String {
        quoted(&self.to_string_lossy())
    }

    fn rooted(self, base: &Path) -> Self {
        base.join(self)
    }
}

impl Value for SocketAddr {
    const SHAPE: &'static str =
        r#"an IP address and a port, such as "127.0.0.1:8080", "0.0.0.0:8080" or "[::]:8080""#;

    fn from_text(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(address);
        }
        if text.parse::<std::net::IpAddr>().is_ok() {
            return Err("the port is missing".to_owned());
        }
        match text.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_err() => {
                Err(format!("{port:?} is no port: a port is a number from 0 to 65535 (after {host:?})"))
            }
            Some(("localhost", port)) => {
                Err(format!("a name stands here; write 127.0.0.1:{port} or [::1]:{port}"))
            }
            _ => Err("it is no IP address with a port".to_owned()),
        }
    }

    fn shown(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Value for Url {
    const SHAPE: &'static str = r#"a web address, such as "https://cert.example.jp""#;

    fn from_text(text: &str) -> Result<Self, String> {
        let url = Self::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => "https:// is missing at its beginning".to_owned(),
            other => format!("it is no web address ({other})"),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("it begins with {}:, not with https:", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it contains a user name or a password".to_owned());
        }
        if url.fragment().is_some() {
            return Err("it contains a fragment (#…)".to_owned());
        }
        Ok(url)
    }

    fn shown(&self) -> String {
        let text = self.as_str();
        let bare = self.path() == "/" && self.query().is_none();
        quoted(if bare { text.trim_end_matches('/') } else { text })
    }
}

impl Value for IpNet {
    const SHAPE: &'static str = r#"an address or a network, such as "10.0.0.7", "10.0.0.0/8" or "fd00::/8""#;

    fn from_text(text: &str) -> Result<Self, String> {
        let net: Self = text
            .parse()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(Self::from))
            .map_err(|_| "it is no address and no network".to_owned())?;
        if net == net.trunc() {
            Ok(net)
        } else {
            Err(format!("the address has bits outside the network; the network would be {}", net.trunc()))
        }
    }

    fn shown(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Value for bool {
    const SHAPE: &'static str = "true or false";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is neither true nor false"))
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::Boolean(found) => Ok(*found),
            other => Err(format!("{} stands here; write true or false without quotes", kind(other))),
        }
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    const SHAPE: &'static str = "a whole number";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is no whole number from 0 to {}", Self::MAX))
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::Integer(found) => Self::from_str_radix(found.as_str(), found.radix())
                .map_err(|_| format!("it is no whole number from 0 to {}", Self::MAX)),
            other => Err(format!("{} stands here; write a whole number without quotes", kind(other))),
        }
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for SecretSource {
    const SHAPE: &'static str = "the path of a file that only Tegata can read";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        PathBuf::from_text(text).map(Self::File)
    }

    fn shown(&self) -> String {
        match self {
            Self::File(path) => path.shown(),
            Self::Given(_) => "(hidden)".to_owned(),
        }
    }

    fn rooted(self, base: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(base.join(path)),
            given @ Self::Given(_) => given,
        }
    }

    fn from_secret(secret: Zeroizing<String>) -> Option<Self> {
        Some(Self::Given(secret))
    }
}

impl<T: Value> Value for Option<T> {
    const SHAPE: &'static str = T::SHAPE;
    const SECRET: bool = T::SECRET;
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(Some)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        T::from_toml(value).map(Some)
    }

    fn shown(&self) -> String {
        self.as_ref().map_or_else(|| "(not set)".to_owned(), Value::shown)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn rooted(self, base: &Path) -> Self {
        self.map(|value| value.rooted(base))
    }

    fn from_secret(secret: Zeroizing<String>) -> Option<Self> {
        T::from_secret(secret).map(Some)
    }
}

/// A list: an array in the file, separated by commas in the environment.
impl<T: Value> Value for Vec<T> {
    const SHAPE: &'static str = T::SHAPE;

    fn from_text(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| T::from_text(part).map_err(|what| format!("{part}: {what}"))).collect()
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, String> {
        let DeValue::Array(items) = value else {
            return Err(format!("{} stands here; write a list in square brackets", kind(value)));
        };
        let each = items.iter().enumerate();
        each.map(|(at, item)| {
            T::from_toml(item.get_ref()).map_err(|what| format!("entry {}: {what}", at + 1))
        })
        .collect()
    }

    fn shown(&self) -> String {
        format!("[{}]", self.iter().map(Value::shown).collect::<Vec<_>>().join(", "))
    }

    fn rooted(self, base: &Path) -> Self {
        self.into_iter().map(|value| value.rooted(base)).collect()
    }
}

/// Makes an enum of words a [`Value`].
macro_rules! words {
    ($name:ident { $($word:literal => $variant:ident),+ $(,)? }) => {
        impl $crate::config::value::Value for $name {
            const SHAPE: &'static str = concat!("one of", $(" \"", $word, "\""),+);

            fn from_text(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::config::suggestion::unknown_word(text, &[$($word),+])),
                }
            }

            fn shown(&self) -> String {
                match self { $(Self::$variant => format!("{:?}", $word),)+ }
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: Value>(text: &str) -> String {
        T::from_text(text).err().unwrap_or_else(|| "accepted".to_owned())
    }

    #[test]
    fn an_address_without_its_port_says_so() {
        assert_eq!(refused::<SocketAddr>("0.0.0.0"), "the port is missing");
        assert_eq!(refused::<SocketAddr>("::1"), "the port is missing");
        assert_eq!(
            refused::<SocketAddr>("localhost:8080"),
            "a name stands here; write 127.0.0.1:8080 or [::1]:8080"
        );
        assert!(refused::<SocketAddr>("0.0.0.0:80800").starts_with("\"80800\" is no port"));
    }

    #[test]
    fn a_web_address_has_a_scheme_and_no_password() {
        assert_eq!(refused::<Url>("cert.example.jp"), "https:// is missing at its beginning");
        assert_eq!(refused::<Url>("ftp://cert.example.jp"), "it begins with ftp:, not with https:");
        assert_eq!(refused::<Url>("https://me:pw@example.jp"), "it contains a user name or a password");
        assert_eq!(
            Url::from_text("https://Cert.example.jp").map(|u| u.shown()).as_deref(),
            Ok(r#""https://cert.example.jp""#)
        );
    }

    #[test]
    fn a_network_with_stray_bits_is_refused_with_the_network_that_was_meant() {
        assert_eq!(IpNet::from_text("10.0.0.7").map(|n| n.shown()).as_deref(), Ok(r#""10.0.0.7/32""#));
        assert!(refused::<IpNet>("10.0.0.7/8").ends_with("would be 10.0.0.0/8"));
    }

    #[test]
    fn a_list_names_the_entry_that_is_wrong() {
        assert_eq!(refused::<Vec<IpNet>>("10.0.0.0/8, ten"), "ten: it is no address and no network");
        assert_eq!(Vec::<IpNet>::from_text("").map(|list| list.len()), Ok(0));
    }
}
