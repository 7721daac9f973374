//! A VPN that lets devices in by their certificate (IKEv2).

use plist::{Dictionary, Value};
use url::Host;

use super::type_key;
use crate::pki::key::KeyType;
use crate::profile::localized::Localized;
use crate::profile::render::{ProfileError, Rendering};
use crate::profile::schema::{Key, Kind, Presence};
use crate::profile::section::Section;
use crate::profile::template::Template;
use crate::profile::variable::Variable;

/// What it is for.
pub(super) const DOC: &str = "A VPN that lets devices in by their certificate (IKEv2).";

/// Its keys.
pub(super) const KEYS: &[Key] = &[
    type_key(&["vpn"], "\"vpn\""),
    Key {
        name: "title",
        kind: Kind::Localized { longest: 64, lines: false },
        presence: Presence::Required,
        example: r#"{ ja = "…", en = "Clinic VPN" }"#,
        doc: "What the device calls it in its settings.",
    },
    Key {
        name: "server",
        kind: Kind::Text { longest: 253 },
        presence: Presence::Required,
        example: "\"vpn.example.jp\"",
        doc: "The server's host name or IP address.",
    },
    Key {
        name: "remote_identifier",
        kind: Kind::Text { longest: 253 },
        presence: Presence::Optional,
        example: "\"vpn.example.jp\"",
        doc: "The name that the server's certificate must carry as an alternative name. Left out: the server.",
    },
    Key {
        name: "local_identifier",
        kind: Kind::Template { longest: 200, variables: Variable::OF_A_PERSON },
        presence: Presence::Required,
        example: "\"{subscriber.email}\"",
        doc: "The name that the device tells the server. Most servers want one that the certificate carries as an \
              alternative name ([san]).",
    },
    Key {
        name: "server_certificate_issuer",
        kind: Kind::Text { longest: 253 },
        presence: Presence::Optional,
        example: "\"Example Root CA\"",
        doc: "The common name of the CA that issued the server's certificate. Required with the keys p-256 and \
              p-384.",
    },
    Key {
        name: "server_certificate_name",
        kind: Kind::Text { longest: 253 },
        presence: Presence::Optional,
        example: "\"vpn.example.jp\"",
        doc: "The common name of the server's certificate. Left out: the remote identifier.",
    },
    Key {
        name: "eap",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "",
        doc: "Whether the device shows its certificate by EAP-TLS, for servers that ask a RADIUS server, instead of \
              in IKEv2 itself.",
    },
    Key {
        name: "encryption",
        kind: Kind::Choice(&["AES-256-GCM", "AES-128-GCM", "ChaCha20Poly1305", "AES-256", "AES-128"]),
        presence: Presence::Default("\"AES-256-GCM\""),
        example: "",
        doc: "The cipher of both the control and the data connection. The server must be set to the same.",
    },
    Key {
        name: "integrity",
        kind: Kind::Choice(&["SHA2-256", "SHA2-384", "SHA2-512"]),
        presence: Presence::Default("\"SHA2-256\""),
        example: "",
        doc: "The hash, likewise.",
    },
    Key {
        name: "group",
        kind: Kind::Number(&[14, 15, 16, 19, 20, 21, 31]),
        presence: Presence::Default("19"),
        example: "",
        doc: "The Diffie-Hellman group, likewise: 14 to 16 are MODP, 19 to 21 the curves P-256 to P-521, 31 is \
              Curve25519.",
    },
    Key {
        name: "forward_secrecy",
        kind: Kind::Flag,
        presence: Presence::Default("true"),
        example: "",
        doc: "Whether every new key of the data connection comes from a new exchange (PFS).",
    },
    Key {
        name: "all_traffic",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "",
        doc: "Whether everything goes through the VPN, whatever the server's routes say.",
    },
    Key {
        name: "on_demand",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "",
        doc: "Whether the device connects by itself whenever it has a network.",
    },
    Key {
        name: "trusted_ssids",
        kind: Kind::Texts { most: 20, longest: 32 },
        presence: Presence::Default("[]"),
        example: r#"["Clinic"]"#,
        doc: "Wi-Fi networks on which the device stays off the VPN. Only with on_demand.",
    },
];

/// How long the keys of the control connection serve, in minutes: Apple's default.
const IKE_MINUTES: u64 = 1440;

