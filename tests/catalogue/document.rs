//! Tables of `docs/retrieval.md` that are counted, not written: a test compares them with what is so, and
//! `TEGATA_WRITE_DOCS=1` writes them.

use std::path::Path;

/// The table under a heading, which ends with the table.
pub fn holds(heading: &str, table: &str, same: impl Fn(&str, &str) -> bool) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/retrieval.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let begin = text.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let begin = begin + text[begin..].find("\n| ").expect("a table under the heading") + 1;
    let end = text[begin..].find("\n\n").map_or(text.len(), |length| begin + length + 1);
    let written = &text[begin..end];
    if std::env::var_os("TEGATA_WRITE_DOCS").is_some() {
        let new = [&text[..begin], table, &text[end..]].concat();
        return std::fs::write(&file, new).unwrap();
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(written), lines(table));
    let fits = old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| old == new || same(old, new));
    assert!(
        fits,
        "docs/retrieval.md is not what is so; `TEGATA_WRITE_DOCS=1 cargo test --test catalogue docs_` writes:\n{table}"
    );
}
