//! Everything that can be wrong with an offer, each with what the report says of it.

use tegata::profile::Offer;

use super::ground::{everything, text};

const WIFI: &str = "[[payloads]]\ntype = \"wifi\"\nssid = \"a\"\nserver_names = [\"r.example.jp\"]\n";
const VPN: &str =
    "[[payloads]]\ntype = \"vpn\"\ntitle.ja = \"v\"\nserver = \"v.example.jp\"\nlocal_identifier = \"x\"\n";
const CLIP: &str = "[[payloads]]\ntype = \"web-clip\"\nlabel.ja = \"c\"\n";
const ANCHOR: &str = "[[payloads]]\ntype = \"trust-anchor\"\n";
const PREFERENCE: &str = "[[payloads]]\ntype = \"identity-preference\"\n";

/// Lines after the three that every offer has; the key, a part of what is wrong, and of what would be right.
type Refusal = (String, &'static str, &'static str, &'static str);

fn line(text: &str) -> String {
    text.to_owned()
}

fn of_the_file() -> Vec<Refusal> {
    vec![
        (line("colour = 1"), "colour", "does not exist", "the keys here are name, title,"),
        (
            line("[bundle]\nvalidity_days = 1"),
            "bundle.validity_days",
            "does not exist",
            "above the first [table]",
        ),
        (line("name = \"x\""), "", "duplicate key", "key = value"),
        (line("key = rsa"), "", "not TOML", "texts in quotes"),
        (line("validity_days = 0"), "validity_days", "from 1 to 3650, but is 0", "validity_days = 1185"),
        (line("validity_days = 0x0"), "validity_days", "but is 0x0", "1185"),
        (line("validity_days = \"1 year\""), "validity_days", "but is \"1 year\"", "1185"),
        (
            line("validity_days = 99999999999999999999"),
            "validity_days",
            "but is 99999999999999999999",
            "1185",
        ),
        (line("link_life = \"1 month\""), "link_life", "a time in quotes", "48 h"),
        (line("link_life = \"5 min\""), "link_life", "from 10 min to 730 days", "48 h"),
        (line("link_life = \"10 h ago\""), "link_life", "\"10 h ago\"", "48 h"),
        (line("link_life = \"11 min 0.5 s\""), "link_life", "0.5 s", "48 h"),
        (line("invitation_days = 1"), "link_life", "longer than the invitation", "invitation_days"),
        (line("friendly_name = \"\""), "friendly_name", "is empty", "leave the key out"),
        (line("friendly_name = \"a\\u0001\""), "friendly_name", "U+0001", "friendly_name = "),
        (line("friendly_name = \"a\\nb\""), "friendly_name", "on one line", "friendly_name = "),
        (line("friendly_name = \"{check_url}\""), "friendly_name", "not known in this place", "there are"),
        (line("consent = \"はい\""), "consent", "a table of texts by language, each of", "consent = {"),
        (line("consent.ja = \" \""), "consent.ja", "is empty", "consent = {"),
        (line("consent = { ja = \"x\", default = \"x\" }"), "consent.default", "is no language", "pt-BR"),
        (line("consent = { ja = \"x\", en = 1 }"), "consent.en", "must be a text", "consent = {"),
        (line("delivery = 5"), "delivery", "must be a table", "[delivery]"),
        (line("[delivery]\nwindow = \"61 min\""), "delivery.window", "from 1 min to 1 h", "10 min"),
        (
            line("[bundle]\nplatforms = []"),
            "bundle.platforms",
            "no device would be served",
            "leave the key out",
        ),
        (
            line("[bundle]\nplatforms = [\"iphnoe\"]"),
            "bundle.platforms",
            "\"iphnoe\"",
            "did you mean \"iphone\"?",
        ),
        (
            line("[bundle]\npassword = \"Secret\""),
            "bundle.password",
            "\"Secret\"",
            "did you mean \"secret\"?",
        ),
        (line("[subject]\ncommon_name = \"\""), "subject.common_name", "is empty", "{subscriber.id}"),
        (line("[subject]\ncountry = \"jp\""), "subject.country", "two capital letters", "JP"),
        (line("[subject]\ncountry = \"日本\""), "subject.country", "two capital letters", "JP"),
        (line("[san]\nuri = \"{subscriber.id}\""), "san.uri", "begin with a scheme", "urn:"),
        (line("[urls]\ncrl = [\"ldap://x\"]"), "urls.crl", "but one is \"ldap://x\"", "crl = ["),
        (
            line("[urls]\ncrl = [\"http://a\", \"http://b\", \"http://c\", \"http://d\", \"http://e\"]"),
            "urls.crl",
            "at most 4",
            "",
        ),
    ]
}

fn of_payloads() -> Vec<Refusal> {
    vec![
        (line("payloads = 1"), "payloads", "list of tables", "[[payloads]]"),
        (line("payloads = [1]"), "payloads[0]", "must be a table", "[[payloads]]"),
        (WIFI.repeat(21), "payloads", "has 21 tables", "split"),
        (line("[[payloads]]\nssid = \"a\""), "payloads[0].type", "is missing", "\"wifi\""),
        (line("[[payloads]]\ntype = \"identity\""), "payloads[0].type", "\"identity\"", ""),
        (WIFI.repeat(2), "payloads[1].type", "second payload for the network \"a\"", "keep one"),
        (WIFI.replace("ssid = \"a\"", ""), "payloads[0].ssid", "is missing", "ssid = \"Clinic\""),
        (
            WIFI.replace("server_names = [\"r.example.jp\"]", ""),
            "payloads[0].server_names",
            "pose as this network",
            "radius",
        ),
        (WIFI.replace("\"r.example.jp\"", ""), "payloads[0].server_names", "pose as this network", "radius"),
        (WIFI.replace("r.example", "http://r"), "payloads[0].server_names", "names of servers", "radius"),
        (
            format!("{WIFI}anchors = [\"ours\"]"),
            "payloads[0].anchors",
            "\"ours\", which this offer does not have",
            "id = \"ours\"",
        ),
        (
            format!("{WIFI}anchors = [\"our\"]\n{ANCHOR}issuer = true\nid = \"ours\""),
            "payloads[0].anchors",
            "\"our\"",
            "did you mean \"ours\"?",
        ),
    ]
}

fn of_trust_anchors() -> Vec<Refusal> {
    let server = include_str!("../fixtures/offers/server.pem");
    let root = include_str!("../fixtures/offers/root.pem");
    vec![
        (ANCHOR.into(), "payloads[0].issuer", "which certificates", "issuer = true"),
        (
            format!("{ANCHOR}issuer = true\npem = '''{root}'''"),
            "payloads[0].pem",
            "beside issuer",
            "two payloads",
        ),
        (format!("{ANCHOR}issuer = true\nid = \"A b\""), "payloads[0].id", "small letters", "ours"),
        (
            format!("{ANCHOR}id = \"x\"\nissuer = true\n{ANCHOR}id = \"x\"\npem = '''{root}'''"),
            "payloads[1].id",
            "another",
            "",
        ),
        (
            format!("{ANCHOR}pem = '''{server}'''"),
            "payloads[0].pem",
            "\"radius.example.jp\", which is no CA",
            "issued",
        ),
        (
            format!("{ANCHOR}pem = '''{}'''", root.repeat(11)),
            "payloads[0].pem",
            "has 11 certificates",
            "paste",
        ),
        (format!("{ANCHOR}pem = '''{}'''", &root[..300]), "payloads[0].pem", "cannot be read", "paste"),
        (format!("{ANCHOR}pem = 'no certificate'"), "payloads[0].pem", "cannot be read", "paste"),
        (
            format!("{ANCHOR}pem = '''{root}\n-----BEGIN PRIVATE KEY-----'''"),
            "payloads[0].pem",
            "private key",
            "replace it",
        ),
    ]
}

fn of_other_payloads() -> Vec<Refusal> {
    vec![
        (
            VPN.replace("v.example.jp", "v example"),
            "payloads[0].server",
            "host name or an IP",
            "vpn.example.jp",
        ),
        (VPN.replace("\"x\"", "\"\""), "payloads[0].local_identifier", "is empty", "{subscriber.email}"),
        (
            format!("key = \"p-256\"\n{VPN}"),
            "payloads[0].server_certificate_issuer",
            "key p-256 needs",
            "common name",
        ),
        (
            format!("{VPN}trusted_ssids = [\"a\"]"),
            "payloads[0].trusted_ssids",
            "no effect",
            "on_demand = true",
        ),
        (format!("{VPN}group = 2"), "payloads[0].group", "one of the numbers 14, 15,", "group = 19"),
        (format!("{CLIP}url = \"records.example.jp\""), "payloads[0].url", "https://", "https://"),
        (format!("{CLIP}url = \"javascript:x\""), "payloads[0].url", "https://", "https://"),
        (format!("{CLIP}url = \"\""), "payloads[0].url", "https://", "https://"),
        (format!("{CLIP}icon = \"%\""), "payloads[0].icon", "is not Base64", "base64 icon.png"),
        (format!("{CLIP}icon = \"AAAA\""), "payloads[0].icon", "is no PNG", "base64 icon.png"),
        (format!("{CLIP}icon = \"{}\"", picture(401, 401)), "payloads[0].icon", "401 × 401", "base64"),
        (format!("{CLIP}icon = \"{}\"", picture(2, 3)), "payloads[0].icon", "2 × 3", "base64"),
        (format!("{PREFERENCE}names = []"), "payloads[0].names", "names no site", "https://"),
        (format!("{PREFERENCE}names = [\"\"]"), "payloads[0].names", "names no site", "https://"),
    ]
}

fn picture(width: u32, height: u32) -> String {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; usize::try_from(width * height).unwrap()]).unwrap();
    writer.finish().unwrap();
    data_encoding::BASE64.encode(&bytes)
}

