//! The operators' console.
//!
//! # How to add a page
//!
//! 1. **Route**: a line in [`routes::rows`]: `reads("/o/{organization}/facilities", In(Act::ReadFacilities), facilities::list)` or
//!    `posts(…)`. Nothing else registers anything; the guard is checked before the handler runs, for every method by itself. More
//!    particular addresses stand above more general ones.
//! 2. **Handler**: a file beside this one, with the page's struct beside it:
//!
//!    ```text
//!    pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
//!        let caller = desk.caller()?;                                  // for the domain: organization, actor, reach, address
//!        let frame = desk.frame("facilities", &words.say(TITLE));
//!        desk.page(&FacilitiesPage { frame, query: desk.query().clone(), rows, next })
//!    }
//!    ```
//!
//!    [`desk::Desk`] knows who asks (`account`, `organization`, `role`, `may(act)`), what was typed (`typed`), what the address
//!    filters by (`query`), the form's own name (`key`, for an act that a double click must not do twice) and the present (`now`). An
//!    open page takes [`desk::Guest`].
//! 3. **Template**: `templates/console/NAME.html` begins with `{% extends "console/layout.html" %}` and, where it needs parts,
//!    `{% import "console/parts.html" as parts %}`; it fills `content`, and `beside` with buttons beside the heading. Parts are called
//!    as `{% call parts::text(frame, entered, "name", "key-of-label", "key-of-hint") %}{% endcall %}`. Tables: `<div class="list"><table>…`
//!    with `data-label` on every cell, which is its head on a phone. Values that people typed stand in attributes as
//!    `{{ frame.attribute(value) }}`. Times: `{{ frame.time(at) }}`; states: `{{ frame.badge("key", Tone::Good) }}`.
//! 4. **Texts**: `locales/console/ja.ftl` and `en.ftl`, under a heading `## …` of the area. Texts of other catalogues (dates, spans,
//!    devices) can be said too.
//! 5. **Forms**: `{% call parts::nonce(frame, frame.path) %}{% endcall %}` inside a `<form method="post" action="{{ frame.path }}">`; the
//!    guard has checked it before the handler runs. Read with [`entered::Entered::of`]`(desk.typed())`, note what is wrong with
//!    `entered.wrong_but(field, wrong, right)` (or, before what cannot be undone, `entered.must_confirm(name, words)`), and where it is not sound answer `desk.page_again(&page)` with the same `entered`. Done:
//!    `desk.done(&desk.at("facilities"), &Flash::good("facility-added").with("name", name))`. A form with a file is sent to
//!    `{{ frame.path }}?form={{ frame.nonce(frame.path) }}`, and its handler reads the payload.
//! 6. **No**: `Err(Trouble::Changed.into())` and the like ([`refusal::Trouble`]); a new code needs its three texts `t-5xx-title`,
//!    `-why`, `-todo`.
//! 7. **Samples**: implement [`samples::Sampled`] for the page and add it to `samples::all`: what must hold for every page (sound HTML,
//!    texts, labels), axe and the pictures come from there.
//!
//! Tests hold on to `<body data-page="NAME">` (`data-code` where something was refused), `#said`, `#problems`, `#field-NAME`,
//! `#problem-NAME`, `#role[data-role]` and `form#…`; the texts may change at any time.

#![expect(
    dead_code,
    reason = "parts that wait for the pages which use them; take this line away with the last of them"
)]

mod account;
mod act;
mod audit;
mod bulk;
mod change;
mod cookies;
mod desk;
mod enrollment;
#[cfg(test)]
mod enrollment_samples;
mod enrollments;
mod entered;
mod facilities;
mod facility_field;
mod flash;
mod frame;
mod guard;
mod handover;
mod help;
mod home;
mod installation;
mod interrupted;
mod issue;
mod join;
mod letters;
mod live;
mod mail;
mod navigation;
mod operators;
mod passkeys;
mod progress;
mod query;
mod recover;
mod refusal;
mod refused;
pub(super) mod routes;
#[cfg(test)]
pub(super) mod samples;
mod selection;
mod settings;
mod sign_in;
mod standing;
mod step_up;
mod streams;
mod subscribers;
mod telling;
#[cfg(test)]
mod texts;
mod typed;
mod upkeep;

pub use guard::Guard;
pub use refusal::Trouble;
pub use routes::{Manner, facts as routes_of_the_console};

pub(super) use cookies::{
    chosen as language_cookie, language as chosen_language, offered as offered_language,
};
pub(super) use passkeys::Passkeys;
pub(super) use refusal::of as refusal_of;
pub(super) use standing::Standing;
pub(super) use streams::Streams;
