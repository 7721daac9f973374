//! What a profile says, checked by meaning beside the snapshots.

use std::collections::BTreeSet;

use plist::{Dictionary, Value};
use tegata::profile::{
    Extension, Offer, ProfileContext, ProfileError, TargetDeviceType, TemplateError, Variable, render,
};

use super::ground::{
    DEVICES, context, everything, intermediate, offer, parsed, payloads, payloads_of, rendered, root,
    shipped, tanaka, text_of,
};

const IDENTITY: &str = "com.apple.security.pkcs12";
const OURS: &str = "[[payloads]]\ntype = \"trust-anchor\"\nissuer = true\n";

fn refused(offer: &Offer, context: &ProfileContext<'_>) -> ProfileError {
    render(offer, context).unwrap_err()
}

fn plain() -> Offer {
    offer("")
}

#[test]
fn a_profile_has_one_identity_and_its_references_lead_to_it() {
    for offer in shipped().iter().chain([&everything()]) {
        for device in DEVICES {
            let profile = parsed(&rendered(offer, device.target, "ja"));
            let identities = payloads_of(&profile, IDENTITY);
            assert_eq!(identities.len(), 1);
            let identity = text_of(identities[0], "PayloadUUID");
            assert_eq!(
                identities[0].get("PayloadContent"),
                Some(&Value::Data(context(offer, device.target, "ja").pkcs12.into()))
            );
            for payload in payloads(&profile) {
                let inner = payload.get("IKEv2").and_then(Value::as_dictionary).unwrap_or(payload);
                if let Some(reference) = inner.get("PayloadCertificateUUID") {
                    assert_eq!(reference.as_string(), Some(identity));
                }
            }
        }
    }
}

#[test]
fn no_two_payloads_share_an_identifier_or_a_uuid() {
    for device in DEVICES {
        let profile = parsed(&rendered(&everything(), device.target, "en"));
        let all: Vec<_> = payloads(&profile).into_iter().chain([&profile]).collect();
        for key in ["PayloadIdentifier", "PayloadUUID"] {
            let distinct: BTreeSet<_> = all.iter().map(|payload| text_of(payload, key)).collect();
            assert_eq!(distinct.len(), all.len(), "{key}: {distinct:?}");
        }
        for payload in payloads(&profile) {
            let identifier = text_of(payload, "PayloadIdentifier");
            assert!(identifier.starts_with("jp.example.cert.01k2c3d4-line."), "{identifier}");
        }
    }
}

/// Apple, `TopLevel`: equal identifiers replace; within them, equal identifiers *and* UUIDs update in place.
#[test]
fn a_renewal_replaces_the_profile_and_makes_the_identity_anew() {
    let offer = everything();
    let (root, intermediate) = (root(), intermediate());
    let (roots, intermediates) = ([root.as_slice()], [intermediate.as_slice()]);
    let first = ProfileContext {
        roots: &roots,
        intermediates: &intermediates,
        ..context(&offer, TargetDeviceType::Mac, "ja")
    };
    let renewed = ProfileContext {
        serial: "11",
        not_after: "2032-01-01T00:00:00Z".parse().unwrap(),
        pkcs12: b"another",
        ..first
    };
    let uuids = |context: &ProfileContext<'_>| {
        let profile = parsed(&render(&offer, context).unwrap());
        let of = |payload: &Dictionary| {
            (text_of(payload, "PayloadIdentifier").to_owned(), text_of(payload, "PayloadUUID").to_owned())
        };
        payloads(&profile).into_iter().chain([&profile]).map(of).collect::<Vec<_>>()
    };
    let (before, after) = (uuids(&first), uuids(&renewed));
    let identifiers = |uuids: &[(String, String)]| {
        uuids.iter().map(|(identifier, _)| identifier.clone()).collect::<Vec<_>>()
    };
    assert_eq!(identifiers(&before), identifiers(&after));
    let changed: Vec<_> = before
        .iter()
        .zip(&after)
        .filter(|(one, other)| one != other)
        .map(|(one, _)| one.0.as_str())
        .collect();
    assert_eq!(changed, ["jp.example.cert.01k2c3d4-line.identity"]);

    let upper = ProfileContext { serial: "7F00AA01", ..first };
    assert_eq!(uuids(&upper), before, "a serial number is the same number in capitals");
    let other_line = ProfileContext { line: "another", ..first };
    assert!(uuids(&other_line).iter().zip(&before).all(|(one, other)| one.0 != other.0 && one.1 != other.1));
}

