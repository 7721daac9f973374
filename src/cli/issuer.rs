//! `tegata issuer`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Session;
use super::failure::{Exit, Failure};
use super::init::organization_name;
use super::moment::minute;
use super::prompt::secret;
use super::style::{good, plain, strong, warning};
use super::table::lines;
use crate::app::{
    AppError, Authorities, Foreign, Materials, Means, check_vacant, create_below, install, put_away,
};
use crate::config::Problem;
use crate::pki::KeyType;
use crate::pki::issuer::Issuer;

/// Make, import or show the CA that signs the subscribers' certificates
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new issuing CA, under a new root or under one that you have
    ///
    /// Writes issuer.certificate and issuer.key of the configuration, the key encrypted under `issuer.passphrase_file`. Never
    /// over an issuer that is there: move its files away first, and keep them.
    #[command(after_help = "\
The passphrase of an existing root's key comes from --root-passphrase-file, from the variable
TEGATA_ROOT_PASSPHRASE, or is asked for.

Examples:
  tegata issuer create --organization 'Example Care'
  tegata issuer create --organization 'Example Care' \\
      --root-certificate /media/safe/root.pem --root-key /media/safe/root.key")]
    Create(Create),
    /// Import an issuing CA with its chain, from PEM files or from PKCS#12
    ///
    /// The key is checked against its certificate, and stored encrypted under `issuer.passphrase_file`.
    #[command(after_help = "\
The passphrase of the key or of the PKCS#12 file comes from --passphrase-file, from the variable
TEGATA_IMPORT_PASSPHRASE, or is asked for.

Examples:
  tegata issuer import --certificates chain.pem --key ca.key
  tegata issuer import --pkcs12 ca.p12 --passphrase-file ca.password")]
    Import(Import),
    /// Show the issuing CA: its name, its dates, its fingerprint, and whether its key fits
    #[command(after_help = "\
Examples:
  tegata issuer show
  tegata issuer show --json | jq -r .fingerprint")]
    Show {
        #[arg(
            long,
            help = "Print JSON: name, serial, key, not_before, not_after, fingerprint, chain, key_fits, problem"
        )]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Create {
    /// The organization's name, as it shall stand in the certificates
    #[arg(long, value_name = "NAME", value_parser = organization_name)]
    organization: String,
    /// The kind of the keys: rsa-2048, rsa-3072, p-256 or p-384
    #[arg(long, value_name = "KIND", default_value = "rsa-3072")]
    key: KeyType,
    /// Where a new root's certificate and key are put, to be taken offline; by default root/ beside the configuration
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "root_certificate")]
    root_directory: Option<PathBuf>,
    /// The certificate of a root that you have
    #[arg(long, value_name = "FILE", requires = "root_key")]
    root_certificate: Option<PathBuf>,
    /// Its key
    #[arg(long, value_name = "FILE", requires = "root_certificate")]
    root_key: Option<PathBuf>,
    /// A file with the passphrase of its key
    #[arg(long, value_name = "FILE", requires = "root_key")]
    root_passphrase_file: Option<PathBuf>,
    #[arg(long, help = "Print JSON: issuer, certificate, root_directory, root_passphrase")]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Import {
    /// PEM file with the CA's certificate and those above it, in any order
    #[arg(long, value_name = "FILE", requires = "key", required_unless_present = "pkcs12")]
    certificates: Option<PathBuf>,
    /// PEM file with the CA's key
    #[arg(long, value_name = "FILE", requires = "certificates")]
    key: Option<PathBuf>,
    /// PKCS#12 file with all of it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["certificates", "key"])]
    pkcs12: Option<PathBuf>,
    /// A file with the passphrase of the key, or of the PKCS#12 file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[arg(long, help = "Print JSON: issuer, certificate")]
    json: bool,
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Create(arguments) => arguments.json,
            Command::Import(arguments) => arguments.json,
            Command::Show { json } => *json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Create(arguments) => create(session, arguments),
        Command::Import(arguments) => import(session, arguments),
        Command::Show { .. } => show(session),
    }
}

/// What `issuer create --json` and `issuer import --json` print.
#[derive(Debug, Serialize)]
struct Told<'a> {
    issuer: String,
    certificate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_directory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_passphrase: Option<&'a str>,
}

fn create(session: &Session, arguments: &Create) -> Result<(), Failure> {
    let (settings, _) = session.settings()?;
    check_vacant(&settings)?;
    let means = Means { now: session.clock.now(), entropy: &*session.entropy };
    let progress = session.progress("making keys and certificates");
    let (issuer, root) = match (&arguments.root_certificate, &arguments.root_key) {
        (Some(certificates), Some(key)) => {
            let foreign = Foreign::Pem { certificates: certificates.clone(), key: key.clone() };
            let file = arguments.root_passphrase_file.as_deref();
            let passphrase = passphrase(
                &foreign,
                "Passphrase of the root's key",
                file,
                "--root-passphrase-file",
                "TEGATA_ROOT_PASSPHRASE",
            )?;
            let root = foreign.read(passphrase.as_ref().map(|text| text.as_str()))?;
            (
                create_below(&root, &arguments.organization, arguments.key, means).map_err(AppError::from)?,
                None,
            )
        }
        _ => {
            let made =
                Authorities::create(&arguments.organization, arguments.key, means).map_err(AppError::from)?;
            let directory =
                arguments.root_directory.clone().unwrap_or_else(|| session.beside_configuration("root"));
            (made.issuer, Some((made.root, directory)))
        }
    };
    // The root first: an issuer whose root is lost could never be replaced.
    let put = match root {
        Some((root, directory)) => Some((put_away(&root, &directory, means)?, directory)),
        None => None,
    };
    install(&settings, &issuer, means)?;
    drop(progress);
    told(session, &issuer, &settings.issuer.certificate, put.as_ref())
}

