//! Which device asks, what can it install, and how does it get to a browser that can?
//!
//! Everything here is pure: a User-Agent and hints go in, a [`Device`] comes out. A User-Agent is only a hint, so that nothing
//! is ever refused for it: a page says what stands in the way and lets the person go on.
//!
//! The order of the rules matters: `bots` first, then the `system`, then applications before browsers (`software`). The
//! obstacle follows from these, the hop is the way around it, the target is what the device gets.

mod agent;
mod bots;
mod browser;
mod grease;
mod hints;
mod hop;
mod obstacle;
mod platform;
mod prefetch;
mod recognise;
mod software;
mod system;
mod target;

pub use browser::Browser;
pub use grease::opens_with_grease;
pub use hints::Hints;
pub use hop::{Hop, hop};
pub use obstacle::{Obstacle, obstacle};
pub use platform::{OsVersion, Platform, UnknownPlatformName};
pub use prefetch::is_prefetch;
pub use recognise::Device;
pub use target::{BundleKind, BundleTarget, bundle_target};
