//! `tegata config`.

use clap::Subcommand;
use serde::Serialize;
use std::fmt::Write as _;

use super::Session;
use super::failure::{Failure, ProblemJson};
use super::style;
use crate::app::{AppError, Materials, check_store};
use crate::config::{Configuration, Loaded, Place, Problem, SECTIONS, Setting, Severity};

/// Check the configuration, or show what holds and why
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say everything that is wrong with the configuration, without starting anything
    ///
    /// Reads what `tegata serve` would read: the file, the environment, keys, certificates, offers, and opens the store.
    /// Exits with 3 when something keeps it from starting; warnings alone exit with 0.
    #[command(after_help = "\
Examples:
  tegata config check
  tegata --config /srv/tegata/tegata.toml config check --json | jq '.problems[].what'")]
    Check {
        #[arg(long, help = "Print JSON: file, ok, problems")]
        json: bool,
    },
    /// Show the settings that are in force, and where each comes from
    ///
    /// Secrets are never shown. With --all, also those that nobody set, each with its documentation, its default, its
    /// environment variable and what would be right.
    #[command(after_help = "\
Examples:
  tegata config show
  tegata config show --all | less
  tegata config show --all --json | jq -r '.settings[] | [.key, .variable] | @tsv'")]
    Show {
        /// Every setting, with its documentation
        #[arg(long)]
        all: bool,
        #[arg(long, help = "Print JSON: file, settings")]
        json: bool,
    },
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Check { json } | Command::Show { json, .. } => *json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Check { .. } => check(session),
        Command::Show { all, .. } => show(session, *all),
    }
}

/// What `config check --json` prints.
#[derive(Debug, Serialize)]
struct Checked<'a> {
    file: Option<String>,
    ok: bool,
    problems: Vec<ProblemJson<'a>>,
}

fn check(session: &Session) -> Result<(), Failure> {
    let file = session.configuration_file().map(|path| path.display().to_string());
    let loaded = session.load();
    let problems = everything_wrong(session, &loaded);
    let ok = problems.iter().all(|problem| problem.severity == Severity::Warning);
    if session.output.json {
        let problems = problems.iter().map(ProblemJson::of).collect();
        session.output.print_json(&Checked { file: file.clone(), ok, problems })?;
    }
    if !ok {
        return Err(session.misconfigured(Loaded { problems, ..loaded }));
    }
    if !session.output.json {
        for problem in &problems {
            session.output.warn(&problem.to_string());
        }
        let file = file.unwrap_or_else(|| "the environment".to_owned());
        session.output.print(&format!("{} {file}\n", style::good("The configuration is right:")))?;
    }
    Ok(())
}

/// What is wrong with the settings; where they can be read, also what is wrong with what they name.
fn everything_wrong(session: &Session, loaded: &Loaded) -> Vec<Problem> {
    let Some(settings) = &loaded.configuration else { return loaded.problems.clone() };
    let mut problems = loaded.problems.clone();
    let found = match Materials::new(settings, loaded).whole(session.clock.now()) {
        Ok(whole) => whole.warnings,
        Err(problems) => problems,
    };
    problems.extend(found.into_iter().filter(|problem| !loaded.problems.contains(problem)));
    problems.extend(store(session, settings, loaded));
    problems.sort_by(|a, b| (b.severity, &a.place).cmp(&(a.severity, &b.place)));
    problems
}

/// What is wrong with the store: it is opened, or Redis is asked.
fn store(session: &Session, settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
    let is_redis = settings.store.url.is_some();
    if !is_redis && !settings.store.directory.is_dir() {
        return None;
    }
    let error = match session.block_on(check_store(settings, loaded)) {
        // What is wrong with the settings was told already.
        Ok(Ok(()) | Err(AppError::Configuration(_))) => return None,
        Ok(Err(error)) => error.to_string(),
        Err(failure) => failure.message,
    };
    let key = if is_redis { "store.url" } else { "store.directory" };
    Some(Problem::error(loaded.place(key), key, error))
}

