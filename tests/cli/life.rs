//! Lives of enrollments, as an operator leads them: invited, listed, cancelled, locked, revoked, reissued.

use serde_json::Value;

use crate::ground::Ground;
use crate::person::{Person, Service};

fn state(ground: &Ground, id: &str) -> String {
    ground.on_site(&["show", id, "--json"]).json()["state"].as_str().unwrap().to_owned()
}

fn kinds(shown: &Value) -> Vec<&str> {
    shown["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[test]
fn an_invitation_is_printed_listed_and_shown() {
    let ground = Ground::new();
    let ran = ground.on_site(&[
        "invite",
        "--subscriber",
        "山田 花子",
        "--subscriber-id",
        "10234",
        "--facility",
        "g13b",
        "--device",
        "iphone",
        "--device",
        "ipad",
        "--device",
        "iphone",
        "--note",
        "ticket 4711",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in ["http://localhost:8080/c/", "山田 花子", "\nsecret", "##########"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let quiet = ground.on_site(&["--quiet", "invite", "--subscriber", "Taro Suzuki"]);
    assert_eq!(quiet.out.lines().count(), 5, "{}", quiet.out);
    let listed = ground.on_site(&["list", "--json"]).json();
    let newest = &listed["enrollments"][0];
    let first = &listed["enrollments"][1];
    assert_eq!((&newest["name"], &first["name"]), (&"Taro Suzuki".into(), &"山田 花子".into()));
    assert_eq!((&first["facility"], &first["subscriber"]), (&"G13B".into(), &"10234".into()));
    let table = ground.on_site(&["list", "--facility", "G13B"]).out;
    assert!(table.starts_with("ENROLLMENT    STATE    INVITED (JST)"), "{table}");
    assert!(table.contains("山田 花子  ticket 4711") && !table.contains("Taro"), "{table}");
    let shown = ground.on_site(&["show", first["enrollment"].as_str().unwrap()]).out;
    assert!(shown.contains("invited  (command line)"), "{shown}");
}

#[test]
fn the_same_moment_is_the_same_text_everywhere() {
    let ground = Ground::new();
    let invited = ground.invite(&[]);
    let shown = ground.on_site(&["show", invited["enrollment"].as_str().unwrap(), "--json"]).json();
    assert_eq!(
        (&shown["expires_at"], &shown["link_expires_at"]),
        (&invited["expires_at"], &invited["link_expires_at"])
    );
}

#[test]
fn many_commands_at_once_do_not_get_in_each_others_way() {
    let ground = Ground::new();
    let _service = Service::start(&ground);
    let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(|| ground.enrollment())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ids.len(), 12);
    let listed = ground.on_site(&["list", "--json"]).json();
    assert_eq!(listed["enrollments"].as_array().unwrap().len(), 12);
}

#[test]
fn a_long_list_comes_in_pages() {
    let ground = Ground::new();
    let mut ids: Vec<String> = (0..7).map(|_| ground.enrollment()).collect();
    ids.reverse();
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut arguments = vec!["list", "--json", "--limit", "3"];
        if let Some(cursor) = &after {
            arguments.extend(["--after", cursor]);
        }
        let page = ground.on_site(&arguments).json();
        let enrollments = page["enrollments"].as_array().unwrap();
        assert!(enrollments.len() <= 3);
        found.extend(enrollments.iter().map(|one| one["enrollment"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(found, ids);
    let text = ground.on_site(&["list", "--limit", "3"]).out;
    assert!(text.lines().last().unwrap().starts_with("more: add --after "), "{text}");
    assert_eq!(ground.on_site(&["list", "--state", "revoked"]).out, "There is none.\n");
}

#[test]
fn an_invitation_is_taken_back_only_when_somebody_says_so() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let refused = ground.on_site(&["cancel", &id, "--json"]);
    assert_eq!((refused.error().0["code"].as_str(), refused.error().1), (Some("not-confirmed"), 1));
    assert_eq!(state(&ground, &id), "invited");
    assert_eq!(ground.on_site(&["cancel", &id, "--yes", "--json"]).json()["state"], "cancelled");
    let (error, code) = ground.on_site(&["cancel", &id, "--yes", "--json"]).error();
    assert_eq!((error["code"].as_str(), code), (Some("not-now"), 1));
    assert!(error["message"].as_str().unwrap().contains("is cancelled"), "{error}");
}

/// Runs a command on a terminal on which somebody types `answer`.
fn typed(ground: &Ground, arguments: &str, answer: &str) -> (String, i32) {
    let command = format!("{} --config site {arguments}", env!("CARGO_BIN_EXE_tegata"));
    // `script` is of bsdutils, which every Debian has.
    let output = assert_cmd::Command::new("script")
        .current_dir(ground.path())
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .write_stdin(format!("{answer}\n"))
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn on_a_terminal_one_is_asked() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let (said, code) = typed(&ground, &format!("cancel {id}"), "n");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains(&format!("Take back the invitation of Hanako Yamada ({id}, invited)? [y/N] ")),
        "{said}"
    );
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(state(&ground, &id), "invited");
    let (said, code) = typed(&ground, &format!("cancel {id}"), "yes");
    assert_eq!((code, state(&ground, &id).as_str()), (0, "cancelled"), "{said}");
}

#[test]
fn a_locked_invitation_is_unlocked() {
    let ground = Ground::new();
    let service = Service::start(&ground);
    let person = Person::at(&service.landing, &service.check);
    let invitation = ground.invite(&[]);
    let id = invitation["enrollment"].as_str().unwrap();
    for _ in 0..5 {
        person.claim(&invitation, "22222-22222");
    }
    let listed = ground.on_site(&["list", "--state", "locked", "--json"]).json();
    assert_eq!(listed["enrollments"][0]["enrollment"], id);
    assert!(listed["enrollments"][0]["locked_until"].is_string());
    assert_eq!(ground.on_site(&["unlock", id, "--json"]).json()["state"], "invited");
    // Once more, with nothing to do, is no mistake.
    assert_eq!(ground.on_site(&["unlock", id]).code, Some(0));
    person.install(&invitation);
    let shown = ground.on_site(&["show", id, "--json"]).json();
    let kinds = kinds(&shown);
    assert_eq!(kinds.iter().filter(|kind| **kind == "wrong-secret").count(), 4, "{kinds:?}");
    assert!(kinds.contains(&"locked") && kinds.contains(&"unlocked"), "{kinds:?}");
}

#[test]
fn a_certificate_is_revoked_while_the_service_runs() {
    let ground = Ground::new();
    let service = Service::start(&ground);
    let person = Person::at(&service.landing, &service.check);
    let invitation = ground.invite(&[]);
    let id = invitation["enrollment"].as_str().unwrap();
    let identity = person.install(&invitation);
    assert_eq!(person.check(Some(identity.clone())), "ok");
    assert_eq!(state(&ground, id), "installed");
    let asked = ground.on_site(&["revoke", id]);
    assert_eq!(asked.code, Some(1));
    assert!(asked.err.contains("add --yes"), "{}", asked.err);
    let revoked = ground.on_site(&["revoke", id, "--reason", "key-compromise", "--yes", "--json"]).json();
    assert_eq!(revoked["state"], "revoked");
    assert_eq!(person.check(Some(identity)), "revoked");
    // It names a browser that its TLS is not, as where something on the way opens the connection.
    assert_eq!(person.check(None), "in-between");
    let shown = ground.on_site(&["show", id, "--json"]).json();
    assert_eq!(shown["certificate"]["reason"], "key-compromise");
    let text = ground.on_site(&["show", id]).out;
    for part in
        ["revoked (key-compromise)  (command line)", "claimed on android  (subscriber)", "fetched whole"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_new_device_takes_the_place_of_the_old_one_when_it_is_installed() {
    let ground = Ground::new();
    let service = Service::start(&ground);
    let person = Person::at(&service.landing, &service.check);
    let first = ground.invite(&[]);
    let old = person.install(&first);
    assert_eq!(person.check(Some(old.clone())), "ok");
    let id = first["enrollment"].as_str().unwrap();
    let second = ground.on_site(&["reissue", id, "--reason", "new-device", "--json"]).json();
    assert_eq!(second["predecessor"], id);
    assert_eq!(person.check(Some(old.clone())), "ok");
    let new = person.install(&second);
    assert_eq!(person.check(Some(new)), "ok");
    assert_eq!(person.check(Some(old)), "superseded");
    assert_eq!(state(&ground, id), "replaced");
}

#[test]
fn a_lost_device_is_out_at_once_but_only_when_somebody_says_so() {
    let ground = Ground::new();
    let service = Service::start(&ground);
    let person = Person::at(&service.landing, &service.check);
    let first = ground.invite(&[]);
    let id = first["enrollment"].as_str().unwrap();
    let identity = person.install(&first);
    let (error, _) = ground.on_site(&["reissue", id, "--reason", "lost", "--json"]).error();
    assert_eq!(error["code"], "not-confirmed");
    assert_ne!(state(&ground, id), "revoked");
    let second = ground.on_site(&["reissue", id, "--reason", "lost", "--yes", "--json"]).json();
    assert_ne!(person.check(Some(identity)), "ok");
    assert_eq!(person.check(Some(person.install(&second))), "ok");
}

#[test]
fn what_does_not_exist_is_not_found() {
    let ground = Ground::new();
    let nobody = "7q2k9x4m1abc";
    for arguments in [
        vec!["show", nobody],
        vec!["unlock", nobody],
        vec!["cancel", nobody, "--yes"],
        vec!["revoke", nobody, "--yes"],
        vec!["reissue", nobody, "--reason", "lost", "--yes"],
    ] {
        let ran = ground.on_site(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(5), ""), "{arguments:?}");
        assert_eq!(ran.err, "error: there is no enrollment 7q2k9x4m1abc\nhint: `tegata list` shows them\n");
    }
    let ran = ground.on_site(&["invite", "--subscriber", "x", "--offer", "minimum"]);
    assert_eq!(ran.code, Some(5));
    insta::assert_snapshot!(ran.err);
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let ground = Ground::new();
    let long = "x".repeat(201);
    let said: Vec<String> = [
        &["--subscriber", " "][..],
        &["--subscriber", "Hanako\nYamada"],
        &["--subscriber", &long],
        &["--subscriber", "x", "--note", &long],
        &["--subscriber", "x", "--email", ""],
    ]
    .iter()
    .map(|more| {
        let ran = ground.on_site(&[&["invite"], *more].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{more:?}");
        ran.err
    })
    .collect();
    insta::assert_snapshot!(said.join(""));
    assert_eq!(ground.on_site(&["list"]).out, "There is none.\n");
}

#[test]
fn what_people_are_told_of_the_organization_can_be_changed() {
    let ground = Ground::new();
    let changed = ground.on_site(&[
        "organization",
        "set",
        "--name",
        "Example Clinic",
        "--contact-phone",
        "03-1234-5678",
        "--contact-hours",
        "Mon-Fri",
        "--json",
    ]);
    assert_eq!(changed.json()["contact"]["phone"], "03-1234-5678");
    assert_eq!(ground.on_site(&["organization", "set", "--contact-hours", ""]).code, Some(0));
    let look = ["--accent", "#1a4f9c", "--dark-accent", "#8ab4f8", "--first-question", "facility"];
    assert_eq!(ground.on_site(&[&["organization", "set"][..], &look].concat()).code, Some(0));
    let unreadable = ground.on_site(&["organization", "set", "--accent", "#ffcc00"]);
    assert_eq!(unreadable.code, Some(2));
    assert!(unreadable.err.contains("the nearest shade that they can read is #"), "{}", unreadable.err);
    insta::assert_snapshot!(ground.on_site(&["organization", "show"]).out);
}
