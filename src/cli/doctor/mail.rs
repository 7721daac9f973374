//! What keeps mails from arriving, as far as it can be seen from here.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;
use crate::app::{Materials, Office};
use crate::config::{Configuration, Loaded};
use crate::enrollment::{MailQuery, MailStanding};

/// A mail that waits for longer is worth a look.
const LONG: SignedDuration = SignedDuration::from_hours(1);
/// So many mails that ended badly are looked at, and only new ones are told.
const LOOKED_AT: usize = 100;
const NEW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The way to the mail server, and what stands in the outbox.
pub(super) async fn examine(
    settings: &Configuration,
    loaded: &Loaded,
    online: Option<Duration>,
    now: Timestamp,
) -> Vec<Finding> {
    let Some(server) = &settings.mail.server else {
        return vec![Finding::ok("mail", "mail", "no mail is sent (mail.server is not set)")];
    };
    let mut findings = Vec::new();
    match (Materials::new(settings, loaded).smtp(), online) {
        (Ok(Some(smtp)), Some(within)) => {
            let probed = tokio::time::timeout(within, smtp.probe()).await;
            let failed = match probed {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(format!("{server} did not answer within {} seconds", within.as_secs())),
            };
            findings.push(match failed {
                None => Finding::ok("mail", "mail-server", format!("{server} lets Tegata in")),
                Some(why) => Finding::error("mail", "mail-server", why)
                    .why("mails wait, and are given up in the end")
                    .remedy("mail.server, mail.user and mail.password_file; `tegata mail test` tries it"),
            });
        }
        (Ok(_), _) => {}
        (Err(problem), _) => findings.push(Finding { group: "mail", ..Finding::problem(&problem) }),
    }
    if let Ok(office) = Office::open(settings, loaded).await {
        findings.extend(outbox(&office, now).await);
    }
    findings
}

async fn outbox(office: &Office, now: Timestamp) -> Vec<Finding> {
    let authority = &office.authority;
    let mut findings = Vec::new();
    if let Ok(waiting) = authority.waiting_mails(&office.caller.organization).await {
        let age = waiting.oldest.map_or(SignedDuration::ZERO, |oldest| now.duration_since(oldest));
        let what = format!("{} mails wait", waiting.mails);
        findings.push(if age > LONG {
            let minutes = age.as_mins();
            Finding::warning("mail", "mail-waits", format!("{what}, the oldest for {minutes} minutes"))
                .why("nobody was told of what is in them")
                .remedy("`tegata mail list --state waiting` says why; `tegata serve` must run to send them")
        } else {
            Finding::ok("mail", "mail-waits", what)
        });
    }
    let mut lost = 0;
    for state in [MailStanding::Failed, MailStanding::Bounced] {
        let query = MailQuery { state: Some(state), after: None, limit: LOOKED_AT };
        if let Ok(found) = authority.mails(&office.caller, query).await {
            let new = |at: Timestamp| now.duration_since(at) < NEW;
            lost += found.mails.iter().filter(|mail| mail.ended_at.is_some_and(new)).count();
        }
    }
    if lost > 0 {
        let what = format!("{lost} mails of the last seven days did not arrive");
        let found = Finding::warning("mail", "mail-lost", what).why("nobody was told of what is in them");
        let remedy = "`tegata mail list --state failed` and `--state bounced` say why; `tegata mail resend` makes a new link";
        findings.push(found.remedy(remedy));
    }
    findings
}
