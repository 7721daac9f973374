//! The nginx.conf of operations.md that lets the check site's TLS pass: a device's TLS ends at Tegata itself.

use std::process::{Command, Stdio};

use reqwest::{Certificate, Client};
use tokio::runtime::Runtime;

use crate::page::Page;
use crate::premises::{Process, becomes, free_ports, substituted};
use crate::{read, run, succeed};

/// The example, as it stands there.
fn example() -> String {
    let text = read("docs/operations.md");
    let blocks = text.split("```nginx\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut found = blocks.filter(|block| block.contains("ssl_preread on"));
    found.next().expect("an example that lets TLS pass").to_owned()
}

#[test]
fn tls_passes_nginx_untouched_to_the_check_site_and_ends_there_for_the_landing_site() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let site = place.join("site");
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.env_clear().stdin(Stdio::null());
        command
    };
    let urls = ["--public-url", "https://cert.example.jp", "--check-url", "https://check.example.jp"];
    succeed(program().args(["init", "--key", "p-256"]).args(urls).arg(&site));
    let [public, landing_tls, check_line, landing, check] = free_ports();
    let log = |name: &str| std::fs::File::create(place.join(name)).unwrap();
    let serving = |words: &[&str]| {
        let mut command = program();
        command.args(words).env("TEGATA_CONFIG", &site).env("TEGATA_POOL_RSA_2048", "0");
        command.env("TEGATA_PROXIES_TRUSTED", "127.0.0.1");
        command.env("TEGATA_HTTP_LISTEN", format!("127.0.0.1:{landing}"));
        command.env("TEGATA_CHECK_LISTEN", format!("127.0.0.1:{check}"));
        command
    };
    let _tegata = Process::new(serving(&["serve"]).stderr(log("tegata.log")).spawn().unwrap());
    becomes("Tegata is ready", || run(&mut serving(&["ready", "--quiet"])).status.success());

    let certificate = place.join("cert.pem");
    succeed(
        Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"])
            .args([
                "-subj",
                "/CN=cert.example.jp",
                "-addext",
                "subjectAltName=DNS:cert.example.jp",
                "-keyout",
            ])
            .arg(place.join("cert.key"))
            .arg("-out")
            .arg(&certificate),
    );
    let there = [
        ("modules/ngx_stream_module.so", "/usr/lib/nginx/modules/ngx_stream_module.so".to_owned()),
        ("/run/nginx.pid", place.join("nginx.pid").display().to_string()),
        ("listen 443", format!("listen 127.0.0.1:{public}")),
        ("127.0.0.1:8444", format!("127.0.0.1:{landing_tls}")),
        ("127.0.0.1:8445", format!("127.0.0.1:{check_line}")),
        ("127.0.0.1:8443", format!("127.0.0.1:{check}")),
        ("127.0.0.1:8080", format!("127.0.0.1:{landing}")),
        ("/etc/nginx/cert", place.join("cert").display().to_string()),
    ];
    let path = place.join("nginx.conf");
    std::fs::write(&path, substituted(&example(), &there)).unwrap();
    let nginx = |words: &[&str]| {
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-e").arg(place.join("nginx.log")).arg("-c").arg(&path).args(words);
        command
    };
    succeed(&mut nginx(&["-t", "-q"]));
    let _nginx = Process::new(nginx(&["-g", "daemon off;"]).stderr(log("nginx.err")).spawn().unwrap());

    let at = std::net::SocketAddr::from(([127, 0, 0, 1], public));
    becomes("nginx listens", || std::net::TcpStream::connect(at).is_ok());
    let runtime = Runtime::new().unwrap();
    let open = |host: &str, path: &str, trusted: &std::path::Path| {
        let root = Certificate::from_pem(&std::fs::read(trusted).unwrap()).unwrap();
        let client =
            Client::builder().no_proxy().resolve(host, at).add_root_certificate(root).build().unwrap();
        let request = client.get(format!("https://{host}{path}"));
        runtime.block_on(async {
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let address = response.url().clone();
            Ok::<_, reqwest::Error>(Page { address, status, headers, text: response.text().await? })
        })
    };
    // The check site shows Tegata's own certificate, and not nginx's.
    let root = site.join("root/root.pem");
    let page = open("check.example.jp", "/check", &root).unwrap();
    assert_eq!(page.attribute("data-outcome").as_deref(), Some("none-shown"), "{}", page.said());
    assert!(open("check.example.jp", "/check", &certificate).is_err());
    // The landing site is another one, whose TLS nginx does.
    let page = open("cert.example.jp", "/", &certificate).unwrap();
    assert!(page.status.is_success() && page.attribute("data-page").is_some(), "{}", page.said());
    assert!(open("cert.example.jp", "/", &root).is_err());
}
