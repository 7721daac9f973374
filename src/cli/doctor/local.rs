//! What this machine tells: configuration, files, store, clock.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;
use crate::app::{Materials, Office, check_store, letter_font, write_alone};
use crate::config::{Configuration, Loaded, Severity};
use crate::enrollment::ListQuery;

/// Less than this is nearly nothing: one busy day's certificates.
const LITTLE_ROOM: u64 = 100 << 20;
/// Less than this is worth a look.
const SOME_ROOM: u64 = 1 << 30;
/// How far the newest event may lie in the future: clocks of two nodes differ a little.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);
/// What systemd's time service keeps while the clock is in step.
const IN_STEP: &str = "/run/systemd/timesync/synchronized";
/// What says that another program keeps the clock.
const KEEPERS: [&str; 3] = ["/run/chrony", "/run/ntpd.pid", "/run/openntpd"];

/// Whether the configuration can be read, and what is wrong with it.
pub(super) fn configuration(file: Option<&Path>, loaded: &Loaded) -> Vec<Finding> {
    let mut findings: Vec<_> = loaded
        .problems
        .iter()
        .map(|problem| Finding { group: "configuration", ..Finding::problem(problem) })
        .collect();
    if file.is_none() && loaded.configuration.is_none() {
        let none = Finding::error("configuration", "no-configuration", "there is no configuration file");
        findings.insert(0, none.remedy("`tegata init DIRECTORY` makes one, --config names one"));
    }
    if findings.is_empty() {
        let from = file.map_or_else(|| "the environment".to_owned(), |file| file.display().to_string());
        findings.push(Finding::ok("configuration", "configuration", format!("{from} is right")));
    }
    findings
}

/// Whether a proxy stands before the landing site that nobody named.
pub(super) fn proxies(settings: &Configuration) -> Option<Finding> {
    let http = &settings.http;
    let behind = http.public_url.scheme() == "https" && http.certificate.is_none();
    if !behind || !settings.proxies.trusted.is_empty() || !http.listen.ip().is_loopback() {
        return None;
    }
    let unnamed =
        "the landing site is behind a proxy (https without http.certificate), and proxies.trusted is empty";
    let unnamed = Finding::warning("configuration", "proxies", unnamed);
    let unnamed = unnamed.why("everybody seems to come from the proxy, and shares one allowance of requests");
    Some(unnamed.remedy("the proxy's address in proxies.trusted"))
}

/// Whether what the configuration names can be read and fits together.
pub(super) fn materials(settings: &Configuration, loaded: &Loaded, now: Timestamp) -> Vec<Finding> {
    let materials = Materials::new(settings, loaded);
    let problems = match materials.whole(now) {
        Ok(whole) => whole.warnings,
        Err(problems) => problems,
    };
    let mut findings: Vec<_> = problems
        .iter()
        .filter(|problem| !loaded.problems.contains(problem))
        .map(|problem| {
            let code = if problem.severity == Severity::Error { "unusable" } else { "dates" };
            Finding { code, ..Finding::problem(problem) }
        })
        .collect();
    let clean = |group: &str| findings.iter().all(|finding| finding.group != group);
    let mut good = Vec::new();
    if clean("issuer")
        && let Ok(issuer) = materials.issuer()
    {
        let ends = issuer.validity().1.strftime("%Y-%m-%d");
        let what = format!("{} belongs to its key and ends on {ends}", issuer.name());
        good.push(Finding::ok("issuer", "issuer", what));
    }
    if clean("offers")
        && let Ok(offers) = materials.offers()
    {
        good.push(Finding::ok("offers", "offers", format!("{} offers are in force", offers.iter().count())));
    }
    findings.extend(good);
    findings
}

/// Whether letters can be printed. A named font that cannot be used is told with everything else that the configuration names.
pub(super) fn letters(settings: &Configuration) -> Option<Finding> {
    match letter_font(&settings.letters) {
        Ok(path) => {
            Some(Finding::ok("letters", "font", format!("letters are printed in {}", path.display())))
        }
        Err(_) if settings.letters.font.is_some() => None,
        Err(error) => {
            let none = Finding::warning("letters", "font", error.message);
            let none = none.why("neither `tegata letters` nor the console can print any");
            Some(none.remedy(error.hint))
        }
    }
}

fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|found| found.permissions().mode() & 0o7777)
}

