//! `tegata ready`.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use serde::Serialize;

use super::Session;
use super::failure::{Exit, Failure};
use super::style::good;
use crate::config::Configuration;

/// How long the whole question may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// The head of an answer is shorter.
const LONGEST_HEAD: u64 = 8_192;

/// Ask the node on this machine whether it is ready to serve
///
/// Asks /readyz where the configuration says that the landing site listens. Exits with 0 when the node serves and its store
/// takes commits, else with 1: for the health checks of containers and load balancers, on a machine without another client.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata ready
  until tegata --quiet ready; do sleep 1; done")]
pub(super) struct Arguments {
    #[arg(long, help = "Print JSON: ready, address")]
    pub(super) json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Told {
    ready: bool,
    address: String,
}

pub(super) fn run(session: &Session, _: &Arguments) -> Result<(), Failure> {
    let (settings, _) = session.settings()?;
    let address = here(settings.http.listen)?;
    match ask(address, &settings) {
        Ok(Readiness { status: 200, .. }) => {
            let text = if session.output.quiet { String::new() } else { format!("{}\n", good("Ready.")) };
            session.output.result(&text, &Told { ready: true, address: address.to_string() })
        }
        Ok(Readiness { status, why }) => {
            let why = why.unwrap_or_else(|| format!("it answers {status}"));
            Err(not_ready(format!("the node at {address} is not ready: {why}"))
                .hint("its log says more; it goes on trying by itself"))
        }
        Err(error) => Err(not_ready(format!("the node at {address} does not answer: {error}"))
            .hint("`tegata serve` starts it; http.listen says where it listens")),
    }
}

fn not_ready(message: String) -> Failure {
    Failure::new(Exit::Failed, "not-ready", message)
}

/// Where the landing site is reached on this machine.
fn here(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    if listen.port() == 0 {
        let message = "http.listen leaves the port to the system, so that nobody knows where to ask";
        return Err(not_ready(message.to_owned()));
    }
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Ok(SocketAddr::new(ip, listen.port()))
}

/// What `/readyz` answers.
struct Readiness {
    status: u16,
    /// The word of `X-Unready`.
    why: Option<String>,
}

/// Asks `/readyz`.
fn ask(address: SocketAddr, settings: &Configuration) -> io::Result<Readiness> {
    let deadline = Instant::now() + PATIENCE;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    stream.set_read_timeout(Some(left))?;
    stream.set_write_timeout(Some(left))?;
    let host = settings.http.public_url.host_str().unwrap_or("localhost");
    if settings.http.certificate.is_none() {
        return answer(stream, host);
    }
    let mut connector = SslConnector::builder(SslMethod::tls_client())?;
    // The question goes to this very machine, and holds nothing that another may not read.
    connector.set_verify(SslVerifyMode::NONE);
    let connecting = connector.build().configure()?.verify_hostname(false);
    answer(connecting.connect(host, stream).map_err(io::Error::other)?, host)
}

fn answer(mut stream: impl Read + Write, host: &str) -> io::Result<Readiness> {
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut lines = BufReader::new(stream.take(LONGEST_HEAD)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "that is no HTTP"))?;
    let head = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let fields =
        head.filter_map(|line| line.split_once(':').map(|(n, v)| (n.to_owned(), v.trim().to_owned())));
    let why =
        fields.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("x-unready")).map(|(_, word)| word);
    Ok(Readiness { status, why })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    /// What a server says, whatever it is asked.
    struct Said(io::Cursor<Vec<u8>>);

    impl Read for Said {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Said {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_node_that_is_not_ready_says_why_in_a_word() {
        let read = |text: &str| answer(Said(io::Cursor::new(text.as_bytes().to_vec())), "localhost");
        let full = read("HTTP/1.1 503 Service Unavailable\r\nX-Unready: store-full\r\n\r\nX-Unready: no\r\n")
            .unwrap();
        assert_eq!((full.status, full.why.as_deref()), (503, Some("store-full")));
        let ready = read("HTTP/1.1 200 OK\r\n\r\nX-Unready: no\r\n").unwrap();
        assert_eq!((ready.status, ready.why), (200, None));
        for nonsense in ["", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 2\r\n", "HTTP/1.1 é00\r\n"] {
            assert!(read(nonsense).is_err(), "{nonsense:?}");
        }
    }

    #[test]
    fn a_node_that_listens_everywhere_is_asked_here() {
        let at = |listen: &str| here(listen.parse().unwrap()).map(|address| address.to_string());
        assert_eq!(at("0.0.0.0:8080").unwrap(), "127.0.0.1:8080");
        assert_eq!(at("[::]:8080").unwrap(), "[::1]:8080");
        assert_eq!(at("10.1.2.3:80").unwrap(), "10.1.2.3:80");
        assert_eq!(at("127.0.0.1:0").unwrap_err().code, "not-ready");
    }
}
