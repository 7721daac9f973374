//! A Wi-Fi network that lets devices in by their certificate (EAP-TLS).

use std::collections::BTreeSet;

use plist::{Dictionary, Value};

use super::type_key;
use crate::profile::render::{ProfileError, Rendering};
use crate::profile::schema::{Key, Kind, Presence};
use crate::profile::section::Section;
use crate::profile::template::Template;
use crate::profile::text::{closest, excerpt};
use crate::profile::variable::Variable;

/// What it is for.
pub(super) const DOC: &str = "A Wi-Fi network that lets devices in by their certificate (EAP-TLS).";

/// Its keys.
pub(super) const KEYS: &[Key] = &[
    type_key(&["wifi"], "\"wifi\""),
    Key {
        name: "ssid",
        kind: Kind::Text { longest: 32 },
        presence: Presence::Required,
        example: "\"Clinic\"",
        doc: "The network's name, exactly; at most 32 bytes, which is 10 Japanese characters.",
    },
    Key {
        name: "security",
        kind: Kind::Choice(&["wpa2", "wpa3"]),
        presence: Presence::Default("\"wpa2\""),
        example: "",
        doc: "The weakest encryption that the device accepts. wpa2 joins WPA3 networks too (from iOS 16 and macOS \
              13 on).",
    },
    Key {
        name: "server_names",
        kind: Kind::Texts { most: 20, longest: 255 },
        presence: Presence::Default("[]"),
        example: r#"["radius.example.jp"]"#,
        doc: "The names that the RADIUS server's certificate may carry; * stands for one part of a name. Without \
              them any server under the anchors can pose as the network.",
    },
    Key {
        name: "anchors",
        kind: Kind::Texts { most: 20, longest: 40 },
        presence: Presence::Default("[]"),
        example: r#"["ours"]"#,
        doc: "The ids of the trust anchors of this offer that the RADIUS server's certificate comes from. Left out: \
              a public authority's.",
    },
    Key {
        name: "identity",
        kind: Kind::Template { longest: 200, variables: Variable::OF_A_PERSON },
        presence: Presence::Optional,
        example: r#""{subscriber.email}""#,
        doc: "The user name that the device tells the RADIUS server. Left out: the device takes one from the \
              certificate.",
    },
    Key {
        name: "hidden",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "",
        doc: "Whether the network hides its name.",
    },
    Key {
        name: "auto_join",
        kind: Kind::Flag,
        presence: Presence::Default("true"),
        example: "",
        doc: "Whether the device joins the network by itself.",
    },
    Key {
        name: "private_address",
        kind: Kind::Flag,
        presence: Presence::Default("true"),
        example: "",
        doc: "Whether the device may hide its hardware address from this network. Turn it off where the network \
              tells devices apart by it.",
    },
    Key {
        name: "tls_minimum",
        kind: Kind::Choice(&["1.0", "1.1", "1.2"]),
        presence: Presence::Default("\"1.2\""),
        example: "",
        doc: "The oldest TLS version that the device speaks with the RADIUS server.",
    },
    Key {
        name: "tls_maximum",
        kind: Kind::Choice(&["1.2", "1.3"]),
        presence: Presence::Default("\"1.2\""),
        example: "",
        doc: "The newest TLS version that the device speaks with the RADIUS server. Few RADIUS servers do EAP-TLS \
              with 1.3 (RFC 9190) right.",
    },
];

/// How long a network's name can be, in bytes (IEEE 802.11 §9.4.2.2).
const LONGEST_SSID: usize = 32;

/// The number of EAP-TLS among the methods of EAP (RFC 5216 §3).
const EAP_TLS: u64 = 13;

/// `com.apple.wifi.managed`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wifi {
    /// The network's name.
    pub ssid: String,
    /// The weakest encryption that the device accepts.
    pub security: WifiSecurity,
    /// The names that the RADIUS server's certificate may carry.
    pub server_names: Vec<String>,
    /// The ids of the trust anchors that the RADIUS server's certificate comes from.
    pub anchors: Vec<String>,
    /// The user name for the RADIUS server.
    pub identity: Option<Template>,
    /// Whether the network hides its name.
    pub hidden: bool,
    /// Whether the device joins by itself.
    pub auto_join: bool,
    /// Whether the device may hide its hardware address.
    pub private_address: bool,
    /// The oldest TLS version, such as `1.2`.
    pub tls_minimum: &'static str,
    /// The newest TLS version, such as `1.2`.
    pub tls_maximum: &'static str,
}

/// The weakest encryption of a network that a device accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WifiSecurity {
    /// WPA2; from iOS 16 and macOS 13 on also WPA3.
    Wpa2,
    /// WPA3 alone.
    Wpa3,
}

