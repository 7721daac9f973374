//! What a mail says, as blocks that plain text and HTML both show.

use std::borrow::Cow;

use jiff::Timestamp;

use super::texts::Texts;
use crate::directory::{Contact, Look};

/// Whose mail it is.
#[derive(Debug, Clone, Copy)]
pub struct Letterhead<'a> {
    /// The organization's name.
    pub organization: &'a str,
    /// Whom to ask.
    pub contact: &'a Contact,
    /// Its colour.
    pub look: &'a Look,
    /// Its logo (PNG) where it has one.
    pub logo: Option<&'a [u8]>,
}

/// How the person learns the secret.
#[derive(Clone, Copy)]
pub enum SecretComes<'a> {
    /// Not by mail.
    Otherwise,
    /// In a mail of its own.
    Apart,
    /// It is this one.
    Here(&'a str),
}

/// An invitation.
#[derive(Clone, Copy)]
pub struct Invitation<'a> {
    /// The link.
    pub link: &'a str,
    /// The page that asks for the number.
    pub site: &'a str,
    /// The retrieval number, in its groups.
    pub number: &'a str,
    /// How the secret comes.
    pub secret: SecretComes<'a>,
    /// When the link ends.
    pub link_ends: Timestamp,
    /// When the number ends.
    pub number_ends: Timestamp,
}

/// What a mail is about.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// An invitation with its link.
    Invitation(Invitation<'a>),
    /// The secret of an invitation, and the bundle password where that travels with it.
    Secret {
        /// The secret, in its groups.
        secret: &'a str,
        /// The bundle password.
        password: Option<&'a str>,
    },
    /// The file reached a device.
    Fetched {
        /// When.
        at: Timestamp,
        /// What kind of device: `ios`, `ipados`, `macos`, `android` or `windows`.
        device: Option<&'a str>,
    },
    /// The certificate is in use.
    Installed {
        /// Since when.
        at: Timestamp,
        /// On what kind of device.
        device: Option<&'a str>,
        /// When it ends.
        not_after: Option<Timestamp>,
    },
    /// A new invitation was issued.
    Reissued {
        /// When.
        at: Timestamp,
        /// Whether the certificate before it has ended.
        ended: bool,
    },
    /// The certificate was revoked.
    Revoked {
        /// When.
        at: Timestamp,
    },
    /// A change to another device was begun with the certificate.
    ChangeBegun {
        /// When.
        at: Timestamp,
    },
    /// Nothing; it shows that mails arrive.
    Test,
}

/// A part of a mail.
pub(super) enum Block {
    /// Something to read.
    Text(String),
    /// Steps in their order.
    Steps(Vec<String>),
    /// Something to press.
    Button { label: String, href: String, until: String },
    /// Names and values.
    Facts(Vec<Fact>),
    /// Something that should not be overlooked.
    Note(String),
}

/// A name and its value.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether it is typed letter by letter.
    pub(super) typed: bool,
    /// Where it leads.
    pub(super) href: Option<String>,
}

impl Fact {
    fn plain(name: String, value: String) -> Self {
        Self { name, value, typed: false, href: None }
    }

    fn typed(name: String, value: &str) -> Self {
        Self { name, value: value.to_owned(), typed: true, href: None }
    }
}

/// A mail in one language.
pub(super) struct Part {
    pub(super) tag: &'static str,
    pub(super) subject: String,
    pub(super) title: String,
    pub(super) greeting: Option<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) contact: String,
    pub(super) contacts: Vec<Fact>,
    pub(super) nobody: Option<String>,
    pub(super) automatic: String,
}

