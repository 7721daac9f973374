//! `tegata init`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use url::Url;

use super::Session;
use super::failure::{Exit, Failure};
use super::style;
use super::table::lines;
use crate::app::{AppError, CONFIGURATION, Initialised, LayoutError, Means, Plan, initialise};
use crate::config::{Place, Problem, quoted};
use crate::directory::{Contact, Organization, OrganizationId};
use crate::pki::KeyType;

/// Make a new installation: data directory, CA, profile signer, first operator, configuration
///
/// The directory is made whole or not at all, and never over something else. Run again on a finished one, it changes
/// nothing. What is printed at the end, the operator's token and the passphrase of the root's key, is known only then:
/// only hashes, or the encrypted key, are kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata init /srv/tegata --organization 'Example Care' --contact-phone 03-1234-5678 \\
      --public-url https://cert.example.jp --check-url https://check.example.jp \\
      --console-url https://console.example.jp
  tegata init ./try
      for a try on this machine: http://localhost:8080 and https://localhost:8443
  tegata init /srv/tegata --import-later …
      then `tegata issuer import` with the CA that you have
  tegata init /srv/tegata --store-url rediss://redis.example.jp --store-user tegata \\
      --store-password-file /etc/tegata/redis-password …
      a store that several nodes share; each gets a copy of the directory

What is in the directory afterwards:
  tegata.toml        the configuration, every setting explained
  pepper             hashes need it; keep a copy apart from the store's backups
  store/             enrollments, certificates, events; not with --store-url
  offers/            what is handed out; edit them
  issuer/            the issuing CA: certificates, encrypted key, passphrase
  root/              the root's certificate and encrypted key; take the key offline
  signer/, check/    what profiles are signed with, and the check site's TLS certificate;
                     self-made, to be replaced by certificates of a public CA")]
pub(super) struct Arguments {
    /// The directory of the installation
    #[arg(default_value = "tegata")]
    directory: PathBuf,
    /// The landing site, as people will reach it
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080")]
    public_url: Url,
    /// The check site, as devices will reach it; another host or port than the landing site
    #[arg(long, value_name = "URL", default_value = "https://localhost:8443")]
    check_url: Url,
    /// The operators' console, as they will reach it; without it there is none. Passkeys belong to its host name for good
    #[arg(long, value_name = "URL")]
    console_url: Option<Url>,
    /// The organization's name, as people will read it
    #[arg(long, value_name = "NAME", default_value = "Tegata", value_parser = organization_name)]
    organization: String,
    /// The organization's identifier
    #[arg(long, value_name = "ID", default_value = "default")]
    organization_id: OrganizationId,
    #[command(flatten)]
    contact: ContactArguments,
    /// The name of the first operator
    #[arg(long, value_name = "NAME", default_value = "admin", value_parser = operator_name)]
    operator: String,
    /// The kind of the CAs' keys: rsa-2048, rsa-3072, p-256 or p-384
    #[arg(long, value_name = "KIND", default_value = "rsa-3072", conflicts_with = "import_later")]
    key: KeyType,
    /// Make no CA: one will be imported
    #[arg(long)]
    import_later: bool,
    #[arg(
        long,
        help = "Print JSON: directory, configuration, initialised, operator, operator_token, console_link, root_passphrase"
    )]
    pub(super) json: bool,
    #[command(flatten)]
    store: StoreArguments,
}

/// A store in Redis.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Store in Redis, for several nodes")]
struct StoreArguments {
    #[arg(
        long = "store-url",
        id = "store-url",
        value_name = "URL",
        help = "Keep the store in this Redis instead of in the directory: redis://…, rediss://… (TLS), \
                redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST"
    )]
    url: Option<String>,
    /// The user of Redis's ACL
    #[arg(long = "store-user", id = "store-user", value_name = "NAME", requires = "store-password-file")]
    user: Option<String>,
    /// A file with the password for Redis; it stays where it is
    #[arg(
        long = "store-password-file",
        id = "store-password-file",
        value_name = "FILE",
        requires = "store-url"
    )]
    password_file: Option<PathBuf>,
    /// PEM file with the CA certificates that Redis's TLS certificate is judged by; it stays where it is
    #[arg(long = "store-ca-file", id = "store-ca-file", value_name = "FILE", requires = "store-url")]
    ca_file: Option<PathBuf>,
    /// What all keys in Redis begin with (tegata), where it holds other stores already
    #[arg(long = "store-prefix", id = "store-prefix", value_name = "TEXT", requires = "store-url")]
    prefix: Option<String>,
    /// Take a Redis that may lose what it acknowledged
    #[arg(long = "store-accept-loss", id = "store-accept-loss", requires = "store-url")]
    accept_loss: bool,
}

impl StoreArguments {
    /// The settings as they will stand in the file; paths count from where the command was started.
    fn settings(&self) -> Result<Vec<(&'static str, String)>, Failure> {
        let file = |path: &Option<PathBuf>| match path {
            Some(path) => std::path::absolute(path)
                .map(|path| Some(path.to_string_lossy().into_owned()))
                .map_err(|error| Failure::file(path, "found", &error)),
            None => Ok(None),
        };
        let texts = [
            ("store.url", self.url.clone()),
            ("store.user", self.user.clone()),
            ("store.password_file", file(&self.password_file)?),
            ("store.ca_file", file(&self.ca_file)?),
            ("store.prefix", self.prefix.clone()),
        ];
        let texts = texts.into_iter().filter_map(|(key, text)| Some((key, quoted(&text?))));
        let accepted = self.accept_loss.then(|| ("store.accept_loss", "true".to_owned()));
        Ok(texts.chain(accepted).collect())
    }
}

