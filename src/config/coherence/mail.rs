//! What must hold between the settings of mail.

use crate::config::mail::{MailSecurity, MailServerSettings};
use crate::config::problem::{Place, Problem};
use crate::config::value::Value as _;
use crate::config::{Configuration, Loaded};

/// Everything that does not fit together.
pub(super) fn problems(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let mail = &settings.mail;
    let mut problems = Vec::new();
    let Some(server) = &mail.server else {
        return without_server(mail, loaded);
    };
    if mail.from.is_none() {
        let missing = Problem::error(Place::Nowhere, "mail.from", "mail.server is set, but this is not");
        problems.push(missing.right("the address that mails come from, such as \"cert@example.jp\""));
    }
    let half = |present: &str, missing: &str| {
        let what = format!("it is set, but {missing} is not");
        Problem::error(loaded.place(present), present, what).right("both, or none of the two")
    };
    match (&mail.user, &mail.password_file) {
        (Some(_), None) => problems.push(half("mail.user", "mail.password_file")),
        (None, Some(_)) => problems.push(half("mail.password_file", "mail.user")),
        _ => {}
    }
    if server.security == MailSecurity::Plain && !server.is_local() {
        let key = "mail.server";
        let place = loaded.place(key);
        let value = server.shown();
        problems.push(if mail.accept_plain {
            let what = "links travel unencrypted to another machine (mail.accept_plain)";
            Problem::warning(place, key, what).with_value(value).right("smtps:// or smtp://")
        } else {
            let what = "links and passwords would travel unencrypted to another machine";
            let right = "smtps:// or smtp://; or mail.accept_plain = true, where the way there is protected otherwise";
            Problem::error(place, key, what).with_value(value).right(right)
        });
    }
    if let Some(hello) = &mail.hello
        && !hello.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    {
        let key = "mail.hello";
        let problem = Problem::error(loaded.place(key), key, "it is no name of a machine");
        problems.push(problem.with_value(hello.shown()).right("a name such as \"cert.example.jp\""));
    }
    problems
}

/// Who named a sender wants mail sent.
fn without_server(mail: &MailServerSettings, loaded: &Loaded) -> Vec<Problem> {
    let Some(from) = &mail.from else { return Vec::new() };
    let key = "mail.from";
    let what = "it has no effect, since mail.server is not set: no mail is sent";
    let problem = Problem::warning(loaded.place(key), key, what).with_value(from.shown());
    vec![problem.right("mail.server, or nothing")]
}
