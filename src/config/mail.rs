//! Mail.

use std::fmt;
use std::path::PathBuf;

use jiff::SignedDuration;
use url::Url;

use super::secret::SecretSource;
use super::section::section;
use super::value::{Value, quoted};
use crate::directory::MailAddress;

section! {
    /// Mail: the server that takes it, and from whom it comes. Without `server` nothing is sent. `tegata mail test` sends one;
    /// what an organization sends is for `tegata organization set` to say.
    MailServerSettings = "mail" {
        /// The mail server: `smtps` speaks TLS from the first byte (port 465), `smtp` changes to it by STARTTLS and sends nothing
        /// where the server has none (port 587), `smtp+plain` does without (port 25).
        server: Option<MailServer> = none;
        /// The user, where the server asks for one.
        user: Option<String> = none;
        /// A file with the password.
        password_file: Option<SecretSource> = none;
        /// PEM file with the CA certificates that the server's TLS certificate is judged by, in place of those that the system
        /// trusts.
        ca_file: Option<PathBuf> = none;
        /// Take `smtp+plain` also where the server is on another machine. Everybody on the way then reads links, and secrets where
        /// an organization mails them.
        accept_plain: bool = "false";
        /// The address that mails come from. Its domain should allow the server to send for it (SPF, DKIM).
        from: Option<MailAddress> = none;
        /// Where answers go, where an organization does not say; without it, to `from`.
        reply_to: Option<MailAddress> = none;
        /// Where reports of undeliverable mails go (the envelope's sender), where an organization does not say; without it, to
        /// `from`. Pipe what arrives there to `tegata mail bounce`.
        bounce: Option<MailAddress> = none;
        /// Give each mail an address of its own for reports: `bounce+NAME@…`. For servers whose reports name neither envelope nor
        /// message; that domain must deliver addresses with a `+`.
        bounce_by_mail: bool = "false";
        /// The name that this machine gives the server; without it, the host of `http.public_url`.
        hello: Option<String> = none;
        /// How long the server may take for one step.
        timeout: SignedDuration = "30s" in "1s", "5min";
        /// Connections at the same time.
        connections: u32 = "2" in "1", "16";
        /// For how long a mail is tried again. One with a link is tried as long as its link works, at most.
        give_up_after: SignedDuration = "48h" in "10min", "7days";
        /// For how long mails are kept that were sent, given up or dropped. What they told stays in the audit log.
        keep: SignedDuration = "90days" in "1h", "3650days";
    }
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS.
    StartTls,
    /// Not at all.
    Plain,
}

impl MailSecurity {
    const ALL: [(Self, &'static str, u16); 3] =
        [(Self::Tls, "smtps", 465), (Self::StartTls, "smtp", 587), (Self::Plain, "smtp+plain", 25)];

    fn row(self) -> (Self, &'static str, u16) {
        Self::ALL.into_iter().find(|(security, ..)| *security == self).unwrap_or(Self::ALL[0])
    }
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Its name or address; an IPv6 address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl MailServer {
    /// Whether it is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self.host.parse::<std::net::IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, scheme, standard) = self.security.row();
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        write!(f, "{scheme}://{host}")?;
        if self.port == standard { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl Value for MailServer {
    const SHAPE: &'static str = r#"an address without user and password, such as "smtps://mail.example.jp", "smtp://mail.example.jp:587" or "smtp+plain://127.0.0.1:25""#;

    fn from_text(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => "smtps:// is missing at its beginning".to_owned(),
            other => format!("it is no address of a server ({other})"),
        })?;
        let known = MailSecurity::ALL.into_iter().find(|(_, scheme, _)| *scheme == url.scheme());
        let Some((security, _, standard)) = known else {
            return Err(format!("it begins with {}:, not with smtps:, smtp: or smtp+plain:", url.scheme()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it contains a user name or a password; those are settings of their own".to_owned());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("something stands after the server's name".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the server's name is missing")?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if !host.bytes().all(fits) {
            return Err(format!("{host:?} is no name of a server"));
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        Ok(Self { security, host, port: url.port().unwrap_or(standard) })
    }

    fn shown(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Value for MailAddress {
    const SHAPE: &'static str = r#"an e-mail address, such as "cert@example.jp""#;

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: crate::directory::NotAMailAddress| error.to_string())
    }

    fn shown(&self) -> String {
        quoted(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_with_its_usual_port() {
        for (text, security, host, port) in [
            ("smtps://mail.example.jp", MailSecurity::Tls, "mail.example.jp", 465),
            ("smtp://Mail.Example.jp", MailSecurity::StartTls, "mail.example.jp", 587),
            ("smtp://mail.example.jp:25", MailSecurity::StartTls, "mail.example.jp", 25),
            ("smtp+plain://127.0.0.1", MailSecurity::Plain, "127.0.0.1", 25),
            ("smtp+plain://[::1]:2525", MailSecurity::Plain, "::1", 2525),
        ] {
            let server = MailServer { security, host: host.to_owned(), port };
            assert_eq!(MailServer::from_text(text), Ok(server.clone()), "{text}");
            assert_eq!(MailServer::from_text(&server.to_string()), Ok(server), "{text}");
        }
    }

    #[test]
    fn what_is_no_server_says_why() {
        for (text, why) in [
            ("mail.example.jp", "smtps:// is missing at its beginning"),
            ("https://mail.example.jp", "it begins with https:, not with smtps:, smtp: or smtp+plain:"),
            (
                "smtp://me:pw@mail.example.jp",
                "it contains a user name or a password; those are settings of their own",
            ),
            ("smtp://mail.example.jp/x", "something stands after the server's name"),
            ("smtp://", "the server's name is missing"),
        ] {
            assert_eq!(MailServer::from_text(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        let local = |text: &str| MailServer::from_text(text).is_ok_and(|server| server.is_local());
        assert!(
            local("smtp+plain://127.0.0.1") && local("smtp+plain://localhost") && local("smtp+plain://[::1]")
        );
        assert!(!local("smtp+plain://192.0.2.1") && !local("smtp+plain://localhost.example.jp"));
    }
}
