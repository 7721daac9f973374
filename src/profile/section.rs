//! Reads a table of an offer by its description and notes everything that is wrong with it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::SignedDuration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::localized::Localized;
use super::problem::Problems;
use super::schema::{Key, Kind, Presence};
use super::template::Template;
use super::text::{Lines, closest};
use super::value::{Reading, shown};

/// What is read in place of a table that is not there.
static NOTHING: LazyLock<DeTable<'static>> = LazyLock::new(DeTable::new);

/// A table with the description of its keys. The readers give `None` where a value is absent or wrong; what is wrong
/// has been noted.
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    at: Range<usize>,
    path: String,
    keys: &'static [Key],
    problems: &'a Problems<'a>,
}

impl<'a> Section<'a> {
    /// Takes a table, and notes at once the keys that do not exist and those that are missing. `at` is where the
    /// table stands, `path` its name, empty for the file itself.
    pub(super) fn open(
        table: &'a DeTable<'a>,
        at: Range<usize>,
        path: String,
        keys: &'static [Key],
        problems: &'a Problems<'a>,
    ) -> Self {
        let section = Self { table, at, path, keys, problems };
        for (name, _) in table {
            if !keys.iter().any(|key| key.name == name.get_ref()) {
                section.report_unknown(name);
            }
        }
        for key in keys {
            if matches!(key.presence, Presence::Required) && section.find(key.name).is_none() {
                let wrong = "is missing".to_owned();
                problems.report(
                    &section.at,
                    &section.path_of(key.name),
                    wrong,
                    format!("write for example: {}", key.example()),
                );
            }
        }
        section
    }

    fn report_unknown(&self, name: &Spanned<Cow<'_, str>>) {
        let names: Vec<_> = self.keys.iter().map(|key| key.name).collect();
        // Looking for what was meant is the one thing here that takes long; nobody reads it of the thousandth key.
        let closest = |names| if self.problems.are_full() { None } else { closest(name.get_ref(), names) };
        let belongs_to_the_file = keys::OFFER.iter().any(|key| key.name == name.get_ref());
        let right = match closest(names.iter().copied()) {
            // In TOML a key belongs to the table above it, which is easily forgotten.
            _ if belongs_to_the_file => {
                "it belongs to the file itself: write it above the first [table]".into()
            }
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("the keys here are {}", names.join(", ")),
        };
        self.problems.report(&name.span(), &self.path_of(name.get_ref()), "does not exist", right);
    }

    fn find(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(name)
    }

    /// The full name of a key of this table.
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Notes a problem with the value of `name`, or with the table where the key is not there.
    pub(super) fn report(&self, name: &str, wrong: impl Into<String>, right: impl Into<String>) {
        self.problems.report(&self.place(name), &self.path_of(name), wrong, right);
    }

    /// Whether the file has the key, right or wrong.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether the file has exactly this text for the key.
    pub(super) fn is_text(&self, name: &str, text: &str) -> bool {
        self.find(name).is_some_and(|value| value.get_ref().as_str() == Some(text))
    }

    /// Whether the file has an empty list for the key.
    pub(super) fn is_empty_list(&self, name: &str) -> bool {
        self.find(name).is_some_and(|value| value.get_ref().as_array().is_some_and(|items| items.is_empty()))
    }

    /// Whether the file has nothing for the key, or an empty list.
    pub(super) fn lacks(&self, name: &str) -> bool {
        !self.has(name) || self.is_empty_list(name)
    }

    /// Where the value of `name` stands, or the table where the key is not there.
    pub(super) fn place(&self, name: &str) -> Range<usize> {
        self.find(name).map_or_else(|| self.at.clone(), Spanned::span)
    }