#[test]
fn equal_input_makes_equal_bytes_wherever_a_payload_stands_in_the_offer() {
    let network = "[[payloads]]\ntype = \"wifi\"\nssid = \"a\"\nserver_names = [\"r.example.jp\"]\n";
    let clip = "[[payloads]]\ntype = \"web-clip\"\nlabel.ja = \"試験\"\n";
    let one = parsed(&rendered(&offer(&format!("{network}{clip}")), TargetDeviceType::Any, "ja"));
    let other = parsed(&rendered(&offer(&format!("{clip}{network}")), TargetDeviceType::Any, "ja"));
    let kind = "com.apple.wifi.managed";
    assert_eq!(payloads_of(&one, kind), payloads_of(&other, kind));
    assert_eq!(
        rendered(&everything(), TargetDeviceType::Any, "ja"),
        rendered(&everything(), TargetDeviceType::Any, "ja")
    );
}

#[test]
fn a_profile_removes_itself_when_the_certificate_expires_unless_the_offer_keeps_it() {
    let kept = parsed(&rendered(&offer("remove_at_expiry = false"), TargetDeviceType::Any, "ja"));
    assert_eq!(kept.get("RemovalDate"), None);
    let fraction = ProfileContext {
        not_after: "2029-03-31T14:59:59.987Z".parse().unwrap(),
        ..context(&plain(), TargetDeviceType::Any, "ja")
    };
    let profile = parsed(&render(&plain(), &fraction).unwrap());
    let removal = profile.get("RemovalDate").and_then(Value::as_date).unwrap();
    assert_eq!(removal.to_xml_format(), "2029-03-31T14:59:59Z");
}

#[test]
fn the_device_type_is_told_where_it_is_known() {
    let types = DEVICES.map(|device| {
        let profile = parsed(&rendered(&plain(), device.target, "ja"));
        profile.get("TargetDeviceType").and_then(Value::as_unsigned_integer)
    });
    assert_eq!(types, [Some(1), None, Some(5)]);
}

#[test]
fn consent_is_asked_in_every_language_and_falls_back_to_the_one_of_the_page() {
    let offer = offer("consent = { ja = \"はい\", en = \"Yes\" }");
    let profile = parsed(&rendered(&offer, TargetDeviceType::Any, "en"));
    let consent = profile.get("ConsentText").and_then(Value::as_dictionary).unwrap();
    assert_eq!(
        (text_of(consent, "ja"), text_of(consent, "en"), text_of(consent, "default")),
        ("はい", "Yes", "Yes")
    );
    assert_eq!(parsed(&rendered(&plain(), TargetDeviceType::Any, "ja")).get("ConsentText"), None);
}

#[test]
fn a_password_is_in_the_profile_if_and_only_if_the_offer_says_so() {
    let embedding = offer("[bundle]\nembedded = true");
    let profile = parsed(&rendered(&embedding, TargetDeviceType::Any, "ja"));
    assert_eq!(text_of(payloads_of(&profile, IDENTITY)[0], "Password"), "correct-horse-15");
    let silent =
        ProfileContext { embedded_password: None, ..context(&embedding, TargetDeviceType::Any, "ja") };
    assert!(matches!(refused(&embedding, &silent), ProfileError::PasswordMissing));
    let telling =
        ProfileContext { embedded_password: Some("x"), ..context(&plain(), TargetDeviceType::Any, "ja") };
    assert!(matches!(refused(&plain(), &telling), ProfileError::PasswordNotAllowed));
    let xml = String::from_utf8(rendered(&plain(), TargetDeviceType::Any, "ja")).unwrap();
    assert!(!xml.contains("Password"), "{xml}");
}

#[test]
fn what_exists_on_a_mac_alone_is_in_no_other_profile() {
    let kind = "com.apple.security.identitypreference";
    let counts =
        DEVICES.map(|device| payloads_of(&parsed(&rendered(&everything(), device.target, "ja")), kind).len());
    assert_eq!(counts, [0, 0, 2]);
}

