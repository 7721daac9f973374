//! Whether a Redis keeps what it acknowledges.

/// What is asked of a Redis, and the only answer that lets no acknowledged write be lost.
///
/// `everysec` acknowledges what is on disk up to a second later, and `no-appendfsync-on-rewrite` suspends `always` while the
/// file is rewritten. Replicas are no substitute: a master that comes back before they take over gives them its loss.
const DEMANDS: [(&str, &str); 4] = [
    ("appendonly", "yes"),
    ("appendfsync", "always"),
    ("no-appendfsync-on-rewrite", "no"),
    ("maxmemory-policy", "noeviction"),
];

/// The names of the settings to ask for.
pub fn settings() -> [&'static str; 4] {
    DEMANDS.map(|(name, _)| name)
}

/// What must be changed: for each setting its name, what it must be and what it is.
pub fn shortcomings(settings: &[(String, String)]) -> Vec<String> {
    let found =
        |wanted: &str| settings.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    DEMANDS
        .iter()
        .filter(|(name, wanted)| found(name) != Some(wanted))
        .map(|(name, wanted)| match found(name) {
            Some(value) => format!("`{name} {wanted}` (it is {value})"),
            None => format!("`{name} {wanted}` (it is not known there)"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Vec<String> {
        let settings = DEMANDS.map(|(known, wanted)| {
            (known.to_owned(), if known == name { value.to_owned() } else { wanted.to_owned() })
        });
        shortcomings(&settings)
    }

    #[test]
    fn what_would_lose_acknowledged_writes_is_named_with_what_to_set() {
        assert!(with("", "").is_empty());
        assert_eq!(with("appendonly", "no"), ["`appendonly yes` (it is no)"]);
        assert_eq!(with("appendfsync", "everysec"), ["`appendfsync always` (it is everysec)"]);
        assert_eq!(with("no-appendfsync-on-rewrite", "yes").len(), 1);
        assert_eq!(with("maxmemory-policy", "allkeys-lru").len(), 1);
        assert_eq!(shortcomings(&[]).len(), 4);
    }
}
