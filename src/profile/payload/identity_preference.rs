//! Which sites the identity is for, so that Safari on a Mac does not ask.

use plist::{Dictionary, Value};

use super::type_key;
use crate::profile::render::{ProfileError, Rendering, TargetDeviceType};
use crate::profile::schema::{Key, Kind, Presence};
use crate::profile::section::Section;
use crate::profile::template::Template;
use crate::profile::variable::Variable;

/// What it is for.
pub(super) const DOC: &str = "Tells a Mac which sites the certificate is for, so that Safari does not ask which \
    certificate to show. Only in profiles for a Mac.";

/// Its keys.
pub(super) const KEYS: &[Key] = &[
    type_key(&["identity-preference"], "\"identity-preference\""),
    Key {
        name: "names",
        kind: Kind::Templates { most: 20, longest: 500, variables: &Variable::ALL },
        presence: Presence::Default(r#"["{check_url}"]"#),
        example: r#"["{check_url}", "https://records.example.jp/"]"#,
        doc: "Addresses or host names of the sites.",
    },
];

/// `com.apple.security.identitypreference`, one per site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPreference {
    /// Addresses or host names of the sites.
    pub names: Vec<Template>,
}

impl IdentityPreference {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let names = section.templates("names");
        if section.is_empty_list("names") || names.iter().any(Template::is_empty) {
            section.report(
                "names",
                "names no site",
                "write for example: names = [\"https://records.example.jp/\"]",
            );
        }
        Self { names }
    }

    pub(super) fn render(&self, rendering: &Rendering<'_>) -> Result<Vec<Dictionary>, ProfileError> {
        // The payload does not exist outside macOS; an iPad that poses as a Mac gets a profile for any device.
        if rendering.context.target != TargetDeviceType::Mac {
            return Ok(Vec::new());
        }
        let mut payloads = Vec::new();
        for template in &self.names {
            let name = template.render_uri("payloads.names", &rendering.context.values)?;
            let part = rendering.part("preference", &name);
            let mut payload = rendering.payload(
                "com.apple.security.identitypreference",
                &part,
                rendering.uuid(&part),
                rendering.context.display_name,
            );
            payload.insert("Name".into(), Value::from(name));
            payload.insert("PayloadCertificateUUID".into(), rendering.identity_reference());
            if !payloads.contains(&payload) {
                payloads.push(payload);
            }
        }
        Ok(payloads)
    }
}
