//! The command line: one file for each command, with its arguments, its documentation and what it does.

mod administer;
mod bulk;
mod completions;
mod config;
mod demo;
mod device;
mod doctor;
mod facility;
mod failure;
mod handover;
mod init;
mod invite;
mod issuer;
mod letters;
mod list;
mod list_file;
mod load;
mod mail;
mod man;
mod moment;
mod offer;
mod operator;
mod organization;
mod output;
mod progress;
mod prompt;
mod qr;
mod ready;
mod serve;
mod show;
mod store;
mod style;
mod table;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use failure::{EXIT_CODES, Exit, Failure};
use output::{Colour, Output};
use progress::Progress;
use tokio::runtime::Runtime;

use crate::app::{AppError, Office, StoreFile};
use crate::clock::{Clock, SystemClock};
use crate::config::{Configuration, Environment, Loaded, PLACES, Place, Severity, find_file, load};
use crate::entropy::{Entropy, SystemEntropy};

const ABOUT: &str = "Puts a client certificate on every phone and PC of an organisation with one scan";

const LONG_ABOUT: &str = "\
Puts a client certificate on every phone and PC of an organisation with one scan.

An operator invites a person (`tegata invite`). The person scans the QR code on the very device, types the secret, and \
installs the one file that this device can take. `tegata serve` is the site that they meet.

First steps:
  tegata demo
      see everything at work on this machine; nothing is kept
  tegata init /srv/tegata --public-url https://cert.example.jp --check-url https://check.example.jp
      make a data directory, a CA and a configuration
  tegata --config /srv/tegata serve
      run the site
  tegata --config /srv/tegata invite --subscriber 'Hanako Yamada'
      invite somebody