/// How long the keys of the data connection serve, in minutes: shorter, since they see the traffic.
const CHILD_MINUTES: u64 = 480;

/// `com.apple.vpn.managed` with `VPNType` `IKEv2`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpn {
    /// What the device calls it.
    pub title: Localized,
    /// The server's host name or IP address.
    pub server: String,
    /// The name that the server's certificate must carry.
    pub remote_identifier: String,
    /// The name that the device tells the server.
    pub local_identifier: Template,
    /// The common name of the CA of the server's certificate.
    pub server_certificate_issuer: Option<String>,
    /// The common name of the server's certificate.
    pub server_certificate_name: Option<String>,
    /// How the device shows its certificate.
    pub authentication: VpnAuthentication,
    /// The cipher, as Apple names it.
    pub encryption: &'static str,
    /// The hash, as Apple names it.
    pub integrity: &'static str,
    /// The Diffie-Hellman group (IANA, *Transform Type 4*).
    pub group: u32,
    /// Whether every new key comes from a new exchange.
    pub forward_secrecy: bool,
    /// Whether everything goes through the VPN.
    pub all_traffic: bool,
    /// When the device connects by itself; `None` where the person does.
    pub on_demand: Option<OnDemand>,
}

/// How a device shows its certificate to a VPN server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VpnAuthentication {
    /// In IKEv2 itself (RFC 7296 §2.15).
    Certificate,
    /// By EAP-TLS (RFC 5216), for servers that ask a RADIUS server.
    EapTls,
}

/// The device connects by itself whenever it has a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDemand {
    /// Wi-Fi networks on which it stays off the VPN all the same.
    pub trusted_ssids: Vec<String>,
}

impl Vpn {
    pub(super) fn read(section: &Section<'_>, key: KeyType) -> Self {
        let server = section.text("server").unwrap_or_default();
        if !server.is_empty() && Host::parse(&server).is_err() && Host::parse(&format!("[{server}]")).is_err()
        {
            let right = "write for example: server = \"vpn.example.jp\"";
            section.report("server", "must be a host name or an IP address", right);
        }
        let on_demand = section.flag("on_demand").unwrap_or_default();
        let trusted_ssids = section.texts("trusted_ssids");
        let vpn = Self {
            title: section.localized("title").unwrap_or_default(),
            remote_identifier: section.text("remote_identifier").unwrap_or_else(|| server.clone()),
            server,
            local_identifier: section.template("local_identifier").unwrap_or_default(),
            server_certificate_issuer: section.text("server_certificate_issuer"),
            server_certificate_name: section.text("server_certificate_name"),
            authentication: match section.flag("eap") {
                Some(true) => VpnAuthentication::EapTls,
                _ => VpnAuthentication::Certificate,
            },
            encryption: section.choice("encryption").unwrap_or_default(),
            integrity: section.choice("integrity").unwrap_or_default(),
            group: section.small("group"),
            forward_secrecy: section.flag("forward_secrecy").unwrap_or_default(),
            all_traffic: section.flag("all_traffic").unwrap_or_default(),
            on_demand: on_demand.then(|| OnDemand { trusted_ssids: trusted_ssids.clone() }),
        };
        if section.is_text("local_identifier", "") {
            section.report(
                "local_identifier",
                "is empty",
                "write for example: local_identifier = \"{subscriber.email}\"",
            );
        }
        if !key.is_rsa() && !section.has("server_certificate_issuer") {
            // Without the certificate's type the device takes it for RSA, and with it Apple requires the issuer's
            // name.
            let wrong = format!("is missing, which the key {} needs", key.as_str());
            section.report(
                "server_certificate_issuer",
                wrong,
                "write the common name of the CA that issued the server's certificate",
            );
        }
        if !trusted_ssids.is_empty() && !on_demand {
            section.report(
                "trusted_ssids",
                "has no effect without on_demand",
                "write on_demand = true, or leave the list out",
            );
        }
        vpn
    }

