//! Templates: the texts of an offer with places for what is known only when somebody enrolls.
//!
//! `{subscriber.name}` stands for a value, `{{` and `}}` for the braces themselves. Everything that can be wrong with
//! a template is found when the offer is read; what can be wrong with the values is a [`TemplateError`].

use thiserror::Error;

use super::text::{Lines, closest, excerpt, forbidden_character};
use super::variable::{TemplateValues, Variable};

/// Why a template could not be filled for this person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// The template names a value that is not known.
    #[error("{key} needs {variable}, which is not known here")]
    Missing {
        /// The offer's key that holds the template.
        key: &'static str,
        /// What is missing.
        variable: Variable,
    },
    /// A value has a character that neither a certificate nor a profile can carry.
    #[error("{key}: {variable} contains the character U+{:04X}, which a device cannot show", u32::from(*character))]
    ForbiddenCharacter {
        /// The offer's key that holds the template.
        key: &'static str,
        /// Whose value it is.
        variable: Variable,
        /// The character.
        character: char,
    },
    /// The filled text is longer than its place allows.
    #[error("{key} has {length} characters with these values, but at most {limit} fit: {excerpt}")]
    TooLong {
        /// The offer's key that holds the template.
        key: &'static str,
        /// How long it is, in characters.
        length: usize,
        /// How long it may be.
        limit: usize,
        /// Its beginning.
        excerpt: String,
    },
    /// The filled text must be ASCII (RFC 5280 §4.2.1.6: an e-mail address or URI in a certificate is an
    /// `IA5String`).
    #[error("{key} must be ASCII, but with these values it is {excerpt}")]
    NotAscii {
        /// The offer's key that holds the template.
        key: &'static str,
        /// Its beginning.
        excerpt: String,
    },
}

/// A text with places for values, known to be well formed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Value(Variable),
}

/// What is wrong with a template, and what would be right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TemplateFault {
    pub(super) wrong: String,
    pub(super) right: String,
}

impl Template {
    /// Reads a template that may name the variables in `allowed`.
    pub(super) fn parse(source: &str, allowed: &[Variable]) -> Result<Self, TemplateFault> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = source;
        while let Some(brace) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(brace);
            literal.push_str(before);
            if from_brace.starts_with("{{") || from_brace.starts_with("}}") {
                literal.push_str(&from_brace[..1]);
                rest = &from_brace[2..];
                continue;
            }
            if from_brace.starts_with('}') {
                return Err(TemplateFault {
                    wrong: "has a } without a {".into(),
                    right: "write }} for the character }".into(),
                });
            }
            let Some(end) = from_brace.find('}') else {
                return Err(TemplateFault {
                    wrong: format!("has a {{ that is never closed, at {}", excerpt(from_brace, 20)),
                    right: "close it with }, or write {{ for the character {".into(),
                });
            };
            let variable = find_variable(&from_brace[1..end], allowed)?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Value(variable));
            rest = &from_brace[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { source: source.into(), parts })
    }

    /// The template as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether nothing can ever come out of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The variables that it names, in order.
    pub fn variables(&self) -> impl Iterator<Item = Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Value(variable) => Some(*variable),
        })
    }

    /// The text for these values; `key` is the offer's key, for the error.
    pub(super) fn render(
        &self,
        key: &'static str,
        values: &TemplateValues<'_>,
    ) -> Result<String, TemplateError> {
        self.fill(key, values, |_, value| value.to_owned())
    }

    /// As [`Template::render`], for an address: what could mean something in a URI is percent-encoded in the values
    /// (RFC 3986 §2.4), but for the address of the check page, which is one already.
    pub(super) fn render_uri(
        &self,
        key: &'static str,
        values: &TemplateValues<'_>,
    ) -> Result<String, TemplateError> {
        self.fill(key, values, |variable, value| match variable {
            Variable::CheckUrl => value.to_owned(),
            _ => percent_encode(value),
        })
    }

    /// The text with the values that are known, for a file name, which can do without.
    pub(super) fn render_known(&self, values: &TemplateValues<'_>) -> String {
        let text = self.parts.iter().map(|part| match part {
            Part::Literal(literal) => literal,
            Part::Value(variable) => values.get(*variable).unwrap_or_default(),
        });
        text.collect()
    }

    /// Whether all the values that it names are known.
    pub(super) fn is_complete(&self, values: &TemplateValues<'_>) -> bool {
        self.variables().all(|variable| values.get(variable).is_some())
    }

    fn fill(
        &self,
        key: &'static str,
        values: &TemplateValues<'_>,
        encode: impl Fn(Variable, &str) -> String,
    ) -> Result<String, TemplateError> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Value(variable) => {
                    let variable = *variable;
                    let value = values.get(variable).ok_or(TemplateError::Missing { key, variable })?;
                    if let Some(character) = forbidden_character(value, Lines::One) {
                        return Err(TemplateError::ForbiddenCharacter { key, variable, character });
                    }
                    text.push_str(&encode(variable, value));
                }
            }
        }
        Ok(text)
    }
}

