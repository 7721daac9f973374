//! The layout of the code, as a test: which module may import which, where a crate is at home, how long a file may be,
//! where texts for people stand, and what we depend on. `docs/architecture.md` is the map; the table here is the law.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[path = "architecture/dependencies.rs"]
mod dependencies;
#[path = "architecture/figures.rs"]
mod figures;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/teeth.rs"]
mod teeth;

use std::fmt::Write as _;
use std::path::Path;

use source::{Finding, Source};

/// Every module from the ground up, with what it may import. `main` is the binary, which sees the library as `tegata`.
const TABLE: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("entropy", &[]),
    ("pepper", &["entropy"]),
    ("store", &["clock", "entropy"]),
    ("words", &[]),
    ("pki", &["entropy"]),
    ("profile", &["entropy", "pki"]),
    ("device", &["pki", "profile"]),
    ("ledger", &["clock", "entropy", "pepper", "store", "pki"]),
    ("directory", &["clock", "entropy", "pepper", "store", "pki", "profile", "device"]),
    ("mail", &["words", "directory"]),
    ("roster", &["words", "device", "directory"]),
    (
        "enrollment",
        &[
            "clock",
            "entropy",
            "pepper",
            "store",
            "pki",
            "profile",
            "device",
            "ledger",
            "directory",
            "mail",
            "roster",
        ],
    ),
    ("letter", &["words", "device", "directory", "enrollment"]),
    (
        "operations",
        &[
            "clock",
            "entropy",
            "pepper",
            "store",
            "pki",
            "profile",
            "device",
            "ledger",
            "directory",
            "mail",
            "roster",
            "enrollment",
            "words",
            "letter",
        ],
    ),
    ("telemetry", &["clock", "store"]),
    (
        "http",
        &[
            "clock",
            "entropy",
            "pepper",
            "words",
            "pki",
            "profile",
            "device",
            "ledger",
            "directory",
            "mail",
            "roster",
            "enrollment",
            "letter",
            "operations",
            "telemetry",
        ],
    ),
    (
        "config",
        &["clock", "words", "entropy", "pepper", "store", "pki", "profile", "device", "directory", "mail"],
    ),
    (
        "app",
        &[
            "clock",
            "entropy",
            "pepper",
            "store",
            "pki",
            "profile",
            "device",
            "ledger",
            "directory",
            "mail",
            "roster",
            "enrollment",
            "letter",
            "words",
            "operations",
            "telemetry",
            "http",
            "config",
        ],
    ),
    (
        "cli",
        &[
            "clock",
            "entropy",
            "pepper",
            "words",
            "pki",
            "profile",
            "device",
            "ledger",
            "directory",
            "mail",
            "roster",
            "enrollment",
            "letter",
            "config",
            "app",
        ],
    ),
    ("main", &["cli"]),
];

/// Modules that work on values alone.
const PURE: &[&str] = &["words", "pki", "profile", "device", "mail", "roster", "letter"];

/// What a pure module never names: files, sockets, the environment, processes, a runtime, the time.
const IMPURE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["std", "os"],
    &["std", "thread", "sleep"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["SystemTime"],
    &["Instant"],
    &["tokio"],
    &["rustix", "fs"],
    &["rustix", "net"],
    &["rustix", "time"],
];

/// What is a plain value all the same.
const VALUES: &[&[&str]] = &[
    &["std", "net", "IpAddr"],
    &["std", "net", "Ipv4Addr"],
    &["std", "net", "Ipv6Addr"],
    &["std", "net", "SocketAddr"],
];

/// Crates that are known in one place only: the crate (`actix…` by its beginning), and the beginnings of the paths that
/// may name it.
const HOMES: &[(&str, &[&str])] = &[
    // app.rs holds the call that starts the runtime.
    ("actix", &["src/http/", "src/app.rs", "src/app/"]),
    ("rusqlite", &["src/store/embedded"]),
    ("redis", &["src/store/redis"]),
    ("cms", &["src/pki/cms"]),
    ("prometheus_client", &["src/telemetry/"]),
    ("krilla", &["src/letter/"]),
    ("webauthn_rs", &["src/http/console/passkeys"]),
    ("opentelemetry", &["src/telemetry/"]),
    ("opentelemetry_otlp", &["src/telemetry/"]),
    ("opentelemetry_sdk", &["src/telemetry/"]),
    ("tracing_opentelemetry", &["src/telemetry/"]),
    ("reqwest", &["src/cli/doctor", "src/cli/load", "src/telemetry/"]),
    ("lettre", &["src/mail/", "src/operations/smtp.rs", "src/directory/mail_address.rs"]),
    ("mail_parser", &["src/mail/"]),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

/// The most lines that a file may have.
const LONGEST_FILE: usize = 500;

fn allowed(module: &str) -> Option<&'static [&'static str]> {
    TABLE.iter().find(|(name, _)| *name == module).map(|(_, imports)| *imports)
}

/// Whether `path` begins with what only a part of the code may name.
fn begins_with(path: &[String], beginning: &[&str]) -> bool {
    path.len() >= beginning.len() && path.iter().zip(beginning).all(|(a, b)| a == b)
}

