//! What stands in the fields of a form: what was there before, or what was typed, with what is wrong about it. A form that is
//! not taken comes back with everything that was typed.

use std::collections::BTreeMap;

use askama::filters::Safe;

use super::frame::attribute;
use super::typed::Typed;
use crate::directory::{Flaw, Unfit};
use crate::http::words::Words;

/// What is wrong with a field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field.
    pub field: &'static str,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: Option<String>,
}

/// The fields of a form.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    values: BTreeMap<String, Vec<String>>,
    problems: Vec<FieldProblem>,
}

impl Entered {
    /// What was typed.
    #[must_use]
    pub fn of(typed: &Typed) -> Self {
        let mut entered = Self::default();
        for (name, value) in typed.fields().filter(|(name, _)| *name != "form") {
            entered.values.entry(name.to_owned()).or_default().push(value.trim().to_owned());
        }
        entered
    }

    /// The same with `name` filled in, for a form that shows what is there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &impl ToString) -> Self {
        self.values.entry(name.to_owned()).or_default().push(value.to_string());
        self
    }

    /// Puts `value` in place of whatever stands in a field.
    pub fn set(&mut self, name: &str, value: &impl ToString) {
        self.values.insert(name.to_owned(), vec![value.to_string()]);
    }

    /// What stands in a field, where anything does.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.value(name)).filter(|value| !value.is_empty())
    }

    /// What stands in a field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// What stands in a field, for its attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Safe<String> {
        attribute(self.value(name))
    }

    /// Whether a box is ticked, or an entry of a list chosen.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values.get(name).is_some_and(|values| values.iter().any(|own| own == value))
    }

    /// Everything that is chosen in a list of boxes.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.values.get(name).into_iter().flatten().map(String::as_str)
    }

    /// Notes what is wrong with a field.
    pub fn wrong(&mut self, field: &'static str, wrong: &impl ToString) {
        self.problems.push(FieldProblem { field, wrong: wrong.to_string(), right: None });
    }

    /// Notes what is wrong with a field, and what would be right.
    pub fn wrong_but(&mut self, field: &'static str, wrong: &impl ToString, right: &impl ToString) {
        let right = Some(right.to_string());
        self.problems.push(FieldProblem { field, wrong: wrong.to_string(), right });
    }

    /// Notes what the directory found wrong; the fields have the names that it gives them.
    pub fn unfit(&mut self, unfit: &[Unfit], words: Words) {
        for Unfit { field, flaw } in unfit {
            let wrong = match flaw {
                Flaw::Empty | Flaw::Needed => words.say("flaw-empty"),
                Flaw::TooLong(most) => words.say("flaw-too-long").with("most", *most),
                Flaw::ControlCharacter | Flaw::TurnsText => words.say("flaw-invisible"),
                Flaw::NotAnAddress => words.say("flaw-address"),
                Flaw::OutOfRange(least, most) => {
                    words.say("flaw-range").with("least", *least).with("most", *most)
                }
                Flaw::Unknown(name) => words.say("flaw-unknown").with("name", name.clone()),
                Flaw::Taken(name) => words.say("flaw-taken").with("name", name.clone()),
                Flaw::Alphabet(letters) => words.say("flaw-alphabet").with("letters", *letters),
            };
            self.wrong(field, &wrong);
        }
    }

    /// Notes it where the name was not typed that an act which cannot be undone asks for (`parts::confirm`).
    pub fn must_confirm(&mut self, expected: &str, words: Words) {
        if self.value("confirm") != expected {
            self.wrong_but("confirm", &words.say("confirm-wrong"), &expected);
        }
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn problem(&self, field: &str) -> Option<&FieldProblem> {
        self.problems.iter().find(|problem| problem.field == field)
    }

    /// Everything that is wrong, in the order in which it was found.
    #[must_use]
    pub fn problems(&self) -> &[FieldProblem] {
        &self.problems
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_with_what_was_typed_and_what_is_wrong() {
        let typed = Typed::parse(b"form=nonce&name=+Hanako+&offer=a&offer=b").unwrap();
        let mut entered = Entered::of(&typed);
        assert_eq!((entered.value("name"), entered.value("form")), ("Hanako", ""));
        assert!(entered.has("offer", "b") && !entered.has("offer", "c") && entered.is_sound());
        entered.wrong_but("name", &"too short", &"two letters at least");
        entered.wrong("name", &"and wrong");
        assert_eq!(entered.problem("name").unwrap().wrong, "too short");
        assert_eq!(entered.problems().len(), 2);
        assert!(!entered.is_sound() && entered.problem("offer").is_none());
    }
}
