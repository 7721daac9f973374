//! Routes, pages and the check host. The only place that knows actix.
//!
//! # What tests and scripts hold on to
//!
//! The texts may change at any time, the following does not. Every page is complete without script and without cookies;
//! `?lang=ja`, `?lang=ja-easy` or `?lang=en` on any address chooses the language, and links and forms carry it on. Addresses
//! inside a page are relative to it (`?device=ios`), so resolve them against the page's own address.
//!
//! | page | address | `<body>` | inside |
//! |---|---|---|---|
//! | number entry | `/`, `/n`, `/f/{facility}` | `data-page="number"` | `form#entry`: `number`, `secret`, hidden `form`; `a#by-facility`, `#facility` |
//! | facility entry | `/f`, `/` where the organization wants it | `data-page="facility"` | `form#facility-entry` (GET): `facility`; `a#by-number` |
//! | secret entry | `/c/{code}` | `data-page="secret"`, `data-platform` | `form#entry`: `secret`, hidden `form`, where asked for `password`; `#offer`, `#device`, `details#device-change a[data-device]`, `#once`, `#resume` |
//! | the same, after a refusal | the form's | `data-code="T-…"` as well | `#problem[data-code]`, `#reference`, `#fact`, `#attempts[data-attempts-left]` |
//! | another browser | `/c/{code}`, `/` | `data-page="browser"`, `data-obstacle` | `a#hop` (where a hop is worth trying), `ol#manual`, `#address`, `a#anyway`, `a[data-device]`, on a PC `#scan` |
//! | too old, not for this device, or nothing is made for it | `/c/{code}`, `/` | `data-page="too-old"` or `"unfit"`, `data-obstacle`, where the invitation is for other devices `data-code="T-115"` | `#fact`, `a[data-device]`, where too old `a#anyway` |
//! | which device? | `/c/{code}`, `/` | `data-page="choose"` | `a[data-device="ios"]`, `ipados`, `android`, `windows`, `macos` |
//! | for previewers and crawlers | `/c/{code}`, `/` | `data-page="preview"` | no form |
//! | ticket | `/t/{ticket}` | `data-page="ticket"`, `data-platform`, `data-window-ends`, `data-fetches-left`, `data-fetched` | `a#file[data-variant]`, `a#compatible`, `#bundle-password` (its text without white space is the password) or `#bundle-password-separate`, `ol#steps > li`, `#left`, `#used-up` (then neither `a#file` nor `a#compatible`), `#file-name`, `#certificate-name`, `#not-after`, `a#check`, `#fetched`, `data-watch`, for a profile `#deadline` (once fetched with `data-ends`), `#guides a` (steps for other versions) |
//! | how far a delivery is, for the script | `/t/{ticket}/state` | – | JSON: `state` (`open`, `installed`, `over`); while open `fetches_left`, `fetched`, `deadline` |
//! | installed | `/t/{ticket}` | `data-page="installed"`, `data-platform` | `#fact`, `a#check`, where there was an older one `#old-certificate` |
//! | refusal | any | `data-page="refusal"`, `data-code="T-1…"` | after a fetch `ol#steps`, `a#check`; `#fact`, `#todo`, `a#action`, `#code`, `#reference[data-reference]`, `#contact` |
//! | error | any | `data-page="error"`, `data-code="T-2…"` | as a refusal |
//! | check | `/check` and `/` on the check host | `data-page="check"`, `data-outcome`, `data-code="T-3…"` unless all is well | `#fact`, `#todo`, `dl#certificate`, `a#again`, where another choice helps `ol#asking`, where none was shown on Android `#kind`, after another one `#old-certificate`, where all is well and the organization lets people `a#change` |
//! | change to another device | `/change`, `/change/{form}` on the check host | `data-page="change"`, `data-stage` (`idle`, `shown`, `hidden`, `late`, `taken`, `done`), under way `data-watch` | `#fact`, `form#begin`, `form#stop`, `a#again`, while shown `#scan`, `#address`, `#number`, `#secret`, `#separate`, once done `#old-certificate` |
//! | how far it has come, for the script | `/change/state`, `/change/{form}/state` | – | JSON: `state` (the stage, or `over`) |
//! | list of codes, one code | `/help`, `/help/{code}` | `data-page="help"`, `"code"` | `.codes a`, `#todo`; about networks (`T-402`) `a#check`, and, where a script runs, `button#look`, which has `#probe[data-probe]` shown with `data-seen` (`asking`, `arrived`, `clear`, `between`, `blocked`, `offline`); at once where the address ends in `#probe` |
//! | whether the way to the check host is open, for the script | `/probe` on the check host | – | JSON: `certificate`, `between` |
//!
//! Every page has `a[data-language]`, `#from` (the organization), `#contact` and `main#main`. The header `X-Request-Id` is the
//! reference that the page shows and the log has. `data-outcome` is `ok`, `none-shown`, `in-between`, `other-issuer`, `expired`,
//! `not-yet-valid`, `revoked`, `superseded`, `unknown` or `try-again`. A form is sent as `application/x-www-form-urlencoded`
//! with every hidden field of the page; the optional ones are `device`, `touch`, `ch_platform`, `ch_platform_version` and
//! `ch_model`. `?anyway=1` goes past what stands in the way, `?device=` corrects the device.