#[test]
fn a_network_trusts_the_anchors_that_it_names_and_no_others() {
    let profile = parsed(&rendered(&everything(), TargetDeviceType::IphoneIpad, "ja"));
    let network = payloads_of(&profile, "com.apple.wifi.managed")[0];
    let eap = network.get("EAPClientConfiguration").and_then(Value::as_dictionary).unwrap();
    let anchors = eap.get("PayloadCertificateAnchorUUID").and_then(Value::as_array).unwrap();
    let uuid_of = |kind: &str| Value::from(text_of(payloads_of(&profile, kind)[0], "PayloadUUID"));
    assert_eq!(anchors, &[uuid_of("com.apple.security.root"), uuid_of("com.apple.security.pkcs1")]);
    assert_eq!(eap.get("AcceptEAPTypes"), Some(&Value::Array(vec![Value::from(13)])));

    let public = offer("[[payloads]]\ntype = \"wifi\"\nssid = \"a\"\nserver_names = [\"r.example.jp\"]");
    let profile = parsed(&rendered(&public, TargetDeviceType::IphoneIpad, "ja"));
    let network = payloads_of(&profile, "com.apple.wifi.managed")[0];
    let eap = network.get("EAPClientConfiguration").and_then(Value::as_dictionary).unwrap();
    assert_eq!(eap.get("PayloadCertificateAnchorUUID"), None);
}

#[test]
fn a_certificate_that_two_anchors_name_is_carried_once() {
    // The offer has the root and the intermediate in PEM, and our own, which are the same two.
    let profile = parsed(&rendered(&everything(), TargetDeviceType::Any, "en"));
    let roots = payloads_of(&profile, "com.apple.security.root");
    let intermediates = payloads_of(&profile, "com.apple.security.pkcs1");
    assert_eq!((roots.len(), intermediates.len()), (1, 1));
    assert_eq!(roots[0].get("PayloadContent"), Some(&Value::Data(root())));
    assert_eq!(intermediates[0].get("PayloadContent"), Some(&Value::Data(intermediate())));
    assert_eq!(text_of(roots[0], "PayloadDisplayName"), "Wi-Fi authority");
    let ours = parsed(&rendered(&offer(OURS), TargetDeviceType::Any, "en"));
    assert_eq!(
        text_of(payloads_of(&ours, "com.apple.security.root")[0], "PayloadDisplayName"),
        "Example Root CA"
    );
}

#[test]
fn our_own_anchors_must_be_there_and_be_certificates() {
    let anchored = offer(OURS);
    let without = context(&anchored, TargetDeviceType::Any, "ja");
    assert!(matches!(refused(&anchored, &without), ProfileError::NoOwnRoot));
    let garbage = ProfileContext { roots: &[b"no certificate"], ..without };
    assert!(matches!(refused(&anchored, &garbage), ProfileError::TrustAnchor(_)));
}

