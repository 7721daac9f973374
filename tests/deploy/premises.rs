//! What docker-compose.yml describes, without an engine: the same programs with the same settings, each under the user that its
//! container has, with no capability, on files that it cannot write to. Only paths, addresses and ports are those of the test.

use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getuid, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::compose::COMPOSE;
use crate::image::image;
use crate::ports;
use crate::{read, root, run, succeed};

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub const LANDING: &str = "cert.minato.example.jp";
pub const CHECK: &str = "check.minato.example.jp";
pub const PORTAL: &str = "portal.minato.example.jp";
pub const CONSOLE: &str = "console.minato.example.jp";

/// Waits for something that comes by itself.
#[track_caller]
pub fn becomes(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process, ended when it is dropped.
pub struct Process(Child);

impl Process {
    pub const fn new(child: Child) -> Self {
        Self(child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Sends the signal that its image names, and waits for its end within the time that compose gives it.
    pub fn stop(&mut self, name: &str) {
        let service = &COMPOSE["services"][name];
        let target = service["build"]["target"].as_str().unwrap();
        self.signal(match image(target).last("STOPSIGNAL").unwrap() {
            "SIGTERM" => Signal::TERM,
            "SIGQUIT" => Signal::QUIT,
            other => panic!("{other}"),
        });
        let grace = match service["stop_grace_period"].as_str().unwrap() {
            "1m" => Duration::from_mins(1),
            seconds => Duration::from_secs(seconds.trim_end_matches('s').parse().unwrap()),
        };
        let deadline = Instant::now() + grace;
        let ended = loop {
            if let Some(ended) = self.0.try_wait().unwrap() {
                break ended;
            }
            assert!(Instant::now() < deadline, "{name} would be killed");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(ended.success(), "{name}: {ended}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // nginx ends its workers only when it is asked to end; killed, it leaves them behind.
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
            let deadline = Instant::now() + Duration::from_secs(10);
            while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        // Ended already where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ports that are this process's own.
pub fn free_ports<const N: usize>() -> [u16; N] {
    std::array::from_fn(|_| ports::own())
}

/// Everything, in a directory of its own.
pub struct Premises {
    folder: TempDir,
    pub redis: Process,
    pub nodes: [Option<Process>; 2],
    pub nginx: Process,
    redis_port: u16,
    /// Landing site, check site and console of each node.
    ports: [[u16; 3]; 2],
    /// What `prepare` said at the end.
    pub prepared: String,
    /// nginx without and with TLS.
    pub plain: SocketAddr,
    pub tls: SocketAddr,
}

/// Puts what is right here in the place of what is right in a container; each must be there.
pub fn substituted(text: &str, pairs: &[(&str, String)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (there, here)| {
        assert!(text.contains(there), "nothing says {there}");
        text.replace(there, here)
    })
}

/// The user of a service.
fn user(service: &str) -> u32 {
    let user = COMPOSE["services"][service]["user"].as_str().unwrap();
    user.split_once(':').unwrap().0.parse().unwrap()
}

/// Gives files to the user of a service, and leaves nobody the right to write to them.
fn hand_over(service: &str, path: &Path) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            hand_over(service, &entry.unwrap().path());
        }
    }
    if getuid().is_root() {
        chown(path, Some(user(service)), Some(user(service))).unwrap();
    }
    let mode = path.metadata().unwrap().permissions().mode();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o555)).unwrap();
}

/// The program as its container confines it, as far as that goes without one: only root can become somebody else.
fn contained(service: &str, program: &Path) -> Command {
    if !getuid().is_root() {
        return Command::new(program);
    }
    let user = user(service).to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "--no-new-privs"]);
    command.args(["--bounding-set=-all", "--inh-caps=-all"]).arg(program);
    command
}

