//! Real browsers: Debian's Chromium and `WebKitGTK`, driven by WebDriver, each with a home of its own.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod certificates;
mod change;
mod chromium;
mod console;
mod devices;
mod driver;
mod ground;
mod keyboard;
mod matrix;
mod office;
mod operator;
mod pages;
mod printed;
mod protocol;
mod samples;
mod situations;
mod twice;
mod walk;
mod webkit;

#[path = "../service/behind.rs"]
mod behind;
#[path = "../service/journey.rs"]
mod journey;
#[path = "../service/offers.rs"]
mod offers;
#[path = "../service/phone/mod.rs"]
#[expect(dead_code, reason = "the stories use more of it")]
mod phone;
#[path = "../program/ports.rs"]
#[expect(dead_code, reason = "Redis needs pairs")]
mod ports;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "the crashes use more of it")]
mod program;
#[path = "../service/site.rs"]
#[expect(dead_code, reason = "the stories use more of it")]
mod site;
#[path = "../service/stored.rs"]
#[expect(dead_code, reason = "the stories use more of it")]
mod stored;
