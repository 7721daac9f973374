//! The document's table, and how lines of it are measured again by themselves.

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";
/// What the sentence on the load begins with.
const LOAD: &str = " One-minute load when it began: ";
/// How a line under the table begins that says which rows were measured by themselves.
const APART: &str = "Measured by themselves, one-minute load when that began: ";

/// What was measured on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// A sentence or two.
    pub what: String,
    /// What waited for its processors, on the average of a minute.
    pub load: String,
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{LOAD}{}.", self.what, self.load)
    }
}

/// A line of the table, and the row that it is of.
pub type Line = (&'static str, String);

/// The document with a whole table of its own.
pub fn whole(document: &str, machine: &Machine, head: &[String], lines: &[Line]) -> String {
    let (before, _, after) = parts(document);
    let lines: Vec<_> = lines.iter().map(|(_, line)| line.as_str()).collect();
    format!("{before}{BEGIN}\n{machine}\n\n{}\n{}\n{END}{after}", head.join("\n"), lines.join("\n"))
}

/// The document with these lines in the place of those that it has of the same rows; all others stay, in the order of `order`.
///
/// # Panics
/// Where the table is of another machine: then lines of both would stand side by side.
pub fn part(
    document: &str,
    machine: &Machine,
    head: &[String],
    lines: &[Line],
    order: &[&'static str],
) -> String {
    let (before, section, after) = parts(document);
    let mut sections = section.trim().split("\n\n");
    let told = sections.next().unwrap_or_default();
    let known = told.split_once(LOAD).map_or(told, |(what, _)| what);
    assert_eq!(known, machine.what, "the table is of another machine: keep the whole");
    let table = sections.next().unwrap_or_default();
    let is_of = |name: &str, line: &str| line.ends_with(&format!("| `{name}` |"));
    let kept = order.iter().filter_map(|name| {
        let new = lines.iter().find(|(own, _)| own == name).map(|(_, line)| line.as_str());
        new.or_else(|| table.lines().find(|line| is_of(name, line)))
    });
    let kept: Vec<_> = kept.collect();
    let mut apart: Vec<(String, Vec<String>)> = Vec::new();
    for line in sections.flat_map(str::lines).filter_map(|line| line.strip_prefix(APART)) {
        let (load, names) = line.trim_end_matches('.').split_once(": ").unwrap_or_default();
        let names = names.split(", ").map(|name| name.trim_matches('`').to_owned());
        let names = names.filter(|name| !lines.iter().any(|(new, _)| new == name)).collect();
        apart.push((load.to_owned(), names));
    }
    apart.push((machine.load.clone(), lines.iter().map(|(name, _)| (*name).to_owned()).collect()));
    let apart = apart.into_iter().filter(|(_, names)| !names.is_empty()).map(|(load, names)| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("\n{APART}{load}: {}.\n", names.join(", "))
    });
    let apart: String = apart.collect();
    format!("{before}{BEGIN}\n{told}\n\n{}\n{}\n{apart}{END}{after}", head.join("\n"), kept.join("\n"))
}

/// What stands before the table's section, in it and behind it.
fn parts(document: &str) -> (&str, &str, &str) {
    let (before, rest) = document.split_once(BEGIN).unwrap_or_else(|| panic!("the document has no {BEGIN}"));
    let (section, after) = rest.split_once(END).unwrap_or_else(|| panic!("the document has no {END}"));
    (before, section, after)
}
