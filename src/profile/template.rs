//! Templates: the texts of an offer with places for what is known only when somebody enrolls.
//!
//! `{subscriber.name}` stands for a value, `{{` and `}}` for the braces themselves. Everything that can be wrong with
//! a template is found when the offer is read; what can be wrong with the values is a [`TemplateError`].

use std::fmt;

use thiserror::Error;

use super::text::{Lines, closest, excerpt, forbidden_character};

/// What a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// The person's name.
    SubscriberName,
    /// The person's identifier within the organization.
    SubscriberId,
    /// The person's e-mail address; may be unknown.
    SubscriberEmail,
    /// The facility's code, such as `G13B`; not everybody belongs to a facility.
    FacilityCode,
    /// The facility's name.
    FacilityName,
    /// The organization's name.
    OrganizationName,
    /// The organization's identifier.
    OrganizationId,
    /// The enrollment's identifier. (Its number and secret are no variables: they open the enrollment.)
    EnrollmentId,
    /// The address of the check page.
    CheckUrl,
}

impl Variable {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::SubscriberName,
        Self::SubscriberId,
        Self::SubscriberEmail,
        Self::FacilityCode,
        Self::FacilityName,
        Self::OrganizationName,
        Self::OrganizationId,
        Self::EnrollmentId,
        Self::CheckUrl,
    ];

    /// Those that say who the person is: all but [`Variable::CheckUrl`], which only makes sense as an address.
    pub(super) const OF_A_PERSON: &'static [Self] = Self::ALL.split_at(8).0;

    /// The name between the braces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SubscriberName => "subscriber.name",
            Self::SubscriberId => "subscriber.id",
            Self::SubscriberEmail => "subscriber.email",
            Self::FacilityCode => "facility.code",
            Self::FacilityName => "facility.name",
            Self::OrganizationName => "organization.name",
            Self::OrganizationId => "organization.id",
            Self::EnrollmentId => "enrollment.id",
            Self::CheckUrl => "check_url",
        }
    }

    /// What it stands for, for the documentation.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::SubscriberName => "the person's name",
            Self::SubscriberId => "the person's identifier within the organization",
            Self::SubscriberEmail => "the person's e-mail address (may be unknown)",
            Self::FacilityCode => "the facility's code, such as G13B (may be unknown)",
            Self::FacilityName => "the facility's name (may be unknown)",
            Self::OrganizationName => "the organization's name",
            Self::OrganizationId => "the organization's identifier",
            Self::EnrollmentId => "the enrollment's identifier",
            Self::CheckUrl => "the address of the check page",
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{{{}}}", self.name())
    }
}

/// The values that templates are filled with. An empty text counts as unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemplateValues<'a> {
    /// See [`Variable::SubscriberName`].
    pub subscriber_name: &'a str,
    /// See [`Variable::SubscriberId`].
    pub subscriber_id: &'a str,
    /// See [`Variable::SubscriberEmail`].
    pub subscriber_email: Option<&'a str>,
    /// See [`Variable::FacilityCode`].
    pub facility_code: Option<&'a str>,
    /// See [`Variable::FacilityName`].
    pub facility_name: Option<&'a str>,
    /// See [`Variable::OrganizationName`].
    pub organization_name: &'a str,
    /// See [`Variable::OrganizationId`].
    pub organization_id: &'a str,
    /// See [`Variable::EnrollmentId`].
    pub enrollment_id: &'a str,
    /// See [`Variable::CheckUrl`].
    pub check_url: Option<&'a str>,
}

impl<'a> TemplateValues<'a> {
    /// The value of `variable`, if it is known.
    #[must_use]
    pub fn get(&self, variable: Variable) -> Option<&'a str> {
        let value = match variable {
            Variable::SubscriberName => Some(self.subscriber_name),
            Variable::SubscriberId => Some(self.subscriber_id),
            Variable::SubscriberEmail => self.subscriber_email,
            Variable::FacilityCode => self.facility_code,
            Variable::FacilityName => self.facility_name,
            Variable::OrganizationName => Some(self.organization_name),
            Variable::OrganizationId => Some(self.organization_id),
            Variable::EnrollmentId => Some(self.enrollment_id),
            Variable::CheckUrl => self.check_url,
        };
        value.filter(|value| !value.is_empty())
    }
}

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
