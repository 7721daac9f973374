//! What stands in the form of a section, and what it says.

use std::str::FromStr;

use crate::directory::{
    Colour, Contact, FirstQuestion, Ground, Limits, MailForm, MailLanguage, Notice, Organization,
    SecretByMail, Section, Settings, folded,
};
use crate::http::console::entered::Entered;
use crate::http::words::Words;

/// The form with what is so.
pub fn filled(section: Section, it: &Organization) -> Entered {
    let entered = Entered::default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    match section {
        Section::Name => entered
            .with("name", &it.name)
            .with("contact-name", &text(&it.contact.name))
            .with("contact-phone", &text(&it.contact.phone))
            .with("contact-email", &text(&it.contact.email))
            .with("contact-hours", &text(&it.contact.hours)),
        Section::Look => entered
            .with("colour", &it.look.colour.map(|colour| colour.to_string()).unwrap_or_default())
            .with("dark-colour", &it.look.dark_colour.map(|colour| colour.to_string()).unwrap_or_default()),
        Section::Entry => entered.with(
            "first-question",
            &match it.first_question {
                FirstQuestion::Number => "number",
                FirstQuestion::Facility => "facility",
            },
        ),
        Section::Offers => match &it.policy.offers {
            None => entered.with("which", &"all"),
            Some(offers) => offers
                .iter()
                .fold(entered.with("which", &"some"), |entered, offer| entered.with("offers", offer)),
        },
        Section::Limits => entered
            .with("certificates-per-person", &number(it.policy.certificates_per_person))
            .with("link-hours", &number(it.policy.link_hours))
            .with("invitation-days", &number(it.policy.invitation_days))
            .with("attempts", &number(it.policy.attempts))
            .with("stuck-after-hours", &it.policy.stuck_after_hours)
            .with("abandoned-after-days", &it.policy.abandoned_after_days)
            .with("change-alone", &if it.policy.change_alone { "yes" } else { "no" }),
        Section::Mail => {
            let address = |value: &Option<crate::directory::MailAddress>| {
                value.as_ref().map(ToString::to_string).unwrap_or_default()
            };
            let entered = entered
                .with("secret", &it.secret_by_mail().name())
                .with("secret-delay", &it.mail.secret_delay)
                .with("mail-language", &it.mail.language.name())
                .with("from-name", &text(&it.mail.from_name))
                .with("reply-to", &address(&it.mail.reply_to))
                .with("bounce", &address(&it.mail.bounce));
            it.policy.notices.iter().fold(entered, |entered, notice| entered.with("notices", &notice.name()))
        }
    }
}

/// What the form says; what does not do is noted at its field. The directory looks at the rest.
pub fn read(section: Section, entered: &mut Entered, words: Words) -> Option<Settings> {
    let settings = match section {
        Section::Name => {
            let filled = |field| Some(entered.value(field).to_owned()).filter(|text| !text.is_empty());
            let contact = Contact {
                name: filled("contact-name"),
                phone: filled("contact-phone"),
                email: filled("contact-email"),
                hours: filled("contact-hours"),
            };
            Settings::Name { name: entered.value("name").to_owned(), contact }
        }
        Section::Look => {
            let light = colour(entered, "colour", Ground::Light, words);
            let dark = colour(entered, "dark-colour", Ground::Dark, words);
            Settings::Colours { light, dark }
        }
        Section::Entry => Settings::Entry(match entered.value("first-question") {
            "facility" => FirstQuestion::Facility,
            _ => FirstQuestion::Number,
        }),
        Section::Offers => {
            let chosen = entered.all("offers").map(str::to_owned).collect();
            Settings::Offers((entered.value("which") == "some").then_some(chosen))
        }
        Section::Limits => Settings::Limits(Limits {
            certificates_per_person: number(entered, "certificates-per-person", words),
            link_hours: number(entered, "link-hours", words),
            invitation_days: number(entered, "invitation-days", words),
            attempts: number(entered, "attempts", words),
            stuck_after_hours: needed(entered, "stuck-after-hours", words),
            abandoned_after_days: needed(entered, "abandoned-after-days", words),
            change_alone: match entered.value("change-alone") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
        }),
        Section::Mail => {
            let filled = |field| Some(entered.value(field).to_owned()).filter(|text| !text.is_empty());
            let (from_name, reply_to, bounce) = (filled("from-name"), filled("reply-to"), filled("bounce"));
            let notices = entered.all("notices").collect::<Vec<_>>();
            let notices = Notice::ALL.into_iter().filter(|notice| notices.contains(&notice.name())).collect();
            Settings::Mail(MailForm {
                notices,
                secret: one(entered, "secret", words).unwrap_or(SecretByMail::Never),
                secret_delay: needed(entered, "secret-delay", words),
                language: one(entered, "mail-language", words).unwrap_or(MailLanguage::Japanese),
                from_name,
                reply_to,
                bounce,
            })
        }
    };
    entered.is_sound().then_some(settings)
}