#[test]
fn a_host_is_reversed_whatever_its_form() {
    for (host, expected) in [
        ("cert.example.jp", "jp.example.cert.l"),
        ("CERT.example.jp.", "jp.example.cert.l"),
        ("localhost:8080", "localhost.l"),
        ("192.168.1.5:8443", "tegata.192-168-1-5.l"),
        ("[fe80::1]:8443", "tegata.fe80--1.l"),
        ("[::1]", "tegata.--1.l"),
    ] {
        let context = ProfileContext {
            service_host: host,
            line: "l",
            ..context(&plain(), TargetDeviceType::Any, "ja")
        };
        let profile = parsed(&render(&plain(), &context).unwrap());
        assert_eq!(text_of(&profile, "PayloadIdentifier"), expected, "{host}");
    }
    for host in ["", "a b", "example..jp", "https://example.jp", "a_b.jp", "fe80::1", "<x>"] {
        let context = ProfileContext { service_host: host, ..context(&plain(), TargetDeviceType::Any, "ja") };
        assert!(matches!(refused(&plain(), &context), ProfileError::ServiceHost(_)), "{host}");
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let good = context(&plain(), TargetDeviceType::Any, "ja");
    let with_line = |line| refused(&plain(), &ProfileContext { line, ..good });
    assert!(matches!(with_line(""), ProfileError::Line(_)));
    assert!(matches!(with_line("a.b"), ProfileError::Line(_)));
    let with_serial = |serial| refused(&plain(), &ProfileContext { serial, ..good });
    assert!(matches!(with_serial(""), ProfileError::Serial(_)));
    assert!(matches!(with_serial("0x1"), ProfileError::Serial(_)));
    assert!(matches!(refused(&plain(), &ProfileContext { pkcs12: b"", ..good }), ProfileError::NoIdentity));
    let bell = refused(&plain(), &ProfileContext { display_name: "\u{7}", ..good });
    assert_eq!(bell.to_string(), "the display name contains a character that a profile cannot carry");
    let ancient = ProfileContext { not_after: "-000100-01-01T00:00:00Z".parse().unwrap(), ..good };
    assert!(matches!(refused(&plain(), &ancient), ProfileError::Expiry(_)));
}

#[test]
fn an_offer_says_beforehand_which_values_it_needs() {
    let mut stranger = tanaka();
    (stranger.subscriber_email, stranger.facility_code, stranger.facility_name) = (None, Some(""), None);
    let everything = everything();
    let missing = [Variable::SubscriberEmail, Variable::FacilityCode, Variable::FacilityName];
    assert_eq!(everything.missing_values(&stranger), missing);
    assert_eq!(everything.missing_values(&tanaka()), []);
    assert!(everything.required_values().contains(&Variable::CheckUrl));
    for offer in shipped().iter() {
        assert_eq!(offer.missing_values(&stranger), [], "{} must suit everybody", offer.name);
    }
    let context = ProfileContext { values: stranger, ..context(&everything, TargetDeviceType::Any, "ja") };
    let pathless = ProfileContext { roots: &[&root()], ..context };
    let error = refused(&everything, &pathless);
    let ProfileError::Template(TemplateError::Missing { variable, .. }) = error else { panic!("{error}") };
    assert_eq!(variable, Variable::SubscriberEmail);
}

#[test]
fn a_certificate_names_what_the_offer_says() {
    let everything = everything();
    let subject = everything.subject(&tanaka()).unwrap();
    assert_eq!((subject.common_name.as_str(), subject.organization), ("tanaka", None));
    assert_eq!(subject.organizational_unit.as_deref(), Some("桜診療所"));
    assert_eq!(
        (subject.country.as_deref(), subject.serial_number.as_deref()),
        (Some("JP"), Some("01k2c3d4"))
    );
    let names = everything.alternative_names(&tanaka()).unwrap();
    assert_eq!(names.email.as_deref(), Some("tanaka@example.jp"));
    assert_eq!(names.uri.as_deref(), Some("urn:example:example:%E7%94%B0%E4%B8%AD%20%E8%8A%B1%E5%AD%90"));
    let mut stranger = tanaka();
    stranger.subscriber_email = None;
    assert_eq!(everything.alternative_names(&stranger).unwrap().email, None);

    let long = "あ".repeat(65);
    let mut wordy = tanaka();
    (wordy.subscriber_id, wordy.subscriber_email) = (&long, Some("花子@example.jp"));
    assert!(matches!(everything.subject(&wordy), Err(TemplateError::TooLong { length: 65, limit: 64, .. })));
    assert!(matches!(
        everything.alternative_names(&wordy),
        Err(TemplateError::NotAscii { key: "san.email", .. })
    ));
}

#[test]
fn names_suit_every_device() {
    let everything = everything();
    assert_eq!(everything.friendly_name(&tanaka()).unwrap(), "G13B tanaka example jp");
    assert_eq!(everything.file_name(&tanaka(), Extension::Mobileconfig), "G13B-01k2c3d4.mobileconfig");
    let names = shipped();
    let file_of = |name: &str, extension| names.get(name).unwrap().file_name(&tanaka(), extension);
    assert_eq!(file_of("minimal", Extension::P12), "example-G13B-tanaka.p12");
    assert_eq!(file_of("wifi", Extension::Pfx), "G13B-tanaka-wifi.pfx");
}
