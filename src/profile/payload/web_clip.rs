//! An icon on the home screen that opens a page.

use std::io::Cursor;

use data_encoding::{BASE64, Specification};
use plist::{Dictionary, Value};
use url::Url;

use super::type_key;
use crate::profile::localized::Localized;
use crate::profile::render::{ProfileError, Rendering};
use crate::profile::schema::{Key, Kind, Presence};
use crate::profile::section::Section;
use crate::profile::template::Template;
use crate::profile::variable::Variable;

/// What it is for.
pub(super) const DOC: &str =
    "An icon on the home screen that opens a page in Safari, such as the page that checks the certificate.";

/// Its keys.
pub(super) const KEYS: &[Key] = &[
    type_key(&["web-clip"], "\"web-clip\""),
    Key {
        name: "url",
        kind: Kind::Template { longest: 500, variables: &Variable::ALL },
        presence: Presence::Default("\"{check_url}\""),
        example: "\"https://records.example.jp/?facility={facility.code}\"",
        doc: "The page's address, https:// (or http://). Values are percent-encoded, but for {check_url}.",
    },
    Key {
        name: "label",
        kind: Kind::Localized { longest: 30, lines: false },
        presence: Presence::Required,
        example: r#"{ ja = "…", en = "Connection test" }"#,
        doc: "What stands under the icon; about 12 letters or 6 Japanese characters are shown whole.",
    },
    Key {
        name: "icon",
        kind: Kind::Lines { longest: 100_000 },
        presence: Presence::Optional,
        example: "\"iVBORw0KGgo…\"",
        doc: "A square PNG picture in Base64, at most 400 × 400 pixels. Left out: ours.",
    },
    Key {
        name: "removable",
        kind: Kind::Flag,
        presence: Presence::Default("true"),
        example: "",
        doc: "Whether the person can take the icon off the home screen.",
    },
];

/// The picture of a web clip that names none: 180 × 180 pixels.
const ICON: &[u8] = include_bytes!("../../../profiles/web-clip.png");

/// The largest picture that Apple's schema advises, in pixels along a side.
const LARGEST_ICON: u32 = 400;

/// `com.apple.webClip.managed`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebClip {
    /// The page's address.
    pub url: Template,
    /// What stands under the icon.
    pub label: Localized,
    /// The picture, PNG.
    pub icon: Option<Vec<u8>>,
    /// Whether the person can take it off the home screen.
    pub removable: bool,
}

impl WebClip {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let url = section.template("url");
        if url.as_ref().is_some_and(|url| !is_address(url)) || section.is_text("url", "") {
            section.report(
                "url",
                "must be an https:// address",
                "write for example: url = \"https://records.example.jp/\"",
            );
        }
        let icon = section.text("icon").and_then(|text| match read_icon(&text) {
            Ok(icon) => Some(icon),
            Err(wrong) => {
                section.report("icon", wrong, "make it with, for example: base64 icon.png");
                None
            }
        });
        Self {
            url: url.unwrap_or_default(),
            label: section.localized("label").unwrap_or_default(),
            icon,
            removable: section.flag("removable").unwrap_or_default(),
        }
    }

    pub(super) fn render(&self, rendering: &Rendering<'_>) -> Result<Dictionary, ProfileError> {
        let part = rendering.part("web-clip", self.url.source());
        let label = self.label.get(rendering.context.language);
        let mut payload = rendering.payload("com.apple.webClip.managed", &part, rendering.uuid(&part), label);
        payload.insert(
            "URL".into(),
            Value::from(self.url.render_uri("payloads.url", &rendering.context.values)?),
        );
        payload.insert("Label".into(), Value::from(label));
        payload.insert("Icon".into(), Value::Data(self.icon.clone().unwrap_or_else(|| ICON.to_vec())));
        payload.insert("Precomposed".into(), Value::from(true));
        // A full-screen clip is no Safari and would not have the identity.
        payload.insert("FullScreen".into(), Value::from(false));
        payload.insert("IsRemovable".into(), Value::from(self.removable));
        Ok(payload)
    }
}

/// Whether a template makes an address of a page, as far as that can be said before its values are known.
fn is_address(template: &Template) -> bool {
    if template.source().starts_with(&Variable::CheckUrl.to_string()) {
        return true;
    }
    let filled = template.source().replace(['{', '}'], "");
    Url::parse(&filled).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

fn read_icon(text: &str) -> Result<Vec<u8>, String> {
    let mut base64 = BASE64.specification();
    base64.ignore.push_str(" \t\r\n");
    let encoding = Specification::encoding(&base64).map_err(|_| "cannot be read".to_owned())?;
    let icon = encoding.decode(text.as_bytes()).map_err(|error| format!("is not Base64: {error}"))?;
    let reader = png::Decoder::new(Cursor::new(&icon))
        .read_info()
        .map_err(|error| format!("is no PNG picture: {error}"))?;
    let (width, height) = reader.info().size();
    if width != height || width > LARGEST_ICON {
        return Err(format!(
            "has {width} × {height} pixels, but must be square, with at most {LARGEST_ICON}"
        ));
    }
    Ok(icon)
}