/// One of a few words.
fn one<T: FromStr>(entered: &mut Entered, field: &'static str, words: Words) -> Option<T> {
    let value = entered.value(field).parse().ok();
    if value.is_none() {
        entered.wrong(field, &words.say("flaw-empty"));
    }
    value
}

/// A whole number that may be left out, in digits of either width.
fn number(entered: &mut Entered, field: &'static str, words: Words) -> Option<u32> {
    let text = folded(entered.value(field));
    if text.is_empty() {
        return None;
    }
    let value = text.parse().ok();
    if value.is_none() {
        entered.wrong(field, &words.say("flaw-number"));
    }
    value
}

fn needed(entered: &mut Entered, field: &'static str, words: Words) -> u32 {
    if entered.value(field).is_empty() {
        entered.wrong(field, &words.say("flaw-empty"));
    }
    number(entered, field, words).unwrap_or_default()
}

/// A colour in which people can read, or none.
fn colour(entered: &mut Entered, field: &'static str, ground: Ground, words: Words) -> Option<Colour> {
    let text = folded(entered.value(field));
    if text.is_empty() {
        return None;
    }
    let Ok(colour) = text.parse::<Colour>() else {
        entered.wrong_but(field, &words.say("colour-unfit"), &words.say("colour-right"));
        return None;
    };
    match colour.check(ground) {
        Ok(()) => Some(colour),
        Err(unreadable) => {
            let wrong = words.say("colour-unreadable").with("contrast", unreadable.found);
            let right = words.say("colour-nearest").with("colour", unreadable.nearest.to_string());
            entered.wrong_but(field, &wrong, &right);
            None
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::http::language::Language;

    const WORDS: Words = Words(Language::Japanese);

    #[test]
    fn a_form_that_is_sent_as_it_was_shown_says_what_is_so() {
        let mut organization = Organization::new("a".parse().unwrap(), "A".to_owned(), Contact::default());
        organization.policy.offers = Some(["b".to_owned()].into());
        organization.policy.attempts = Some(7);
        organization.mail_secret(SecretByMail::Apart);
        for section in Section::ALL {
            let mut entered = filled(section, &organization);
            let settings = read(section, &mut entered, WORDS).unwrap();
            assert_eq!(settings.section(), section);
        }
        let mut entered = filled(Section::Mail, &organization);
        let Some(Settings::Mail(form)) = read(Section::Mail, &mut entered, WORDS) else { panic!() };
        assert_eq!((form.secret, form.notices.len()), (SecretByMail::Apart, 4));
    }

    #[test]
    fn numbers_are_read_in_either_width_and_colours_must_be_readable() {
        let mut entered = Entered::default().with("link-hours", &"４８").with("stuck-after-hours", &"x");
        assert_eq!(number(&mut entered, "link-hours", WORDS), Some(48));
        assert_eq!((needed(&mut entered, "stuck-after-hours", WORDS), entered.problems().len()), (0, 1));
        let mut entered = Entered::default().with("colour", &"#ffcc00").with("dark-colour", &"blue");
        assert!(read(Section::Look, &mut entered, WORDS).is_none());
        assert!(entered.problem("colour").unwrap().right.as_ref().unwrap().contains('#'));
        assert!(entered.problem("dark-colour").is_some());
    }
}
