//! Invariant 6: what happened and what is true now were written together; the audit log tells every life whole.

use jiff::SignedDuration;
use tegata::enrollment::ReissueReason;
use tegata::http::{Allowance, RateLimits};
use tegata::ledger::RevocationReason;

use crate::journey::{claim, fetch, filled, guess, install, link, some_phone};
use crate::site::Site;

#[tokio::test]
async fn the_audit_log_tells_a_life_from_its_beginning_to_its_end() {
    let site = Site::start().await;
    let phone = some_phone();
    let old = site.invite("quick").await;
    for _ in 0..5 {
        guess(&phone, &old).await;
    }
    site.later(SignedDuration::from_mins(15));
    let ticket = claim(&phone, &old).await;
    fetch(&phone, &ticket).await;
    site.becomes(&old.enrollment, "fetched").await;
    install(&site, &phone, &old).await;
    let new = site.authority.reissue(&site.caller, &old.enrollment, ReissueReason::NewDevice).await.unwrap();
    install(&site, &phone, &new).await;

    let told: Vec<String> = site
        .show(&old.enrollment)
        .await
        .events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    let expected = "invited wrong-secret wrong-secret wrong-secret wrong-secret locked claimed issued fetch-started \
                    fetched fetch-started installed reissued revoked replaced";
    assert_eq!(told.join(" "), expected);
}

#[tokio::test]
async fn every_state_stands_with_the_event_that_led_to_it() {
    let site = Site::start().await;
    let phone = some_phone();
    let waiting = site.invite("quick").await;
    let claimed = site.invite("quick").await;
    claim(&phone, &claimed).await;
    let installed = site.invite("quick").await;
    install(&site, &phone, &installed).await;
    let revoked = site.invite("quick").await;
    install(&site, &phone, &revoked).await;
    let reason = RevocationReason::AffiliationChanged;
    site.authority.revoke(&site.caller, &revoked.enrollment, reason).await.unwrap();
    let cancelled = site.invite("quick").await;
    site.authority.cancel(&site.caller, &cancelled.enrollment).await.unwrap();
    let replaced = site.invite("quick").await;
    let why = ReissueReason::LostDownload;
    site.authority.reissue(&site.caller, &replaced.enrollment, why).await.unwrap();

    let stored = site.stored().enrollments();
    for (invitation, state, event) in [
        (&waiting, "invited", "invited"),
        (&claimed, "claimed", "issued"),
        (&installed, "installed", "installed"),
        (&revoked, "revoked", "revoked"),
        (&cancelled, "cancelled", "cancelled"),
        (&replaced, "replaced", "replaced"),
    ] {
        let expected = (state.to_owned(), Some(event.to_owned()));
        assert_eq!(stored[invitation.enrollment.as_str()], expected);
    }
}

/// Invariant 7: too many forms from one address are refused, told when to come back, and cost nothing.
#[tokio::test]
async fn an_address_that_sends_too_many_forms_is_asked_to_wait() {
    let three = Allowance { burst: 3.try_into().unwrap(), refill: std::time::Duration::from_mins(1) };
    let site = Site::start_with(RateLimits { forms: three, misses: three }).await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    for _ in 0..3 {
        assert_eq!(guess(&phone, &invitation).await.code().as_deref(), Some("T-102"));
    }
    let form = filled(&phone, &invitation).await;
    let page = phone.send(&form).await;
    assert_eq!((page.status.as_u16(), page.code().as_deref()), (429, Some("T-207")), "{}", page.said());
    let wait: i64 = page.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(site.show(&invitation.enrollment).await.attempts.wrong, 3);
    assert_eq!(phone.open(&link(&invitation)).await.status, 200, "looking is free");
    site.later(SignedDuration::from_secs(wait));
    assert_eq!(phone.send(&form).await.status, 303);
}
