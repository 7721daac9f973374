//! `tegata doctor`.

mod certificates;
mod finding;
mod handshake;
mod local;
mod mail;
mod nodes;
mod public;

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use url::Url;

use super::Session;
use super::failure::{Exit, Failure};
use super::style::{error, faint, good, hint, plain, strong, warning};
use finding::{Finding, GROUPS, Level};

/// How long one probe may take, where nobody says.
const PROBE: &str = "5";

/// Examine the installation: configuration, files, store, clock, certificates, and what devices meet at the public addresses
///
/// Nothing is changed. Each finding says what is so, why it matters and what to do. Works while `tegata serve` runs, and says so
/// when it does not. Exits with 1 when something is wrong; warnings alone exit with 0.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata --config /srv/tegata doctor
  tegata doctor --offline
  tegata doctor --node http://10.0.0.7:8080 --node http://10.0.0.8:8080
  tegata doctor --json | jq '.findings[] | select(.level != \"ok\")'")]
pub(super) struct Arguments {
    /// Look at this machine alone: do not ask the public addresses
    #[arg(long)]
    offline: bool,
    /// Ask this node by itself, in place of those that http.nodes names; may be given several times
    #[arg(long = "node", value_name = "URL", value_parser = node, conflicts_with = "offline")]
    nodes: Vec<Url>,
    /// How long one probe of a public address may take, in seconds, from 1 to 60
    #[arg(long, value_name = "SECONDS", default_value = PROBE, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
    #[arg(long, help = "Print JSON: ok, errors, warnings, findings")]
    pub(super) json: bool,
}

/// The address of a node.
fn node(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if web { Ok(url) } else { Err("it begins with neither http:// nor https://".to_owned()) }
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Examined<'a> {
    ok: bool,
    errors: usize,
    warnings: usize,
    findings: &'a [Finding],
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let progress = session.progress("examining");
    let findings = session.block_on(examine(session, arguments))?;
    drop(progress);
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    let examined = Examined { ok: errors == 0, errors, warnings, findings: &findings };
    session.output.result(&text(&findings, session.output.quiet), &examined)?;
    match errors {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Failed, "unwell", "something is wrong")),
        many => Err(Failure::new(Exit::Failed, "unwell", format!("{many} things are wrong"))),
    }
}

async fn examine(session: &Session, arguments: &Arguments) -> Vec<Finding> {
    let loaded = session.load();
    let mut findings = local::configuration(session.configuration_file().as_deref(), &loaded);
    let Some(settings) = loaded.configuration.clone() else { return findings };
    let now = session.clock.now();
    findings.extend(local::proxies(&settings));
    findings.extend(local::materials(&settings, &loaded, now));
    findings.extend(local::letters(&settings));
    findings.extend(local::files(session.configuration_file().as_deref(), &settings));
    findings.extend(local::store(&settings, &loaded, now).await);
    findings.extend(local::clock());
    findings.extend(certificates::examine(&settings, now));
    if !arguments.offline {
        let within = Duration::from_secs(arguments.timeout);
        findings.extend(nodes::examine(&settings, &arguments.nodes, within, now).await);
        findings.extend(public::examine(&settings, &loaded, within, now).await);
    }
    let online = (!arguments.offline).then(|| Duration::from_secs(arguments.timeout));
    findings.extend(mail::examine(&settings, &loaded, online, now).await);
    findings.sort_by_key(|finding| GROUPS.iter().position(|group| *group == finding.group));
    findings
}

fn text(findings: &[Finding], quiet: bool) -> String {
    let mut text = String::new();
    for group in GROUPS {
        let of_group: Vec<_> = findings
            .iter()
            .filter(|finding| finding.group == group && !(quiet && finding.level == Level::Ok))
            .collect();
        if of_group.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", strong(group));
        for finding in of_group {
            let mark = match finding.level {
                Level::Ok => good("ok"),
                Level::Warning => warning("warning:"),
                Level::Error => error("error:"),
            };
            let _ = writeln!(text, "  {mark} {}", plain(&finding.what));
            if let Some(why) = &finding.why {
                let _ = writeln!(text, "    {}", faint(&plain(why)));
            }
            if let Some(remedy) = &finding.remedy {
                let _ = writeln!(text, "    {} {}", hint("do:"), plain(remedy));
            }
        }
    }
    text
}
