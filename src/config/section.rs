//! One table for everything that is known of a setting: its documentation, its name in the file and in the environment,
//! its default and how it is read. What stands in [`section!`] is all there is.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::problem::{Place, Problem};
use super::source::{Environment, FileText, PREFIX, STANDARD_VARIABLES, without_password};
use super::suggestion::nearest;
use super::value::Value;

/// What is known of a section of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its name in square brackets.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its settings, in the order in which they are documented.
    pub settings: &'static [Setting],
}

/// What is known of a setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The section that it belongs to.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What would be right.
    pub shape: &'static str,
    /// Its default, as it would stand in the file without quotes; `None` where there is none.
    pub default: Option<&'static str>,
    /// The least and the greatest value.
    pub bounds: Option<(&'static str, &'static str)>,
    /// Whether it names a secret.
    pub secret: bool,
    /// Whether Tegata starts without it.
    pub optional: bool,
    /// Spells a value as it would stand in the file.
    pub(super) spell: fn(&str) -> Option<String>,
}

/// A value of type `T` as it would stand in the file.
pub(super) fn spelled<T: Value>(text: &str) -> Option<String> {
    T::from_text(text).ok().map(|value| value.shown())
}

impl Setting {
    /// `section.name`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The environment variable that goes before the file: `TEGATA_SECTION_NAME`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}_{}", self.section, self.name).to_ascii_uppercase()
    }

    /// The environment variable that holds the secret itself.
    #[must_use]
    pub fn secret_variable(&self) -> Option<String> {
        let variable = self.variable();
        let bare = variable.strip_suffix("_FILE").filter(|_| self.secret);
        bare.map(ToOwned::to_owned)
    }

    /// The default as it would stand in the file.
    #[must_use]
    pub fn default_shown(&self) -> Option<String> {
        self.default.and_then(self.spell)
    }

    /// What would be right, with its limits.
    #[must_use]
    pub fn right(&self) -> String {
        self.bounds.map_or_else(
            || self.shape.to_owned(),
            |(least, greatest)| format!("{}, from {least} to {greatest}", self.shape),
        )
    }
}

/// A setting as it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which one.
    pub setting: Setting,
    /// Where its value comes from.
    pub place: Place,
    /// The value as it would stand in the file; hidden where it is a secret.
    pub shown: String,
}

/// Reads settings, and keeps every problem instead of stopping at the first.
#[derive(Debug)]
pub struct Reader<'a> {
    file: &'a FileText,
    table: &'a DeTable<'a>,
    environment: &'a Environment,
    base: PathBuf,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
    /// What was found so far.
    pub found: Vec<Found>,
}

impl<'a> Reader<'a> {
    /// Reads `table`, which was parsed from `file`, and `environment`; relative paths count from `base`.
    #[must_use]
    pub fn new(
        file: &'a FileText,
        table: &'a DeTable<'a>,
        environment: &'a Environment,
        base: &Path,
    ) -> Self {
        Self { file, table, environment, base: base.to_owned(), problems: Vec::new(), found: Vec::new() }
    }

