//! What the log has of the directory, in words.

use crate::directory::Deed;
use crate::http::console::flash::Tone;
use crate::http::console::frame::role_name;
use crate::http::words::Words;

/// What was done or tried, and how it is meant.
#[must_use]
pub fn deed(words: Words, deed: &Deed) -> (String, Tone) {
    let plain = |key| words.say(key).to_string();
    let named = |key, name: &String| words.say(key).with("name", name.clone()).to_string();
    let role = |role: &Option<crate::directory::Role>| {
        role.map_or_else(|| words.say("role-administrator").plain(), |role| role_name(words, role))
    };
    let told = match deed {
        Deed::SignedIn { passkey } => named("deed-signed-in", passkey),
        Deed::SignInFailed { why } => named("deed-sign-in-failed", why),
        Deed::SteppedUp => plain("deed-stepped-up"),
        Deed::SignedOut => plain("deed-signed-out"),
        Deed::SessionsEnded => plain("deed-sessions-ended"),
        Deed::RecoveryCodeMade => plain("deed-recovery-code-made"),
        Deed::WrongRecoveryCode => plain("deed-wrong-recovery-code"),
        Deed::RecoveryLocked { .. } => plain("deed-recovery-locked"),
        Deed::Recovered { passkey } => named("deed-recovered", passkey),
        Deed::PasskeyAdded { passkey } => named("deed-passkey-added", passkey),
        Deed::PasskeyRemoved { passkey } => named("deed-passkey-removed", passkey),
        Deed::Welcomed { called, role: as_what, .. } => {
            words.say("deed-welcomed").with("name", called.clone()).with("role", role(as_what)).to_string()
        }
        Deed::WelcomeWithdrawn { called } => named("deed-welcome-withdrawn", called),
        Deed::Joined { role: as_what, .. } => {
            words.say("deed-joined").with("role", role(as_what)).to_string()
        }
        Deed::Created { called } => named("deed-created", called),
        Deed::Changed { .. } => plain("deed-changed"),
        Deed::Ended => plain("deed-ended"),
        Deed::Reopened => plain("deed-reopened"),
        Deed::Retired { revoked, cancelled } => {
            words.say("deed-retired").with("count", *revoked).with("failed", *cancelled).to_string()
        }
        Deed::Exported { what } => words.say("deed-exported").with("name", exported(words, what)).to_string(),
        Deed::JobBegun { what, rows, source } => {
            let name = words.say(job(what)).plain();
            let source = source.as_ref().map(|source| format!(" {source}")).unwrap_or_default();
            words
                .say("deed-job-begun")
                .with("name", format!("{name}{source}"))
                .with("count", *rows)
                .to_string()
        }
        Deed::JobStopped { done, rows } => {
            words.say("deed-job-stopped").with("done", *done).with("count", *rows).to_string()
        }
        Deed::Refused { act, code, .. } => refused(words, act, code.as_deref()),
    };
    (told, tone(deed))
}

const fn tone(deed: &Deed) -> Tone {
    match deed {
        Deed::Refused { .. }
        | Deed::SignInFailed { .. }
        | Deed::WrongRecoveryCode
        | Deed::RecoveryLocked { .. } => Tone::Bad,
        Deed::Exported { .. } | Deed::Ended | Deed::Retired { .. } | Deed::Recovered { .. } => Tone::Warning,
        _ => Tone::Plain,
    }
}

fn refused(words: Words, act: &str, code: Option<&str>) -> String {
    let act = asked(act).map_or_else(|| act.to_owned(), |key| words.say(key).plain());
    match code {
        Some(code) => {
            let why = words.explain(code, "title").plain();
            words
                .say("deed-refused")
                .with("act", act)
                .with("code", code.to_owned())
                .with("why", why)
                .to_string()
        }
        None => words.say("deed-refused-role").with("act", act).to_string(),
    }
}

/// What was asked for, in the words of the menu and the buttons.
fn asked(act: &str) -> Option<&'static str> {
    Some(match act {
        "read-enrollments" => "nav-enrollments",
        "read-subscribers" | "edit-subscriber" | "retire-subscriber" => "nav-subscribers",
        "read-facilities" | "edit-facility" | "import-facilities" => "nav-facilities",
        "read-audit" => "nav-audit",
        "read-operators" | "change-operator" | "invite-operator" => "nav-operators",
        "read-settings" | "edit-organization" => "nav-settings",
        "export" => "list-file",
        "issue" => "nav-issue",
        "show-credentials" => "act-renew",
        "resend" => "nav-mail",
        "unlock" => "act-unlock",
        "cancel" => "act-cancel",
        "reissue" => "act-reissue",
        "revoke" => "act-revoke",
        "note" => "act-note",
        "bulk" => "nav-bulk",
        "read-organizations" | "create-organization" | "close-organization" | "invite-first-operator" => {
            "nav-organizations"
        }
        "read-installation-audit" => "nav-installation-audit",
        "manage-administrators" => "nav-administrators",
        "enter" => "audit-enter",
        "account" => "account-title",
        _ => return None,
    })
}

fn exported(words: Words, what: &str) -> String {
    let key = match what {
        "enrollments" => "nav-enrollments",
        "audit" => "nav-audit",
        "job" => "bulk-result",
        "letters" => "audit-letters",
        "secrets" => "audit-secrets",
        _ => return what.to_owned(),
    };
    words.say(key).plain()
}

fn job(what: &str) -> &'static str {
    match what {
        "unlock" => "job-unlock",
        "cancel" => "job-cancel",
        "revoke" => "job-revoke",
        "reissue" => "job-reissue",
        _ => "job-issue",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Act, InstallationAct};

    #[test]
    fn whatever_can_be_refused_is_called_something() {
        for act in Act::ALL.map(Act::name).into_iter().chain(InstallationAct::ALL.map(InstallationAct::name))
        {
            assert!(asked(act).is_some(), "{act}");
        }
    }
}