impl Premises {
    /// Prepares as the documents say, and starts everything.
    pub fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("tegata-deploy-").tempdir().unwrap();
        let place = folder.path();
        std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o711)).unwrap();
        // Where the users of the containers reach it.
        let program = place.join("tegata");
        if std::fs::hard_link(env!("CARGO_BIN_EXE_tegata"), &program).is_err() {
            std::fs::copy(env!("CARGO_BIN_EXE_tegata"), &program).unwrap();
        }
        let [redis_port, plain, tls, alive, nodes @ ..] = free_ports::<10>();
        let ports = [[nodes[0], nodes[1], nodes[2]], [nodes[3], nodes[4], nodes[5]]];
        // Passwords come first, since Redis wants them; what goes on after that needs Redis.
        let first = run(&mut prepare(place, Path::new("/bin/false"), redis_port));
        assert_eq!(first.status.code(), Some(1), "{first:?}");
        let redis = start_redis(place, redis_port);
        let prepared = succeed(&mut prepare(place, &program, redis_port));
        let deploy = place.join("deploy");
        hand_over("node-1", &deploy.join("site"));
        for secret in ["pepper", "issuer-passphrase", "redis-password"] {
            hand_over("node-1", &deploy.join("secrets").join(secret));
        }
        hand_over("nginx", &deploy.join("tls"));
        for passage in ["deploy", "deploy/secrets"] {
            std::fs::set_permissions(place.join(passage), std::fs::Permissions::from_mode(0o711)).unwrap();
        }
        let nodes = [0, 1].map(|i| Some(start_node(place, redis_port, ports[i], i)));
        let nginx = start_nginx(place, [plain, tls, alive], ports);
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let premises =
            Self { folder, redis, nodes, nginx, redis_port, ports, prepared, plain: at(plain), tls: at(tls) };
        for i in [0, 1] {
            premises.await_node(i);
        }
        becomes("nginx listens", || TcpStream::connect(premises.tls).is_ok());
        premises
    }

    /// A file below `deploy/`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("deploy").join(name)
    }

    /// What a process has said so far.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap()
    }

    /// `tegata` as `docker compose exec node-1 tegata` runs it.
    pub fn tegata(&self, node: usize, arguments: &[&str]) -> Command {
        let mut command = node_command(self.folder.path(), self.redis_port, self.ports[node], node);
        command.args(arguments);
        command
    }

    /// Tells nginx of one more revoked certificate, as the documents say.
    pub fn block(&self, serial: &str) {
        let path = self.folder.path().join("revoked/revoked.map");
        let told = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{told}{serial} 1;\n")).unwrap();
        self.nginx.signal(Signal::HUP);
    }

    pub fn start_node(&mut self, node: usize) {
        let process = start_node(self.folder.path(), self.redis_port, self.ports[node], node);
        self.nodes[node] = Some(process);
        self.await_node(node);
    }

    pub fn stop_node(&mut self, node: usize) {
        self.nodes[node].take().unwrap().stop(["node-1", "node-2"][node]);
    }

    /// Waits as compose waits: until the health check of the image succeeds.
    fn await_node(&self, node: usize) {
        let test = COMPOSE["services"]["node-1"]["healthcheck"]["test"].as_array().unwrap();
        let probe: Vec<_> = test[2..].iter().map(|word| word.as_str().unwrap()).collect();
        let log = ["node-1", "node-2"][node];
        let deadline = Instant::now() + PATIENCE;
        while !run(&mut self.tegata(node, &probe)).status.success() {
            assert!(Instant::now() < deadline, "{log} is not ready: {}", self.log(log));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn log(place: &Path, name: &str) -> Stdio {
    let path = place.join(format!("{name}.log"));
    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap().into()
}

fn prepare(place: &Path, program: &Path, redis_port: u16) -> Command {
    let mut command = Command::new(root().join("docs/deploy/prepare"));
    command.arg("--program").arg(program).arg("--to").arg(place.join("deploy"));
    command.args([
        "--console",
        CONSOLE,
        LANDING,
        CHECK,
        PORTAL,
        "--organization",
        "みなと会",
        "--key",
        "p-256",
    ]);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    command.env("TEGATA_STORE_URL", format!("redis://127.0.0.1:{redis_port}"));
    command
}

fn start_redis(place: &Path, port: u16) -> Process {
    let data = place.join("data");
    std::fs::create_dir(&data).unwrap();
    let users = place.join("deploy/secrets/redis-users");
    if getuid().is_root() {
        for path in [&data, &users] {
            chown(path, Some(user("redis")), Some(user("redis"))).unwrap();
        }
    }
    for passage in ["deploy", "deploy/secrets"] {
        std::fs::set_permissions(place.join(passage), std::fs::Permissions::from_mode(0o711)).unwrap();
    }
    let there = [
        ("bind * -::*", "bind 127.0.0.1".to_owned()),
        ("port 6379", format!("port {port}")),
        ("dir /data", format!("dir {}", data.display())),
        ("/run/secrets/redis-users", users.display().to_string()),
    ];
    let path = place.join("redis.conf");
    std::fs::write(&path, substituted(&read("docs/deploy/redis/redis.conf"), &there)).unwrap();
    let words = image("redis").command();
    assert_eq!(words, ["redis-server", "/etc/redis/redis.conf"]);
    let mut command = contained("redis", Path::new("/usr/bin/redis-server"));
    command.arg(&path).stdin(Stdio::null()).stdout(log(place, "redis")).stderr(log(place, "redis"));
    let process = Process(command.spawn().unwrap());
    // The health check that compose knows, on this port.
    let probe = COMPOSE["services"]["redis"]["healthcheck"]["test"][1].as_str().unwrap();
    let probe = substituted(probe, &[("redis-cli ", format!("redis-cli -p {port} "))]);
    becomes("Redis is well", || run(Command::new("sh").args(["-c", &probe])).status.success());
    process
}

/// What `environment:` of the nodes says, on top of what the image sets.
fn node_command(place: &Path, redis_port: u16, [landing, check, console]: [u16; 3], node: usize) -> Command {
    let service = ["node-1", "node-2"][node];
    let mut command = contained(service, &place.join("tegata"));
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir("/").stdin(Stdio::null());
    let deploy = place.join("deploy");
    let here = |text: &str| match text {
        "redis://redis:6379" => format!("redis://127.0.0.1:{redis_port}"),
        "172.31.77.2" => "127.0.0.1".to_owned(),
        "0.0.0.0:8080" => format!("127.0.0.1:{landing}"),
        "0.0.0.0:8443" => format!("127.0.0.1:{check}"),
        "0.0.0.0:8082" => format!("127.0.0.1:{console}"),
        "/etc/tegata" => deploy.join("site").display().to_string(),
        other => other.replace("/run/secrets", &deploy.join("secrets").display().to_string()),
    };
    for (name, value) in image("tegata").environment() {
        command.env(name, here(&value));
    }
    let compose: &Value = &COMPOSE["services"][service]["environment"];
    for (name, value) in compose.as_object().unwrap() {
        command.env(name, here(value.as_str().unwrap()));
    }
    command
}

fn start_node(place: &Path, redis_port: u16, ports: [u16; 3], node: usize) -> Process {
    let name = ["node-1", "node-2"][node];
    let mut command = node_command(place, redis_port, ports, node);
    // Keys are made as they are needed: the test's processors have enough to do.
    command.args(&image("tegata").command()[1..]).env("TEGATA_POOL_RSA_2048", "0");
    Process(command.stdout(log(place, name)).stderr(log(place, name)).spawn().unwrap())
}

fn start_nginx(place: &Path, [plain, tls, alive]: [u16; 3], ports: [[u16; 3]; 2]) -> Process {
    let deploy = place.join("deploy");
    let share = place.join("share");
    std::fs::create_dir(&share).unwrap();
    std::fs::copy(root().join("docs/deploy/nginx/away.html"), share.join("away.html")).unwrap();
    std::fs::copy(deploy.join("nginx/portal.html"), share.join("portal.html")).unwrap();
    std::fs::copy(deploy.join("site/issuer/issuer.pem"), place.join("issuer.pem")).unwrap();
    hand_over("nginx", &place.join("issuer.pem"));
    // Root's, and readable, as `prepare` makes it.
    std::fs::rename(deploy.join("nginx/revoked"), place.join("revoked")).unwrap();
    hand_over("nginx", &share);
    let temporary = place.join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    if getuid().is_root() {
        chown(&temporary, Some(user("nginx")), Some(user("nginx"))).unwrap();
    }
    let there = [
        ("172.31.77.11:8080", format!("127.0.0.1:{}", ports[0][0])),
        ("172.31.77.12:8080", format!("127.0.0.1:{}", ports[1][0])),
        ("172.31.77.11:8443", format!("127.0.0.1:{}", ports[0][1])),
        ("172.31.77.12:8443", format!("127.0.0.1:{}", ports[1][1])),
        ("172.31.77.11:8082", format!("127.0.0.1:{}", ports[0][2])),
        ("172.31.77.12:8082", format!("127.0.0.1:{}", ports[1][2])),
        ("listen 8080", format!("listen 127.0.0.1:{plain}")),
        ("listen 8443", format!("listen 127.0.0.1:{tls}")),
        ("listen 127.0.0.1:8081", format!("listen 127.0.0.1:{alive}")),
        ("/etc/nginx/site/issuer/issuer.pem", place.join("issuer.pem").display().to_string()),
        ("/etc/nginx/revoked", place.join("revoked").display().to_string()),
        ("/etc/nginx/tls", deploy.join("tls").display().to_string()),
        ("/usr/share/tegata", share.display().to_string()),
        ("/tmp/nginx", temporary.join("nginx").display().to_string()),
    ];
    let path = place.join("nginx.conf");
    let prepared = std::fs::read_to_string(deploy.join("nginx/nginx.conf")).unwrap();
    std::fs::write(&path, substituted(&prepared, &there)).unwrap();
    let nginx = |arguments: &[&str]| {
        let mut command = contained("nginx", Path::new("/usr/sbin/nginx"));
        command.arg("-c").arg(&path).args(arguments).stdin(Stdio::null());
        command
    };
    succeed(&mut nginx(&["-t", "-q", "-g", "daemon off;"]));
    let words = image("nginx").command();
    assert_eq!(words[..3], ["nginx", "-c", "/etc/nginx/nginx.conf"]);
    let rest: Vec<_> = words[3..].iter().map(String::as_str).collect();
    let mut command = nginx(&rest);
    let process = Process(command.stdout(log(place, "nginx")).stderr(log(place, "nginx")).spawn().unwrap());
    // The health check that compose knows, on this port.
    let probe = COMPOSE["services"]["nginx"]["healthcheck"]["test"].as_array().unwrap();
    let probe: Vec<_> =
        probe[1..].iter().map(|word| word.as_str().unwrap().replace("8081", &alive.to_string())).collect();
    becomes("nginx is well", || run(Command::new(&probe[0]).args(&probe[1..])).status.success());
    process
}
