//! Every route with everybody: each role in its own organization and in another one, an administrator, nobody, and somebody whose
//! session has ended. What is measured over HTTP is held against the guard and the one table of roles, and stands in a snapshot,
//! so that a new route fails until somebody has looked at who gets in.

use std::fmt::Write as _;

use tegata::directory::{Account, Role};
use tegata::http::{Guard, Manner, routes_of_the_console};

use crate::browser::{Browser, Page};
use crate::world::World;

/// Who asks.
struct Caller {
    name: String,
    browser: Browser,
    role_at_midori: Option<Role>,
    administrator: bool,
    signed_in: bool,
}

/// What a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The handler was reached, or would have been but for the form's nonce.
    In,
    /// Sign in first.
    SignIn,
    /// The role may not.
    Refused,
    /// As if there were no such organization.
    Nowhere,
}

fn outcome(what: &str, manner: Manner, page: &Page) -> Outcome {
    assert!(page.status < 500, "{what}: {} {}", page.status, page.text);
    match (manner, page.status, page.code().as_str()) {
        (_, 403, "T-501") => Outcome::SignIn,
        (_, 403, "T-503" | "T-504") => Outcome::Refused,
        (Manner::Reads, 303, _) if page.goes_to().starts_with("/sign-in") => Outcome::SignIn,
        // Nothing that is asked for exists but the organizations themselves.
        (_, 404, _) => Outcome::Nowhere,
        (Manner::Writes, 403, "T-502") | (Manner::Reads, _, _) => Outcome::In,
        (_, status, code) => panic!("{what}: {status} {code}"),
    }
}

fn expected(guard: Guard, caller: &Caller) -> Outcome {
    let member = |may: fn(Role, Guard) -> bool| match caller.role_at_midori {
        _ if !caller.signed_in => Outcome::SignIn,
        None => Outcome::Nowhere,
        Some(role) if may(role, guard) => Outcome::In,
        Some(_) => Outcome::Refused,
    };
    match guard {
        Guard::Open => Outcome::In,
        Guard::SignedIn | Guard::SignedInSteppedUp if caller.signed_in => Outcome::In,
        Guard::Installation(_) | Guard::InstallationSteppedUp(_) if caller.signed_in => {
            if caller.administrator { Outcome::In } else { Outcome::Refused }
        }
        Guard::Member => member(|_, _| true),
        Guard::In(_) | Guard::InShown(_) | Guard::InSteppedUp(_) => member(|role, guard| match guard {
            Guard::In(act) | Guard::InShown(act) | Guard::InSteppedUp(act) => role.may(act),
            _ => true,
        }),
        _ => Outcome::SignIn,
    }
}

async fn callers(world: &World) -> Vec<Caller> {
    let mut callers = Vec::new();
    for role in Role::ALL {
        for (organization, own) in [(&world.midori, true), (&world.aoba, false)] {
            let account: Account = world.member(organization, role).await;
            callers.push(Caller {
                name: if own { role.to_string() } else { format!("{role}-elsewhere") },
                browser: world.signed_in(&account).await,
                role_at_midori: own.then_some(role),
                administrator: false,
                signed_in: true,
            });
        }
    }
    let administrator = world.administrator().await;
    let nobody = |name: &str, browser| Caller {
        name: name.to_owned(),
        browser,
        role_at_midori: None,
        administrator: false,
        signed_in: false,
    };
    callers.push(Caller {
        signed_in: true,
        administrator: true,
        ..nobody("administrator", world.signed_in(&administrator).await)
    });
    callers.push(nobody("nobody", world.browser()));
    let ended = world.member(&world.midori, Role::Operator).await;
    let browser = world.signed_in(&ended).await;
    world.access().end_account(&ended.id, &crate::world::doer()).await.unwrap();
    callers.push(nobody("ended", browser));
    callers
}

/// The address with something in place of every name; none of it exists but the organization.
fn concrete(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{organization}" => "midori",
        part if part.starts_with('{') => "nothing-such",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_lets_in_who_may_and_nobody_else() {
    let world = World::new().await;
    let mut callers = callers(&world).await;
    let mut measured = String::new();
    for (manner, path, guard) in routes_of_the_console() {
        let method = if manner == Manner::Reads { "GET " } else { "POST" };
        write!(measured, "{method} {path}:").unwrap();
        for caller in &mut callers {
            let address = concrete(path);
            let page = match manner {
                Manner::Reads => caller.browser.get(&address).await,
                Manner::Writes => {
                    // So that the allowance of forms, which all of them share, is never used up.
                    world.clock.advance(jiff::SignedDuration::from_secs(2));
                    caller.browser.post(&address, &[]).await
                }
            };
            let what = format!("{method} {path} for {}", caller.name);
            let found = outcome(&what, manner, &page);
            let expected = expected(guard, caller);
            // What somebody may look for need not exist.
            let is_missing =
                found == Outcome::Nowhere && expected == Outcome::In && address.contains("nothing-such");
            assert!(found == expected || is_missing, "{what}: {found:?}, not {expected:?} ({})", page.status);
            if expected == Outcome::In {
                write!(measured, " {}", caller.name).unwrap();
            }
        }
        measured.push('\n');
    }
    insta::assert_snapshot!(measured);
}
