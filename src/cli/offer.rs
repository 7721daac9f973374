//! `tegata offer`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::Session;
use super::failure::{Exit, Failure};
use super::style;
use super::table::Table;
use crate::app::Materials;
use crate::profile::{Offer, PasswordMode, Platform, Problem};

/// Check, list and explain offers: what an organization hands out
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say everything that is wrong with offer files
    ///
    /// Needs no configuration, so that an offer can be written anywhere. Exits with 3 when a file has a problem.
    #[command(after_help = "\
Examples:
  tegata offer check offers/*.toml
  tegata offer check --json new.toml | jq '.files[].problems'")]
    Check {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(long, help = "Print JSON: ok, files")]
        json: bool,
    },
    /// List the offers in force
    #[command(after_help = "\
Examples:
  tegata offer list
  tegata offer list --json | jq -r '.offers[].offer'")]
    List {
        #[arg(long, help = "Print JSON: offers")]
        json: bool,
    },
    /// Print every key of an offer with its meaning, its bounds and its default, in Markdown
    Reference,
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Check { json, .. } | Command::List { json } => *json,
            Command::Reference => false,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Check { files, .. } => check(session, files),
        Command::List { .. } => list(session),
        Command::Reference => session.output.print(&Offer::reference()),
    }
}

/// One file of `offer check --json`.
#[derive(Debug, Serialize)]
struct CheckedFile {
    file: String,
    offer: Option<String>,
    problems: Vec<Wrong>,
}

/// One problem of `offer check --json`.
#[derive(Debug, Serialize)]
struct Wrong {
    line: usize,
    column: usize,
    key: Option<String>,
    what: String,
    right: String,
}

/// What `offer check --json` prints.
#[derive(Debug, Serialize)]
struct Checked {
    ok: bool,
    files: Vec<CheckedFile>,
}

/// No offer is longer.
const LONGEST: u64 = 1 << 20;

fn check(session: &Session, files: &[PathBuf]) -> Result<(), Failure> {
    let mut checked = Vec::new();
    let mut text = String::new();
    for path in files {
        let file = path.display().to_string();
        let length = std::fs::metadata(path).map_err(|error| Failure::file(path, "read", &error))?.len();
        if length > LONGEST {
            return Err(Failure::new(
                Exit::Failed,
                "file",
                format!("{file} has more than {LONGEST} bytes; it is no offer"),
            ));
        }
        let content = std::fs::read_to_string(path).map_err(|error| Failure::file(path, "read", &error))?;
        match Offer::parse(&file, &content) {
            Ok(offer) => {
                let _ = writeln!(text, "{} {file}: offer \"{}\"", style::good("right:"), offer.name);
                checked.push(CheckedFile { file, offer: Some(offer.name), problems: Vec::new() });
            }
            Err(error) => {
                for problem in error.problems() {
                    let _ = write!(text, "{} {problem}", style::error("error:"));
                }
                let problems = error.problems().iter().map(wrong).collect();
                checked.push(CheckedFile { file, offer: None, problems });
            }
        }
    }
    let wrong = checked.iter().filter(|file| file.offer.is_none()).count();
    let total = checked.len();
    session.output.result(&text, &Checked { ok: wrong == 0, files: checked })?;
    if wrong == 0 {
        return Ok(());
    }
    Err(Failure::new(Exit::Configuration, "offer", format!("{wrong} of {total} offers cannot be used")))
}

fn wrong(problem: &Problem) -> Wrong {
    Wrong {
        line: problem.line,
        column: problem.column,
        key: Some(problem.key.clone()).filter(|key| !key.is_empty()),
        what: problem.wrong.clone(),
        right: problem.right.clone(),
    }
}

/// One offer of `offer list --json`.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    offer: &'a str,
    title: &'a str,
    key: String,
    password: &'static str,
    validity_days: u32,
    invitation_days: u32,
    devices: Vec<&'static str>,
}

/// What `offer list --json` prints.
#[derive(Debug, Serialize)]
struct Everything<'a> {
    offers: Vec<Listed<'a>>,
}

fn list(session: &Session) -> Result<(), Failure> {
    let (settings, loaded) = session.settings()?;
    let offers = Materials::new(&settings, &loaded).offers().map_err(Failure::configuration)?;
    let listed: Vec<_> = offers.iter().map(listed).collect();
    let mut table = Table::new(["OFFER", "KEY", "PASSWORD", "VALID", "OPEN", "DEVICES", "TITLE"]);
    for offer in &listed {
        table.row([
            offer.offer,
            &offer.key,
            offer.password,
            &format!("{} days", offer.validity_days),
            &format!("{} days", offer.invitation_days),
            &offer.devices.join(" "),
            offer.title,
        ]);
    }
    session.output.result(&table.text(), &Everything { offers: listed })
}

fn listed(offer: &Offer) -> Listed<'_> {
    Listed {
        offer: &offer.name,
        title: offer.title.get("en"),
        key: offer.key.to_string(),
        password: word(offer.bundle.password),
        validity_days: offer.validity_days,
        invitation_days: offer.invitation_days,
        devices: offer.bundle.platforms.iter().copied().map(device).collect(),
    }
}

/// The word for a kind of device, as offers write it.
const fn device(platform: Platform) -> &'static str {
    match platform {
        Platform::Iphone => "iphone",
        Platform::Ipad => "ipad",
        Platform::Mac => "mac",
        Platform::Android => "android",
        Platform::Windows => "windows",
    }
}

/// The word for a password mode, as offers write it.
const fn word(mode: PasswordMode) -> &'static str {
    match mode {
        PasswordMode::Secret => "secret",
        PasswordMode::Shown => "shown",
        PasswordMode::Separate => "separate",
        PasswordMode::Chosen => "chosen",
    }
}
