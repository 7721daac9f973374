//! Offers and the configuration profiles that are made from them. Pure: no file, no socket, no clock.
//!
//! An [`Offer`] is one TOML file: what an organization hands out. [`Offer::parse`] reads it, or lists everything that
//! is wrong with it. [`render`] makes the profile of one enrollment for an iPhone, an iPad or a Mac,
//! deterministically; it is signed by [`crate::pki`].

mod catalogue;
mod file_name;
mod keys;
mod localized;
mod offer;
mod parse;
mod payload;
mod problem;
mod reference;
mod render;
mod schema;
mod section;
mod template;
mod text;
mod value;
mod variable;

pub use catalogue::{Offers, SHIPPED};
pub use file_name::Extension;
pub use localized::Localized;
pub use offer::{
    AlternativeNames, AlternativeNamesTemplate, BundlePolicy, CertificateUrls, DeliveryPolicy, Offer,
    PasswordMode, Platform, SubjectNames, SubjectTemplate,
};
pub use payload::{
    IdentityPreference, OnDemand, PayloadTemplate, TrustAnchor, Vpn, VpnAuthentication, WebClip, Wifi,
    WifiSecurity,
};
pub use problem::{OfferError, Problem};
pub use render::{ProfileContext, ProfileError, TargetDeviceType, render};
pub use template::{Template, TemplateError};
pub use variable::{TemplateValues, Variable};
