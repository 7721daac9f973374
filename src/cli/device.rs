//! `tegata device`.

use serde::Serialize;

use super::Session;
use super::failure::Failure;
use super::style::plain;
use super::table::lines;
use crate::device::{BundleKind, Device, Hints, Hop, Obstacle, Platform, bundle_target};
use crate::pki::Variant;

/// Say what device a User-Agent is, and what it would be given
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A User-Agent is what a browser says of itself. It is a hint only: nobody is refused for it.

Examples:
  tegata device 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 …'
  tegata device --json \"$AGENT\" | jq .can_install")]
pub(super) struct Arguments {
    /// The User-Agent, in quotes
    agent: String,
    #[arg(long, help = "Print JSON: ua, platform, os_version, browser, in_app, bot, can_install")]
    pub(super) json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Told<'a> {
    ua: &'a str,
    #[serde(flatten)]
    device: &'a Device,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let device = Device::recognise(&Hints::of(&arguments.agent));
    session.output.result(&text(&device), &Told { ua: &arguments.agent, device: &device })
}

fn text(device: &Device) -> String {
    let version = device.os_version.as_ref().map(|version| plain(version.as_str()));
    let in_app = if device.in_app { " (inside another application)" } else { "" };
    let browser = plain(device.browser.as_str());
    lines(&[
        ("device", Some(if device.bot { "none, a bot" } else { name_of(device.platform) }.to_owned())),
        ("version", (!device.bot).then(|| version.unwrap_or_else(|| "it does not tell".to_owned()))),
        ("browser", Some(format!("{browser}{in_app}"))),
        ("would get", Some(given(device))),
        ("but first", device.obstacle().map(|obstacle| told(&obstacle))),
        ("way there", Hop::of(device, false).map(|hop| way(hop).to_owned())),
    ])
}

const fn name_of(platform: Platform) -> &'static str {
    match platform {
        Platform::Ios => "iPhone",
        Platform::Ipados => "iPad",
        Platform::Android => "Android",
        Platform::Windows => "Windows",
        Platform::Macos => "Mac, or an iPad that says it is one",
        Platform::Chromeos => "Chromebook",
        Platform::Linux => "Linux, or an Android device set to desktop pages",
        Platform::Unknown => "not recognised",
    }
}

fn given(device: &Device) -> String {
    if device.bot {
        return "an inert page: nobody is looking, it is a previewer, a scanner or a tool".to_owned();
    }
    match device.platform {
        Platform::Chromeos | Platform::Linux => "a page that says which devices can be used".to_owned(),
        Platform::Unknown => "a page that asks which device it is".to_owned(),
        _ => {
            let target = bundle_target(device);
            let file = match target.kind {
                BundleKind::Profile => "a signed configuration profile (.mobileconfig)",
                BundleKind::Pkcs12 => "a PKCS#12 file (.p12)",
            };
            let encryption = match target.variant {
                Variant::Modern => "AES-256",
                Variant::Compatible => "3DES-SHA1, which every version reads",
            };
            format!("{file}, encrypted with {encryption}")
        }
    }
}

fn told(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::InApp { app, instead } => {
            format!(
                "leave {} for {}; built-in browsers cannot install",
                plain(app.as_str()),
                instead.as_str()
            )
        }
        Obstacle::OtherBrowser { instead } => {
            format!("use {}; this browser cannot install", instead.as_str())
        }
        Obstacle::TooOld { needed, .. } => format!("update the system to version {needed} or newer"),
        Obstacle::NotAPlatform(_) => "use another device".to_owned(),
        Obstacle::Unrecognised => "choose the device on the page".to_owned(),
    }
}

const fn way(hop: Hop) -> &'static str {
    match hop {
        Hop::LineExternal => "a link that LINE opens in the device's browser",
        Hop::AndroidIntent => "a link that opens Chrome",
        Hop::SafariScheme => "a link that opens Safari",
        Hop::Manual => "by the application's menu, or by the copied address",
    }
}
