//! What stands in the way before anything is used up: a browser that cannot install, a system that is too old, a device
//! that nobody knows.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::entry_form::choices;
use super::error::HttpError;
use super::frame::page;
use super::guide::{DrawnStep, Leaving};
use super::page::{Choice, Frame};
use super::refusal::explain;
use super::scan::Scan;
use super::visit::Visit;
use crate::device::{Device, Obstacle, Platform, hop};
use crate::enrollment::{OpenedInvitation, Refusal};

/// "Open this page in Safari": the way out of a browser that cannot install.
#[derive(Debug, Template)]
#[template(path = "browser.html")]
pub struct BrowserPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// The obstacle's stable name, for `data-obstacle`.
    pub obstacle: &'static str,
    /// Whether an application shows the page.
    pub in_app: bool,
    /// The steps by that application's own menu; none in a browser of its own.
    pub by_menu: Vec<DrawnStep>,
    /// The steps by the copied address.
    pub by_address: Vec<DrawnStep>,
    /// The browser to use: `safari`, `chrome` or `edge`.
    pub instead: String,
    /// The link that leads there, where there is one.
    pub hop: Option<String>,
    /// The page's address, to be copied.
    pub address: String,
    /// The same page without this question.
    pub anyway: String,
    /// The page's address to be scanned with a phone, on the screens of PCs.
    pub scan: Option<Scan>,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

/// A system that is too old, or of a kind that nothing is made for.
#[derive(Debug, Template)]
#[template(path = "unfit.html")]
pub struct UnfitPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// The obstacle's stable name, for `data-obstacle`.
    pub obstacle: &'static str,
    /// The refusal's code, where there is one.
    pub code: Option<&'static str>,
    /// What was recognised, and what is needed.
    pub fact: String,
    /// What to do.
    pub todo: String,
    /// The same page without this question, where going on may work.
    pub anyway: Option<String>,
    /// The page's address to be scanned with a phone, on the screens of PCs.
    pub scan: Option<Scan>,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

/// "Which device is it for?", where nothing was recognised.
#[derive(Debug, Template)]
#[template(path = "choose.html")]
pub struct ChoosePage {
    /// What stands around it.
    pub frame: Frame,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
}

/// The page that stands in the way of the form, if any: nothing is used up yet.
pub(super) fn before(
    visit: &Visit,
    device: &Device,
    opened: Option<&OpenedInvitation>,
) -> Option<Result<HttpResponse, HttpError>> {
    let meant_for = opened.map_or(&[][..], |opened| &opened.platforms);
    let obstacle = device.obstacle();
    if obstacle == Some(Obstacle::Unrecognised) {
        return Some(which_device(visit, device, meant_for, opened));
    }
    if matches!(obstacle, Some(Obstacle::NotAPlatform(_))) {
        let words = visit.words();
        let named = words.device_with_version(device.platform, device.os_version.as_ref());
        return Some(draw(visit, opened, "unfit", &words.say("other-title").to_string(), |frame| {
            UnfitPage {
                frame,
                platform: device.platform,
                obstacle: "not-a-platform",
                code: None,
                fact: words.say("other-fact").with("device", named).to_string(),
                todo: words.say("other-todo").to_string(),
                anyway: None,
                scan: scan(visit, device),
                choices: choices(visit, device, meant_for),
            }
        }));
    }
    if !meant_for.is_empty() && !meant_for.contains(&device.platform) {
        return Some(other_device(visit, device, meant_for, StatusCode::OK, opened));
    }
    if visit.parameters().anyway {
        return None;
    }
    match obstacle? {
        Obstacle::InApp { app, instead } => {
            Some(browser(visit, device, opened, Some(app.as_str()), instead.as_str()))
        }
        Obstacle::OtherBrowser { instead } => Some(browser(visit, device, opened, None, instead.as_str())),
        Obstacle::TooOld { platform, os_version, needed } => {
            let words = visit.words();
            let named = words.device_with_version(platform, os_version.as_ref());
            let fact = words
                .say("old-fact")
                .with("device", named)
                .with("platform", platform.as_str())
                .with("needed", needed.to_string());
            Some(draw(visit, opened, "too-old", &words.say("old-title").to_string(), |frame| UnfitPage {
                frame,
                platform,
                obstacle: "system-too-old",
                code: None,
                fact: fact.to_string(),
                todo: words.say("old-todo").to_string(),
                anyway: Some(visit.here(|parameters| parameters.anyway = true)),
                scan: scan(visit, device),
                choices: choices(visit, device, meant_for),
            }))
        }
        Obstacle::NotAPlatform(_) | Obstacle::Unrecognised => None,
    }
}

