//! A real mail server, Debian's Exim, with a spool of its own on a free port. It delivers into one Maildir and sends reports of
//! what it cannot deliver.
//!
//! Exim wants to be root; `fakeroot` lets it believe that it is, so that the tests need nobody's rights.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ports;

/// Debian's program.
const PROGRAM: &str = "/usr/sbin/exim4";

pub struct Exim {
    folder: TempDir,
    pub port: u16,
    process: Child,
}

/// What the server does. `gone@…` is taken and cannot be delivered; `nobody@…` is refused at once.
fn configuration(folder: &Path, port: u16, tls: Option<(&Path, &Path)>) -> String {
    let at = folder.display();
    let tls = tls.map_or_else(
        || "tls_advertise_hosts =\n".to_owned(),
        |(certificate, key)| {
            format!(
                "tls_advertise_hosts = *\ntls_certificate = {}\ntls_privatekey = {}\n",
                certificate.display(),
                key.display()
            )
        },
    );
    format!(
        "exim_path = {at}/exim
spool_directory = {at}/spool
log_file_path = {at}/log/%slog
pid_file_path = {at}/exim.pid
primary_hostname = mx.test
qualify_domain = example.jp
deliver_drop_privilege = true
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
host_lookup =
rfc1413_query_timeout = 0s
dsn_advertise_hosts = *
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
keep_environment = *
never_users =
{tls}
begin acl
rcpt:
  deny condition = ${{if eq{{$local_part}}{{nobody}}}}
       message = 5.1.1 there is no such person
  accept

begin routers
gone:
  driver = redirect
  local_parts = gone
  allow_fail
  data = :fail: 5.1.1 this person has left
all:
  driver = accept
  transport = box

begin transports
box:
  driver = appendfile
  directory = {at}/box
  create_directory
  maildir_format
  envelope_to_add
  return_path_add

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{tegata}}}}{{eq{{$auth3}}{{pass word}}}}}}}}
  server_set_id = $auth2
"
    )
}

impl Exim {
    pub fn start() -> Self {
        Self::with(None)
    }

    /// That speaks TLS by STARTTLS with this certificate and key.
    pub fn with(tls: Option<(&Path, &Path)>) -> Self {
        assert!(Path::new(PROGRAM).exists(), "{PROGRAM} is missing: install exim4-daemon-light");
        let folder = tempfile::Builder::new().prefix("tegata-exim-").tempdir().unwrap();
        let port = ports::own();
        for name in ["spool", "log"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        // The original is setuid root, which would take the stand-in for root away from it.
        let program = folder.path().join("exim");
        fs::copy(PROGRAM, &program).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let settings = folder.path().join("exim.conf");
        fs::write(&settings, configuration(folder.path(), port, tls)).unwrap();
        fs::set_permissions(&settings, fs::Permissions::from_mode(0o644)).unwrap();
        let said = fs::File::create(folder.path().join("said")).unwrap();
        let process = Command::new("fakeroot")
            .arg("--")
            .arg(&program)
            .arg("-C")
            .arg(&settings)
            .args(["-bdf", "-q1s"])
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("install fakeroot: {error}"));
        let exim = Self { folder, port, process };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "Exim does not listen: {}", exim.said());
            std::thread::sleep(Duration::from_millis(20));
        }
        exim
    }

    /// What it logged.
    pub fn said(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        format!("{}\n{}", read("said"), read("log/mainlog"))
    }

    fn arrived(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.folder.path().join("box/new"));
        let mut files: Vec<_> = found.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Waits until a mail to this address has arrived, and gives it.
    #[track_caller]
    pub fn mail_to(&self, address: &str) -> PathBuf {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let to = |file: &PathBuf| {
                let text = fs::read_to_string(file).unwrap();
                text.lines().any(|line| line == format!("Envelope-to: {address}"))
            };
            if let Some(found) = self.arrived().into_iter().find(to) {
                return found;
            }
            assert!(Instant::now() < deadline, "nothing came for {address}: {}", self.said());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        // fakeroot is a script: what it started is ended with it, by the group that is its own.
        let id = rustix::process::Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::TERM);
        let _ = self.process.wait();
    }
}