The configuration is the file named by --config or TEGATA_CONFIG, else the first of ./tegata.toml, ./tegata/tegata.toml \
and /etc/tegata/tegata.toml. Every setting can also come from the environment, which goes first; `tegata config show \
--all` explains them all.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "tegata", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = EXIT_CODES)]
#[command(max_term_width = 110, arg_required_else_help = true)]
struct Arguments {
    /// The configuration file, or the directory with its tegata.toml
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    config: Option<PathBuf>,
    /// Say only what was asked for: no hints, no pictures, no progress
    #[arg(long, short, global = true, help_heading = "Global options")]
    quiet: bool,
    /// When to use colours: auto, always or never; `NO_COLOR` is respected
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Ready(ready::Arguments),
    Demo(demo::Arguments),
    Init(Box<init::Arguments>),
    Invite(invite::Arguments),
    List(list::Arguments),
    Show(show::Arguments),
    Letters(letters::Arguments),
    Mail(mail::Arguments),
    Bulk(bulk::Arguments),
    Facility(facility::Arguments),
    Reissue(administer::ReissueArguments),
    Revoke(administer::RevokeArguments),
    Unlock(administer::UnlockArguments),
    Cancel(administer::CancelArguments),
    Issuer(issuer::Arguments),
    Offer(offer::Arguments),
    Operator(operator::Arguments),
    Organization(organization::Arguments),
    Store(store::Arguments),
    Config(config::Arguments),
    Device(device::Arguments),
    Doctor(doctor::Arguments),
    Load(load::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

impl Command {
    /// Whether the command was asked for JSON.
    const fn is_json(&self) -> bool {
        match self {
            Self::Ready(arguments) => arguments.json,
            Self::Demo(arguments) => arguments.json,
            Self::Init(arguments) => arguments.json,
            Self::Invite(arguments) => arguments.json,
            Self::List(arguments) => arguments.json,
            Self::Show(arguments) => arguments.json,
            Self::Letters(arguments) => arguments.is_json(),
            Self::Mail(arguments) => arguments.is_json(),
            Self::Bulk(arguments) => arguments.is_json(),
            Self::Facility(arguments) => arguments.is_json(),
            Self::Reissue(arguments) => arguments.json,
            Self::Revoke(arguments) => arguments.json,
            Self::Unlock(arguments) => arguments.json,
            Self::Cancel(arguments) => arguments.json,
            Self::Issuer(arguments) => arguments.is_json(),
            Self::Offer(arguments) => arguments.is_json(),
            Self::Operator(arguments) => arguments.is_json(),
            Self::Organization(arguments) => arguments.is_json(),
            Self::Store(arguments) => arguments.is_json(),
            Self::Config(arguments) => arguments.is_json(),
            Self::Device(arguments) => arguments.json,
            Self::Doctor(arguments) => arguments.json,
            Self::Load(arguments) => arguments.json,
            Self::Serve(_) | Self::Completions(_) | Self::Man(_) => false,
        }
    }
}

/// What every command is given.
#[derive(Debug)]
pub(crate) struct Session {
    /// How to speak.
    output: Output,
    /// The `--config` of the command line.
    named: Option<PathBuf>,
    /// The `TEGATA_*` variables.
    environment: Environment,
    /// The present.
    clock: Box<dyn Clock>,
    /// Randomness.
    entropy: Box<dyn Entropy>,
    /// Made when it is first needed.
    runtime: OnceCell<Runtime>,
}

impl Session {
    /// The configuration file that is in force, where there is one.
    fn configuration_file(&self) -> Option<PathBuf> {
        find_file(self.named.as_deref(), &self.environment)
    }

    /// Reads the configuration, with all that is wrong with it.
    fn load(&self) -> Loaded {
        load(self.configuration_file().as_deref(), &self.environment)
    }

    /// The settings in force, and where each comes from.
    fn settings(&self) -> Result<(Configuration, Loaded), Failure> {
        let mut loaded = self.load();
        match loaded.configuration.take() {
            Some(settings) if loaded.problems.iter().all(|problem| problem.severity == Severity::Warning) => {
                Ok((settings, loaded))
            }
            _ => Err(self.misconfigured(loaded)),
        }
    }

    /// The operator's side of the installation.
    fn office(&self) -> Result<Office, Failure> {
        let (settings, loaded) = self.settings()?;
        let opening = async {
            let office = Office::open(&settings, &loaded).await?;
            office.prove_pepper().await?;
            Ok::<_, AppError>(office)
        };
        Ok(self.block_on(opening)??)
    }

    /// The store as a file.
    fn store(&self) -> Result<StoreFile, Failure> {
        let (settings, _) = self.settings()?;
        Ok(StoreFile::open(&settings)?)
    }

    /// Runs something that waits for the store, on the one runtime of the process: connections live on it.
    fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        let runtime = if let Some(runtime) = self.runtime.get() {
            runtime
        } else {
            let made = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let failed = |error| {
                Failure::new(Exit::Failed, "runtime", format!("the system gives no threads: {error}"))
            };
            let made = made.map_err(failed)?;
            self.runtime.get_or_init(|| made)
        };
        Ok(runtime.block_on(future))
    }

    /// A path beside the configuration file.
    fn beside_configuration(&self, name: &str) -> PathBuf {
        let file = self.configuration_file();
        file.as_deref().and_then(Path::parent).unwrap_or_else(|| Path::new("")).join(name)
    }

    /// Shows that something takes its time, from the second second on, until it is dropped.
    fn progress(&self, what: &'static str) -> Progress {
        Progress::start(what, self.output.shows_progress())
    }

    /// The failure for a configuration with errors, and where its file was looked for when there is none.
    fn misconfigured(&self, loaded: Loaded) -> Failure {
        if self.configuration_file().is_some() {
            return Failure::configuration(loaded.problems);
        }
        let hint = format!(
            "`tegata init DIRECTORY` makes one, --config names one; looked for {}",
            PLACES.join(", ")
        );
        let from_environment = loaded.found.iter().any(|found| matches!(found.place, Place::Environment(_)));
        if from_environment {
            return Failure::configuration(loaded.problems)
                .hint(format!("there is no configuration file: {hint}"));
        }
        Failure::new(Exit::Configuration, "no-configuration", "there is no configuration file").hint(hint)
    }
}

/// What is in memory is never written to a disk, however the process dies: keys and secrets are in it.
fn leaves_no_core() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Less than there is can always be asked for.
    let _ = setrlimit(Resource::Core, none);
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    leaves_no_core();
    let given: Vec<OsString> = std::env::args_os().collect();
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error, &given),
    };
    let json = arguments.command.is_json();
    let output = Output { json, quiet: arguments.quiet, colour: arguments.color };
    let session = Session {
        output,
        named: arguments.config,
        environment: Environment::of_process(),
        clock: Box::new(SystemClock),
        entropy: Box::new(SystemEntropy),
        runtime: OnceCell::new(),
    };
    let outcome = match &arguments.command {
        Command::Serve(_) => serve::run(&session),
        Command::Ready(arguments) => ready::run(&session, arguments),
        Command::Demo(arguments) => demo::run(&session, arguments),
        Command::Init(arguments) => init::run(&session, arguments),
        Command::Invite(arguments) => invite::run(&session, arguments),
        Command::List(arguments) => list::run(&session, arguments),
        Command::Show(arguments) => show::run(&session, arguments),
        Command::Letters(arguments) => letters::run(&session, arguments),
        Command::Mail(arguments) => mail::run(&session, arguments),
        Command::Bulk(arguments) => bulk::run(&session, arguments),
        Command::Facility(arguments) => facility::run(&session, arguments),
        Command::Reissue(arguments) => administer::reissue(&session, arguments),
        Command::Revoke(arguments) => administer::revoke(&session, arguments),
        Command::Unlock(arguments) => administer::unlock(&session, arguments),
        Command::Cancel(arguments) => administer::cancel(&session, arguments),
        Command::Issuer(arguments) => issuer::run(&session, arguments),
        Command::Offer(arguments) => offer::run(&session, arguments),
        Command::Operator(arguments) => operator::run(&session, arguments),
        Command::Organization(arguments) => organization::run(&session, arguments),
        Command::Store(arguments) => store::run(&session, arguments),
        Command::Config(arguments) => config::run(&session, arguments),
        Command::Device(arguments) => device::run(&session, arguments),
        Command::Doctor(arguments) => doctor::run(&session, arguments),
        Command::Load(arguments) => load::run(&session, arguments),
        Command::Completions(arguments) => completions::run(&session, arguments),
        Command::Man(arguments) => man::run(&session, arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.fail(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Help and version, and what clap says of a wrong command line.
fn misused(error: &clap::Error, given: &[OsString]) -> ExitCode {
    let wants_json =
        given.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let failure =
            Failure::new(Exit::Usage, "usage", message).hint("the command with --help says what it takes");
        let output = Output { json: true, quiet: false, colour: Colour::Never };
        output.fail(&failure);
    } else {
        // Where the stream takes nothing, there is nobody left to tell.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { 0 })
}

/// The whole command tree, for completions and manual pages.
fn tree() -> clap::Command {
    Arguments::command()
}