/// Everything that a file of `src/` does against the rules, as `path:line: what`.
fn offences(source: &Source) -> Vec<String> {
    let mut offences = Vec::new();
    let mut offend = |line: usize, what: String| offences.push(format!("{}:{line}: {what}", source.path));
    let module = source.top_module();
    let imports = allowed(module);
    if module != "lib" && imports.is_none() {
        offend(1, format!("the module `{module}` is not in the table of tests/architecture.rs"));
    }
    for finding in &source.findings {
        match finding {
            Finding::Arrow { line, to, in_test } => {
                // What a test needs to build a value is the ground that everything stands on.
                let ground = *in_test && ["clock", "entropy", "pepper"].contains(&to.as_str());
                let own = to == module;
                if !own && !ground && !imports.unwrap_or_default().contains(&to.as_str()) {
                    offend(*line, format!("`{module}` must not import `{to}`"));
                }
            }
            Finding::Grouped { line } => {
                offend(*line, "one module, one `use` line: no paths inside braces".to_owned());
            }
            Finding::Foreign { line, path, in_test } => {
                let is_one_of = |list: &[&[&str]]| list.iter().any(|beginning| begins_with(path, beginning));
                let impure = is_one_of(IMPURE) && !is_one_of(VALUES);
                if PURE.contains(&module) && impure && !in_test {
                    offend(*line, format!("`{module}` is pure and must not name `{}`", path.join("::")));
                }
                for (name, homes) in HOMES {
                    let named = path[0] == *name || (*name == "actix" && path[0].starts_with("actix"));
                    if named && !homes.iter().any(|home| source.path.starts_with(home)) {
                        offend(*line, format!("`{}` is at home in {} only", path[0], homes.join(", ")));
                    }
                }
            }
            Finding::Text { line, value, in_test } => {
                if !in_test && value.chars().any(is_japanese) {
                    offend(*line, format!("texts for people stand in locales/, not here: {value:?}"));
                }
            }
        }
    }
    offences
}

/// Kana, Chinese characters, their punctuation and full-width forms.
const fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn all_rust_files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "fuzz"] {
        files.extend(source::files_below(root(), folder, "rs"));
    }
    files
}

/// Fails with every offence on a line of its own.
fn assert_none(offences: &[String]) {
    let mut list = String::new();
    for offence in offences {
        writeln!(list, "  {offence}").unwrap();
    }
    assert!(offences.is_empty(), "{} offences against the layout:\n{list}", offences.len());
}

#[test]
fn every_module_imports_only_what_stands_below_it_and_keeps_to_its_part() {
    let sources = source::read_all(root(), "src");
    assert!(sources.len() >= TABLE.len(), "only {} files were found in src/", sources.len());
    let offences: Vec<_> = sources.iter().flat_map(offences).collect();
    assert_none(&offences);
}

#[test]
fn the_table_has_no_upward_arrow_and_is_the_order_of_lib_rs() {
    for (place, (module, imports)) in TABLE.iter().enumerate() {
        for import in *imports {
            let below = TABLE.iter().position(|(name, _)| name == import).unwrap();
            assert!(below < place, "`{module}` stands below `{import}`");
        }
    }
    let listed = source::modules_of(&root().join("src/lib.rs"));
    let tabled: Vec<_> =
        TABLE.iter().map(|(name, _)| (*name).to_owned()).filter(|name| name != "main").collect();
    assert_eq!(listed, tabled, "lib.rs lists the modules in the order of their dependencies");
}

#[test]
fn no_file_has_more_than_500_lines() {
    let mut offences = Vec::new();
    for path in all_rust_files() {
        let lines = std::fs::read_to_string(root().join(&path)).unwrap().lines().count();
        if lines > LONGEST_FILE {
            offences.push(format!("{path}: {lines} lines, at most {LONGEST_FILE} (split at 400)"));
        }
    }
    assert_none(&offences);
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let mut offences = Vec::new();
    for path in all_rust_files() {
        let parts = Path::new(&path).iter().filter_map(|part| part.to_str());
        if let Some(empty) =
            parts.map(|part| part.trim_end_matches(".rs")).find(|part| EMPTY_NAMES.contains(part))
        {
            offences.push(format!("{path}: call `{empty}` by what it does"));
        }
        for module in source::modules_of(&root().join(&path)) {
            if EMPTY_NAMES.contains(&module.as_str()) {
                offences.push(format!("{path}: call `mod {module}` by what it does"));
            }
        }
    }
    assert_none(&offences);
}

#[test]
fn templates_and_scripts_hold_no_text_for_people() {
    let mut offences = Vec::new();
    let templates = source::files_below(root(), "templates", "");
    let scripts = source::files_below(root(), "assets", "js");
    for path in templates.into_iter().chain(scripts) {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| line.chars().any(is_japanese)) {
            offences.push(format!("{path}:{}: {}", number + 1, line.trim()));
        }
    }
    assert_none(&offences);
}
