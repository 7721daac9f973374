//! The configuration: one TOML file and the environment, one struct per concern, everything checked before a socket opens.
//!
//! A setting is declared once, in its section's file; its documentation, its default, its name in the environment, how it is
//! read and how it is shown all come from there.

mod check;
mod claim;
mod coherence;
mod console;
mod duration;
mod http;
mod issuer;
mod letters;
mod log;
mod mail;
mod metrics;
mod organization;
mod pepper;
mod pool;
mod problem;
mod proxies;
mod secret;
mod section;
mod signer;
mod source;
mod store;
mod suggestion;
mod telemetry;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use check::CheckSettings;
pub use claim::ClaimSettings;
pub use console::ConsoleSettings;
pub use http::HttpSettings;
pub use issuer::IssuerSettings;
pub use letters::LetterSettings;
pub use log::{LogFormat, LogLevel, LogSettings};
pub use mail::{MailSecurity, MailServer, MailServerSettings};
pub use metrics::MetricsSettings;
pub use organization::OrganizationSettings;
pub use pepper::PepperSettings;
pub use pool::PoolSettings;
pub use problem::{Place, Problem, Severity};
pub use proxies::ProxySettings;
pub use secret::{PrivateFileError, SecretSource, check_private, read_private};
pub use section::{Found, Section, Setting};
pub use signer::SignerSettings;
pub use source::{Environment, FILE_VARIABLE, FileText, PLACES, find_file};
pub use store::StoreSettings;
pub use suggestion::nearest;
pub use telemetry::TelemetrySettings;
pub use template::commented;
pub use value::quoted;

use std::path::Path;

use section::Reader;

/// Every section, in the order in which they are documented.
pub const SECTIONS: [Section; 16] = [
    HttpSettings::SECTION,
    CheckSettings::SECTION,
    ConsoleSettings::SECTION,
    OrganizationSettings::SECTION,
    StoreSettings::SECTION,
    PepperSettings::SECTION,
    IssuerSettings::SECTION,
    SignerSettings::SECTION,
    PoolSettings::SECTION,
    ClaimSettings::SECTION,
    LetterSettings::SECTION,
    MailServerSettings::SECTION,
    ProxySettings::SECTION,
    LogSettings::SECTION,
    MetricsSettings::SECTION,
    TelemetrySettings::SECTION,
];

/// All settings.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The landing site.
    pub http: HttpSettings,
    /// The check site.
    pub check: CheckSettings,
    /// The operators' console.
    pub console: ConsoleSettings,
    /// The organization that the command line works for.
    pub organization: OrganizationSettings,
    /// Where everything is kept.
    pub store: StoreSettings,
    /// The pepper.
    pub pepper: PepperSettings,
    /// The CA.
    pub issuer: IssuerSettings,
    /// What profiles are signed with.
    pub signer: SignerSettings,
    /// Keys made in advance.
    pub pool: PoolSettings,
    /// What wrong secrets do.
    pub claim: ClaimSettings,
    /// Letters on paper.
    pub letters: LetterSettings,
    /// Mail.
    pub mail: MailServerSettings,
    /// Which proxies are believed.
    pub proxies: ProxySettings,
    /// What is logged.
    pub log: LogSettings,
    /// Where metrics are read.
    pub metrics: MetricsSettings,
    /// Where traces go.
    pub telemetry: TelemetrySettings,
}

/// A configuration as it was read, with everything that is wrong with it.
#[derive(Debug)]
pub struct Loaded {
    /// The settings; `None` where one of them could not be read.
    pub configuration: Option<Configuration>,
    /// What is wrong, in the order of the file, the errors before the warnings.
    pub problems: Vec<Problem>,
    /// Every setting that could be read, and where it comes from.
    pub found: Vec<Found>,
}

impl Loaded {
    /// Whether anything keeps Tegata from starting.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.configuration.is_none()
            || self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Where the value of `key` comes from.
    #[must_use]
    pub fn place(&self, key: &str) -> Place {
        let found = self.found.iter().find(|found| found.setting.key() == key);
        found.map_or(Place::Nowhere, |found| found.place.clone())
    }
}

/// Reads the configuration from `file` (where there is one) and the environment, and checks every value and how they fit
/// together. Opens no file but this one.
#[must_use]
pub fn load(file: Option<&Path>, environment: &Environment) -> Loaded {
    let text = match file.map(FileText::read).transpose() {
        Ok(text) => text.unwrap_or_default(),
        Err(problem) => return Loaded { configuration: None, problems: vec![*problem], found: Vec::new() },
    };
    read(&text, environment)
}

/// Reads the configuration from a text; [`load`] without the file.
#[must_use]
pub fn read(text: &FileText, environment: &Environment) -> Loaded {
    let (table, syntax) = text.parse();
    if !syntax.is_empty() {
        // What follows a mistake in the syntax is guesswork.
        return Loaded { configuration: None, problems: syntax, found: Vec::new() };
    }
    let base = text.path().parent().unwrap_or_else(|| Path::new(""));
    let mut reader = Reader::new(text, &table, environment, base);
    let configuration = read_sections(&mut reader);
    reader.note_unknown(&SECTIONS);
    let (problems, found) = (reader.problems, reader.found);
    let mut loaded = Loaded { configuration, problems, found };
    let incoherent = loaded.configuration.as_ref().map(|settings| coherence::problems(settings, &loaded));
    loaded.problems.extend(incoherent.unwrap_or_default());
    loaded.problems.sort_by(|a, b| (b.severity, &a.place).cmp(&(a.severity, &b.place)));
    loaded
}

/// Every section is read, even after one failed, so that all problems are told at once.
fn read_sections(reader: &mut Reader<'_>) -> Option<Configuration> {
    let http = HttpSettings::read(reader);
    let check = CheckSettings::read(reader);
    let console = ConsoleSettings::read(reader);
    let organization = OrganizationSettings::read(reader);
    let store = StoreSettings::read(reader);
    let pepper = PepperSettings::read(reader);
    let issuer = IssuerSettings::read(reader);
    let signer = SignerSettings::read(reader);
    let pool = PoolSettings::read(reader);
    let claim = ClaimSettings::read(reader);
    let letters = LetterSettings::read(reader);
    let mail = MailServerSettings::read(reader);
    let proxies = ProxySettings::read(reader);
    let log = LogSettings::read(reader);
    let metrics = MetricsSettings::read(reader);
    let telemetry = TelemetrySettings::read(reader);
    Some(Configuration {
        http: http?,
        check: check?,
        console: console?,
        organization: organization?,
        store: store?,
        pepper: pepper?,
        issuer: issuer?,
        signer: signer?,
        pool: pool?,
        claim: claim?,
        letters: letters?,
        mail: mail?,
        proxies: proxies?,
        log: log?,
        metrics: metrics?,
        telemetry: telemetry?,
    })
}
