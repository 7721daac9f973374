//! What we depend on: no refused crate, no licence but the allowed ones, everything from one registry. The lists are those of
//! `deny.toml`; `cargo deny` reads the same ones where it is installed.

use std::collections::BTreeMap;
use std::process::Command;

use crate::{assert_none, root};

/// `deny.toml`, as far as it is read here.
struct Rules {
    licences: Vec<String>,
    exceptions: BTreeMap<String, Vec<String>>,
    refused: BTreeMap<String, String>,
}

fn strings(value: &toml::Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn rules() -> Rules {
    let file: toml::Value =
        toml::from_str(&std::fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap();
    let name = |entry: &toml::Value| entry["crate"].as_str().unwrap().to_owned();
    let exceptions = file["licenses"]["exceptions"].as_array().unwrap();
    let refused = file["bans"]["deny"].as_array().unwrap();
    Rules {
        licences: strings(&file["licenses"]["allow"]),
        exceptions: exceptions.iter().map(|entry| (name(entry), strings(&entry["allow"]))).collect(),
        refused: refused
            .iter()
            .map(|entry| (name(entry), entry["reason"].as_str().unwrap().to_owned()))
            .collect(),
    }
}

/// Every package of Cargo.lock but our own: its name, its version and where it comes from.
fn locked() -> Vec<(String, String, Option<String>)> {
    let lock: toml::Value =
        toml::from_str(&std::fs::read_to_string(root().join("Cargo.lock")).unwrap()).unwrap();
    let text =
        |package: &toml::Value, field: &str| package.get(field).map(|v| v.as_str().unwrap().to_owned());
    let packages = lock["package"].as_array().unwrap().iter();
    let packages =
        packages.map(|p| (text(p, "name").unwrap(), text(p, "version").unwrap(), text(p, "source")));
    packages.filter(|(name, ..)| name != "tegata").collect()
}

/// Whether an SPDX expression can be satisfied with the `allowed` licences. `A/B` is the old way to write `A OR B`.
fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let words = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = words.split_whitespace().collect();
    let mut rest = words.as_slice();
    let result = either(&mut rest, allowed);
    assert!(rest.is_empty(), "not understood: {expression}");
    result
}

fn either(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut result = both(rest, allowed);
    while rest.first() == Some(&"OR") {
        *rest = &rest[1..];
        result |= both(rest, allowed);
    }
    result
}

fn both(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut result = one(rest, allowed);
    while rest.first() == Some(&"AND") {
        *rest = &rest[1..];
        result &= one(rest, allowed);
    }
    result
}

fn one(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let (first, after) = rest.split_first().unwrap();
    *rest = after;
    if *first == "(" {
        let result = either(rest, allowed);
        assert_eq!(rest.first(), Some(&")"), "a bracket is not closed");
        *rest = &rest[1..];
        return result;
    }
    if rest.first() == Some(&"WITH") {
        let licence = format!("{first} WITH {}", rest[1]);
        *rest = &rest[2..];
        return allowed(&licence);
    }
    allowed(first)
}

#[test]
fn no_refused_crate_is_locked() {
    let rules = rules();
    let packages = locked();
    assert!(packages.len() > 100, "Cargo.lock was not understood");
    let refused = packages.iter().filter_map(|(name, version, _)| {
        rules
            .refused
            .get(name)
            .map(|reason| format!("{name} {version}: {reason} (cargo tree -i {name} shows who wants it)"))
    });
    assert_none(&refused.collect::<Vec<_>>());
}

#[test]
fn everything_comes_from_one_registry() {
    let packages = locked();
    let sources: std::collections::BTreeSet<_> = packages.iter().map(|(.., source)| source).collect();
    assert_eq!(sources.len(), 1, "{sources:?}");
    let others =
        packages.iter().filter(|(.., source)| !source.as_deref().is_some_and(|s| s.starts_with("registry+")));
    assert_none(
        &others.map(|(name, version, source)| format!("{name} {version}: {source:?}")).collect::<Vec<_>>(),
    );
}

#[test]
fn every_licence_is_an_allowed_one() {
    let rules = rules();
    let host = Command::new(env!("CARGO")).args(["-vV"]).output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // What this machine does not need is not downloaded either, so the licences of other systems' crates are not known.
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "cargo metadata was not understood");
    let mut offences = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none given");
        let exceptions = rules.exceptions.get(name);
        let allowed = |wanted: &str| {
            let excepted = exceptions.is_some_and(|list| list.iter().any(|one| one == wanted));
            excepted || rules.licences.iter().any(|one| one == wanted)
        };
        if licence == "none given" || !satisfied(licence, &allowed) {
            offences.push(format!("{name}: {licence}"));
        }
    }
    assert_none(&offences);
}

#[test]
fn an_expression_is_read_as_spdx_means_it() {
    let mit = |licence: &str| licence == "MIT";
    for fine in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR X) AND (Y OR MIT)", "GPL-3.0 AND X OR MIT"]
    {
        assert!(satisfied(fine, &mit), "{fine}");
    }
    for refused in ["GPL-3.0", "MIT AND GPL-3.0", "MIT WITH X", "(GPL-3.0 OR X) AND MIT"] {
        assert!(!satisfied(refused, &mit), "{refused}");
    }
}
