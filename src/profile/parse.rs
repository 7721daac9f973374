//! From the text of an offer to an [`Offer`], or to everything that is wrong with it.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::SignedDuration;
use toml::de::DeTable;
use toml_parser::Source;
use toml_parser::lexer::TokenKind;
use url::Url;

use super::file_name::Extension;
use super::keys;
use super::offer::{
    AlternativeNamesTemplate, BundlePolicy, CertificateUrls, DeliveryPolicy, Offer, PasswordMode, Platform,
    SubjectTemplate,
};
use super::payload;
use super::problem::{OfferError, Problems};
use super::section::Section;
use super::template::Template;
use super::text::excerpt;

/// The longest file that is an offer, in bytes. Ours have 3,000; certificates and an icon can add 100,000.
const LONGEST_FILE: usize = 256 * 1024;

/// How many dots a key may have: more than any of ours.
const MOST_DOTS: usize = 8;

/// Reads an offer; with it comes where its name stands, in bytes, for the report of two offers with one name.
pub(super) fn parse(file: &str, text: &str) -> Result<(Offer, Range<usize>), OfferError> {
    let problems = Problems::new(file, text);
    if text.len() > LONGEST_FILE {
        let wrong = format!("this file has {} bytes, but an offer has at most {LONGEST_FILE}", text.len());
        problems.report(
            &(0..0),
            "",
            wrong,
            "certificates in PEM and an icon are the only long texts of an offer",
        );
        return Err(problems.into_error());
    }
    if let Some(at) = find_deep_key(text) {
        problems.report(
            &(at..at),
            "",
            "this key has too many parts",
            "the deepest key of an offer has two: title.ja",
        );
        return Err(problems.into_error());
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let wrong = format!("this is not TOML: {}", error.message());
        problems.report(
            &error.span().unwrap_or_default(),
            "",
            wrong,
            "a line is a [table], or: key = value, with texts in quotes",
        );
    }
    if !errors.is_empty() {
        return Err(problems.into_error());
    }
    let section = Section::open(document.get_ref(), 0..0, String::new(), keys::OFFER, &problems);
    let offer = read(&section);
    let place = section.place("name");
    if problems.is_empty() { Ok((offer, place)) } else { Err(problems.into_error()) }
}

/// The first key with more parts than any key of an offer has.
///
/// The parser bounds the parts of a key and the nesting of brackets at 80 each, which multiply: 10,000 bytes make
/// tables so deep that dropping them exhausts the stack, and that cannot be caught.
fn find_deep_key(text: &str) -> Option<usize> {
    let mut dots = 0;
    for token in Source::new(text).lex() {
        match token.kind() {
            TokenKind::Dot => dots += 1,
            TokenKind::Whitespace | TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString => {}
            _ => dots = 0,
        }
        if dots > MOST_DOTS {
            return Some(token.span().start());
        }
    }
    None
}

/// Reads every part. What is wrong has been noted; what stands in its place is never seen.
fn read(section: &Section<'_>) -> Offer {
    let key = section.choice("key").and_then(|word| word.parse().ok()).unwrap_or_default();
    let offer = Offer {
        name: read_name(section),
        title: section.localized("title").unwrap_or_default(),
        description: section.localized("description").unwrap_or_default(),
        key,
        validity_days: section.small("validity_days"),
        invitation_days: section.small("invitation_days"),
        link_life: section.time("link_life").unwrap_or_default(),
        delivery: read_delivery(section),
        bundle: read_bundle(section),
        subject: read_subject(section),
        san: read_alternative_names(section),
        friendly_name: read_friendly_name(section),
        urls: read_urls(section),
        include_root_in_p12: section.flag("include_root_in_p12").unwrap_or_default(),
        consent: section.localized("consent"),
        remove_at_expiry: section.flag("remove_at_expiry").unwrap_or_default(),
        payloads: payload::read_all(section, key),
    };
    check_link_life(section, &offer);
    offer
}

fn read_name(section: &Section<'_>) -> String {
    let name = section.text("name").unwrap_or_default();
    if !name.is_empty() && !is_slug(&name) {
        let wrong = format!("must be small letters, digits and hyphens, but is \"{}\"", excerpt(&name, 40));
        section.report("name", wrong, "write for example: name = \"clinic-wifi\"");
    }
    name
}

/// Whether `name` can stand in a command line, a file name and an address as it is.
pub(super) fn is_slug(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.is_empty()
}

fn read_delivery(section: &Section<'_>) -> DeliveryPolicy {
    let Some(delivery) = section.section("delivery") else {
        return DeliveryPolicy { fetches: 0, window: SignedDuration::ZERO };
    };
    DeliveryPolicy { fetches: delivery.small("fetches"), window: delivery.time("window").unwrap_or_default() }
}

