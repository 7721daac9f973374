//! Invitations in every state in which a person can meet them, on one running service.

use jiff::SignedDuration;
use tegata::enrollment::ReissueReason;
use tegata::ledger::RevocationReason;
use url::Url;

use crate::journey::{claim, fetch, file_address, guess, install, link, some_phone};
use crate::site::Site;

/// An address, and what stands there.
pub struct Situation {
    pub address: Url,
    /// `data-page`.
    pub page: &'static str,
    /// `data-code`.
    pub code: Option<&'static str>,
}

/// Every page that an address alone leads to, refusals before all. Moves the clock; what is made afterwards is fresh.
pub async fn all(site: &Site) -> Vec<Situation> {
    let phone = some_phone();
    let mut all = Vec::new();
    let mut refused = |address: Url, code| all.push(Situation { address, page: "refusal", code: Some(code) });
    // What only time brings about, the longest time first.
    let ended = site.invite("quick").await;
    site.later(SignedDuration::from_hours(24 * 180));
    let link_ended = site.invite("quick").await;
    site.later(SignedDuration::from_hours(49));
    let (fetched, unfetched) = (site.invite("quick").await, site.invite("quick").await);
    let (ticket, other) = (claim(&phone, &fetched).await, claim(&phone, &unfetched).await);
    fetch(&phone, &ticket).await;
    site.becomes(&fetched.enrollment, "fetched").await;
    site.later(SignedDuration::from_mins(11));
    refused(link(&ended), "T-105");
    refused(link(&link_ended), "T-106");
    refused(link(&fetched), "T-108");
    refused(ticket.address.clone(), "T-112");
    refused(other.address, "T-112");

    // What people and operators do.
    refused(site.landing.join("c/00000000000000000000000000").unwrap(), "T-101");
    let cancelled = site.invite("quick").await;
    site.authority.cancel(&site.caller, &cancelled.enrollment).await.unwrap();
    refused(link(&cancelled), "T-107");
    let installed = site.invite("quick").await;
    install(site, &phone, &installed).await;
    refused(link(&installed), "T-109");
    let revoked = site.invite("quick").await;
    let reason = RevocationReason::KeyCompromise;
    claim(&phone, &revoked).await;
    site.authority.revoke(&site.caller, &revoked.enrollment, reason).await.unwrap();
    refused(link(&revoked), "T-110");
    let replaced = site.invite("quick").await;
    let why = ReissueReason::LostDownload;
    site.authority.reissue(&site.caller, &replaced.enrollment, why).await.unwrap();
    refused(link(&replaced), "T-111");
    let once = site.invite("once").await;
    let used_up = claim(&phone, &once).await;
    fetch(&phone, &used_up).await;
    refused(file_address(&used_up), "T-113");
    let locked = site.invite("quick").await;
    for _ in 0..5 {
        guess(&phone, &locked).await;
    }
    refused(link(&locked), "T-104");

    let mut open = |address: Url, page, code| all.push(Situation { address, page, code });
    open(used_up.address, "ticket", None);
    open(site.landing.clone(), "number", None);
    open(site.landing.join("help").unwrap(), "help", None);
    open(site.landing.join("help/T-108").unwrap(), "code", Some("T-108"));
    open(site.landing.join("no-such-page").unwrap(), "error", Some("T-208"));
    let done = site.invite("quick").await;
    let ticket = claim(&phone, &done).await;
    let file = fetch(&phone, &ticket).await;
    let identity = crate::journey::unpack(site, &file, &done.secret.grouped());
    crate::journey::prove(site, Some(&identity)).await;
    open(ticket.address, "installed", None);
    all
}