#[test]
fn every_mistake_is_reported_at_its_key_with_its_remedy() {
    let refusals = [of_the_file(), of_payloads(), of_trust_anchors(), of_other_payloads()];
    for (lines, key, wrong, right) in refusals.concat() {
        let Err(error) = Offer::parse("test.toml", &text(&lines)) else { panic!("accepted:\n{lines}") };
        let fits = |problem: &tegata::profile::Problem| {
            problem.key == key && problem.wrong.contains(wrong) && problem.right.contains(right)
        };
        assert!(error.problems().iter().any(fits), "{key}, {wrong}, {right}:\n{error}");
        assert_eq!(error.problems().len(), 1, "{error}");
    }
}

#[test]
fn what_is_unusual_but_right_is_accepted() {
    let root = include_str!("../fixtures/offers/root.pem");
    for lines in [
        line_of("link_life", "PT1H"),
        line_of("link_life", "2 days"),
        "consent.ja = \"\"\"\r\na\r\nb\"\"\"\r\n".into(),
        line_of("friendly_name", "{{{subscriber.id}}}"),
        "delivery.fetches = 0b11".into(),
        "[subject]\norganization = \"\"".into(),
        VPN.replace("v.example.jp", "2001:db8::1"),
        VPN.replace("v.example.jp", "192.0.2.1"),
        format!("{ANCHOR}pem = '''\r\nThe root:\r\n{}'''", root.replace('\n', "\r\n")),
        format!("{CLIP}url = \"https://example.jp/{{subscriber.id}}\""),
        format!("{CLIP}icon = '''\n {}\n'''", picture(400, 400)),
    ] {
        Offer::parse("test.toml", &text(&lines)).unwrap_or_else(|error| panic!("{error}"));
    }
    Offer::parse("test.toml", &format!("\u{feff}{}", text(""))).unwrap_or_else(|error| panic!("{error}"));
}

fn line_of(key: &str, value: &str) -> String {
    format!("{key} = \"{value}\"")
}

/// Takes the keys of the offer that has them all away one by one: a key that nothing reads would change nothing.
#[test]
fn every_key_has_an_effect() {
    let whole = everything();
    let text = include_str!("../fixtures/offers/everything.toml");
    let without = |part: &str| Offer::parse("everything.toml", &text.replacen(part, "", 1)).ok();
    let lines: Vec<_> =
        text.lines().filter(|line| line.contains(" = ") && !line.ends_with("\"\"\"")).collect();
    for line in &lines {
        assert_ne!(without(&format!("\n{line}\n")).as_ref(), Some(&whole), "{line}");
    }
    let icon = &text[text.find("icon = ").unwrap()..text.find("removable").unwrap()];
    assert_ne!(without(icon), Some(whole));
    // And it has all of them: those that the documentation lists, but for the tables and the two long texts.
    let documented = Offer::reference().lines().filter(|line| line.starts_with("- **`")).count();
    let tables = 6;
    let [pem, icon] = [1, 1];
    // The type and the title of the trust anchor, and the type and the flag of the second, stand for one another.
    let repeated = 1;
    assert_eq!(lines.len() + pem + icon, documented - tables + repeated);
}