    pub(super) fn render(&self, rendering: &Rendering<'_>) -> Result<Dictionary, ProfileError> {
        let part = rendering.part("vpn", &self.server);
        let title = self.title.get(rendering.context.language);
        let mut payload = rendering.payload("com.apple.vpn.managed", &part, rendering.uuid(&part), title);
        payload.insert("UserDefinedName".into(), Value::from(title));
        payload.insert("VPNType".into(), Value::from("IKEv2"));
        payload.insert("IKEv2".into(), Value::Dictionary(self.ikev2(rendering)?));
        Ok(payload)
    }

    fn ikev2(&self, rendering: &Rendering<'_>) -> Result<Dictionary, ProfileError> {
        let mut ikev2 = Dictionary::new();
        let local = self.local_identifier.render("payloads.local_identifier", &rendering.context.values)?;
        ikev2.insert("RemoteAddress".into(), Value::from(self.server.as_str()));
        ikev2.insert("RemoteIdentifier".into(), Value::from(self.remote_identifier.as_str()));
        ikev2.insert("LocalIdentifier".into(), Value::from(local));
        let eap = self.authentication == VpnAuthentication::EapTls;
        // With the method None and EAP on, the certificate below is shown by EAP-TLS.
        ikev2.insert("AuthenticationMethod".into(), Value::from(if eap { "None" } else { "Certificate" }));
        ikev2.insert("ExtendedAuthEnabled".into(), flag(eap));
        ikev2.insert("PayloadCertificateUUID".into(), rendering.identity_reference());
        if let Some(issuer) = &self.server_certificate_issuer {
            ikev2.insert("CertificateType".into(), Value::from(certificate_type(rendering.offer.key)));
            ikev2.insert("ServerCertificateIssuerCommonName".into(), Value::from(issuer.as_str()));
        }
        if let Some(name) = &self.server_certificate_name {
            ikev2.insert("ServerCertificateCommonName".into(), Value::from(name.as_str()));
        }
        if eap {
            ikev2.insert("TLSMinimumVersion".into(), Value::from("1.2"));
        }
        ikev2.insert("IKESecurityAssociationParameters".into(), self.association(IKE_MINUTES));
        ikev2.insert("ChildSecurityAssociationParameters".into(), self.association(CHILD_MINUTES));
        ikev2.insert("EnablePFS".into(), flag(self.forward_secrecy));
        ikev2.insert("DeadPeerDetectionRate".into(), Value::from("Medium"));
        if self.all_traffic {
            ikev2.insert("IncludeAllNetworks".into(), flag(true));
        }
        if let Some(on_demand) = &self.on_demand {
            ikev2.insert("OnDemandEnabled".into(), flag(true));
            ikev2.insert("OnDemandRules".into(), on_demand.rules());
        }
        Ok(ikev2)
    }

    fn association(&self, minutes: u64) -> Value {
        let mut parameters = Dictionary::new();
        parameters.insert("EncryptionAlgorithm".into(), Value::from(self.encryption));
        parameters.insert("IntegrityAlgorithm".into(), Value::from(self.integrity));
        parameters.insert("DiffieHellmanGroup".into(), Value::from(u64::from(self.group)));
        parameters.insert("LifeTimeInMinutes".into(), Value::from(minutes));
        Value::Dictionary(parameters)
    }
}

impl OnDemand {
    /// The first rule that fits the network holds.
    fn rules(&self) -> Value {
        let mut rules = Vec::new();
        if !self.trusted_ssids.is_empty() {
            let ssids = self.trusted_ssids.iter().map(|ssid| Value::from(ssid.as_str()));
            let mut stay_off = Dictionary::new();
            stay_off.insert("Action".into(), Value::from("Disconnect"));
            stay_off.insert("InterfaceTypeMatch".into(), Value::from("WiFi"));
            stay_off.insert("SSIDMatch".into(), Value::Array(ssids.collect()));
            rules.push(Value::Dictionary(stay_off));
        }
        let mut connect = Dictionary::new();
        connect.insert("Action".into(), Value::from("Connect"));
        rules.push(Value::Dictionary(connect));
        Value::Array(rules)
    }
}

/// The schema has these flags as the numbers 0 and 1.
fn flag(on: bool) -> Value {
    Value::from(u64::from(on))
}

fn certificate_type(key: KeyType) -> &'static str {
    match key {
        KeyType::Rsa2048 | KeyType::Rsa3072 => "RSA",
        KeyType::P256 => "ECDSA256",
        KeyType::P384 => "ECDSA384",
    }
}
