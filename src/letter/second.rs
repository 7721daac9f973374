//! Sheet two: the secret and, where it is separate, the bundle password. It names neither link nor number.

use super::sheet::{Fact, Role, Sheet};
use super::stationery::{MARGIN, MEASURE, Stationery};
use super::text::Text;
use super::window::Area;
use super::{Letter, LetterError};

/// The secret.
const SECRET: Area = Area::new(MARGIN, 106.0, MEASURE, 40.0);
/// The bundle password.
const PASSWORD: Area = Area::new(MARGIN, 151.0, MEASURE, 40.0);
/// About the person and the time.
const FACTS: Area = Area::new(MARGIN, 230.0, MEASURE, 46.0);

pub(super) fn draw(
    stationery: &Stationery,
    sheet: &mut Sheet<'_, '_>,
    letter: &Letter<'_>,
) -> Result<(), LetterError> {
    let say = |key| stationery.say(key);
    stationery.head(sheet, letter.recipient, letter.mark)?;
    let title = [Text::said(&say("letter-second-title"), 16.0).bold()];
    let below = sheet.write(&title, Area::new(MARGIN, 63.0, MEASURE, 12.0), Role::Heading(1), "a title")?;
    let lead = [
        Text::said(&say("letter-second-lead"), 10.5),
        Text::said(&say("letter-pair").with("mark", letter.mark.to_owned()), 10.5),
    ];
    let area = Area::new(MARGIN, below + 1.5, MEASURE, 98.0 - below - 1.5);
    sheet.write(&lead, area, Role::Paragraph, "the introduction")?;

    let secret = letter.invitation.secret.grouped();
    boxed(stationery, sheet, SECRET, ["letter-secret", "letter-secret-hint"], &secret)?;
    let mut top = SECRET.bottom() + 6.0;
    if let Some(password) = &letter.invitation.separate_password {
        boxed(stationery, sheet, PASSWORD, ["letter-password", "letter-password-hint"], password)?;
        top = PASSWORD.bottom() + 10.0;
    }
    let keep: Vec<Text> = ["letter-keep-secret", "letter-keep-apart", "letter-keep-until"]
        .into_iter()
        .map(|key| Text::said(&say(key), 10.0).above(0.3))
        .collect();
    let area = Area::new(MARGIN, top, MEASURE, FACTS.top - 4.0 - top);
    sheet.write(&keep, area, Role::Paragraph, "what to take care of")?;
    let until = stationery.words().moment_with_year(letter.invitation.expires_at);
    let until = Text::said(&stationery.say("letter-until-all").with("at", until), 9.5);
    let facts = [
        stationery.name_fact(letter.recipient),
        Fact { label: stationery.label("letter-until"), value: vec![until] },
        stationery.contact_fact(),
    ];
    sheet.facts(&facts, FACTS, super::first::LABELS)?;
    stationery.foot(sheet, letter.mark, "letter-second-foot")
}

/// Something to be typed, in a frame, with its name above and a hint below.
fn boxed(
    stationery: &Stationery,
    sheet: &mut Sheet<'_, '_>,
    area: Area,
    [name, hint]: [&'static str; 2],
    value: &str,
) -> Result<(), LetterError> {
    sheet.frame(area, 0.35, false);
    let (left, width) = (area.left + 5.0, area.width - 10.0);
    let heading = [Text::said(&stationery.say(name), 11.0).bold()];
    sheet.write(&heading, Area::new(left, area.top + 2.5, width, 7.0), Role::Heading(2), "a heading")?;
    sheet.display(value, 27.0, Area::new(left, area.top + 9.5, width, 15.0))?;
    let hint = [Text::said(&stationery.say(hint), 9.0)];
    let place = Area::new(left, area.top + 26.0, width, area.height - 28.0);
    sheet.write(&hint, place, Role::Paragraph, "a hint").map(|_| ())
}