/// "This invitation is for another kind of device", with the way to correct what was recognised.
pub(super) fn other_device(
    visit: &Visit,
    device: &Device,
    meant_for: &[Platform],
    status: StatusCode,
    opened: Option<&OpenedInvitation>,
) -> Result<HttpResponse, HttpError> {
    if device.platform == Platform::Unknown {
        return which_device(visit, device, meant_for, opened);
    }
    let refusal = Refusal::OtherDevice { meant_for: meant_for.to_vec() };
    let problem = explain(visit.words(), &refusal, visit.site().now());
    let drawn = UnfitPage {
        frame: framed(visit, opened, "unfit", &problem.title),
        platform: device.platform,
        obstacle: "other-device",
        code: Some(problem.code),
        fact: problem.fact.unwrap_or_default(),
        todo: problem.todo,
        anyway: None,
        scan: scan(visit, device),
        choices: choices(visit, device, meant_for),
    };
    page(status, &drawn)
}

fn which_device(
    visit: &Visit,
    device: &Device,
    meant_for: &[Platform],
    opened: Option<&OpenedInvitation>,
) -> Result<HttpResponse, HttpError> {
    draw(visit, opened, "choose", &visit.words().say("choose-title").to_string(), |frame| ChoosePage {
        frame,
        choices: choices(visit, device, meant_for),
    })
}

fn browser(
    visit: &Visit,
    device: &Device,
    opened: Option<&OpenedInvitation>,
    app: Option<&str>,
    instead: &str,
) -> Result<HttpResponse, HttpError> {
    let title = visit.words().say("browser-title").with("browser", instead.to_owned()).to_string();
    let leaving = Leaving { platform: device.platform, app, to: instead };
    // What leads there says that it does, so that a browser that comes back gets the steps by hand.
    let there = visit.address(|parameters| parameters.hopped = true);
    draw(visit, opened, "browser", &title, |frame| BrowserPage {
        frame,
        platform: device.platform,
        obstacle: if app.is_some() { "in-app-browser" } else { "other-browser" },
        in_app: app.is_some(),
        by_menu: leaving.by_menu(visit.words()),
        by_address: leaving.by_address(visit.words()),
        instead: instead.to_owned(),
        hop: hop(device, &there, visit.parameters().hopped),
        address: address(visit),
        scan: scan(visit, device),
        anyway: visit.here(|parameters| parameters.anyway = true),
        choices: choices(visit, device, opened.map_or(&[][..], |opened| &opened.platforms)),
    })
}

/// This page's address for another browser or another device, without what was only true in this one.
fn address(visit: &Visit) -> String {
    visit.address(|parameters| {
        parameters.hopped = false;
        parameters.external = false;
        parameters.device = None;
    })
}

/// The address as a picture, where the screen is that of a PC: no phone shows itself what it should scan.
fn scan(visit: &Visit, device: &Device) -> Option<Scan> {
    match device.platform {
        Platform::Ios | Platform::Ipados | Platform::Android | Platform::Unknown => None,
        Platform::Windows | Platform::Macos | Platform::Chromeos | Platform::Linux => {
            Scan::of(&address(visit))
        }
    }
}

fn framed(visit: &Visit, opened: Option<&OpenedInvitation>, name: &'static str, title: &str) -> Frame {
    let frame = visit.frame(name, &title);
    match opened {
        None => frame,
        Some(opened) => frame.of(opened.organization.clone(), (&opened.contact).into()),
    }
}

fn draw<P: Template>(
    visit: &Visit,
    opened: Option<&OpenedInvitation>,
    name: &'static str,
    title: &str,
    drawn: impl FnOnce(Frame) -> P,
) -> Result<HttpResponse, HttpError> {
    page(StatusCode::OK, &drawn(framed(visit, opened, name, title)))
}
