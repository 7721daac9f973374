//! The fields of records in words, with what they were and what they are.

use serde_json::Value;

use crate::directory::{Change, Role};
use crate::http::console::frame::role_name;
use crate::http::words::Words;

/// A field that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    /// Which.
    pub field: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// What was changed, field by field.
#[must_use]
pub fn changes(words: Words, changes: &[Change]) -> Vec<ChangeLine> {
    let line = |change: &Change| ChangeLine {
        field: key(&change.field).map_or_else(|| change.field.clone(), |key| words.say(key).to_string()),
        before: value(words, &change.field, &change.before),
        after: value(words, &change.field, &change.after),
    };
    changes.iter().map(line).collect()
}

/// The text of a field that people know.
fn key(field: &str) -> Option<&'static str> {
    Some(match field {
        "name" | "display" => "field-name",
        "contact.name" => "field-contact-name",
        "contact.phone" => "field-contact-phone",
        "contact.email" => "field-contact-email",
        "contact.hours" => "field-contact-hours",
        "look.colour" => "field-colour",
        "look.dark_colour" => "field-dark-colour",
        "first_question" => "field-first-question",
        "policy.offers" | "offers" => "field-offers",
        "policy.certificates_per_person" => "field-cap",
        "policy.link_hours" => "field-link-hours",
        "policy.invitation_days" => "field-invitation-days",
        "policy.attempts" => "field-attempts",
        "policy.stuck_after_hours" => "field-stuck",
        "policy.abandoned_after_days" => "field-abandoned",
        "policy.change_alone" => "field-change-alone",
        "policy.notices" => "field-notices",
        "policy.secret_beside_link" => "field-secret-together",
        "mail.secret_apart" => "field-secret-apart",
        "mail.secret_delay" => "field-secret-delay",
        "mail.language" => "field-mail-language",
        "mail.from_name" => "field-from-name",
        "mail.reply_to" => "field-reply-to",
        "mail.bounce" => "field-bounce",
        "role" => "field-role",
        "facilities" => "field-facilities",
        "facility" => "field-facility",
        "kana" => "field-kana",
        "email" => "field-email",
        "language" => "field-language",
        "administrator" => "field-administrator",
        "passkey" => "field-passkey",
        other if other.starts_with("look.logo") => "field-logo",
        _ => return None,
    })
}

fn value(words: Words, field: &str, value: &Value) -> String {
    match value {
        Value::Null => words.say("value-none").plain(),
        Value::Bool(true) => words.say("value-yes").plain(),
        Value::Bool(false) => words.say("value-no").plain(),
        // The name of a logo's file tells nobody anything.
        Value::Object(_) => words.say("value-there").plain(),
        Value::Array(values) if values.is_empty() => words.say("value-none").plain(),
        Value::Array(values) => {
            let values: Vec<_> = values
                .iter()
                .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
                .collect();
            values.join(", ")
        }
        Value::String(text) if field == "role" => {
            text.parse().map_or_else(|_| text.clone(), |role: Role| role_name(words, role))
        }
        Value::String(text) if field == "first_question" => match text.as_str() {
            "facility" => words.say("entry-facility").plain(),
            _ => words.say("entry-number").plain(),
        },
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::language::Language;

    #[test]
    fn a_change_is_told_in_words_and_an_unknown_field_by_its_name() {
        let changed = |field: &str, before: Value, after: Value| {
            let change = Change { field: field.to_owned(), before, after };
            changes(Words(Language::English), &[change]).remove(0)
        };
        let role = changed("role", json!("operator"), json!("auditor"));
        assert_eq!((role.before.as_str(), role.after.as_str()), ("Operator", "Auditor"));
        let offers = changed("policy.offers", Value::Null, json!(["a", "b"]));
        assert_eq!(offers.after, "a, b");
        assert_eq!(changed("yet.unknown", json!(1), json!(true)).field, "yet.unknown");
        let logo = changed("look.logo", Value::Null, json!({ "name": "0123" }));
        assert!(!logo.after.contains("0123"));
    }
}