/// Whom people ask.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ContactArguments {
    /// Whom people ask when something does not work
    #[arg(long = "contact-name", id = "contact-name", value_name = "NAME", value_parser = contact_text)]
    pub(super) name: Option<String>,
    /// The telephone number to ask at
    #[arg(long = "contact-phone", id = "contact-phone", value_name = "NUMBER", value_parser = contact_text)]
    pub(super) phone: Option<String>,
    /// The e-mail address to ask at
    #[arg(long = "contact-email", id = "contact-email", value_name = "ADDRESS", value_parser = contact_text)]
    pub(super) email: Option<String>,
    /// When somebody answers, such as 'Mon-Fri 9:00-17:00'
    #[arg(long = "contact-hours", id = "contact-hours", value_name = "TEXT", value_parser = contact_text)]
    pub(super) hours: Option<String>,
}

impl ContactArguments {
    /// The contact as it is kept; an empty text is none.
    pub(super) fn contact(&self) -> Contact {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Contact {
            name: text(&self.name),
            phone: text(&self.phone),
            email: text(&self.email),
            hours: text(&self.hours),
        }
    }
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Told<'a> {
    directory: String,
    configuration: String,
    initialised: bool,
    operator: Option<&'a str>,
    operator_token: Option<&'a str>,
    console_link: Option<&'a str>,
    root_passphrase: Option<&'a str>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let plan = Plan {
        directory: arguments.directory.clone(),
        public_url: arguments.public_url.clone(),
        check_url: arguments.check_url.clone(),
        console_url: arguments.console_url.clone(),
        server_names: Vec::new(),
        organization: Organization::new(
            arguments.organization_id.clone(),
            arguments.organization.clone(),
            arguments.contact.contact(),
        ),
        operator: arguments.operator.clone(),
        authorities: (!arguments.import_later).then_some(arguments.key),
        store: arguments.store.settings()?,
        environment: session.environment.of_section("store"),
    };
    let problems = plan.problems();
    if !problems.is_empty() {
        let problems =
            problems.into_iter().map(|problem| Problem { place: Place::Nowhere, ..problem }).collect();
        let failure = Failure::configuration(problems);
        let message = "no installation was made: the configuration would be wrong";
        return Err(Failure { message: message.to_owned(), exit: Exit::Usage, ..failure });
    }
    let progress = session.progress("making keys and certificates");
    let means = Means { now: session.clock.now(), entropy: &*session.entropy };
    let made = session.block_on(initialise(&plan, means))?;
    drop(progress);
    match made {
        Ok(made) => told(session, arguments, &made),
        Err(AppError::Layout(LayoutError::Initialised(directory))) => again(session, &directory),
        Err(error) => Err(error.into()),
    }
}

/// A name of an organization: what people read, and what stands in the names of its CAs.
pub(super) fn organization_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        1..=100 if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        1..=100 => Err("it has control characters".to_owned()),
        _ => Err("it has more than 100 characters".to_owned()),
    }
}

/// A text of the contact; an empty one takes it away.
fn contact_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Ok(String::new()) } else { organization_name(text) }
}

fn operator_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    if (1..=64).contains(&text.len()) && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("an operator's name has 1 to 64 of A-Z, a-z, 0-9, . _ - and @".to_owned())
    }
}

fn again(session: &Session, directory: &Path) -> Result<(), Failure> {
    let configuration = directory.join(CONFIGURATION).display().to_string();
    let text = format!("{} is initialised already; nothing was changed.\n", directory.display());
    let value = Told {
        directory: directory.display().to_string(),
        configuration,
        initialised: false,
        operator: None,
        operator_token: None,
        console_link: None,
        root_passphrase: None,
    };
    session.output.result(&text, &value)
}

fn told(session: &Session, arguments: &Arguments, made: &Initialised) -> Result<(), Failure> {
    let directory = made.directory.display().to_string();
    let configuration = made.directory.join(CONFIGURATION).display().to_string();
    let root_passphrase = made.root_passphrase.as_ref().map(|passphrase| passphrase.as_str());
    let mut text = format!("{} {directory}\n\n", style::good("The installation stands in"));
    text += "Known only now; write it down:\n";
    text += &lines(&[
        ("  passphrase of the root's key", root_passphrase.map(style::strong)),
        ("  link for the first administrator", made.welcome.as_ref().map(|link| style::strong(link))),
    ]);
    if made.welcome.is_some() {
        text += "Open the link within 72 hours, once `tegata serve` runs: it makes your passkey for the console.\n";
        text += "Others are invited by `tegata operator invite`.\n";
    }
    text += "\nNext:\n";
    if made.root.is_some() {
        let key = made.directory.join("root/root.key").display().to_string();
        let _ = writeln!(text, "  Take the root's key offline: move {key} to a medium in a safe.");
        text += "  It is needed again only for a new issuing CA.\n";
    } else {
        let _ = writeln!(text, "  tegata --config {directory} issuer import --certificates FILE --key FILE");
    }
    let _ = writeln!(text, "  tegata --config {directory} config check");
    let _ = writeln!(text, "  tegata --config {directory} serve");
    let _ =
        writeln!(text, "  tegata --config {directory} doctor    # while it serves: what phones would meet");
    let _ = writeln!(text, "  tegata --config {directory} invite --subscriber 'Hanako Yamada'");
    let value = Told {
        directory,
        configuration,
        initialised: true,
        operator: Some(&arguments.operator),
        operator_token: Some(made.token.expose()),
        console_link: made.welcome.as_ref().map(|link| link.as_str()),
        root_passphrase,
    };
    session.output.result(&text, &value)
}
