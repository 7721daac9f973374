//! Sheet one: the QR code, the site's address and the number. It has no secret.

use super::sheet::{Fact, Role, Sheet};
use super::stationery::{MARGIN, MEASURE, Stationery};
use super::symbol::Symbol;
use super::text::Text;
use super::window::Area;
use super::{Letter, LetterError};
use crate::device::Platform;

/// The code with its quiet zone: more than 25 mm are left for the code itself.
const CODE: Area = Area::new(MARGIN - 4.0, 103.5, 46.0, 46.0);
/// Beside the code.
const STEPS: Area = Area::new(MARGIN + 48.0, 107.0, MEASURE - 48.0, 44.0);
/// For who cannot scan.
const NUMBER: Area = Area::new(MARGIN, 156.0, MEASURE, 37.0);
/// About the person, the device and the time.
pub(super) const FACTS: Area = Area::new(MARGIN, 203.0, MEASURE, 72.0);
/// How wide the names of facts are.
pub(super) const LABELS: f32 = 34.0;

pub(super) fn draw(
    stationery: &Stationery,
    sheet: &mut Sheet<'_, '_>,
    letter: &Letter<'_>,
) -> Result<(), LetterError> {
    let say = |key| stationery.say(key);
    stationery.head(sheet, letter.recipient, letter.mark)?;
    let title = [Text::said(&say("letter-first-title"), 16.0).bold()];
    let below = sheet.write(&title, Area::new(MARGIN, 63.0, MEASURE, 12.0), Role::Heading(1), "a title")?;
    let lead = [Text::said(&say("letter-first-lead"), 10.5), Text::said(&say("letter-first-apart"), 10.5)];
    let area = Area::new(MARGIN, below + 1.5, MEASURE, 98.0 - below - 1.5);
    sheet.write(&lead, area, Role::Paragraph, "the introduction")?;

    let symbol = Symbol::of(&letter.invitation.link)?;
    sheet.code(&symbol, CODE, say("letter-code").plain());
    let steps: Vec<Text> = ["letter-step-scan", "letter-step-secret", "letter-step-install"]
        .into_iter()
        .map(|key| Text::said(&say(key), 10.5).above(0.55))
        .collect();
    sheet.write(&steps, STEPS, Role::Paragraph, "the steps")?;

    by_number(stationery, sheet, letter)?;
    sheet.facts(&facts(stationery, letter), FACTS, LABELS)?;
    stationery.foot(sheet, letter.mark, "letter-first-foot")
}

fn by_number(
    stationery: &Stationery,
    sheet: &mut Sheet<'_, '_>,
    letter: &Letter<'_>,
) -> Result<(), LetterError> {
    let say = |key| stationery.say(key);
    sheet.frame(NUMBER, 0.25, false);
    let inside = Area::new(NUMBER.left + 4.0, NUMBER.top + 2.5, NUMBER.width - 8.0, 8.0);
    let heading = [Text::said(&say("letter-by-number"), 11.0).bold()];
    let below = sheet.write(&heading, inside, Role::Heading(2), "a heading")?;
    let how = [Text::said(&say("letter-by-number-how"), 9.5)];
    let area = Area::new(inside.left, below, inside.width, NUMBER.top + 20.0 - below);
    sheet.write(&how, area, Role::Paragraph, "the way by number")?;
    let half = inside.width * 0.6;
    let top = NUMBER.top + 19.5;
    let label = |key| [Text::said(&say(key), 8.5).faint()];
    let left = Area::new(inside.left, top, half - 4.0, 5.0);
    let right = Area::new(inside.left + half, top, inside.width - half, 5.0);
    let site = stationery.0.site.as_str().trim_end_matches('/');
    for (area, key, value) in [
        (left, "letter-address", site.to_owned()),
        (right, "letter-number", letter.invitation.number.grouped().to_string()),
    ] {
        sheet.write(&label(key), area, Role::Paragraph, "a heading")?;
        let place = Area::new(area.left, top + 4.5, area.width, 9.5);
        sheet.write(&[Text::new(value, 16.0).bold()], place, Role::Paragraph, "the site's address")?;
    }
    Ok(())
}

fn facts(stationery: &Stationery, letter: &Letter<'_>) -> Vec<Fact> {
    let words = stationery.words();
    let invitation = letter.invitation;
    let until = |at| words.moment_with_year(at);
    let until = if invitation.link_expires_at == invitation.expires_at {
        stationery.say("letter-until-all").with("at", until(invitation.expires_at))
    } else {
        let both = stationery.say("letter-until-each").with("code", until(invitation.link_expires_at));
        both.with("number", until(invitation.expires_at))
    };
    vec![
        stationery.name_fact(letter.recipient),
        stationery.fact("letter-devices", devices(stationery, &letter.invitation.platforms)),
        Fact { label: stationery.label("letter-until"), value: vec![Text::said(&until, 9.5)] },
        stationery.contact_fact(),
    ]
}

/// The names of the kinds of device, as people call them.
pub(super) fn devices(stationery: &Stationery, platforms: &[Platform]) -> String {
    let name = |platform: &Platform| stationery.say("device").with("platform", platform.as_str()).plain();
    let names: Vec<_> = platforms.iter().map(name).collect();
    names.join(&stationery.say("list-separator").plain())
}