fn find_variable(name: &str, allowed: &[Variable]) -> Result<Variable, TemplateFault> {
    if let Some(variable) = allowed.iter().find(|variable| variable.name() == name) {
        return Ok(*variable);
    }
    let shown = excerpt(name, 40);
    let wrong = if Variable::ALL.iter().any(|variable| variable.name() == name) {
        format!("names {{{shown}}}, which is not known in this place")
    } else {
        format!("names {{{shown}}}, which does not exist")
    };
    let right = match closest(name, allowed.iter().map(|variable| variable.name())) {
        Some(meant) if meant != name => format!("did you mean {{{meant}}}?"),
        _ => {
            let names: Vec<_> = allowed.iter().map(ToString::to_string).collect();
            format!("there are {}", names.join(", "))
        }
    };
    Err(TemplateFault { wrong, right })
}

fn percent_encode(value: &str) -> String {
    let encoded = value.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    encoded.collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;

    fn template(source: &str) -> Template {
        Template::parse(source, &Variable::ALL).unwrap()
    }

    fn fault(source: &str) -> TemplateFault {
        Template::parse(source, Variable::OF_A_PERSON).unwrap_err()
    }

    const SATO: TemplateValues<'_> = TemplateValues {
        subscriber_name: "佐藤 & 子",
        subscriber_id: "sato/1",
        subscriber_email: None,
        facility_code: Some("  "),
        facility_name: None,
        organization_name: "",
        organization_id: "x\u{7}",
        enrollment_id: "e",
        check_url: Some("https://check.example.jp/?a=b"),
    };

    #[test]
    fn values_stand_in_their_places_and_doubled_braces_for_themselves() {
        let text = template("{{{subscriber.id}}} {subscriber.name}").render("key", &SATO);
        assert_eq!(text.unwrap(), "{sato/1} 佐藤 & 子");
        assert_eq!(template("").render("key", &SATO).unwrap(), "");
    }

    #[test]
    fn an_address_has_its_values_encoded_but_for_the_check_page() {
        let text =
            template("{check_url}&who={subscriber.id}&name={subscriber.name}").render_uri("key", &SATO);
        assert_eq!(
            text.unwrap(),
            "https://check.example.jp/?a=b&who=sato%2F1&name=%E4%BD%90%E8%97%A4%20%26%20%E5%AD%90"
        );
    }

    #[test]
    fn a_value_that_is_unknown_or_blank_is_missing_and_named() {
        for variable in [Variable::SubscriberEmail, Variable::FacilityCode, Variable::OrganizationName] {
            let filled = template(&variable.to_string()).render("san.email", &SATO);
            assert_eq!(filled, Err(TemplateError::Missing { key: "san.email", variable }));
        }
        let error = template("{subscriber.email}").render("san.email", &SATO).unwrap_err();
        assert_eq!(error.to_string(), "san.email needs {subscriber.email}, which is not known here");
    }

    #[test]
    fn a_value_that_a_device_cannot_show_is_refused() {
        let error = template("{organization.id}").render("subject.organization", &SATO).unwrap_err();
        assert_eq!(
            error.to_string(),
            "subject.organization: {organization.id} contains the character U+0007, which a device cannot show"
        );
    }

    #[test]
    fn what_is_wrong_with_a_template_is_said_with_what_would_be_right() {
        let unknown = fault("{subscriber.mail}");
        assert_eq!(unknown.wrong, "names {subscriber.mail}, which does not exist");
        assert_eq!(unknown.right, "did you mean {subscriber.email}?");
        assert!(fault("{enrollment.secret}").wrong.contains("does not exist"));
        assert!(fault("{x}").right.starts_with("there are {subscriber.name}, "), "{}", fault("{x}").right);
        assert_eq!(fault("{check_url}").wrong, "names {check_url}, which is not known in this place");
        assert_eq!(fault("a}b").right, "write }} for the character }");
        assert_eq!(fault("a {subscriber.id").wrong, "has a { that is never closed, at {subscriber.id");
    }
}
