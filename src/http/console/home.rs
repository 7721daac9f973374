//! Where somebody lands who has signed in: their organizations, and what needs a hand in one of them now.

use actix_web::HttpResponse;
use askama::Template;

use super::desk::Desk;
use super::frame::{ConsoleFrame, role_name};
use super::routes;
use super::upkeep::{Upheld, upheld};
use crate::directory::Act;
use crate::enrollment::Need;
use crate::http::error::HttpError;
use crate::http::words::Words;

/// How many need a hand in one thing.
#[derive(Debug, Clone)]
pub struct NeedCount {
    /// The word for it in addresses and tests.
    pub name: &'static str,
    /// What it is.
    pub text: String,
    /// How many, `1,000+` where there may be more.
    pub number: String,
    /// Its class in the style sheet.
    pub class: &'static str,
    /// The list behind it.
    pub href: String,
}

/// The home of an organization.
#[derive(Debug, Template)]
#[template(path = "console/home.html")]
pub struct HomePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What needs a hand, the most urgent first; those of which there are none at the end.
    pub needs: Vec<NeedCount>,
    /// What the installation itself needs.
    pub upkeep: Vec<Upheld>,
    /// Whether nothing does.
    pub quiet: bool,
    /// Where an enrollment is issued, for those who may.
    pub issue: Option<String>,
}

/// An organization to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its home.
    pub href: String,
    /// Its name.
    pub name: String,
    /// The role there.
    pub role: String,
}

/// The organizations of somebody who has several, or none.
#[derive(Debug, Template)]
#[template(path = "console/chooser.html")]
pub struct ChooserPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The organizations.
    pub choices: Vec<Choice>,
    /// Whether the person administers the installation.
    pub administrator: bool,
}

/// `GET /`: the one organization that somebody works for, or the choice among several.
///
/// # Errors
/// When the store fails.
pub async fn first(desk: Desk) -> Result<HttpResponse, HttpError> {
    let posts = desk.access().posts(&desk.account().id).await?;
    let administrator = desk.account().administrator;
    if let [only] = posts.as_slice()
        && !administrator
    {
        return Ok(desk.go(&format!("/o/{}", only.organization.id)));
    }
    let choice = |post: &crate::directory::Post| Choice {
        href: format!("/o/{}", post.organization.id),
        name: post.organization.name.clone(),
        role: role_name(desk.words(), post.operator.role),
    };
    let choices = posts.iter().map(choice).collect();
    let frame = desk.frame("chooser", &desk.words().say("chooser-title"));
    desk.page(&ChooserPage { frame, choices, administrator })
}

/// `GET /o/{organization}`: what needs a hand now.
///
/// # Errors
/// When the store fails.
pub async fn organization(desk: Desk) -> Result<HttpResponse, HttpError> {
    let caller = desk.caller()?;
    let counted = desk.authority().needs(&caller).await.map_err(HttpError::internal)?;
    let (undelivered, more) = desk.authority().mails_in_need(&caller).await.map_err(HttpError::internal)?;
    let list = desk.at("enrollments");
    let mut needs: Vec<_> = counted
        .into_iter()
        .map(|(need, count)| shown(desk.words(), need, count.number, count.more, &list))
        .collect();
    if desk.authority().sends_mail() || !undelivered.is_empty() {
        needs.push(lost_mail(
            desk.words(),
            undelivered.len(),
            more && !undelivered.is_empty(),
            &desk.at("mail"),
        ));
    }
    let quiet = needs.iter().all(|need| need.class == "zero");
    needs.sort_by_key(|need| need.class == "zero");
    let issue = desk.at("issue");
    let issue = (desk.may(Act::Issue) && routes::has("/o/{organization}/issue")).then_some(issue);
    let frame = desk.frame("home", &desk.words().say("home-title"));
    let upkeep = upheld(&desk);
    desk.page(&HomePage { frame, needs, upkeep, quiet, issue })
}

/// How many mails did not arrive that somebody must see to.
pub(super) fn lost_mail(words: Words, number: usize, more: bool, list: &str) -> NeedCount {
    let grouped = grouped(number);
    NeedCount {
        name: "mail",
        text: words.say("need-mail").to_string(),
        number: if more { format!("{grouped}+") } else { grouped },
        class: if number == 0 { "zero" } else { "bad" },
        href: format!("{list}?state=need"),
    }
}

/// One of the counts.
pub(super) fn shown(words: Words, need: Need, number: usize, more: bool, list: &str) -> NeedCount {
    let (key, urgent) = match need {
        Need::Locked => ("need-locked", true),
        Need::NotInstalled => ("need-not-installed", true),
        Need::NotFetched => ("need-not-fetched", true),
        Need::ChangeUnfinished => ("need-change-unfinished", false),
        Need::Expiring => ("need-expiring", false),
        Need::Ended => ("need-ended", true),
        Need::ChangeGivenUp => ("need-change-given-up", false),
    };
    let class = match (number, urgent) {
        (0, _) if !more => "zero",
        (_, true) => "bad",
        (_, false) => "warning",
    };
    let grouped = grouped(number);
    NeedCount {
        name: need.name(),
        text: words.say(key).to_string(),
        number: if more { format!("{grouped}+") } else { grouped },
        class,
        href: format!("{list}?need={}", need.name()),
    }
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
