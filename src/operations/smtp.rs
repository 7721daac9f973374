//! The way to the mail server (RFC 5321): connections that are kept while there is something to send, and waits that end.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailParameter};
use lettre::transport::smtp::response::Response;
use zeroize::Zeroizing;

use crate::enrollment::Delivered;
use crate::mail::Message;

/// The server's answer to a message may take longer than any other one (RFC 5321 §4.5.3.2.6).
const LAST_ANSWER: u32 = 4;
/// How many waits fit into one attempt: connect, TLS, greeting, EHLO, AUTH, MAIL, RCPT, DATA, and the last answer.
const STEPS: u32 = 8 + LAST_ANSWER;
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS (RFC 3207), without which nothing is sent.
    StartTls,
    /// None: for a server on the same machine.
    Plain,
}

/// Where and how mail is handed over.
#[derive(Clone)]
pub struct SmtpSettings {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// CA certificates (PEM) that the server's certificate is judged by, in place of those that the system trusts.
    pub authorities: Option<Vec<u8>>,
    /// User and password.
    pub account: Option<(String, Zeroizing<String>)>,
    /// The name that this side gives (RFC 5321 §4.1.1.1).
    pub hello: String,
    /// How long one step may take.
    pub timeout: Duration,
    /// How many connections are open at the same time.
    pub connections: usize,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The CA certificates cannot be read, or TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The server cannot be reached, or speaks no SMTP.
    #[error("{server} cannot be reached: {why}")]
    Unreachable {
        /// Which server.
        server: String,
        /// Why.
        why: String,
    },
    /// The server offers no STARTTLS.
    #[error("{0} offers no STARTTLS, and nothing is sent unprotected")]
    NoStartTls(String),
    /// The server takes neither user nor password.
    #[error("{server} does not take the user and the password: {why}")]
    Account {
        /// Which server.
        server: String,
        /// What it said.
        why: String,
    },
    /// The server was silent for too long.
    #[error("{server} did not answer within {seconds} seconds ({step})")]
    Silent {
        /// Which server.
        server: String,
        /// For how long.
        seconds: u64,
        /// At which step.
        step: &'static str,
    },
}

/// A connection, and whether its server takes what RFC 3461 adds to an envelope.
struct Connection {
    smtp: AsyncSmtpConnection,
    takes_envelope_id: bool,
}

/// What to do with a connection after a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// The next mail can use it.
    Keep,
    /// Say goodbye.
    Part,
    /// Answers that belong to this mail may still come: let go of it.
    Drop,
}

/// Hands mails over.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<Vec<Connection>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Smtp").field(&self.settings).finish()
    }
}

