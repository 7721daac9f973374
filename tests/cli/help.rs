//! What the command line says of itself.

use std::fs;

use crate::ground::{Ground, tegata};

/// Every command and what stands below it, as words.
fn commands() -> Vec<Vec<&'static str>> {
    let words = [
        "",
        "serve",
        "ready",
        "demo",
        "init",
        "invite",
        "list",
        "show",
        "reissue",
        "revoke",
        "unlock",
        "cancel",
        "letters",
        "letters print",
        "letters reprint",
        "letters sample",
        "mail",
        "mail list",
        "mail retry",
        "mail resend",
        "mail test",
        "mail bounce",
        "bulk",
        "bulk check",
        "bulk issue",
        "bulk letters",
        "bulk status",
        "bulk cancel",
        "bulk template",
        "facility",
        "facility import",
        "issuer",
        "issuer create",
        "issuer import",
        "issuer show",
        "offer",
        "offer check",
        "offer list",
        "offer reference",
        "operator",
        "operator invite",
        "operator list",
        "operator end",
        "organization",
        "organization show",
        "organization set",
        "store",
        "store backup",
        "store check",
        "store stats",
        "store copy",
        "store export",
        "store import",
        "config",
        "config check",
        "config show",
        "device",
        "doctor",
        "load",
        "completions",
        "man",
    ];
    words.iter().map(|words| words.split_whitespace().collect()).collect()
}

fn help(command: &[&str]) -> String {
    let output = tegata().args(command).arg("--help").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_explains_itself() {
    for command in commands() {
        let name = if command.is_empty() { "tegata".to_owned() } else { command.join("-") };
        insta::assert_snapshot!(format!("help-{name}"), help(&command));
    }
}

#[test]
fn no_line_of_help_is_broken_by_its_width() {
    for command in commands() {
        for line in help(&command).lines() {
            assert!(line.chars().count() <= 100, "{command:?}: {line}");
            // A continued example begins with a lonely word.
            assert!(!line.starts_with("--") && !line.starts_with("  --device"), "{command:?}: {line}");
        }
    }
}

#[test]
fn every_command_is_in_the_list_above() {
    let directory = Ground::bare();
    assert_eq!(directory.run(&["man", "--dir", "man"]).code, Some(0));
    let mut written: Vec<String> = fs::read_dir(directory.path().join("man"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    written.sort();
    let mut listed: Vec<String> =
        commands().into_iter().map(|command| [&["tegata"], &command[..]].concat().join("-") + ".1").collect();
    listed.sort();
    assert_eq!(written, listed);
}

#[test]
fn the_manual_page_has_the_exit_codes_and_every_command() {
    let page = String::from_utf8(tegata().arg("man").output().unwrap().stdout).unwrap();
    assert!(page.starts_with(".ie"), "no roff: {page:.40}");
    assert!(page.contains("a port or the data directory is in use"));
    assert!(page.contains(r"tegata\-invite(1)"));
}

#[test]
fn completions_are_made_for_every_shell() {
    for (shell, mark) in [
        ("bash", "complete -F _tegata"),
        ("zsh", "#compdef tegata"),
        ("fish", "complete -c tegata"),
        ("elvish", "set edit:completion"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let output = tegata().args(["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains(mark), "{shell}");
        assert!(script.contains("invite") && script.contains("qr-png"), "{shell}");
    }
}

#[test]
fn the_version_is_the_crates() {
    let output = tegata().arg("--version").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("tegata {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn without_a_command_the_commands_are_listed() {
    let output = tegata().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Commands:"));
}

#[test]
fn misuse_says_what_would_be_right() {
    let ground = Ground::bare();
    let said: Vec<String> = [
        &["invit"][..],
        &["invite"],
        &["invite", "--subscriber", ""],
        &["invite", "--subscriber", "x", "--device", "iphon"],
        &["invite", "--subscriber", "x", "--facility", "G 13"],
        &["invite", "--subscriber", "x", "--subscriber-id", "あ"],
        &["list", "--state", "done"],
        &["list", "--limit", "0"],
        &["show", "x"],
        &["show"],
        &["reissue", "7q2k9x4m1abc", "--reason", "stolen"],
        &["revoke", "7q2k9x4m1abc", "--reason", "stolen"],
        &["issuer", "import", "--certificates", "x"],
        &["issuer", "import", "--pkcs12", "x", "--key", "y"],
        &["init", "--key", "rsa-1024"],
        &["completions", "tcsh"],
    ]
    .iter()
    .map(|arguments| {
        let ran = ground.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        format!("$ tegata {}\n{}", arguments.join(" "), ran.err)
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn misuse_with_json_is_told_in_json() {
    let (error, code) = Ground::bare().run(&["list", "--json", "--limit", "many"]).error();
    assert_eq!((code, error["code"].as_str()), (2, Some("usage")));
    assert!(error["message"].as_str().unwrap().contains("--limit <COUNT>"), "{error}");
}
