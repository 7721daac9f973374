//! Tables for people: columns that line up, also with Japanese names.

use unicode_width::UnicodeWidthStr as _;

use super::style::{plain, strong};

/// Rows under headings. A column is as wide as its widest cell.
#[derive(Debug)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { headings: headings.map(ToOwned::to_owned).to_vec(), rows: Vec::new() }
    }

    /// Adds a row; what could steer a terminal is taken out.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows.push(cells.iter().map(|cell| plain(cell)).collect());
    }

    /// The table as text.
    #[must_use]
    pub fn text(&self) -> String {
        let widths: Vec<usize> = (0..self.headings.len())
            .map(|column| {
                let cells =
                    self.rows.iter().filter_map(|row| row.get(column)).chain(self.headings.get(column));
                cells.map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        let heading: Vec<_> =
            self.headings.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
        let mut text = strong(heading.join("  ").trim_end()) + "\n";
        for row in &self.rows {
            let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
            text += cells.join("  ").trim_end();
            text.push('\n');
        }
        text
    }
}

fn padded(cell: &str, width: usize) -> String {
    let missing = width.saturating_sub(cell.width());
    format!("{cell}{}", " ".repeat(missing))
}

/// Names and values, one a line, the values under each other. An absent value leaves its line out.
#[must_use]
pub fn lines(pairs: &[(&str, Option<String>)]) -> String {
    let width =
        pairs.iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name.width()).max().unwrap_or(0);
    let present = pairs.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    present.fold(String::new(), |text, (name, value)| text + &padded(name, width) + "  " + value + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_wide_letters() {
        let mut table = Table::new(["NAME", "STATE"]);
        table.row(["山田 花子", "invited"]);
        table.row(["Taro", "locked"]);
        let text = anstream::adapter::strip_str(&table.text()).to_string();
        assert_eq!(text, "NAME       STATE\n山田 花子  invited\nTaro       locked\n");
    }

    #[test]
    fn an_absent_value_leaves_its_line_out() {
        let pairs = [("link", Some("x".to_owned())), ("predecessor", None), ("secret", Some("y".to_owned()))];
        assert_eq!(lines(&pairs), "link    x\nsecret  y\n");
    }
}
