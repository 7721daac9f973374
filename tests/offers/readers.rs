//! Other implementations of property lists read what we write.

use std::io::Write as _;
use std::process::{Command, Stdio};

use plist::Value;
use serde_json::json;

use super::ground::{DEVICES, LANGUAGES, everything, rendered, shipped};

/// Every profile that the snapshots show.
fn all_profiles() -> Vec<Vec<u8>> {
    let mut profiles = Vec::new();
    for offer in shipped().iter().chain([&everything()]) {
        for device in DEVICES {
            profiles.extend(LANGUAGES.map(|language| rendered(offer, device.target, language)));
        }
    }
    profiles
}

/// The output of a command on `input`; a command that is not there is a failure that names its Debian package.
fn piped(program: &str, package: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let started = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{program} ({error}): apt-get install {package}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn libplist_reads_the_same_values() {
    for xml in all_profiles() {
        let binary = piped("plistutil", "libplist-utils", &["-i", "-", "-o", "-", "-f", "bin"], &xml);
        assert!(binary.starts_with(b"bplist00"), "plistutil made no binary property list");
        assert_eq!(plist::from_bytes::<Value>(&binary).unwrap(), plist::from_bytes::<Value>(&xml).unwrap());
    }
}

/// Prints property lists as a JSON list, with bytes in hexadecimal and dates in words; each follows its length.
const DUMP: &str = r#"
import sys, json, plistlib, datetime
def plain(value):
    if isinstance(value, dict): return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list): return [plain(item) for item in value]
    if isinstance(value, bytes): return "bytes " + value.hex()
    if isinstance(value, datetime.datetime): return "date " + value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
lists = []
while length := sys.stdin.buffer.readline():
    lists.append(plain(plistlib.loads(sys.stdin.buffer.read(int(length)))))
json.dump(lists, sys.stdout)
"#;

#[test]
fn python_reads_the_same_values() {
    let profiles = all_profiles();
    let mut input = Vec::new();
    for xml in &profiles {
        writeln!(input, "{}", xml.len()).unwrap();
        input.extend_from_slice(xml);
    }
    let dumped = piped("/usr/bin/python3", "python3", &["-c", DUMP], &input);
    let read: Vec<serde_json::Value> = serde_json::from_slice(&dumped).unwrap();
    let written: Vec<_> = profiles.iter().map(|xml| plain(&plist::from_bytes(xml).unwrap())).collect();
    assert_eq!(read, written);
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Dictionary(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect()
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::String(text) => json!(text),
        Value::Boolean(flag) => json!(flag),
        Value::Integer(number) => json!(number.as_unsigned().unwrap()),
        Value::Date(date) => json!(format!("date {}", date.to_xml_format())),
        Value::Data(bytes) => json!(format!("bytes {}", hex::encode(bytes))),
        other => panic!("a profile has no {other:?}"),
    }
}
