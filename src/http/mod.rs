//! Routes, pages and the check host. The only place that knows actix.
//!
//! # What tests and scripts hold on to
//!
//! The texts may change at any time, the following does not. Every page is complete without script and without cookies;
//! `?lang=ja` or `?lang=en` on any address chooses the language, and links and forms carry it on. Addresses inside a page
//! are relative to it (`?device=ios`), so resolve them against the page's own address.
//!
//! | page | address | `<body>` | inside |
//! |---|---|---|---|
//! | number entry | `/` | `data-page="number"` | `form#entry`: `number`, `secret`, hidden `form` |
//! | secret entry | `/c/{code}` | `data-page="secret"`, `data-platform` | `form#entry`: `secret`, hidden `form`, where asked for `password`; `#offer`, `#device`, `details#device-change a[data-device]`, `#once`, `#resume` |
//! | the same, after a refusal | the form's | `data-code="T-…"` as well | `#problem[data-code]`, `#fact`, `#attempts[data-attempts-left]` |
//! | another browser | `/c/{code}`, `/` | `data-page="browser"`, `data-obstacle` | `a#hop` (where a hop is worth trying), `ol#manual`, `#address`, `a#anyway`, `a[data-device]` |
//! | too old, or no such device | `/c/{code}`, `/` | `data-page="too-old"` or `"unfit"`, `data-obstacle` | `#fact`, `a#anyway`, `a[data-device]` |
//! | which device? | `/c/{code}`, `/` | `data-page="choose"` | `a[data-device="ios"]`, `ipados`, `android`, `windows`, `macos` |
//! | for previewers and crawlers | `/c/{code}`, `/` | `data-page="preview"` | no form |
//! | ticket | `/t/{ticket}` | `data-page="ticket"`, `data-platform`, `data-window-ends`, `data-fetches-left`, `data-fetched` | `a#file[data-variant]`, `a#compatible`, `#bundle-password` (its text without white space is the password) or `#bundle-password-separate`, `ol#steps > li`, `#left`, `#file-name`, `#certificate-name`, `#not-after`, `a#check`, `#fetched` |
//! | installed | `/t/{ticket}` | `data-page="installed"`, `data-platform` | `#fact`, `a#check` |
//! | refusal | any | `data-page="refusal"`, `data-code="T-1…"` | `#fact`, `#todo`, `a#action`, `#code`, `#reference[data-reference]`, `#contact` |
//! | error | any | `data-page="error"`, `data-code="T-2…"` | as a refusal |
//! | check | `/check` and `/` on the check host | `data-page="check"`, `data-outcome`, `data-code="T-3…"` unless all is well | `#fact`, `#todo`, `dl#certificate`, `a#again` |
//! | list of codes, one code | `/help`, `/help/{code}` | `data-page="help"`, `"code"` | `.codes a`, `#todo` |
//!
//! Every page has `a[data-language]`, `#from` (the organization), `#contact` and `main#main`. The header `X-Request-Id` is the
//! reference that the page shows and the log has. `data-outcome` is `ok`, `none-shown`, `other-issuer`, `expired`,
//! `not-yet-valid`, `revoked`, `superseded`, `unknown` or `try-again`. A form is sent as `application/x-www-form-urlencoded`
//! with every hidden field of the page; the optional ones are `device`, `touch`, `ch_platform`, `ch_platform_version` and
//! `ch_model`. `?anyway=1` goes past what stands in the way, `?device=` corrects the device.

pub mod assets;
#[cfg(test)]
mod catalogues;
pub mod check;
pub mod client_certificate;
pub mod delivery;
pub mod entry;
pub mod guide;
pub mod help;
pub mod language;
pub mod limits;
pub mod moment;
pub mod nonce;
pub mod obstacle;
pub mod page;
pub mod proxy;
pub mod refusal;
#[cfg(test)]
mod samples;
pub mod ticket;
pub mod tls;
pub mod words;
