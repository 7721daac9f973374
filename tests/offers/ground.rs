//! What every test here stands on: the offers, the devices, and an enrollment whose bytes are always the same.

use std::sync::LazyLock;

use openssl::x509::X509;
use plist::{Dictionary, Value};
use tegata::profile::{Offer, Offers, ProfileContext, TargetDeviceType, TemplateValues, render};

/// A device as far as its profile is concerned.
pub struct Device {
    pub name: &'static str,
    pub target: TargetDeviceType,
}

pub const DEVICES: [Device; 3] = [
    Device { name: "iphone", target: TargetDeviceType::IphoneIpad },
    // An iPad says that it is a Mac until a script or the person says otherwise.
    Device { name: "ipad", target: TargetDeviceType::Any },
    Device { name: "mac", target: TargetDeviceType::Mac },
];

pub const LANGUAGES: [&str; 2] = ["ja", "en"];

pub fn shipped() -> Offers {
    Offers::embedded().unwrap()
}

/// The offer that has every key.
pub fn everything() -> Offer {
    static OFFER: LazyLock<Offer> = LazyLock::new(|| {
        let text = include_str!("../fixtures/offers/everything.toml");
        Offer::parse("everything.toml", text).unwrap_or_else(|error| panic!("{error}"))
    });
    OFFER.clone()
}

/// An offer of these lines after the three that every offer has.
pub fn offer(lines: &str) -> Offer {
    Offer::parse("test.toml", &text(lines)).unwrap_or_else(|error| panic!("{error}"))
}

/// The text of an offer of these lines after the three that every offer has.
pub fn text(lines: &str) -> String {
    format!("name = \"test\"\ntitle.ja = \"証明書\"\ndescription.ja = \"試験\"\n{lines}")
}

pub fn der(pem: &str) -> Vec<u8> {
    X509::from_pem(pem.as_bytes()).unwrap().to_der().unwrap()
}

pub fn root() -> Vec<u8> {
    der(include_str!("../fixtures/offers/root.pem"))
}

pub fn intermediate() -> Vec<u8> {
    der(include_str!("../fixtures/offers/intermediate.pem"))
}

/// A person of whom everything is known.
pub fn tanaka() -> TemplateValues<'static> {
    TemplateValues {
        subscriber_name: "田中 花子",
        subscriber_id: "tanaka",
        subscriber_email: Some("tanaka@example.jp"),
        facility_code: Some("G13B"),
        facility_name: Some("桜診療所"),
        organization_name: "例示医療会 <本部> & 支部",
        organization_id: "example",
        enrollment_id: "01k2c3d4",
        check_url: Some("https://check.example.jp/"),
    }
}

pub fn context<'a>(offer: &Offer, target: TargetDeviceType, language: &'a str) -> ProfileContext<'a> {
    ProfileContext {
        service_host: "cert.example.jp:8443",
        line: "01k2c3d4-line",
        serial: "7f00aa01",
        not_after: "2029-03-31T14:59:59Z".parse().unwrap(),
        values: tanaka(),
        target,
        language,
        pkcs12: b"the bytes of a PKCS#12 file",
        pkcs12_file_name: "G13B-tanaka.p12",
        display_name: "田中 花子 (例示医療会)",
        embedded_password: offer.bundle.embedded.then_some("correct-horse-15"),
        roots: &[],
        intermediates: &[],
    }
}

/// The profile of Tanaka's device.
pub fn rendered(offer: &Offer, target: TargetDeviceType, language: &str) -> Vec<u8> {
    let (root, intermediate) = (root(), intermediate());
    let context = ProfileContext {
        roots: &[&root],
        intermediates: &[&intermediate],
        ..context(offer, target, language)
    };
    render(offer, &context).unwrap()
}

/// A profile as the plist crate reads it.
pub fn parsed(xml: &[u8]) -> Dictionary {
    plist::from_bytes(xml).unwrap()
}

/// The payloads of a profile.
pub fn payloads(profile: &Dictionary) -> Vec<&Dictionary> {
    let content = profile.get("PayloadContent").and_then(Value::as_array).unwrap();
    content.iter().map(|payload| payload.as_dictionary().unwrap()).collect()
}

/// The payloads of one kind, such as `com.apple.wifi.managed`.
pub fn payloads_of<'a>(profile: &'a Dictionary, kind: &str) -> Vec<&'a Dictionary> {
    payloads(profile).into_iter().filter(|payload| text_of(payload, "PayloadType") == kind).collect()
}

pub fn text_of<'a>(dictionary: &'a Dictionary, key: &str) -> &'a str {
    dictionary
        .get(key)
        .and_then(Value::as_string)
        .unwrap_or_else(|| panic!("{key} is no text in {dictionary:?}"))
}