/// One setting of `config show --json`.
#[derive(Debug, Serialize)]
struct Shown {
    key: String,
    value: Option<String>,
    source: &'static str,
    place: Option<String>,
    default: Option<String>,
    variable: String,
    secret_variable: Option<String>,
    required: bool,
    right: String,
    about: String,
}

/// What `config show --json` prints.
#[derive(Debug, Serialize)]
struct Everything {
    file: Option<String>,
    settings: Vec<Shown>,
}

fn show(session: &Session, all: bool) -> Result<(), Failure> {
    let file = session.configuration_file().map(|path| path.display().to_string());
    let loaded = session.load();
    let settings = SECTIONS.iter().flat_map(|section| section.settings);
    let shown: Vec<Shown> = settings.map(|setting| shown(setting, &loaded)).collect();
    if session.output.json {
        let wanted = shown.into_iter().filter(|shown| all || shown.source != "default").collect();
        session.output.print_json(&Everything { file, settings: wanted })?;
    } else {
        session.output.print(&listing(file.as_deref(), &shown, all))?;
    }
    for problem in &loaded.problems {
        if problem.severity == Severity::Warning {
            session.output.warn(&problem.to_string());
        }
    }
    if loaded.has_errors() { Err(session.misconfigured(loaded)) } else { Ok(()) }
}

fn shown(setting: &Setting, loaded: &Loaded) -> Shown {
    let key = setting.key();
    let found = loaded.found.iter().find(|found| found.setting.key() == key);
    let (source, place) = match found.map(|found| &found.place) {
        Some(place @ Place::File { .. }) => ("file", Some(place.to_string())),
        Some(Place::Environment(name)) => ("environment", Some(name.clone())),
        Some(Place::Default | Place::Nowhere) => ("default", None),
        None => ("unusable", None),
    };
    Shown {
        value: found.map(|found| found.shown.clone()).filter(|value| value != "(not set)"),
        source,
        place,
        default: setting.default_shown(),
        variable: setting.variable(),
        secret_variable: setting.secret_variable(),
        required: setting.default.is_none() && !setting.optional,
        right: setting.right(),
        about: setting.about.lines().map(str::trim).collect::<Vec<_>>().join(" "),
        key,
    }
}

fn listing(file: Option<&str>, shown: &[Shown], all: bool) -> String {
    let mut text = match file {
        Some(file) => format!("# {file}\n"),
        None => "# no configuration file; the environment and the defaults\n".to_owned(),
    };
    for section in &SECTIONS {
        let prefix = format!("{}.", section.name);
        let of_section = shown.iter().filter(|shown| shown.key.starts_with(&prefix));
        let wanted: Vec<_> = of_section.filter(|shown| all || shown.source != "default").collect();
        if wanted.is_empty() {
            continue;
        }
        if all {
            let about = section.about.lines().map(|line| style::faint(&format!("# {}", line.trim())));
            let _ = write!(text, "\n{}\n", about.collect::<Vec<_>>().join("\n"));
        } else {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", style::strong(&format!("[{}]", section.name)));
        for shown in wanted {
            text += &entry(shown, prefix.len(), all);
        }
    }
    text
}

fn entry(shown: &Shown, skip: usize, all: bool) -> String {
    let name = shown.key.get(skip..).unwrap_or(&shown.key);
    let value = shown.value.as_deref().unwrap_or("(not set)");
    let place = shown.place.as_deref().unwrap_or(shown.source);
    let line = format!("{} = {value}  {}\n", style::strong(name), style::faint(&format!("# {place}")));
    if !all {
        return line;
    }
    let default = match (&shown.default, shown.required) {
        (Some(default), _) => format!("default: {default}"),
        (None, true) => "must be set".to_owned(),
        (None, false) => "not set by default".to_owned(),
    };
    let secret = shown
        .secret_variable
        .as_ref()
        .map_or_else(String::new, |name| format!(", or {name} with the secret itself"));
    let explained = [
        shown.about.clone(),
        format!("{default}; {}", shown.right),
        format!("environment: {}{secret}", shown.variable),
    ];
    let explained =
        explained.iter().map(|line| style::faint(&format!("  # {line}")) + "\n").collect::<String>();
    format!("\n{line}{explained}")
}