/// A text on one line: what breaks lines or steers a terminal becomes a space.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Content<'_> {
    const fn key(&self) -> &'static str {
        match self {
            Self::Invitation(_) => "invitation",
            Self::Secret { .. } => "secret",
            Self::Fetched { .. } => "fetched",
            Self::Installed { .. } => "installed",
            Self::Reissued { .. } => "reissued",
            Self::Revoked { .. } => "revoked",
            Self::ChangeBegun { .. } => "change",
            Self::Test => "test",
        }
    }

    /// The mail in one language.
    pub(super) fn part(&self, texts: Texts, name: Option<&str>, head: &Letterhead<'_>) -> Part {
        let key = self.key();
        let organization = one_line(head.organization);
        let mut blocks = vec![Block::Text(texts.say(&format!("{key}-lead")))];
        self.blocks(texts, &mut blocks);
        let contact = head.contact;
        let contacts: Vec<Fact> = [
            (None, contact.name.as_deref(), None),
            (Some("contact-phone"), contact.phone.as_deref(), Some("tel:")),
            (Some("contact-email"), contact.email.as_deref(), Some("mailto:")),
            (Some("contact-hours"), contact.hours.as_deref(), None),
        ]
        .into_iter()
        .filter_map(|(name, value, scheme)| {
            let value = one_line(value?);
            let href = scheme.map(|scheme| {
                let bare: String = value.chars().filter(char::is_ascii_graphic).collect();
                format!("{scheme}{bare}")
            });
            let name = name.map(|name| texts.say(name)).unwrap_or_default();
            Some(Fact { name, value, typed: false, href })
        })
        .collect();
        Part {
            tag: texts.tag(),
            subject: texts.fill(&format!("{key}-subject"), &[("organization", Cow::Borrowed(&organization))]),
            title: texts.say(&format!("{key}-title")),
            greeting: name.map(|name| texts.fill("greeting", &[("name", Cow::Owned(one_line(name)))])),
            blocks,
            contact: texts.say("contact"),
            nobody: contacts.is_empty().then(|| texts.say("contact-nobody")),
            contacts,
            automatic: texts.say("automatic"),
        }
    }

    fn blocks(&self, texts: Texts, blocks: &mut Vec<Block>) {
        let note = |key: &str| Block::Note(texts.say(key));
        let when = |at: Timestamp| Fact::plain(texts.say("when"), texts.moment(at));
        let device = |kind: Option<&str>| {
            let known = ["ios", "ipados", "macos", "android", "windows"];
            let kind = kind?;
            let key =
                if known.contains(&kind) { format!("device-{kind}") } else { "device-other".to_owned() };
            Some(Fact::plain(texts.say("device"), texts.say(&key)))
        };
        match self {
            Self::Invitation(invitation) => invitation.blocks(texts, blocks),
            Self::Secret { secret, password } => {
                blocks.push(Block::Facts(vec![Fact::typed(texts.say("secret"), secret)]));
                blocks.push(Block::Text(texts.say("secret-hint")));
                if let Some(password) = password {
                    blocks.push(Block::Facts(vec![Fact::typed(texts.say("password"), password)]));
                    blocks.push(Block::Text(texts.say("password-hint")));
                }
                blocks.push(note("secret-keep"));
            }
            Self::Fetched { at, device: kind } => {
                blocks.push(Block::Facts([Some(when(*at)), device(*kind)].into_iter().flatten().collect()));
                blocks.push(note("not-you"));
            }
            Self::Installed { at, device: kind, not_after } => {
                let ends = not_after.map(|at| Fact::plain(texts.say("not-after"), texts.date(at)));
                let facts = [Some(when(*at)), device(*kind), ends];
                blocks.push(Block::Facts(facts.into_iter().flatten().collect()));
                blocks.push(note("not-you"));
            }
            Self::Reissued { at, ended } => {
                let key = if *ended { "reissued-ended" } else { "reissued-goes-on" };
                blocks.push(Block::Text(texts.say(key)));
                blocks.push(Block::Facts(vec![when(*at)]));
                blocks.push(note("not-you"));
            }
            Self::ChangeBegun { at } => {
                blocks.push(Block::Text(texts.say("change-goes-on")));
                blocks.push(Block::Facts(vec![when(*at)]));
                blocks.push(note("change-not-you"));
            }
            Self::Revoked { at } => {
                blocks.push(Block::Facts(vec![when(*at)]));
                blocks.push(note("not-you"));
            }
            Self::Test => {}
        }
    }
}

impl Invitation<'_> {
    fn blocks(&self, texts: Texts, blocks: &mut Vec<Block>) {
        let step = match self.secret {
            SecretComes::Otherwise => "invitation-step-secret-never",
            SecretComes::Apart => "invitation-step-secret-apart",
            SecretComes::Here(_) => "invitation-step-secret-together",
        };
        let steps = ["invitation-step-open", step, "invitation-step-install"];
        blocks.push(Block::Steps(steps.map(|key| texts.say(key)).to_vec()));
        if let SecretComes::Here(secret) = self.secret {
            blocks.push(Block::Facts(vec![Fact::typed(texts.say("secret"), secret)]));
        }
        let until = texts.fill("invitation-until", &[("at", Cow::Owned(texts.moment(self.link_ends)))]);
        blocks.push(Block::Button {
            label: texts.say("invitation-button"),
            href: self.link.to_owned(),
            until,
        });
        blocks.push(Block::Text(texts.say("invitation-browser")));
        blocks.push(Block::Text(texts.say("invitation-number-how")));
        let site = self.site.to_owned();
        blocks.push(Block::Facts(vec![
            Fact { name: texts.say("address"), value: site.clone(), typed: false, href: Some(site) },
            Fact::typed(texts.say("number"), self.number),
            Fact::plain(texts.say("number-until"), texts.moment(self.number_ends)),
        ]));
        blocks.push(Block::Note(texts.say("invitation-keep")));
    }
}