/// What the server said, with its cause.
fn said(error: &Error) -> String {
    let text = error.to_string();
    // lettre writes the code in front; what follows is the server's own.
    ["transient error ", "permanent error "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .map_or_else(|| text.clone(), |rest| rest.replacen("): ", ") ", 1).replace(['(', ')'], ""))
}

/// What the server said when it agreed.
fn agreed(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

impl Smtp {
    /// Prepares what connections need; opens none.
    ///
    /// # Errors
    /// [`SmtpError::Tls`] when the CA certificates cannot be used.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpError> {
        let failed = |error: Error| SmtpError::Tls(error.to_string());
        let tls = match settings.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => {
                let mut builder = TlsParameters::builder(settings.host.clone());
                if let Some(pem) = &settings.authorities {
                    builder = builder.certificate_store(CertificateStore::None);
                    for certificate in certificates(pem)? {
                        builder =
                            builder.add_root_certificate(Certificate::from_der(certificate).map_err(failed)?);
                    }
                }
                Some(builder.build_native().map_err(failed)?)
            }
        };
        let hello = match settings.hello.trim_matches(['[', ']']).parse() {
            Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(settings.hello.clone()),
        };
        Ok(Self { settings, tls, hello, idle: Mutex::new(Vec::new()) })
    }

    /// How many connections may be open at the same time.
    #[must_use]
    pub const fn connections(&self) -> usize {
        self.settings.connections
    }

    /// The longest time that one attempt may take; it is ended then.
    #[must_use]
    pub fn longest_attempt(timeout: Duration) -> Duration {
        timeout * STEPS
    }

    fn server(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }

    /// Waits for a step, as long as it may take.
    async fn within<T>(
        &self,
        step: &'static str,
        times: u32,
        work: impl Future<Output = T>,
    ) -> Result<T, SmtpError> {
        let limit = self.settings.timeout * times;
        let silent = SmtpError::Silent { server: self.server(), seconds: limit.as_secs(), step };
        tokio::time::timeout(limit, work).await.map_err(|_| silent)
    }

    async fn connect(&self) -> Result<Connection, SmtpError> {
        let settings = &self.settings;
        let unreachable = |error: &Error| SmtpError::Unreachable { server: self.server(), why: said(error) };
        let implicit = self.tls.clone().filter(|_| settings.security == Security::Tls);
        let address = (settings.host.as_str(), settings.port);
        let opening =
            AsyncSmtpConnection::connect_tokio1(address, Some(settings.timeout), &self.hello, implicit, None);
        let mut smtp = self.within("connecting", 2, opening).await?.map_err(|error| unreachable(&error))?;
        if settings.security == Security::StartTls {
            let Some(tls) = self.tls.clone().filter(|_| smtp.can_starttls()) else {
                self.goodbye(smtp).await;
                return Err(SmtpError::NoStartTls(self.server()));
            };
            let protecting = smtp.starttls(tls, &self.hello);
            self.within("STARTTLS", 1, protecting).await?.map_err(|error| unreachable(&error))?;
        }
        // lettre keeps only what it knows of the server's answer, and it does not know DSN (RFC 3461 §4.1).
        let greeting = smtp.command(Ehlo::new(self.hello.clone()));
        let features = self.within("EHLO", 1, greeting).await?.map_err(|error| unreachable(&error))?;
        let takes_envelope_id = features.message().any(|line| line.trim().eq_ignore_ascii_case("DSN"));
        if let Some((user, password)) = &settings.account {
            let credentials = Credentials::new(user.clone(), password.to_string());
            let proving = smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            let refused = |error: Error| SmtpError::Account { server: self.server(), why: said(&error) };
            self.within("AUTH", 1, proving).await?.map_err(refused)?;
        }
        Ok(Connection { smtp, takes_envelope_id })
    }

    async fn goodbye(&self, mut smtp: AsyncSmtpConnection) {
        // Whether the server hears it makes no difference.
        let _ = tokio::time::timeout(GOODBYE, smtp.quit()).await;
    }

    /// Connects as far as a mail would be named, and says goodbye.
    ///
    /// # Errors
    /// What keeps mails from being handed over.
    pub async fn probe(&self) -> Result<(), SmtpError> {
        let connection = self.connect().await?;
        self.goodbye(connection.smtp).await;
        Ok(())
    }

    /// A connection that was used before and still answers, or a new one.
    async fn connection(&self) -> Result<Connection, SmtpError> {
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut kept) = kept else { return self.connect().await };
            if matches!(self.within("NOOP", 1, kept.smtp.test_connected()).await, Ok(true)) {
                return Ok(kept);
            }
        }
    }

    /// Ends the connections that are kept.
    pub async fn rest(&self) {
        let kept = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in kept {
            self.goodbye(connection.smtp).await;
        }
    }

    /// Hands a message over. However it ends, it does so within [`Smtp::longest_attempt`]. A connection on which anything went
    /// wrong is not used again: an answer that comes late must never be taken for the next mail's.
    pub async fn deliver(&self, message: &Message) -> Delivered {
        let longest = Self::longest_attempt(self.settings.timeout);
        let delivering = async {
            let mut connection = match self.connection().await {
                Ok(connection) => connection,
                Err(error) => return Delivered::Later { why: error.to_string(), server: true },
            };
            let (how, after) = self.transact(&mut connection, message).await;
            match after {
                After::Keep => self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection),
                After::Part => self.goodbye(connection.smtp).await,
                After::Drop => {}
            }
            how
        };
        let silent = || Delivered::Later { why: format!("{} took too long", self.server()), server: true };
        tokio::time::timeout(longest, delivering).await.unwrap_or_else(|_| silent())
    }

    /// One transaction; says how it ended and what to do with the connection.
    async fn transact(&self, connection: &mut Connection, message: &Message) -> (Delivered, After) {
        let address = |text: &str| text.parse::<Address>();
        let (Ok(sender), Ok(recipient)) =
            (address(message.sender.as_str()), address(message.recipient.as_str()))
        else {
            return (Delivered::Refused("the address cannot stand in an envelope".to_owned()), After::Keep);
        };
        let parameters = if connection.takes_envelope_id {
            let value = Some(message.envelope_id.clone());
            vec![MailParameter::Other { keyword: "ENVID".to_owned(), value }]
        } else {
            Vec::new()
        };
        let smtp = &mut connection.smtp;
        // A server that does not take the sender takes no mail of ours: that is for the operator to mend, and the mail waits.
        if let Err(how) = self.step("MAIL", 1, true, smtp.command(Mail::new(Some(sender), parameters))).await
        {
            return how;
        }
        if let Err(how) = self.step("RCPT", 1, false, smtp.command(Rcpt::new(recipient, Vec::new()))).await {
            return how;
        }
        if let Err(how) = self.step("DATA", 1, false, smtp.command(Data)).await {
            return how;
        }
        match self.step("the message", LAST_ANSWER, false, smtp.message(&message.bytes)).await {
            Ok(response) => (Delivered::Accepted(agreed(&response)), After::Keep),
            Err(how) => how,
        }
    }

    /// Waits for the answer to a step. A refusal for good is one of the mail, unless it is the server's `own` matter.
    async fn step(
        &self,
        name: &'static str,
        times: u32,
        own: bool,
        work: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, (Delivered, After)> {
        match self.within(name, times, work).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_permanent() && !own => {
                Err((Delivered::Refused(format!("{} ({name})", said(&error))), After::Part))
            }
            Ok(Err(error)) => {
                let answered = error.status().is_some();
                let why = format!("{} ({name})", said(&error));
                let after = if answered { After::Part } else { After::Drop };
                Err((Delivered::Later { why, server: own || !answered }, after))
            }
            Err(silent) => Err((Delivered::Later { why: silent.to_string(), server: true }, After::Drop)),
        }
    }
}

/// The certificates of a PEM file.
fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, SmtpError> {
    let failed = |error: openssl::error::ErrorStack| SmtpError::Tls(error.to_string());
    let found = openssl::x509::X509::stack_from_pem(pem).map_err(failed)?;
    if found.is_empty() {
        return Err(SmtpError::Tls("the file holds no certificate".to_owned()));
    }
    found.iter().map(|certificate| certificate.to_der().map_err(failed)).collect()
}
