//! Everybody who may do something here, and who is invited to.

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;

use crate::directory::{Invited, ListedOperator, OpenWelcome, Role, folded};
use crate::http::console::desk::Desk;
use crate::http::console::flash::Flash;
use crate::http::console::frame::{ConsoleFrame, role_name};
use crate::http::console::query::Query;
use crate::http::error::HttpError;
use crate::http::words::Words;

/// Rows of a page.
const ROWS: usize = 50;
/// What the list can be narrowed by.
const FILTERS: [&str; 3] = ["q", "role", "ended"];
/// Codes that a row shows; the others are counted.
const CODES: usize = 3;

/// Somebody who may do something here.
#[derive(Debug)]
pub struct OperatorRow {
    /// Their page.
    pub href: String,
    /// What they are called.
    pub name: String,
    /// Whether it is who looks at the list.
    pub is_self: bool,
    /// Whether it is a program with a token.
    pub is_program: bool,
    /// The role.
    pub role: String,
    /// The facilities, as far as there is room.
    pub facilities: String,
    /// Since when, where it is known.
    pub since: Option<Timestamp>,
    /// When they last signed in.
    pub seen: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// Somebody who is invited.
#[derive(Debug)]
pub struct InvitedRow {
    /// The invitation's name in the store; opens nothing.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// The role.
    pub role: String,
    /// The facilities, as far as there is room.
    pub facilities: String,
    /// Where the link was to go.
    pub email: Option<String>,
    /// Until when the link is open.
    pub until: Timestamp,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "console/operators.html")]
pub struct OperatorsPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// Choices of roles.
    pub roles: Vec<(&'static str, String)>,
    /// The rows.
    pub rows: Vec<OperatorRow>,
    /// The next page.
    pub next: Option<String>,
    /// Those who are invited.
    pub invited: Vec<InvitedRow>,
    /// Whether anything narrows the list.
    pub narrowed: bool,
    /// The address of the list, for what lies below it.
    pub base: String,
    /// Where an invitation is withdrawn.
    pub withdraw: String,
}

/// Codes in a line; the others are counted.
pub(super) fn codes<T: ToString>(codes: impl ExactSizeIterator<Item = T>) -> String {
    let all = codes.len();
    let shown: Vec<_> = codes.take(CODES).map(|code| code.to_string()).collect();
    let more = if all > CODES { format!(" +{}", all - CODES) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// An operator, with what the account knows of itself.
pub(super) struct Known {
    pub(super) listed: ListedOperator,
    pub(super) name: String,
    pub(super) seen: Option<Timestamp>,
    pub(super) account_ended: bool,
}

pub(super) async fn known(desk: &Desk, listed: ListedOperator) -> Result<Known, HttpError> {
    let account = match &listed.operator.account {
        Some(id) => desk.access().account(id).await?.map(|(account, _)| account),
        None => None,
    };
    let seen = account
        .as_ref()
        .and_then(|account| account.passkeys.iter().filter_map(|passkey| passkey.last_used_at).max());
    let account_ended = account.as_ref().is_some_and(|account| account.ended_at.is_some());
    let name = account.map_or_else(|| listed.operator.display.clone(), |account| account.name);
    Ok(Known { listed, name, seen, account_ended })
}

fn row(desk: &Desk, it: Known) -> OperatorRow {
    let operator = it.listed.operator;
    OperatorRow {
        href: desk.at(&format!("operators/{}", operator.name)),
        is_self: operator.account == Some(desk.account().id),
        is_program: operator.account.is_none(),
        name: it.name,
        role: role_name(desk.words(), operator.role),
        facilities: codes(operator.facilities.iter()),
        since: operator.since,
        seen: it.seen,
        ended: operator.ended_at,
    }
}

pub(in crate::http::console) fn invited(words: Words, open: OpenWelcome) -> InvitedRow {
    let OpenWelcome { id, welcome } = open;
    let (role, facilities) = match &welcome.invited {
        Invited::Operator { role, facilities, .. } => (role_name(words, *role), codes(facilities.iter())),
        Invited::Founder { .. } | Invited::Administrator => {
            (words.say("role-administrator").to_string(), String::new())
        }
    };
    InvitedRow { id, name: welcome.name, role, facilities, email: welcome.email, until: welcome.until }
}

/// Whether the list shows this one: by the text, the role, and whether ended ones are wanted.
fn fits(it: &Known, query: &Query) -> bool {
    let operator = &it.listed.operator;
    let text = folded(query.get("q"));
    let has = |own: &str| folded(own).contains(&text);
    let named =
        has(&it.name) || has(&operator.name) || operator.facilities.iter().any(|code| has(code.as_str()));
    let role = query.get("role").parse::<Role>().ok();
    named
        && role.is_none_or(|role| role == operator.role)
        && (query.filled("ended").is_some() || operator.ended_at.is_none())
}

/// `GET /o/{organization}/operators`.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, query, organization) = (desk.words(), desk.query().clone(), desk.organization_id()?);
    let mut found = Vec::new();
    for listed in desk.access().operators(organization).await? {
        let it = known(&desk, listed).await?;
        if fits(&it, &query) {
            found.push(it);
        }
    }
    // Those who may do everything first; then by name.
    found.sort_by(|one, other| {
        let key =
            |it: &Known| (it.listed.operator.ended_at.is_some(), it.listed.operator.role, folded(&it.name));
        key(one).cmp(&key(other))
    });
    let after = query.get("after").parse().unwrap_or(0);
    let next = (found.len() > after + ROWS).then(|| (after + ROWS).to_string());
    let open = if query.is_later() { Vec::new() } else { desk.access().welcomes(Some(organization)).await? };
    let page = OperatorsPage {
        frame: desk.frame("operators", &words.say("nav-operators")),
        roles: Role::ALL.map(|role| (role.name(), role_name(words, role))).into(),
        rows: found.into_iter().skip(after).take(ROWS).map(|it| row(&desk, it)).collect(),
        next,
        invited: open.into_iter().map(|open| invited(words, open)).collect(),
        narrowed: query.filters(&FILTERS),
        base: desk.at("operators"),
        withdraw: desk.at("operators/withdraw"),
        query,
    };
    desk.page(&page)
}

/// `POST /o/{organization}/operators/withdraw`: takes an invitation back that nobody has used.
///
/// # Errors
/// [`HttpError::NotFound`] where it has been used, or its time is over.
pub async fn withdraw(desk: Desk) -> Result<HttpResponse, HttpError> {
    let organization = desk.organization_id()?;
    desk.access().withdraw(Some(organization), desk.typed().get("invitation"), &desk.doer()).await?;
    Ok(desk.done(&desk.at("operators"), &Flash::good("invitation-withdrawn")))
}
