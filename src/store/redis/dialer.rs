//! How a connection comes about: TCP, TLS, login, and the questions that every new one begins with.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use openssl::ssl::{SslConnector, SslMethod};
use openssl::x509::X509;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Pipeline, RedisConnectionInfo, Value};
use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_openssl::SslStream;

use super::answer;
use super::connection::Connection;
use super::durability;
use super::failure::Failure;
use super::keyspace::Keyspace;
use super::open::OpenError;
use super::script;
use super::settings::{RedisCredentials, RedisSettings};
use super::url::{Address, Place};

/// What the user of Redis must be allowed, in the words of its ACL; the prefix of the keys comes before it.
const COMMANDS: &str = "-@all +@connection +@scripting +@hash +@sortedset +@stream +@string +exists +pexpire +time +wait \
    +role +info +config|get +cluster|slots";

/// Why there is no connection.
#[derive(Debug, Clone)]
pub enum DialError {
    /// It may go better in a moment, perhaps with another server.
    Passing(String),
    /// Somebody must change something first.
    Unfit(OpenError),
}

impl From<DialError> for Failure {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Passing(reason) => Self::Passing(reason),
            DialError::Unfit(error) => {
                Self::Refused(crate::store::StoreError::Unavailable(error.to_string()))
            }
        }
    }
}

/// Makes connections.
pub struct Dialer {
    pub settings: RedisSettings,
    pub keys: Keyspace,
    /// The mark of the store that this process began with, once it is known.
    pub mark: OnceLock<String>,
    tls: Option<SslConnector>,
    // Connections live where the store was opened, whichever runtime asks.
    runtime: Handle,
}

