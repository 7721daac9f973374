//! `docker-compose.yml`, as docker-compose itself reads it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::image::{Image, images};
use crate::{read, root, succeed};

/// What `docker-compose config` makes of the file: every default and reference resolved.
pub static COMPOSE: LazyLock<Value> = LazyLock::new(|| {
    let config =
        succeed(Command::new("docker-compose").args(["--profile", "init", "config"]).current_dir(root()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yml");
    std::fs::write(&file, config).unwrap();
    // docker-compose brings Python's YAML along; with a JSON of it, Rust needs none.
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let json = succeed(Command::new("/usr/bin/python3").args(["-c", script]).arg(file));
    serde_json::from_str(&json).unwrap()
});

/// Every service with its name.
pub fn services() -> impl Iterator<Item = (&'static str, &'static Value)> {
    COMPOSE["services"].as_object().unwrap().iter().map(|(name, service)| (name.as_str(), service))
}

/// The texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map_or_else(Vec::new, |list| list.iter().map(|text| text.as_str().unwrap()).collect())
}

/// The image that a service is built from.
fn image_of(service: &Value) -> &'static Image {
    let target = service["build"]["target"].as_str().expect("built from the Dockerfile");
    images()
        .iter()
        .find(|image| image.name == target)
        .unwrap_or_else(|| panic!("no stage is called {target}"))
}

#[test]
fn two_nodes_that_differ_by_their_address_alone_share_one_redis_behind_nginx() {
    let names: Vec<_> = services().map(|(name, _)| name).collect();
    assert_eq!(names, ["init", "nginx", "node-1", "node-2", "redis"]);
    let nodes = ["node-1", "node-2"].map(|name| {
        let mut node = COMPOSE["services"][name].clone();
        let address = node["networks"]["front"]["ipv4_address"].take();
        (node, address.as_str().unwrap().to_owned())
    });
    assert_eq!(nodes[0].0, nodes[1].0);
    assert_ne!(nodes[0].1, nodes[1].1);
    let proxy = read("docs/deploy/nginx/nginx.conf");
    for (_, address) in &nodes {
        for port in [8080, 8443, 8082] {
            assert!(
                proxy.contains(&format!("server {address}:{port} ")),
                "nginx does not know {address}:{port}"
            );
        }
    }
    let nginx = COMPOSE["services"]["nginx"]["networks"]["front"]["ipv4_address"].as_str().unwrap();
    assert_eq!(nodes[0].0["environment"]["TEGATA_PROXIES_TRUSTED"], nginx, "nginx alone is believed");
    assert_eq!(COMPOSE["networks"]["back"]["internal"], true);
    assert_eq!(COMPOSE["services"]["redis"]["networks"], serde_json::json!({"back": null}));
}

#[test]
fn every_service_is_contained() {
    for (name, service) in services() {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert!(service.get("cap_add").is_none() && service.get("privileged").is_none(), "{name}");
        assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"], "{name}");
        let image = image_of(service);
        let user = service["user"].as_str().unwrap();
        assert_eq!(Some(user), image.user(), "{name} is the user of its image");
        assert!(user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "{name} runs as {user}");
        assert!(service["pids_limit"].as_u64().unwrap() > 0, "{name}");
        assert!(service["logging"]["options"]["max-size"].is_string(), "{name}'s log ends nowhere");
        for port in service["ports"].as_array().into_iter().flatten() {
            assert_eq!(name, "nginx", "{port}");
        }
        for volume in texts(&service["volumes"]) {
            let (_, mode) = volume.rsplit_once(':').unwrap();
            let may_write = [("init", "/etc/tegata:rw"), ("redis", "redis:/data:rw")];
            let named = may_write.iter().any(|(who, what)| name == *who && volume.ends_with(what));
            assert!(mode == "ro" || named, "{name} could write to {volume}");
        }
    }
}

