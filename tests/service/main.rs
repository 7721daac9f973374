//! The phone stories: what people do with their devices, against Tegata whole. A story is named after what holds; its doc
//! comment names the invariant (design.md §3) that falls with it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod journey;
mod offers;
mod phone;
mod site;
mod stored;

mod stories {
    mod check;
    mod downloads;
    mod forms;
    mod inert;
    mod locks;
    mod passwords;
    mod platforms;
    mod races;
    mod record;
    mod refusals;
    mod secrecy;
    mod succession;
    mod tenants;
}
