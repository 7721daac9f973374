//! A configuration file that explains itself.

use std::fmt::Write as _;

use super::SECTIONS;
use super::section::Setting;

/// A `tegata.toml` with every setting and its explanation; those in `set` (key and TOML value) are in force, the others
/// stand as comments with their defaults.
#[must_use]
pub fn commented(set: &[(&str, String)]) -> String {
    let mut text = String::from(
        "# The configuration of Tegata. What stands behind a # is an explanation or a default.\n\
         # Relative paths count from this file's directory. Every setting can also come from the environment, which goes\n\
         # first: http.listen from TEGATA_HTTP_LISTEN and so on. `tegata config show --all` prints what holds and why;\n\
         # `tegata config check` says everything that is wrong.\n",
    );
    for section in &SECTIONS {
        let _ = write!(text, "\n\n{}[{}]\n", comment(section.about), section.name);
        for setting in section.settings {
            let key = setting.key();
            let value = set.iter().find(|(name, _)| *name == key).map(|(_, value)| value);
            let _ = write!(text, "\n{}{}", comment(setting.about), line(setting, value));
        }
    }
    text
}

fn line(setting: &Setting, value: Option<&String>) -> String {
    match (value, setting.default_shown()) {
        (Some(value), _) => format!("{} = {value}\n", setting.name),
        (None, Some(default)) => format!("#{} = {default}\n", setting.name),
        (None, None) => format!("#{} =    # not set; {}\n", setting.name, setting.right()),
    }
}

fn comment(about: &str) -> String {
    about.lines().fold(String::new(), |text, line| text + "# " + line.trim() + "\n")
}