mod address;
mod assets;
mod between;
#[cfg(test)]
mod catalogues;
mod change;
mod check;
mod client_certificate;
mod connection;
mod console;
mod delivery;
mod entry;
mod entry_form;
mod error;
mod facility;
mod form;
mod frame;
mod guide;
mod headers;
mod health;
mod hello;
mod help;
mod limits;
mod look;
mod metrics;
mod nonce;
mod obstacle;
mod origin;
mod page;
mod probe;
mod proxy;
mod refusal;
#[cfg(test)]
mod samples;
mod scan;
mod server;
mod settings;
mod site;
mod stand_in;
mod ticket;
mod tls;
mod unread;
mod visit;
mod watch;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::ServiceConfig;

pub use console::{Guard, Manner, Trouble, routes_of_the_console};
pub use form::LARGEST as LARGEST_FORM;
pub use headers::REQUEST_ID;
pub use limits::{Allowance, RateLimits};
pub use metrics::serve_metrics;
pub use page::ContactLines;
pub use proxy::TrustedProxies;
pub use server::{Bound, ServeError, serve};
pub use settings::{Settings, SiteKind};
pub use site::{Readiness, Site, SiteParts, Unready};
pub use tls::{AskForCertificate, Refreshed, TlsError, TlsFiles, TlsSource};

use address::at;
use visit::Visit;

use crate::words::{self, furigana, language};

/// Every address of the landing site. Around each: [`frame::around`] (reference, headers, prefetches, errors, panics, log).
///
/// What a form's address does before it looks at anything: origin, rate limit, media type, size, nonce (`entry`).
fn landing(config: &mut ServiceConfig) {
    config
        .service(at(["/"]).reads(entry::first).posts(entry::claim_by_number).done())
        .service(at(["/n"]).reads(entry::by_number).posts(entry::claim_by_number).done())
        .service(at(["/f", "/F"]).reads(facility::ask).done())
        .service(
            at(["/f/{facility}", "/F/{facility}"]).reads(facility::show).posts(entry::claim_by_number).done(),
        )
        .service(at(["/c/{code}", "/C/{code}"]).reads(entry::by_code).posts(entry::claim_by_code).done())
        .service(at(["/t/{ticket}"]).reads(ticket::show).done())
        .service(at(["/t/{ticket}/state"]).reads(watch::tell).done())
        .service(at(["/d/{ticket}/{file}"]).reads_apart(delivery::get, delivery::head).done())
        .service(at(["/check"]).reads(to_check).done())
        .service(at(["/help"]).reads(help::list).done())
        .service(at(["/help/{code}"]).reads(help::explain).done())
        .service(at(["/assets/{name}"]).reads(assets::serve).done())
        .service(at(["/logo/{name}.png"]).reads(look::logo).done())
        .service(at(["/healthz"]).reads(health::live).done())
        .service(at(["/readyz"]).reads(health::ready).done());
}

/// Every address of the check site.
fn check(config: &mut ServiceConfig) {
    config
        .service(at(["/", "/check"]).reads(check::check).done())
        .service(at([change::PATH]).reads(change::show).posts(change::begin).done())
        .service(at(["/change/stop"]).posts(change::stop).done())
        .service(at(["/change/state", "/change/{form}/state"]).reads(change::tell).done())
        .service(at(["/change/{form}"]).reads(change::show).done())
        .service(at([probe::PATH]).reads(probe::answer).done())
        .service(at(["/assets/{name}"]).reads(assets::serve).done())
        .service(at(["/logo/{name}.png"]).reads(look::logo).done())
        .service(at(["/healthz"]).reads(health::live).done())
        .service(at(["/readyz"]).reads(health::ready).done());
}

/// `GET /check` on the landing site leads to the site that asks for the certificate.
async fn to_check(visit: Visit) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, ticket::check_url(&visit))).finish()
}
