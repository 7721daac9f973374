//! What must hold for the operators' console.

use url::{Host, Url};

use super::super::problem::Problem;
use super::super::value::Value as _;
use super::super::{Configuration, ConsoleSettings, Loaded};
use super::{Open, meet, public_url};

/// Everything about the console that does not fit.
pub(super) fn problems(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let console = &settings.console;
    let Some(url) = &console.public_url else { return without_address(console, loaded) };
    let mut problems = public_url(url, "console.public_url", loaded);
    problems.extend(address(url, settings, loaded));
    problems.extend(listener(settings, loaded));
    let open = Open {
        section: "console",
        listen: console.listen,
        public_url: url,
        certificate: console.certificate.is_some(),
        key: console.key.is_some(),
    };
    problems.extend(open.problem(settings, loaded));
    problems.extend(sessions(settings, loaded));
    problems
}

/// Nobody stays signed in for less than they may be idle.
fn sessions(settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
    let console = &settings.console;
    if console.session_longest >= console.session_idle {
        return None;
    }
    let key = "console.session_longest";
    let what = format!("it is less than console.session_idle ({})", console.session_idle.shown());
    let problem = Problem::error(loaded.place(key), key, what);
    Some(
        problem.with_value(console.session_longest.shown()).right("at least as long as console.session_idle"),
    )
}

/// Settings of a console that there is not.
fn without_address(console: &ConsoleSettings, loaded: &Loaded) -> Vec<Problem> {
    let set =
        [("console.certificate", console.certificate.is_some()), ("console.key", console.key.is_some())];
    let unused = |key| {
        let what = "there is no console: console.public_url is not set";
        Problem::warning(loaded.place(key), key, what).right("console.public_url as well, or neither")
    };
    set.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| unused(key)).collect()
}

fn address(url: &Url, settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let key = "console.public_url";
    let problem = |what: String| Problem::error(loaded.place(key), key, what).with_value(url.shown());
    let mut problems = Vec::new();
    // A relying party of passkeys is a domain (Web Authentication §5.1.2); `localhost` is one too.
    if matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) {
        let bare = problem("browsers make passkeys for a name, never for a bare address".to_owned());
        problems.push(bare.right("the host's name, such as \"https://console.example.jp\""));
    }
    let others = [("landing", &settings.http.public_url), ("check", &settings.check.public_url)];
    for (name, other) in others {
        if other.origin() == url.origin() {
            let same = problem(format!("it is the {name} site's address"));
            problems.push(same.right("another host, or another port"));
        }
    }
    problems
}

fn listener(settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
    let (key, listen) = ("console.listen", settings.console.listen);
    let others = [("http.listen", settings.http.listen), ("check.listen", settings.check.listen)];
    let (other, _) = others.into_iter().find(|(_, other)| meet(listen, *other))?;
    let problem = Problem::error(loaded.place(key), key, format!("it is the port of {other}"));
    Some(problem.with_value(listen.shown()).right("another port"))
}