/// What a server is asked for before anything else.
enum Greeting {
    /// Nothing more than the login.
    None,
    /// What must hold of a master that keeps the store.
    Master,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Dialer {
    /// Makes connections with these settings, on the present runtime.
    pub fn new(settings: RedisSettings) -> Result<Self, OpenError> {
        settings.check()?;
        let tls = settings.url.tls.then(|| connector(settings.trust.as_deref())).transpose()?;
        let keys = Keyspace::new(&settings.prefix);
        Ok(Self { settings, keys, mark: OnceLock::new(), tls, runtime: Handle::current() })
    }

    /// Where connections live.
    pub const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Connects to a master and finds out whether it can be trusted with the store.
    pub async fn master(self: &Arc<Self>, address: &Address) -> Result<Connection, DialError> {
        self.dial(address, Greeting::Master).await
    }

    /// Connects to a server of which only one thing is to be known, a Sentinel for example.
    pub async fn guide(self: &Arc<Self>, address: &Address) -> Result<Connection, DialError> {
        self.dial(address, Greeting::None).await
    }

    async fn dial(self: &Arc<Self>, address: &Address, greeting: Greeting) -> Result<Connection, DialError> {
        let (dialer, at) = (Arc::clone(self), address.clone());
        let dialing = async move {
            let connection = dialer.connect(&at, &greeting).await?;
            if matches!(greeting, Greeting::Master) {
                dialer.greet(&at, &connection).await?;
            }
            Ok(connection)
        };
        match self.runtime.spawn(dialing).await {
            Ok(outcome) => outcome,
            Err(_) => Err(DialError::Passing(format!("the connection to {address} was given up"))),
        }
    }

    async fn connect(&self, address: &Address, greeting: &Greeting) -> Result<Connection, DialError> {
        let within = self.settings.connect_timeout;
        let passing = |reason: String| DialError::Passing(format!("{address}: {reason}"));
        let login = async {
            let stream = self.stream(address).await.map_err(passing)?;
            let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
            let info = self.login(greeting);
            let made = MultiplexedConnection::new_with_config(&info, stream, config).await;
            let made = made.map(|(stream, driver)| (stream, self.runtime.spawn(driver).abort_handle()));
            made.map_err(|error| {
                let refused = ["WRONGPASS", "NOAUTH", "NOPERM"];
                let text = error.to_string();
                let unknown = text.contains("without any password configured");
                if error.kind() == redis::ErrorKind::AuthenticationFailed
                    || unknown
                    || error.code().is_some_and(|code| refused.contains(&code))
                {
                    DialError::Unfit(OpenError::Login { address: address.to_string(), reason: text })
                } else {
                    passing(text)
                }
            })
        };
        let (stream, driver) = timeout(within, login)
            .await
            .map_err(|_| passing(format!("no connection came about within {within:?}")))??;
        Ok(Connection::new(address.clone(), stream, driver))
    }

    async fn stream(&self, address: &Address) -> Result<Box<dyn Stream>, String> {
        let tcp = TcpStream::connect((address.host.as_str(), address.port)).await;
        let tcp = tcp.map_err(|error| error.to_string())?;
        tcp.set_nodelay(true).map_err(|error| error.to_string())?;
        // A peer that vanished is noticed within a minute, even where nobody asks.
        sockopt::set_socket_keepalive(&tcp, true)
            .and_then(|()| sockopt::set_tcp_keepidle(&tcp, Duration::from_secs(30)))
            .and_then(|()| sockopt::set_tcp_keepintvl(&tcp, Duration::from_secs(10)))
            .and_then(|()| sockopt::set_tcp_keepcnt(&tcp, 3))
            .map_err(|error| error.to_string())?;
        let Some(connector) = &self.tls else { return Ok(Box::new(tcp)) };
        let ssl = connector.configure().and_then(|configuration| configuration.into_ssl(&address.host));
        let mut stream = ssl.and_then(|ssl| SslStream::new(ssl, tcp)).map_err(|error| error.to_string())?;
        Pin::new(&mut stream).connect().await.map_err(|error| format!("TLS: {error}"))?;
        Ok(Box::new(stream))
    }

    fn login(&self, greeting: &Greeting) -> RedisConnectionInfo {
        let settings = &self.settings;
        let (credentials, database) = match (&settings.url.place, greeting) {
            (Place::Sentinel { .. }, Greeting::None) => (&settings.sentinel_credentials, 0),
            (Place::Single { database, .. } | Place::Sentinel { database, .. }, _) => {
                (&settings.credentials, *database)
            }
            (Place::Cluster { .. }, _) => (&settings.credentials, 0),
        };
        let info = RedisConnectionInfo::default().set_skip_set_lib_name().set_db(i64::from(database));
        match credentials {
            None => info,
            Some(RedisCredentials { user: None, password }) => info.set_password(password.as_str()),
            Some(RedisCredentials { user: Some(user), password }) => {
                info.set_username(user).set_password(password.as_str())
            }
        }
    }

    /// Finds out what kind of server this is, whether it keeps what it acknowledges and whether it still has our store; gives
    /// it the scripts.
    async fn greet(&self, address: &Address, connection: &Connection) -> Result<(), DialError> {
        let mut questions = Pipeline::new();
        questions.cmd("INFO").arg("server");
        questions.cmd("ROLE");
        questions.cmd("HGET").arg(self.keys.installation().head()).arg("store");
        questions.cmd("CONFIG").arg("GET").arg(&durability::settings());
        for script in script::of_every_day() {
            questions.cmd("SCRIPT").arg("LOAD").arg(script.text);
        }
        let answers = connection.ask(&questions, self.settings.response_timeout).await;
        let mut answers = match answers {
            Ok(answers) => answers.into_iter(),
            Err(Failure::Passing(reason) | Failure::Doubtful(reason)) => {
                return Err(DialError::Passing(reason));
            }
            Err(other) => return Err(DialError::Passing(format!("{address}: {other:?}"))),
        };
        let mut next = || answers.next().unwrap_or(Value::Nil);
        self.check_kind(address, next())?;
        self.check_role(address, next())?;
        self.check_mark(address, next())?;
        self.check_durability(address, next())?;
        for answer in answers {
            self.permitted(address, answer)?;
        }
        Ok(())
    }

    /// An answer that is no error.
    fn permitted(&self, address: &Address, answer: Value) -> Result<Value, DialError> {
        let Value::ServerError(error) = &answer else { return Ok(answer) };
        let reason = error.details().unwrap_or_default().to_owned();
        match (error.code(), Failure::answered(error)) {
            ("NOAUTH", _) => Err(DialError::Unfit(OpenError::Login { address: address.to_string(), reason })),
            ("NOPERM", _) => Err(DialError::Unfit(OpenError::NotPermitted {
                address: address.to_string(),
                reason,
                acl: format!("~{}:* {COMMANDS}", self.settings.prefix),
            })),
            (_, Failure::Passing(reason)) => Err(DialError::Passing(format!("{address}: {reason}"))),
            (code, _) => Err(DialError::Passing(format!("{address}: Redis says: {code} {reason}"))),
        }
    }

    fn check_kind(&self, address: &Address, info: Value) -> Result<(), DialError> {
        let info = answer::text(self.permitted(address, info)?).unwrap_or_default();
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let unfit = |found: &'static str, remedy: &'static str| {
            Err(DialError::Unfit(OpenError::OtherKind { address: address.to_string(), found, remedy }))
        };
        let in_cluster = matches!(self.settings.url.place, Place::Cluster { .. });
        match field("redis_mode") {
            Some("sentinel") => {
                return unfit("Sentinel", "write redis+sentinel://HOST,HOST/MASTER to use it");
            }
            Some("cluster") if !in_cluster => {
                return unfit("node of a Redis Cluster", "write redis+cluster:// in place of redis://");
            }
            Some("standalone") if in_cluster => {
                return unfit("single Redis", "write redis:// in place of redis+cluster://");
            }
            _ => {}
        }
        let version = field("redis_version").unwrap_or("unknown");
        let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
        if major < 7 {
            let (address, found) = (address.to_string(), version.to_owned());
            return Err(DialError::Unfit(OpenError::TooOld { address, found }));
        }
        Ok(())
    }

    fn check_role(&self, address: &Address, role: Value) -> Result<(), DialError> {
        let Value::Array(role) = self.permitted(address, role)? else { return Ok(()) };
        let mut role = role.into_iter().map(|part| answer::text(part).unwrap_or_default());
        match role.next().as_deref() {
            Some("master") => Ok(()),
            Some("slave") => {
                let master = role.next().unwrap_or_default();
                Err(DialError::Passing(format!("{address} is a replica of {master}, not a master")))
            }
            _ => Err(DialError::Passing(format!("{address} does not say that it is a master"))),
        }
    }

    fn check_mark(&self, address: &Address, mark: Value) -> Result<(), DialError> {
        if matches!(&mark, Value::ServerError(error) if error.code() == "MOVED") {
            // The installation's partition stands on another node of the cluster.
            return Ok(());
        }
        let mark = self.permitted(address, mark)?;
        match self.mark.get() {
            Some(known) if answer::text(mark).as_ref() != Some(known) => {
                Err(DialError::Unfit(OpenError::Replaced { address: address.to_string() }))
            }
            _ => Ok(()),
        }
    }

    fn check_durability(&self, address: &Address, config: Value) -> Result<(), DialError> {
        if self.settings.accept_loss {
            return Ok(());
        }
        let address = address.to_string();
        if let Value::ServerError(error) = &config {
            if let Failure::Passing(reason) = Failure::answered(error) {
                return Err(DialError::Passing(format!("{address}: {reason}")));
            }
            let reason = format!("{} {}", error.code(), error.details().unwrap_or_default());
            return Err(DialError::Unfit(OpenError::Unasked { address, reason }));
        }
        let shortcomings = durability::shortcomings(&answer::pairs(config));
        if shortcomings.is_empty() {
            return Ok(());
        }
        Err(DialError::Unfit(OpenError::WouldLose { address, settings: shortcomings.join(", ") }))
    }
}

fn connector(trust: Option<&[u8]>) -> Result<SslConnector, OpenError> {
    let failed = |error: openssl::error::ErrorStack| OpenError::Tls(error.to_string());
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(failed)?;
    match trust {
        Some(pem) => {
            let trusted = X509::stack_from_pem(pem).map_err(failed)?;
            if trusted.is_empty() {
                return Err(OpenError::Tls("there is no certificate among those to trust".to_owned()));
            }
            let mut store = openssl::x509::store::X509StoreBuilder::new().map_err(failed)?;
            for certificate in trusted {
                store.add_cert(certificate).map_err(failed)?;
            }
            builder.set_cert_store(store.build());
        }
        None => {
            // Our own OpenSSL does not know where the system keeps them.
            let places = openssl_probe::probe();
            if let Some(file) = &places.cert_file {
                builder.set_ca_file(file).map_err(failed)?;
            }
        }
    }
    Ok(builder.build())
}
