//! The connection that proves an installation: TLS with the certificate that the device holds. By OpenSSL's own client, which
//! also takes up an earlier session as browsers do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::bundle::{Identity, openssl};

/// The version of TLS that a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    V1_2,
    V1_3,
}

/// A TLS client with the identity of one device, or with none.
pub struct Connection {
    address: SocketAddr,
    host: String,
    root: PathBuf,
    folder: TempDir,
    has_identity: bool,
    tls: Tls,
}

/// What came back over TLS.
#[derive(Debug)]
pub struct Answer {
    /// The status line, the headers and the page.
    pub text: String,
    /// Whether the server took up an earlier session.
    pub resumed: bool,
}

impl Connection {
    /// A client for `host` at `address`, which trusts `root` (PEM) for the server, and shows `identity` when asked.
    pub fn new(address: SocketAddr, host: &str, root: &Path, identity: Option<&Identity>, tls: Tls) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(identity) = identity {
            let mut certificates = identity.certificate.to_pem().unwrap();
            for certificate in &identity.chain {
                certificates.extend(certificate.to_pem().unwrap());
            }
            std::fs::write(folder.path().join("certificate.pem"), certificates).unwrap();
            std::fs::write(folder.path().join("key.pem"), identity.key.private_key_to_pem_pkcs8().unwrap())
                .unwrap();
        }
        let (host, root) = (host.to_owned(), root.to_owned());
        Self { address, host, root, folder, has_identity: identity.is_some(), tls }
    }

    /// Asks for `path` on a new connection, which takes up the last one's session.
    ///
    /// # Panics
    /// When the connection fails: the check page promises to answer whatever is shown.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, "")
    }

    /// The same with more headers, each with its line end.
    pub fn get_with(&self, path: &str, more: &str) -> Answer {
        let file = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let (address, session) = (self.address.to_string(), file("session.pem"));
        let mut arguments: Vec<String> = ["s_client", "-connect", &address, "-servername", &self.host]
            .into_iter()
            .chain([
                "-CAfile",
                self.root.to_str().unwrap(),
                "-verify_return_error",
                "-verify_hostname",
                &self.host,
            ])
            .chain(["-ign_eof", "-sess_out", &session])
            .chain([match self.tls {
                Tls::V1_2 => "-tls1_2",
                Tls::V1_3 => "-tls1_3",
            }])
            .map(str::to_owned)
            .collect();
        if Path::new(&session).exists() {
            arguments.extend(["-sess_in".to_owned(), session]);
        }
        if self.has_identity {
            let certificate = file("certificate.pem");
            arguments.extend([
                "-cert".to_owned(),
                certificate.clone(),
                "-cert_chain".to_owned(),
                certificate,
            ]);
            arguments.extend(["-key".to_owned(), file("key.pem")]);
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let host = format!("{}:{}", self.host, self.address.port());
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n");
        let output =
            openssl(&arguments, "", request.as_bytes()).unwrap_or_else(|e| panic!("no connection: {e}"));
        let output = String::from_utf8_lossy(&output).into_owned();
        let answer = output.find("HTTP/1.1 ").unwrap_or_else(|| panic!("no answer: {output}"));
        Answer { text: output[answer..].to_owned(), resumed: output.contains("\nReused, ") }
    }
}
