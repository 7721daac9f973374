//! The rules bite: each refuses a line that breaks it, and lets the right one pass.

use std::collections::BTreeSet;

use crate::offences;
use crate::source::Source;

fn refused(path: &str, text: &str) -> Vec<String> {
    offences(&Source::parse(path, text, &BTreeSet::new()))
}

#[track_caller]
fn assert_refused(path: &str, text: &str, because: &str) {
    let offences = refused(path, text);
    assert!(offences.iter().any(|offence| offence.contains(because)), "{text}\n→ {offences:?}");
}

#[track_caller]
fn assert_fine(path: &str, text: &str) {
    assert_eq!(refused(path, text), Vec::<String>::new(), "{text}");
}

#[test]
fn an_upward_arrow_is_refused_however_it_is_written() {
    let upward = "`pki` must not import `enrollment`";
    assert_refused("src/pki/keys.rs", "use crate::enrollment::Code;", upward);
    assert_refused("src/pki/keys.rs", "pub use crate::enrollment;", upward);
    assert_refused("src/pki/keys.rs", "use super::super::enrollment::Code;", upward);
    assert_refused("src/pki/mod.rs", "use super::enrollment::Code;", upward);
    assert_refused("src/pki/mod.rs", "mod inner { use super::super::enrollment::Code; }", upward);
    assert_refused("src/pki/keys.rs", "fn f(x: crate::enrollment::Code) {}", upward);
    assert_refused("src/pki/keys.rs", "fn f() { let _ = crate::enrollment::code(); }", upward);
    assert_refused("src/pki/keys.rs", "fn f() { println!(\"{}\", crate::enrollment::CODE); }", upward);
    assert_refused("src/pki/keys.rs", "macro_rules! m { () => { $crate::enrollment::f() } }", upward);
    assert_refused("src/pki/keys.rs", "#[derive(crate::enrollment::Tell)] struct S;", upward);
    assert_refused("src/pki/keys.rs", "use crate::*;", "`pki` must not import `crate`");
    assert_fine("src/enrollment/claim.rs", "use crate::pki::Key; use super::Code; pub(crate) struct S;");
}

#[test]
fn pages_see_neither_the_store_nor_the_settings_of_the_installation() {
    assert_refused("src/http/claim.rs", "use crate::store::Store;", "`http` must not import `store`");
    assert_refused("src/http/claim.rs", "use crate::config::Config;", "`http` must not import `config`");
    assert_refused("src/enrollment/mod.rs", "use crate::config::Config;", "must not import `config`");
    assert_refused("src/main.rs", "use tegata::store::Store;", "`main` must not import `store`");
    assert_fine("src/app.rs", "use crate::config::Config; use crate::store::Store;");
}

#[test]
fn a_pure_module_touches_no_file_socket_or_clock() {
    for line in [
        "use std::fs;",
        "use std::{fmt, fs};",
        "use std::net::TcpStream;",
        "fn f() { let _ = std::env::var(\"X\"); }",
        "use std::time::SystemTime;",
        "use std::time; fn f() { use time::SystemTime; let _ = SystemTime::now(); }",
        "use tokio::sync::Mutex;",
        "fn f() { tokio::spawn(async {}); }",
        "fn f() { rustix::fs::fsync(0); }",
    ] {
        assert_refused("src/device/rules.rs", line, "`device` is pure");
    }
    assert_refused("src/profile/offer.rs", "use crate::clock::Clock;", "must not import `clock`");
    assert_fine(
        "src/device/rules.rs",
        "#[cfg(test)] mod tests { use std::fs; use crate::clock::ManualClock; }",
    );
    assert_fine("src/device/rules.rs", "use std::net::IpAddr; use rustix::process::setpriority_process;");
    assert_fine("src/operations/sweep.rs", "use std::fs; use tokio::sync::Mutex;");
}

#[test]
fn a_crate_stays_at_home() {
    assert_refused("src/enrollment/claim.rs", "use actix_web::web;", "`actix_web` is at home in src/http/");
    assert_refused("src/cli/serve.rs", "fn f() { actix_web::rt::System::new(); }", "`actix_web` is at home");
    assert_refused("src/store/conformance.rs", "use rusqlite::Connection;", "`rusqlite` is at home");
    assert_refused("src/store/record.rs", "use redis::Cmd;", "`redis` is at home");
    assert_fine("src/store/redis/query.rs", "use redis::Cmd; use crate::store::redis::RedisStore;");
    assert_refused("src/pki/issuer.rs", "use cms::signed_data::SignedData;", "`cms` is at home");
    assert_fine("src/pki/mod.rs", "mod cms; pub use cms::ProfileSigner;");
    assert_fine("src/pki/cms.rs", "use cms::signed_data::SignedData;");
    assert_fine("src/store/embedded.rs", "use rusqlite::Connection;");
    assert_fine("src/store/embedded/writer.rs", "use rusqlite::Connection;");
    assert_fine("src/http/mod.rs", "use actix_web::web;");
}

#[test]
fn one_use_line_names_one_module() {
    let grouped = "one module, one `use` line";
    assert_refused("src/http/mod.rs", "use crate::{clock, pki};", grouped);
    assert_refused("src/http/mod.rs", "use crate::pki::{cms::sign, Key};", grouped);
    assert_refused("src/http/mod.rs", "use super::{a::B, c::D};", grouped);
    assert_fine(
        "src/http/mod.rs",
        "use crate::pki::{self, Key, Serial}; use std::{fmt, collections::BTreeMap};",
    );
}

#[test]
fn a_text_for_people_does_not_stand_in_code() {
    let text = "texts for people stand in locales/";
    assert_refused("src/http/mod.rs", "const T: &str = \"証明書\";", text);
    assert_refused("src/http/mod.rs", "fn f() { println!(\"かな\"); }", text);
    assert_refused("src/http/mod.rs", "#[error(\"エラー\")] struct E;", text);
    assert_fine("src/http/mod.rs", "/// 施設: a facility.\nconst T: char = 'ー';");
    assert_fine("src/http/mod.rs", "#[cfg(test)] mod tests { const T: &str = \"証明書\"; }");
}

#[test]
fn a_module_outside_the_table_is_refused() {
    assert_refused("src/notices/mod.rs", "fn f() {}", "`notices` is not in the table");
}