#[test]
fn every_service_that_stays_tells_whether_it_is_well() {
    for (name, service) in services().filter(|(name, _)| *name != "init") {
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        let probe = texts(&service["healthcheck"]["test"]);
        assert!(probe.len() > 1 && probe[0].starts_with("CMD"), "{name}: {probe:?}");
        for (needed, how) in service["depends_on"].as_object().into_iter().flatten() {
            assert_eq!(how["condition"], "service_healthy", "{name} needs {needed}");
        }
        assert!(service["stop_grace_period"].is_string(), "{name}");
    }
    let node = &COMPOSE["services"]["node-1"];
    assert_eq!(texts(&node["healthcheck"]["test"]), ["CMD", "tegata", "ready", "--quiet"]);
}

#[test]
fn secrets_are_files_that_nobody_else_reads() {
    let ignored = read(".gitignore");
    assert!(ignored.lines().any(|line| line == "/deploy/"), "deploy/ could be committed");
    let mut used = BTreeSet::new();
    for (name, service) in services() {
        for secret in service["secrets"].as_array().into_iter().flatten() {
            used.insert((name, secret["source"].as_str().unwrap()));
        }
        for (variable, value) in service["environment"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap();
            let secret =
                ["PASSWORD", "PASSPHRASE", "PEPPER", "SECRET", "TOKEN"].iter().any(|w| variable.contains(w));
            let Some(file) = value.strip_prefix("/run/secrets/") else {
                assert!(!secret, "{name}: {variable} says what should stand in a file");
                continue;
            };
            assert!(variable.ends_with("_FILE"), "{name}: {variable}");
            assert!(used.contains(&(name, file)), "{name} is not given {file}");
        }
    }
    let declared = COMPOSE["secrets"].as_object().unwrap();
    for (name, secret) in declared {
        let file = Path::new(secret["file"].as_str().unwrap());
        assert_eq!(file.parent().unwrap(), root().join("deploy/secrets"), "{name}");
    }
    let used: BTreeSet<_> = used.into_iter().map(|(_, secret)| secret).collect();
    assert_eq!(used, declared.keys().map(String::as_str).collect());
}

#[test]
fn no_shipped_file_holds_a_secret() {
    // The hash of the word "password", which stands for the one that prepare puts in its place.
    let sample = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
    for file in [
        "docker-compose.yml",
        "Dockerfile",
        "docs/deploy/nginx/nginx.conf",
        "docs/deploy/redis/redis.conf",
        "docs/deploy/redis/users.acl.example",
        "docs/deploy/nginx/revoked.map",
        "docs/deploy/systemd/tegata.service",
        "docs/deploy/systemd/tegata-443.conf",
        "docs/deploy/prepare",
    ] {
        let text = read(file).replace(sample, "");
        assert!(!text.contains("PRIVATE KEY") && !text.contains("requirepass"), "{file}");
        let long = text.split(|c: char| !c.is_ascii_hexdigit()).find(|word| word.len() >= 32);
        assert_eq!(long, None, "{file}");
    }
}

#[test]
fn every_setting_of_the_nodes_is_one_that_tegata_knows() {
    let shown = succeed(
        Command::new(env!("CARGO_BIN_EXE_tegata"))
            .args(["config", "show", "--all", "--json"])
            .env_clear()
            .env("TEGATA_HTTP_PUBLIC_URL", "https://cert.example.jp")
            .env("TEGATA_CHECK_PUBLIC_URL", "https://check.example.jp"),
    );
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let known: BTreeSet<_> = shown["settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|setting| setting["variable"].as_str().unwrap())
        .collect();
    let by_images = images().iter().flat_map(crate::image::Image::environment);
    let by_compose = services().flat_map(|(_, service)| {
        service["environment"].as_object().into_iter().flatten().map(|(name, _)| name.clone())
    });
    let mut seen = 0;
    for variable in by_images.map(|(name, _)| name).chain(by_compose).filter(|name| name != "TEGATA_CONFIG") {
        assert!(known.contains(variable.as_str()), "{variable} is no setting");
        seen += 1;
    }
    assert!(seen > 5);
}
