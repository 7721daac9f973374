//! People: found, looked at, made, changed, moved, retired and taken back.

mod form;
mod list;
mod movement;
mod one;
mod restore;
mod retire;
#[cfg(test)]
mod samples;

pub use form::{create, edit, show_edit, show_new};
pub use list::list;
pub use movement::{perform as move_on, show as show_move};
pub use one::show;
pub use restore::{restore, show as show_restore};
pub use retire::{retire, show as show_retire};
#[cfg(test)]
pub(super) use samples::draw as draw_samples;

use super::audit::{HistoryLine, told};
use super::desk::Desk;
use super::enrollment::failed;
use super::frame::ConsoleFrame;
use super::refusal::Trouble;
use crate::directory::{Changed, Subscriber, SubscriberId};
use crate::enrollment::Person;
use crate::http::error::HttpError;

/// The person that an address names, where they are within reach.
pub(super) async fn named(desk: &Desk, text: &str) -> Result<Person, HttpError> {
    let id: SubscriberId = text.parse().map_err(|_| HttpError::NotFound)?;
    desk.authority().person(&desk.caller()?, &id).await.map_err(failed)
}

/// A person's page.
fn page_of(desk: &Desk, id: &SubscriberId) -> String {
    desk.at(&format!("subscribers/{id}"))
}

/// The frame of a page about a person, below the person's own.
fn below(desk: &Desk, name: &'static str, title: &str, person: &Subscriber) -> ConsoleFrame {
    let words = desk.words();
    desk.frame(name, &words.say(title))
        .under(&words.say("nav-subscribers"), desk.at("subscribers"))
        .under(&person.name, page_of(desk, &person.id))
}

/// What somebody else did since the page was shown.
fn news(desk: &Desk, changed: &Changed) -> Vec<HistoryLine> {
    desk.visit.refused_with(Trouble::Changed.code());
    changed.news.iter().map(|event| told(desk.words(), event)).collect()
}