impl WifiSecurity {
    fn as_str(self) -> &'static str {
        match self {
            Self::Wpa2 => "WPA2",
            Self::Wpa3 => "WPA3",
        }
    }
}

impl Wifi {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let wifi = Self {
            ssid: section.text("ssid").unwrap_or_default(),
            security: match section.choice("security") {
                Some("wpa3") => WifiSecurity::Wpa3,
                _ => WifiSecurity::Wpa2,
            },
            server_names: section.texts("server_names"),
            anchors: section.texts("anchors"),
            identity: section.template("identity"),
            hidden: section.flag("hidden").unwrap_or_default(),
            auto_join: section.flag("auto_join").unwrap_or_default(),
            private_address: section.flag("private_address").unwrap_or_default(),
            tls_minimum: section.choice("tls_minimum").unwrap_or_default(),
            tls_maximum: section.choice("tls_maximum").unwrap_or_default(),
        };
        if wifi.ssid.len() > LONGEST_SSID {
            let wrong = format!(
                "has {} bytes in UTF-8, but a network's name has at most {LONGEST_SSID}",
                wifi.ssid.len()
            );
            section.report("ssid", wrong, "write the name that the access points announce");
        }
        for name in wifi.server_names.iter().filter(|name| !is_server_name(name)) {
            let wrong = format!("must be names of servers, but one is \"{}\"", excerpt(name, 60));
            section.report(
                "server_names",
                wrong,
                "write for example: server_names = [\"radius.example.jp\"]",
            );
        }
        if section.lacks("server_names") && section.lacks("anchors") {
            let wrong = "is missing, and so is anchors: any access point could pose as this network";
            section.report(
                "server_names",
                wrong,
                "write for example: server_names = [\"radius.example.jp\"]",
            );
        }
        wifi
    }

    /// Notes the anchors that the offer does not have.
    pub(super) fn check_anchors(&self, section: &Section<'_>, known: &BTreeSet<&str>) {
        for id in self.anchors.iter().filter(|id| !known.contains(id.as_str())) {
            let right = match closest(id, known.iter().copied()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => {
                    format!("add a payload of the type \"trust-anchor\" with id = \"{}\"", excerpt(id, 40))
                }
            };
            section.report(
                "anchors",
                format!("names the trust anchor \"{}\", which this offer does not have", excerpt(id, 40)),
                right,
            );
        }
    }

    pub(super) fn render(&self, rendering: &Rendering<'_>) -> Result<Dictionary, ProfileError> {
        let part = rendering.part("wifi", &self.ssid);
        let mut payload =
            rendering.payload("com.apple.wifi.managed", &part, rendering.uuid(&part), &self.ssid);
        payload.insert("SSID_STR".into(), Value::from(self.ssid.as_str()));
        payload.insert("HIDDEN_NETWORK".into(), Value::from(self.hidden));
        payload.insert("AutoJoin".into(), Value::from(self.auto_join));
        payload.insert("EncryptionType".into(), Value::from(self.security.as_str()));
        if !self.private_address {
            payload.insert("DisableAssociationMACRandomization".into(), Value::from(true));
        }
        payload.insert("PayloadCertificateUUID".into(), rendering.identity_reference());
        payload.insert("EAPClientConfiguration".into(), Value::Dictionary(self.eap(rendering)?));
        Ok(payload)
    }

    fn eap(&self, rendering: &Rendering<'_>) -> Result<Dictionary, ProfileError> {
        let mut eap = Dictionary::new();
        eap.insert("AcceptEAPTypes".into(), Value::Array(vec![Value::from(EAP_TLS)]));
        if let Some(identity) = &self.identity {
            eap.insert(
                "UserName".into(),
                Value::from(identity.render("payloads.identity", &rendering.context.values)?),
            );
        }
        let anchors: Vec<_> = self.anchors.iter().flat_map(|id| rendering.anchor_references(id)).collect();
        if !anchors.is_empty() {
            eap.insert("PayloadCertificateAnchorUUID".into(), Value::Array(anchors));
        }
        if !self.server_names.is_empty() {
            let names = self.server_names.iter().map(|name| Value::from(name.as_str()));
            eap.insert("TLSTrustedServerNames".into(), Value::Array(names.collect()));
        }
        eap.insert("TLSMinimumVersion".into(), Value::from(self.tls_minimum));
        eap.insert("TLSMaximumVersion".into(), Value::from(self.tls_maximum));
        Ok(eap)
    }
}

/// Whether a name can stand in a server's certificate, with `*` for a part.
fn is_server_name(name: &str) -> bool {
    name.split('.').all(|part| {
        part == "*"
            || (!part.is_empty()
                && part.len() <= 63
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
    })
}
