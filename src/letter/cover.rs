//! The list that lies on top of a facility's letters: names and marks, to be ticked off. Nothing on it opens anything.

use super::sheet::Role;
use super::stationery::{Book, MARGIN, MEASURE, Stationery};
use super::text::Text;
use super::window::{Area, SHEET};
use super::{Batch, LetterError, SheetKind, first};

/// The list.
const LIST: Area = Area::new(MARGIN, 62.0, MEASURE, 210.0);
/// How high a row is.
const ROW: f32 = 10.0;
/// How many rows a sheet has.
const ROWS: usize = 20;
/// Where the columns begin.
const COLUMNS: [f32; 5] = [MARGIN, MARGIN + 30.0, MARGIN + 78.0, MARGIN + 118.0, MARGIN + 150.0];

/// Draws the list of a batch, on as many sheets as it takes.
pub(super) fn draw(
    stationery: &Stationery,
    book: &mut Book<'_>,
    kind: SheetKind,
    batch: &Batch<'_>,
) -> Result<(), LetterError> {
    let say = |key| stationery.say(key);
    let of = match kind {
        SheetKind::First => say("letter-first-title"),
        SheetKind::Second => say("letter-second-title"),
    };
    let facility = batch.facility.clone().unwrap_or_else(|| say("letter-no-facility").plain());
    let pages = batch.letters.len().div_ceil(ROWS);
    for (page, letters) in batch.letters.chunks(ROWS).enumerate() {
        let name = format!("{} {facility}", say("letter-list").plain());
        book.sheet((page == 0).then_some(name), |sheet| {
            let head = [Text::said(&say("letter-list"), 15.0).bold()];
            let below =
                sheet.write(&head, Area::new(MARGIN, 18.0, MEASURE, 10.0), Role::Heading(1), "a title")?;
            let count = say("letter-list-count").with("count", batch.letters.len().to_string());
            let count = count.with("what", of.plain());
            let about = [
                Text::new(facility.clone(), 12.0).bold(),
                Text::said(&count, 9.5).above(0.3),
                Text::new(stationery.0.organization.clone(), 9.5).faint(),
                Text::said(&say("letter-date").with("date", stationery.words().date(stationery.0.date)), 9.5)
                    .faint(),
            ];
            let area = Area::new(MARGIN, below + 1.0, MEASURE, LIST.top - below - 3.0);
            sheet.write(&about, area, Role::Paragraph, "the facility's or the organization's name")?;
            let headings = [
                "letter-list-mark",
                "letter-name",
                "letter-devices",
                "letter-list-enrollment",
                "letter-list-done",
            ]
            .map(|key| Text::said(&say(key), 8.0).faint());
            let rows: Vec<Vec<Vec<Text>>> = letters
                .iter()
                .map(|letter| {
                    let mut name = Vec::new();
                    name.extend(letter.recipient.kana.iter().map(|kana| Text::kana(kana.clone(), 6.0)));
                    name.push(Text::new(letter.recipient.name.clone(), 10.0).leading(1.2));
                    vec![
                        vec![Text::new(letter.mark, 9.5)],
                        name,
                        vec![
                            Text::new(first::devices(stationery, &letter.invitation.platforms), 8.0)
                                .leading(1.2),
                        ],
                        vec![Text::new(letter.invitation.enrollment.as_str(), 8.0)],
                        vec![Text::new("\u{25a1}", 12.0)],
                    ]
                })
                .collect();
            sheet.table(&headings, &rows, &COLUMNS, LIST, ROW)?;
            let foot =
                say("letter-list-foot").with("page", (page + 1).to_string()).with("pages", pages.to_string());
            let area = Area::new(MARGIN, SHEET.1 - 18.0, MEASURE, 8.0);
            sheet.write(&[Text::said(&foot, 8.0).faint()], area, Role::Paragraph, "the foot").map(|_| ())
        })?;
    }
    Ok(())
}