    /// The tables of a list of tables, each with its path and place; whatever else the list holds has been noted.
    pub(super) fn tables(&self, name: &str) -> Vec<Item<'a>> {
        let Some(value) = self.find(name) else { return Vec::new() };
        let (path, most) = (self.path_of(name), self.most(name));
        let right = format!("write each as [[{path}]]");
        let DeValue::Array(items) = value.get_ref() else {
            self.report(name, format!("must be a list of tables, but is {}", shown(value.get_ref())), right);
            return Vec::new();
        };
        if items.len() > most {
            self.report(
                name,
                format!("has {} tables, but at most {most} fit", items.len()),
                "split the offer",
            );
            return Vec::new();
        }
        let mut tables = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match item.get_ref() {
                DeValue::Table(table) => {
                    tables.push(Item { table, at: item.span(), path, problems: self.problems });
                }
                other => self.problems.report(
                    &item.span(),
                    &path,
                    format!("must be a table, but is {}", shown(other)),
                    right.clone(),
                ),
            }
        }
        tables
    }

    fn most(&self, name: &str) -> usize {
        match self.keys.iter().find(|key| key.name == name).map(|key| key.kind) {
            Some(Kind::Payloads { most }) => most,
            _ => usize::MAX,
        }
    }

    /// Reads a value, or the default where the file has none.
    fn read<R>(&self, name: &str, read: impl FnOnce(&Reading<'_>, &DeValue<'_>) -> Option<R>) -> Option<R> {
        let key = self.keys.iter().find(|key| key.name == name);
        debug_assert!(key.is_some(), "{name} is not described");
        let key = key?;
        let (at, path) = (self.at.clone(), self.path_of(name));
        if let Some(value) = self.find(name) {
            return read(&Reading { key, at: value.span(), path, problems: self.problems }, value.get_ref());
        }
        let Presence::Default(default) = key.presence else { return None };
        let value = DeValue::parse(default);
        debug_assert!(value.is_ok(), "the default of {name} is no TOML");
        read(&Reading { key, at, path, problems: self.problems }, value.ok()?.get_ref())
    }

    /// A text on one line, or of several where the key's kind says so.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.read(name, |reading, value| match reading.key.kind {
            Kind::Text { longest } => reading.text(value, longest, Lines::One),
            Kind::Lines { longest } => reading.text(value, longest, Lines::Many),
            _ => None,
        })
    }

    /// A text by language.
    pub(super) fn localized(&self, name: &str) -> Option<Localized> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method itself is not general enough"
        )]
        self.read(name, |reading, value| reading.localized(value))
    }

    /// A template; one that is empty counts as absent.
    pub(super) fn template(&self, name: &str) -> Option<Template> {
        self.read(name, |reading, value| {
            let Kind::Template { longest, variables } = reading.key.kind else { return None };
            reading.template(value, longest, variables)
        })
        .filter(|template| !template.is_empty())
    }

    /// A list of templates.
    pub(super) fn templates(&self, name: &str) -> Vec<Template> {
        self.list(name, |reading, value| {
            let Kind::Templates { longest, variables, .. } = reading.key.kind else { return None };
            reading.template(value, longest, variables)
        })
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.list(name, |reading, value| {
            let Kind::Texts { longest, .. } = reading.key.kind else { return None };
            reading.text(value, longest, Lines::One)
        })
    }

    /// A list of words of a choice, without repetitions.
    pub(super) fn choices(&self, name: &str) -> Vec<&'static str> {
        let mut chosen = self.list(name, |reading, value| {
            let Kind::Choices(words) = reading.key.kind else { return None };
            reading.choice(value, words)
        });
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn list<R>(&self, name: &str, read: impl Fn(&Reading<'_>, &DeValue<'_>) -> Option<R>) -> Vec<R> {
        let items = self.read(name, |reading, value| {
            let DeValue::Array(items) = value else { return reading.wrong_kind(value) };
            let most = match reading.key.kind {
                Kind::Texts { most, .. } | Kind::Templates { most, .. } => most,
                _ => usize::MAX,
            };
            if items.len() > most {
                return reading.wrong(format!("must be {}, but has {}", reading.key.kind, items.len()));
            }
            let read = items.iter().filter_map(|item| {
                let reading = Reading {
                    key: reading.key,
                    at: item.span(),
                    path: reading.path.clone(),
                    problems: reading.problems,
                };
                read(&reading, item.get_ref())
            });
            Some(read.collect())
        });
        items.unwrap_or_default()
    }

    /// A whole number within the bounds of its key.
    pub(super) fn whole(&self, name: &str) -> Option<i64> {
        self.read(name, |reading, value| {
            let DeValue::Integer(digits) = value else { return reading.wrong_kind(value) };
            let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
            let fits = number.is_some_and(|number| match reading.key.kind {
                Kind::Whole { least, most, .. } => (least..=most).contains(&number),
                Kind::Number(numbers) => numbers.contains(&number),
                _ => false,
            });
            if fits { number } else { reading.wrong_kind(value) }
        })
    }

    /// As [`Section::whole`], for a key whose bounds are those of a small positive number; 0 where it is wrong.
    pub(super) fn small(&self, name: &str) -> u32 {
        self.whole(name).and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
    }

    /// true or false.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.read(name, |reading, value| match value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => reading.wrong_kind(value),
        })
    }

    /// One word of a choice.
    pub(super) fn choice(&self, name: &str) -> Option<&'static str> {
        self.read(name, |reading, value| {
            let Kind::Choice(words) = reading.key.kind else { return None };
            reading.choice(value, words)
        })
    }

    /// A span of time, written as `"48 h"`, `"10 min"`, `"2 days"`, `"1 h 30 min"`.
    pub(super) fn time(&self, name: &str) -> Option<SignedDuration> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method itself is not general enough"
        )]
        self.read(name, |reading, value| reading.time(value))
    }

    /// A table with keys of its own; one that is left out is read as empty, so that its keys have their defaults.
    pub(super) fn section(&self, name: &str) -> Option<Section<'a>> {
        let key = self.keys.iter().find(|key| key.name == name)?;
        let Kind::Table(keys) = key.kind else { return None };
        let Some(value) = self.find(name) else {
            return Some(Self::open(&NOTHING, self.at.clone(), self.path_of(name), keys, self.problems));
        };
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(Self::open(table, value.span(), self.path_of(name), keys, self.problems))
            }
            other => {
                self.report(
                    name,
                    format!("must be a table, but is {}", shown(other)),
                    format!("write it as [{}]", self.path_of(name)),
                );
                None
            }
        }
    }
}