    /// The value of a setting; `None` once a problem was noted.
    pub fn value<T: Value>(&mut self, setting: Setting) -> Option<T> {
        match self.read::<T>(&setting) {
            Ok((value, place)) => {
                self.found.push(Found { setting, place, shown: value.shown() });
                Some(value)
            }
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    /// The value of a setting that has limits.
    pub fn bounded<T: Value + PartialOrd>(&mut self, setting: Setting) -> Option<T> {
        let value = self.value::<T>(setting)?;
        let (least, greatest) = setting.bounds?;
        let outside = |what: &str, limit: &str| {
            let place = self.found.last().map_or(Place::Nowhere, |found| found.place.clone());
            Problem::error(place, &setting.key(), format!("it is {what} than {limit}"))
                .with_value(value.shown())
                .right(setting.right())
        };
        let problem = match (T::from_text(least), T::from_text(greatest)) {
            (Ok(limit), _) if value < limit => Some(outside("less", least)),
            (_, Ok(limit)) if value > limit => Some(outside("more", greatest)),
            _ => None,
        };
        match problem {
            Some(problem) => {
                self.problems.push(problem);
                None
            }
            None => Some(value),
        }
    }

    fn read<T: Value>(&self, setting: &Setting) -> Result<(T, Place), Box<Problem>> {
        if let Some(given) = self.in_environment::<T>(setting)? {
            return Ok(given);
        }
        if let Some(given) = self.in_file::<T>(setting)? {
            return Ok(given);
        }
        if let Some(given) = self.in_standard_variable::<T>(setting)? {
            return Ok(given);
        }
        let value = match setting.default {
            Some(text) => T::from_text(text).ok().map(|value| value.rooted(&self.base)),
            None => T::absent(),
        };
        value.map(|value| (value, Place::Default)).ok_or_else(|| {
            let missing =
                Problem::error(Place::Nowhere, &setting.key(), "it is not set, and it has no default");
            Box::new(missing.right(format!(
                "{} under [{}], or in {}: {}",
                setting.name,
                setting.section,
                setting.variable(),
                setting.right()
            )))
        })
    }

    fn in_environment<T: Value>(&self, setting: &Setting) -> Result<Option<(T, Place)>, Box<Problem>> {
        let find = |name: &str| {
            let place = Place::Environment(name.to_owned());
            self.environment
                .find(name)
                .map_err(|error| Box::new(Problem::error(place, &setting.key(), error.to_string())))
        };
        let variable = setting.variable();
        let text = find(&variable)?;
        if let Some(bare) = setting.secret_variable()
            && let Some(secret) = find(&bare)?
        {
            let place = Place::Environment(bare.clone());
            if text.is_some() {
                let both = format!("{bare} and {variable} are both set");
                return Err(Box::new(Problem::error(place, &setting.key(), both).right("one of the two")));
            }
            return Ok(T::from_secret(Zeroizing::new(secret.to_owned())).map(|value| (value, place)));
        }
        let Some(text) = text else { return Ok(None) };
        // A path in the environment counts from where the process was started, as everywhere else.
        given::<T>(setting, text, Place::Environment(variable)).map(Some)
    }

    /// The value of a variable that other programs read as well.
    fn in_standard_variable<T: Value>(&self, setting: &Setting) -> Result<Option<(T, Place)>, Box<Problem>> {
        let key = setting.key();
        for (_, variable) in STANDARD_VARIABLES.iter().filter(|(of, _)| *of == key) {
            let place = Place::Environment((*variable).to_owned());
            match self.environment.find(variable) {
                Ok(None) => {}
                Ok(Some(text)) => return given::<T>(setting, text, place).map(Some),
                Err(error) => return Err(Box::new(Problem::error(place, &key, error.to_string()))),
            }
        }
        Ok(None)
    }

    fn in_file<T: Value>(&self, setting: &Setting) -> Result<Option<(T, Place)>, Box<Problem>> {
        let section = self.table.get(setting.section).and_then(|section| section.get_ref().as_table());
        let Some(item) = section.and_then(|section| section.get(setting.name)) else { return Ok(None) };
        let place = self.file.place(item.span().start);
        match T::from_toml(item.get_ref()) {
            Ok(value) => Ok(Some((value.rooted(&self.base), place))),
            Err(what) => Err(Box::new(
                Problem::error(place, &setting.key(), what)
                    .with_value(self.file.excerpt(item.span()))
                    .right(setting.right()),
            )),
        }
    }

    /// Notes every section, key and variable that nobody reads.
    pub fn note_unknown(&mut self, sections: &[Section]) {
        let mut noted = Vec::new();
        for (name, item) in self.table {
            let Some(section) = sections.iter().find(|section| section.name == name.get_ref()) else {
                noted.push(self.unknown_section(name.get_ref(), name.span().start, item.get_ref(), sections));
                continue;
            };
            let Some(keys) = item.get_ref().as_table() else {
                let problem =
                    Problem::error(self.file.place(item.span().start), name.get_ref(), "it is a section");
                noted.push(problem.right(format!("a line [{}] with its settings below it", section.name)));
                continue;
            };
            for key in keys.keys() {
                if !section.settings.iter().any(|setting| setting.name == key.get_ref()) {
                    noted.push(self.unknown_key(section, key.get_ref(), key.span().start, sections));
                }
            }
        }
        noted.extend(unknown_variables(self.environment, sections));
        self.problems.extend(noted);
    }

    fn unknown_section(&self, name: &str, at: usize, item: &DeValue<'_>, sections: &[Section]) -> Problem {
        let what =
            if item.is_table() { "there is no such section" } else { "it stands outside every section" };
        let problem = Problem::error(self.file.place(at), &short(name), what);
        let key = sections.iter().flat_map(|section| section.settings).find(|setting| setting.name == name);
        match (nearest(name, sections.iter().map(|section| section.name)), key) {
            (_, Some(setting)) => problem.right(format!("{name} under [{}]", setting.section)),
            (Some(meant), None) => problem.right(format!("[{meant}]")),
            (None, None) => {
                let names: Vec<_> = sections.iter().map(|section| format!("[{}]", section.name)).collect();
                problem.right(format!("one of {}", names.join(" ")))
            }
        }
    }

    fn unknown_key(&self, section: &Section, key: &str, at: usize, sections: &[Section]) -> Problem {
        let full = format!("{}.{}", section.name, short(key));
        let problem = Problem::error(self.file.place(at), &full, "there is no such setting");
        let elsewhere =
            sections.iter().flat_map(|section| section.settings).find(|setting| setting.name == key);
        match (nearest(key, section.settings.iter().map(|setting| setting.name)), elsewhere) {
            (Some(meant), _) => problem.right(format!("{}.{meant}", section.name)),
            (None, Some(setting)) => problem.right(format!("{} (another section)", setting.key())),
            (None, None) => {
                let names: Vec<_> = section.settings.iter().map(|setting| setting.name).collect();
                problem.right(format!("one of {}", names.join(", ")))
            }
        }
    }
}

/// The value that stands in a variable.
fn given<T: Value>(setting: &Setting, text: &str, place: Place) -> Result<(T, Place), Box<Problem>> {
    match T::from_text(text) {
        Ok(value) => Ok((value, place)),
        Err(what) => {
            let shown: String = without_password(text).chars().take(60).collect();
            let problem = Problem::error(place, &setting.key(), what);
            Err(Box::new(problem.with_value(super::value::quoted(&shown)).right(setting.right())))
        }
    }
}

fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// A variable that nobody reads is a warning only: Kubernetes sets `TEGATA_PORT` and the like for a service of that name.
fn unknown_variables(environment: &Environment, sections: &[Section]) -> Vec<Problem> {
    let settings = || sections.iter().flat_map(|section| section.settings);
    let mut known: Vec<String> = settings().map(Setting::variable).collect();
    known.extend(settings().filter_map(Setting::secret_variable));
    known.push(super::source::FILE_VARIABLE.to_owned());
    known.extend(super::source::COMMAND_VARIABLES.map(ToOwned::to_owned));
    known.extend(STANDARD_VARIABLES.map(|(_, variable)| variable.to_owned()));
    let unknown = environment.names().filter(|name| !known.iter().any(|known| known == name));
    let lower: Vec<String> = known.iter().map(|name| name.to_ascii_lowercase()).collect();
    unknown
        .map(|name| {
            let place = Place::Environment(short(name));
            let problem =
                Problem { key: None, ..Problem::warning(place, "", "no setting is read from this variable") };
            match nearest(name, lower.iter().map(String::as_str)) {
                Some(meant) => problem.right(meant.to_ascii_uppercase()),
                None => problem,
            }
        })
        .collect()
}

/// Declares a section: a struct whose fields are its settings, and the table from which they are documented and read.
///
/// A field is `name: Type = default;` with the default as it would stand in the file, without quotes;
/// `name: Type = none;` has none: it must be set, or is an `Option`. `in "least", "greatest"` sets its limits.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $Section:ident = $name:literal {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:tt $(in $least:literal, $greatest:literal)?;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $Section {
            $( $(#[doc = $doc])+ pub $field: $type, )+
        }

        impl $Section {
            /// Everything that is known of this section.
            pub const SECTION: $crate::config::section::Section = $crate::config::section::Section {
                name: $name,
                about: concat!($($about, "\n"),+),
                settings: &[$(
                    $crate::config::section::Setting {
                        section: $name,
                        name: stringify!($field),
                        about: concat!($($doc, "\n"),+),
                        shape: <$type as $crate::config::value::Value>::SHAPE,
                        default: section!(@default $default),
                        bounds: section!(@bounds $($least, $greatest)?),
                        secret: <$type as $crate::config::value::Value>::SECRET,
                        optional: <$type as $crate::config::value::Value>::OPTIONAL,
                        spell: $crate::config::section::spelled::<$type>,
                    },
                )+],
            };

            /// Reads the section; `None` once a problem was noted.
            pub fn read(reader: &mut $crate::config::section::Reader<'_>) -> Option<Self> {
                let mut settings = Self::SECTION.settings.iter().copied();
                $( let $field = settings.next().and_then(|setting| section!(@read reader, setting $(, $least)?)); )+
                Some(Self { $( $field: $field?, )+ })
            }
        }
    };
    (@default none) => { None };
    (@default $text:literal) => { Some($text) };
    (@bounds) => { None };
    (@bounds $least:literal, $greatest:literal) => { Some(($least, $greatest)) };
    (@read $reader:ident, $setting:ident) => { $reader.value($setting) };
    (@read $reader:ident, $setting:ident, $least:literal) => { $reader.bounded($setting) };
}
pub(crate) use section;