/// Whether others could change what decides, or read what is private.
pub(super) fn files(file: Option<&Path>, settings: &Configuration) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut watched: Vec<PathBuf> = file.map(Path::to_path_buf).into_iter().collect();
    watched.extend([settings.issuer.certificate.clone(), settings.signer.certificate.clone()]);
    if let Some(offers) = &settings.organization.offers {
        watched.push(offers.clone());
        let inside = fs::read_dir(offers).into_iter().flatten().filter_map(Result::ok);
        watched.extend(inside.map(|entry| entry.path()));
    }
    for path in watched {
        if let Some(mode) = mode(&path).filter(|mode| mode & 0o022 != 0) {
            let what = format!("{} can be changed by others (mode {mode:04o})", path.display());
            let open = Finding::error("files", "writable", what);
            let open = open.why("whoever changes it decides what is issued, and to whom");
            findings.push(open.remedy(format!("chmod go-w {}", path.display())));
        }
    }
    if settings.store.url.is_none()
        && let Some(mode) = mode(&settings.store.directory).filter(|mode| mode & 0o077 != 0)
    {
        let path = settings.store.directory.display();
        let open =
            Finding::warning("files", "open-store", format!("{path} is open to others (mode {mode:04o})"));
        findings.push(open.why("names of people stand in the store").remedy(format!("chmod 700 {path}")));
    }
    let root = file.and_then(Path::parent).unwrap_or_else(|| Path::new("")).join("root/root.key");
    if root.exists() {
        let here = Finding::warning(
            "files",
            "root-key",
            format!("the root's key is on this machine: {}", root.display()),
        );
        let here = here.why("it is needed for a new issuing CA only; whoever has it can make one");
        findings.push(
            here.remedy("move it to where nobody reaches it by network, with its passphrase elsewhere"),
        );
    }
    if !findings.iter().any(|finding| finding.code == "writable") {
        findings.push(Finding::ok("files", "files", "nobody else can change what decides"));
    }
    findings
}

/// Whether the store takes changes, is the pepper's own, and has room.
pub(super) async fn store(settings: &Configuration, loaded: &Loaded, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = check_store(settings, loaded).await {
        let closed = Finding::error("store", "store", format!("the store cannot be used: {error}"));
        let remedy = error.remedy().unwrap_or_else(|| "mend what the message names".to_owned());
        findings.push(closed.remedy(remedy));
        return findings;
    }
    let engine = settings.store.url.as_ref().map_or("the embedded store", |_| "Redis");
    findings.push(Finding::ok("store", "store", format!("{engine} opens, and keeps what it acknowledges")));
    if settings.store.url.is_some() && settings.store.accept_loss {
        let lossy = Finding::warning(
            "store",
            "accept-loss",
            "store.accept_loss is set: Redis may lose what it acknowledged",
        );
        let lossy = lossy.why("a certificate that reached somebody may then be missing in the ledger");
        findings.push(
            lossy.remedy("appendonly yes, appendfsync always, maxmemory-policy noeviction; then remove it"),
        );
    }
    if let Ok(alone) = write_alone(settings, loaded).await
        && !alone.is_empty()
    {
        let what = format!("{} goes on writing when it is cut off from all replicas", alone.join(", "));
        let cut = Finding::warning("store", "write-alone", what);
        let cut =
            cut.why("until it is given up, nodes read there what nobody acknowledged and what will be gone");
        findings.push(cut.remedy("min-replicas-to-write 1 in redis.conf of every server, and by CONFIG SET"));
    }
    if settings.store.url.is_none() {
        findings.extend(room(&settings.store.directory));
    }
    match Office::open(settings, loaded).await {
        Ok(office) => findings.extend(inside(&office, now).await),
        Err(error) => findings.push(Finding::error("store", "office", error.to_string())),
    }
    findings
}

fn room(directory: &Path) -> Option<Finding> {
    let found = rustix::fs::statvfs(directory).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let what = format!("{} MiB are free at {}", free >> 20, directory.display());
    let why = "a full disk takes no claims";
    Some(match free {
        0..LITTLE_ROOM => Finding::error("store", "room", what).why(why).remedy("make room"),
        LITTLE_ROOM..SOME_ROOM => Finding::warning("store", "room", what).why(why).remedy("make room soon"),
        _ => Finding::ok("store", "room", what),
    })
}

async fn inside(office: &Office, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    match office.prove_pepper().await {
        Ok(()) => findings.push(Finding::ok("store", "pepper", "the pepper is the store's own")),
        Err(error) => {
            let other = Finding::error("store", "pepper", error.to_string());
            let other = other.why("no invitation opens under another pepper");
            findings.push(other.remedy("the copy of the pepper that was made with this store"));
        }
    }
    match office.organization().await {
        Ok(organization) => {
            let what = format!("the organization {} is there", organization.id);
            findings.push(Finding::ok("store", "organization", what));
        }
        Err(error) => {
            let missing = Finding::error("store", "organization", error.to_string());
            findings.push(missing.remedy(error.remedy().unwrap_or_default()));
        }
    }
    let newest = office.authority.list(&office.caller, ListQuery { limit: 1, ..ListQuery::default() }).await;
    if let Ok(newest) = newest
        && let Some(newest) = newest.enrollments.first()
        && newest.invited_at.duration_since(now) > CLOCKS_DIFFER
    {
        let what = format!("the newest invitation was made at {}, which has not come yet", newest.invited_at);
        let back = Finding::error("clock", "backwards", what);
        let back =
            back.why("windows and locks last longer than they should, and certificates begin too early");
        findings.push(back.remedy("set the clock; a time service keeps it right"));
    }
    findings
}

/// Whether something keeps the clock, as far as that can be known without a network.
pub(super) fn clock() -> Vec<Finding> {
    let kept = Path::new(IN_STEP).exists() || KEEPERS.iter().any(|path| Path::new(path).exists());
    vec![if kept {
        Finding::ok("clock", "kept", "a time service keeps the clock")
    } else {
        let free =
            Finding::warning("clock", "kept", "no time service that Tegata knows keeps this machine's clock");
        let free = free.why("devices refuse certificates that begin in their future");
        free.remedy("systemd-timesyncd, chrony or another; in a container the host's counts")
    }]
}
