//! The keys of an offer, but for those of its payloads.

use jiff::SignedDuration;

use super::schema::{Key, Kind, Presence};
use super::variable::Variable;

const PERSON: &[Variable] = Variable::OF_A_PERSON;

/// The keys of the file itself.
pub(super) const OFFER: &[Key] = &[
    Key {
        name: "name",
        kind: Kind::Text { longest: 40 },
        presence: Presence::Required,
        example: r#""minimal""#,
        doc: "The name by which operators choose the offer: small letters, digits and hyphens. No two offers may \
              share it.",
    },
    Key {
        name: "title",
        kind: Kind::Localized { longest: 64, lines: false },
        presence: Presence::Required,
        example: r#"{ ja = "…", en = "Client certificate" }"#,
        doc: "What people see as its name, on our pages and among the profiles of an Apple device.",
    },
    Key {
        name: "description",
        kind: Kind::Localized { longest: 500, lines: true },
        presence: Presence::Required,
        example: r#"{ ja = "…", en = "Lets this device connect to our systems." }"#,
        doc: "One or two sentences for the person who installs it.",
    },
    Key {
        name: "key",
        kind: Kind::Choice(&["rsa-2048", "rsa-3072", "p-256", "p-384"]),
        presence: Presence::Default(r#""rsa-2048""#),
        example: "",
        doc: "The kind of key. RSA is what every device of the last ten years takes; try the others on your devices \
              first.",
    },
    Key {
        name: "validity_days",
        kind: Kind::Whole { least: 1, most: 3650, unit: "days" },
        presence: Presence::Default("1185"),
        example: "",
        doc: "How long the certificate is valid, in days from the claim.",
    },
    Key {
        name: "invitation_days",
        kind: Kind::Whole { least: 1, most: 730, unit: "days" },
        presence: Presence::Default("180"),
        example: "",
        doc: "How long an invitation is open, in days.",
    },
    Key {
        name: "link_life",
        kind: Kind::Time { least: SignedDuration::from_mins(10), most: SignedDuration::from_hours(730 * 24) },
        presence: Presence::Default(r#""48 h""#),
        example: "",
        doc: "How long the link (and the QR code) of an invitation works. Afterwards the number and the secret \
              still do, until the invitation ends.",
    },
    Key {
        name: "include_root_in_p12",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "",
        doc: "Whether the root certificate goes into the PKCS#12 file beside the intermediates. No device trusts it \
              for that; some servers' software wants the whole chain.",
    },
    Key {
        name: "friendly_name",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Default(r#""{subscriber.name} ({organization.name})""#),
        example: "",
        doc: "The label under which the device lists the certificate, at most 64 characters once filled. Dots and @ \
              become spaces.",
    },
    Key {
        name: "consent",
        kind: Kind::Localized { longest: 4000, lines: true },
        presence: Presence::Optional,
        example: r#"{ ja = "…", en = "Please do not pass this certificate on." }"#,
        doc: "What the person must agree to before an iPhone, iPad or Mac installs the profile. Left out: nothing \
              is asked.",
    },
    Key {
        name: "remove_at_expiry",
        kind: Kind::Flag,
        presence: Presence::Default("true"),
        example: "",
        doc: "Whether the profile removes itself from an Apple device when the certificate expires, so that no dead \
              certificate is offered.",
    },
    Key {
        name: "delivery",
        kind: Kind::Table(DELIVERY),
        presence: Presence::Optional,
        example: "",
        doc: "How the bundle is fetched.",
    },
    Key {
        name: "bundle",
        kind: Kind::Table(BUNDLE),
        presence: Presence::Optional,
        example: "",
        doc: "The file that is fetched.",
    },
    Key {
        name: "subject",
        kind: Kind::Table(SUBJECT),
        presence: Presence::Optional,
        example: "",
        doc: "Whom the certificate names. An attribute that is written as \"\" is left out of the certificate.",
    },
    Key {
        name: "san",
        kind: Kind::Table(SAN),
        presence: Presence::Optional,
        example: "",
        doc: "Alternative names in the certificate. A name whose values are not known for a person is left out.",
    },
    Key {
        name: "urls",
        kind: Kind::Table(URLS),
        presence: Presence::Optional,
        example: "",
        doc: "Addresses in the certificate. A list that is left out or empty: the issuer's own addresses.",
    },
    Key {
        name: "payloads",
        kind: Kind::Payloads { most: 20 },
        presence: Presence::Optional,
        example: "",
        doc: "What the profile of an iPhone, iPad or Mac sets up beside the certificate. Other devices get the \
              certificate alone.",
    },
];

/// `[delivery]`
pub(super) const DELIVERY: &[Key] = &[
    Key {
        name: "fetches",
        kind: Kind::Whole { least: 1, most: 20, unit: "" },
        presence: Presence::Default("5"),
        example: "",
        doc: "How often the file can be fetched. Browsers fetch a file twice or resume it, so 1 (strictly once) \
              will fail for some people.",
    },
    Key {
        name: "window",
        kind: Kind::Time { least: SignedDuration::from_mins(1), most: SignedDuration::from_mins(60) },
        presence: Presence::Default(r#""10 min""#),
        example: "",
        doc: "How long after the claim the file can be fetched. An iPhone drops a profile that is not installed \
              within 8 minutes.",
    },
];

/// `[bundle]`
pub(super) const BUNDLE: &[Key] = &[
    Key {
        name: "password",
        kind: Kind::Choice(&["secret", "shown", "separate", "chosen"]),
        presence: Presence::Default(r#""secret""#),
        example: "",
        doc: "What opens the file: the secret of the invitation (secret), a password shown on the page with a copy \
              button (shown), one that travels on a second letter (separate), or one that the person chooses \
              (chosen).",
    },
    Key {
        name: "embedded",
        kind: Kind::Flag,
        presence: Presence::Default("false"),
        example: "",
        doc: "Whether the profile of an Apple device carries the password, so that the device does not ask. Then \
              whoever has the file has the key.",
    },
    Key {
        name: "file_name",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Default(r#""{organization.id}-{facility.code}-{subscriber.id}""#),
        example: "",
        doc: "The file's name without its ending. Letters, digits, - and _ are kept, other ASCII becomes -, the \
              rest and unknown values are left out.",
    },
    Key {
        name: "windows_extension",
        kind: Kind::Choice(&["p12", "pfx"]),
        presence: Presence::Default(r#""p12""#),
        example: "",
        doc: "The file's ending on Windows. The content is the same.",
    },
    Key {
        name: "platforms",
        kind: Kind::Choices(&["iphone", "ipad", "mac", "android", "windows"]),
        presence: Presence::Default(r#"["iphone", "ipad", "mac", "android", "windows"]"#),
        example: r#"["iphone", "ipad"]"#,
        doc: "Which devices are served. On any other the page says that this offer is not for it.",
    },
];

/// `[subject]`
pub(super) const SUBJECT: &[Key] = &[
    Key {
        name: "common_name",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Default(r#""{subscriber.name}""#),
        example: "",
        doc: "CN; at most 64 characters once filled, and never empty.",
    },
    Key {
        name: "organization",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Default(r#""{organization.name}""#),
        example: "",
        doc: "O.",
    },
    Key {
        name: "organizational_unit",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Optional,
        example: r#""{facility.code}""#,
        doc: "OU.",
    },
    Key {
        name: "country",
        kind: Kind::Text { longest: 2 },
        presence: Presence::Optional,
        example: r#""JP""#,
        doc: "C, two capital letters (ISO 3166).",
    },
    Key {
        name: "serial_number",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Optional,
        example: r#""{subscriber.id}""#,
        doc: "The person's serialNumber attribute (not the certificate's own serial number).",
    },
];

/// `[san]`
pub(super) const SAN: &[Key] = &[
    Key {
        name: "email",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Optional,
        example: r#""{subscriber.email}""#,
        doc: "An e-mail address (rfc822Name).",
    },
    Key {
        name: "uri",
        kind: Kind::Template { longest: 200, variables: PERSON },
        presence: Presence::Optional,
        example: r#""urn:example:subscriber:{subscriber.id}""#,
        doc: "An address (uniformResourceIdentifier). Values are percent-encoded.",
    },
];

/// `[urls]`
pub(super) const URLS: &[Key] = &[
    Key {
        name: "crl",
        kind: Kind::Texts { most: 4, longest: 255 },
        presence: Presence::Default("[]"),
        example: r#"["http://pki.example.jp/issuing.crl"]"#,
        doc: "Where the revocation list is.",
    },
    Key {
        name: "ocsp",
        kind: Kind::Texts { most: 4, longest: 255 },
        presence: Presence::Default("[]"),
        example: r#"["http://ocsp.example.jp"]"#,
        doc: "Where OCSP answers.",
    },
    Key {
        name: "ca_issuers",
        kind: Kind::Texts { most: 4, longest: 255 },
        presence: Presence::Default("[]"),
        example: r#"["http://pki.example.jp/issuing.cer"]"#,
        doc: "Where the issuer's certificate is.",
    },
];