fn read_bundle(section: &Section<'_>) -> BundlePolicy {
    let bundle = section.section("bundle");
    let bundle = bundle.as_ref();
    let password = match bundle.and_then(|bundle| bundle.choice("password")) {
        Some("shown") => PasswordMode::Shown,
        Some("separate") => PasswordMode::Separate,
        Some("chosen") => PasswordMode::Chosen,
        _ => PasswordMode::Secret,
    };
    let windows_extension = match bundle.and_then(|bundle| bundle.choice("windows_extension")) {
        Some("pfx") => Extension::Pfx,
        _ => Extension::P12,
    };
    BundlePolicy {
        password,
        embedded: bundle.and_then(|bundle| bundle.flag("embedded")).unwrap_or_default(),
        file_name: bundle.and_then(|bundle| bundle.template("file_name")).unwrap_or_default(),
        windows_extension,
        platforms: bundle.map(read_platforms).unwrap_or_default(),
    }
}

fn read_platforms(bundle: &Section<'_>) -> BTreeSet<Platform> {
    let chosen = bundle.choices("platforms");
    if chosen.is_empty() && bundle.is_empty_list("platforms") {
        bundle.report(
            "platforms",
            "is empty, so that no device would be served",
            "name the devices, or leave the key out to serve all",
        );
    }
    let platforms = chosen.into_iter().filter_map(|word| match word {
        "iphone" => Some(Platform::Iphone),
        "ipad" => Some(Platform::Ipad),
        "mac" => Some(Platform::Mac),
        "android" => Some(Platform::Android),
        "windows" => Some(Platform::Windows),
        _ => None,
    });
    platforms.collect()
}

fn read_subject(section: &Section<'_>) -> SubjectTemplate {
    let Some(subject) = section.section("subject") else { return SubjectTemplate::default() };
    let common_name = subject.template("common_name");
    if common_name.is_none() && subject.is_text("common_name", "") {
        let right = "leave the key out for the person's name, or write: common_name = \"{subscriber.id}\"";
        subject.report("common_name", "is empty", right);
    }
    let country = subject.text("country");
    let is_code =
        |country: &String| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if country.as_ref().is_some_and(|country| !is_code(country)) {
        subject.report("country", "must be two capital letters", "write for example: country = \"JP\"");
    }
    SubjectTemplate {
        common_name: common_name.unwrap_or_default(),
        organization: subject.template("organization"),
        organizational_unit: subject.template("organizational_unit"),
        country,
        serial_number: subject.template("serial_number"),
    }
}

fn read_alternative_names(section: &Section<'_>) -> AlternativeNamesTemplate {
    let Some(san) = section.section("san") else { return AlternativeNamesTemplate::default() };
    let uri = san.template("uri");
    if uri.as_ref().is_some_and(|uri| !has_scheme(uri.source())) {
        san.report(
            "uri",
            "must begin with a scheme such as urn: or https:",
            "write for example: uri = \"urn:example:subscriber:{subscriber.id}\"",
        );
    }
    AlternativeNamesTemplate { email: san.template("email"), uri }
}

/// Whether an address begins with a scheme (RFC 3986 §3.1).
fn has_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn read_friendly_name(section: &Section<'_>) -> Template {
    let friendly_name = section.template("friendly_name");
    if friendly_name.is_none() && section.is_text("friendly_name", "") {
        section.report(
            "friendly_name",
            "is empty",
            "leave the key out for the person's and the organization's name",
        );
    }
    friendly_name.unwrap_or_default()
}

fn read_urls(section: &Section<'_>) -> CertificateUrls {
    let Some(urls) = section.section("urls") else { return CertificateUrls::default() };
    CertificateUrls {
        crl: read_addresses(&urls, "crl"),
        ocsp: read_addresses(&urls, "ocsp"),
        ca_issuers: read_addresses(&urls, "ca_issuers"),
    }
}

fn read_addresses(urls: &Section<'_>, name: &str) -> Vec<String> {
    let addresses = urls.texts(name);
    for address in &addresses {
        // Relying parties fetch these in plain HTTP or not at all: a TLS connection would need the very list that it
        // fetches.
        let is_http =
            Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_http || !address.is_ascii() {
            let wrong =
                format!("must be http:// or https:// addresses, but one is \"{}\"", excerpt(address, 60));
            urls.report(name, wrong, format!("write for example: {name} = [\"http://pki.example.jp/…\"]"));
        }
    }
    addresses
}

fn check_link_life(section: &Section<'_>, offer: &Offer) {
    let invitation = SignedDuration::from_hours(24 * i64::from(offer.invitation_days));
    if offer.invitation_days > 0 && offer.link_life > invitation {
        let wrong = format!("is longer than the invitation, which ends after {} days", offer.invitation_days);
        section.report("link_life", wrong, "make the link's life at most as long as invitation_days");
    }
}