fn import(session: &Session, arguments: &Import) -> Result<(), Failure> {
    let (settings, _) = session.settings()?;
    check_vacant(&settings)?;
    let foreign = match (&arguments.pkcs12, &arguments.certificates, &arguments.key) {
        (Some(path), _, _) => Foreign::Pkcs12(path.clone()),
        (None, Some(certificates), Some(key)) => {
            Foreign::Pem { certificates: certificates.clone(), key: key.clone() }
        }
        // clap has seen to it that one of the two is there.
        _ => {
            return Err(Failure::new(Exit::Usage, "usage", "--certificates and --key, or --pkcs12"));
        }
    };
    let file = arguments.passphrase_file.as_deref();
    let passphrase = passphrase(
        &foreign,
        "Passphrase of the file to import",
        file,
        "--passphrase-file",
        "TEGATA_IMPORT_PASSPHRASE",
    )?;
    let issuer = foreign.read(passphrase.as_ref().map(|text| text.as_str()))?;
    let means = Means { now: session.clock.now(), entropy: &*session.entropy };
    install(&settings, &issuer, means)?;
    told(session, &issuer, &settings.issuer.certificate, None)
}

/// The passphrase of a file, where it needs one.
fn passphrase(
    foreign: &Foreign,
    what: &str,
    file: Option<&Path>,
    option: &str,
    variable: &str,
) -> Result<Option<Zeroizing<String>>, Failure> {
    if foreign.is_encrypted()? { secret(what, file, option, variable).map(Some) } else { Ok(None) }
}

fn told(
    session: &Session,
    issuer: &Issuer,
    certificate: &Path,
    put: Option<&(Zeroizing<String>, PathBuf)>,
) -> Result<(), Failure> {
    let mut text = format!("{} {}\n", good("The issuing CA is in place:"), plain(&issuer.name()));
    let _ = writeln!(text, "  {}", certificate.display());
    if let Some((passphrase, directory)) = put {
        let _ = write!(
            text,
            "\nKnown only now; write it down:\n  passphrase of the root's key  {}\n",
            strong(passphrase)
        );
        let _ = write!(
            text,
            "\nTake the root's key offline: move {} to a medium in a safe.\n",
            directory.join("root.key").display()
        );
    }
    let value = Told {
        issuer: issuer.name(),
        certificate: certificate.display().to_string(),
        root_directory: put.map(|(_, directory)| directory.display().to_string()),
        root_passphrase: put.map(|(passphrase, _)| passphrase.as_str()),
    };
    session.output.result(&text, &value)
}

/// What `issuer show --json` prints.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    serial: String,
    key: String,
    not_before: Timestamp,
    not_after: Timestamp,
    fingerprint: String,
    chain: Vec<String>,
    key_fits: bool,
    problem: Option<String>,
}

fn show(session: &Session) -> Result<(), Failure> {
    let (settings, loaded) = session.settings()?;
    let materials = Materials::new(&settings, &loaded);
    let certificate =
        materials.issuer_description().map_err(|problem| Failure::configuration(vec![*problem]))?;
    let checked = materials.issuer();
    let dates = checked.as_ref().ok().and_then(|issuer| materials.issuer_dates(issuer, session.clock.now()));
    let problem: Option<Problem> = checked.as_ref().err().map(|problem| (**problem).clone()).or(dates);
    let fits = if checked.is_ok() { good("its key fits") } else { warning("see the warning") };
    let text = lines(&[
        ("name", Some(plain(&certificate.name))),
        ("serial number", Some(certificate.serial.clone())),
        ("key", Some(certificate.key.clone())),
        ("valid from", Some(minute(certificate.not_before))),
        ("valid until", Some(minute(certificate.not_after))),
        ("SHA-256", Some(certificate.fingerprint.clone())),
        (
            "below",
            Some(certificate.chain.iter().map(|name| plain(name)).collect::<Vec<_>>().join(" < "))
                .filter(|chain| !chain.is_empty()),
        ),
        ("file", Some(settings.issuer.certificate.display().to_string())),
        ("state", Some(fits)),
    ]);
    let value = Shown {
        name: certificate.name,
        serial: certificate.serial,
        key: certificate.key,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        fingerprint: certificate.fingerprint,
        chain: certificate.chain,
        key_fits: checked.is_ok(),
        problem: problem.as_ref().map(ToString::to_string),
    };
    session.output.result(&text, &value)?;
    if let Some(problem) = problem {
        session.output.warn(&problem.to_string());
    }
    Ok(())
}