/// A table in a list, whose description depends on what it says of itself.
pub(super) struct Item<'a> {
    table: &'a DeTable<'a>,
    at: Range<usize>,
    path: String,
    problems: &'a Problems<'a>,
}

impl<'a> Item<'a> {
    /// Its `type`, if that is a text.
    pub(super) fn kind(&self) -> Option<&'a str> {
        self.table.get("type").and_then(|value| value.get_ref().as_str())
    }

    /// Notes that its `type` is none of `kinds`.
    pub(super) fn report_kind(&self, kinds: &[&str]) {
        let path = format!("{}.type", self.path);
        let at = self.table.get("type").map_or_else(|| self.at.clone(), Spanned::span);
        let list = kinds.iter().map(|kind| format!("\"{kind}\"")).collect::<Vec<_>>().join(", ");
        let (wrong, right) = match self.table.get("type").map(Spanned::get_ref) {
            None => ("is missing".to_owned(), format!("there are {list}")),
            Some(value) => {
                let meant = value.as_str().and_then(|word| closest(word, kinds.iter().copied()));
                let right = meant.map_or_else(
                    || format!("there are {list}"),
                    |meant| format!("did you mean \"{meant}\"?"),
                );
                (format!("must be a kind of payload, but is {}", shown(value)), right)
            }
        };
        self.problems.report(&at, &path, wrong, right);
    }

    /// The table with the description of its kind.
    pub(super) fn open(self, keys: &'static [Key]) -> Section<'a> {
        Section::open(self.table, self.at, self.path, keys, self.problems)
    }
}
