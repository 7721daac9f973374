//! `tegata organization`.

mod policy;

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Subcommand;

use super::Session;
use super::failure::{Exit, Failure};
use super::init::{ContactArguments, organization_name};
use super::style::plain;
use super::table::lines;
use crate::directory::{
    Colour, FirstQuestion, Ground, LARGEST_LOGO_FILE, Logo, LogoFile, NotAColour, Organization,
};
use policy::MailArguments;

/// Show or change what people are told about the organization, and what it mails
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show its name, whom people ask, how its pages look, and what it mails
    Show {
        #[arg(long, help = "Print JSON: id, name, contact, look, first_question, policy, mail")]
        json: bool,
    },
    /// Change its name, whom people ask, how its pages look, or what it mails; holds from the next page on
    #[command(after_help = "\
An empty text takes a part of the contact, a colour or the logo away. A colour in which people could not read (WCAG 2.2,
4.5:1) is refused, with the nearest shade that they can.

Examples:
  tegata organization set --contact-phone 03-1234-5678 --contact-hours 'Mon-Fri 9:00-17:00'
  tegata organization set --contact-email ''
  tegata organization set --accent '#1a4f9c' --logo logo.png
  tegata organization set --first-question facility
  tegata organization set --change-alone no
  tegata organization set --mail-notices fetched,revoked --mail-secret apart")]
    Set(Box<Set>),
}

#[derive(Debug, clap::Args)]
struct Set {
    /// The organization's name, as people read it
    #[arg(long, value_name = "NAME", value_parser = organization_name)]
    name: Option<String>,
    #[command(flatten)]
    contact: ContactArguments,
    /// The colour of buttons and links on light pages, such as '#1a4f9c'
    #[arg(long = "accent", value_name = "COLOUR", value_parser = light)]
    colour: Option<Chosen>,
    /// The same on dark pages; without it, the nearest shade that people can read there
    #[arg(long = "dark-accent", value_name = "COLOUR", value_parser = dark)]
    dark_colour: Option<Chosen>,
    /// The logo beside the name: a PNG
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// What people without a link are asked for first
    #[arg(long, value_name = "WHAT")]
    first_question: Option<Question>,
    /// Whether people may change to a new device alone, with the old one in hand
    #[arg(long, value_name = "WHETHER")]
    change_alone: Option<Whether>,
    #[command(flatten)]
    mail: MailArguments,
    #[arg(long, help = "Print JSON: id, name, contact, look, first_question, policy, mail")]
    json: bool,
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Show { json } => *json,
            Command::Set(arguments) => arguments.json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let mut organization = session.block_on(office.organization())??;
    if let Command::Set(arguments) = &arguments.command {
        change(&mut organization, arguments);
        let old = organization.look.logo.clone();
        let new = logo(&mut organization, arguments)?;
        session.block_on(office.put_organization(&organization, new.as_ref(), old.as_ref()))??;
    }
    session.output.result(&text(&organization), &organization)
}

fn change(organization: &mut Organization, arguments: &Set) {
    if let Some(name) = &arguments.name {
        organization.name.clone_from(name);
    }
    let (given, new) = (&arguments.contact, arguments.contact.contact());
    let contact = &mut organization.contact;
    let parts = [
        (&given.name, new.name, &mut contact.name),
        (&given.phone, new.phone, &mut contact.phone),
        (&given.email, new.email, &mut contact.email),
        (&given.hours, new.hours, &mut contact.hours),
    ];
    for (given, new, kept) in parts {
        if given.is_some() {
            *kept = new;
        }
    }
    let look = &mut organization.look;
    for (given, kept) in
        [(&arguments.colour, &mut look.colour), (&arguments.dark_colour, &mut look.dark_colour)]
    {
        if let Some(Chosen(colour)) = given {
            *kept = *colour;
        }
    }
    arguments.mail.change(organization);
    if let Some(whether) = arguments.change_alone {
        organization.policy.change_alone = whether == Whether::Yes;
    }
    match arguments.first_question {
        Some(Question::Number) => organization.first_question = FirstQuestion::Number,
        Some(Question::Facility) => organization.first_question = FirstQuestion::Facility,
        None => {}
    }
}

/// A colour, or none.
#[derive(Debug, Clone)]
struct Chosen(Option<Colour>);

fn readable(text: &str, ground: Ground) -> Result<Chosen, String> {
    if text.trim().is_empty() {
        return Ok(Chosen(None));
    }
    let colour: Colour = text.trim().parse().map_err(|error: NotAColour| error.to_string())?;
    colour.check(ground).map_err(|error| error.to_string())?;
    Ok(Chosen(Some(colour)))
}

fn light(text: &str) -> Result<Chosen, String> {
    readable(text, Ground::Light)
}

fn dark(text: &str) -> Result<Chosen, String> {
    readable(text, Ground::Dark)
}

/// What people without a link are asked for first.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Question {
    /// The retrieval number
    Number,
    /// The code of their facility; its name and look appear
    Facility,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Whether {
    /// The check page on the old device has a button for it
    Yes,
    /// An operator reissues
    No,
}

/// Puts the logo that was asked for into the organization's look; its picture is still to be kept.
fn logo(organization: &mut Organization, arguments: &Set) -> Result<Option<(Logo, LogoFile)>, Failure> {
    let Some(path) = &arguments.logo else { return Ok(None) };
    if path.as_os_str().is_empty() {
        organization.look.logo = None;
        return Ok(None);
    }
    let failed = |error: &std::io::Error| Failure::file(path, "read", error);
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(|error| failed(&error))?.take(LARGEST_LOGO_FILE as u64 + 1);
    file.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    let (logo, picture) = Logo::read(&organization.id, &bytes).map_err(|error| {
        Failure::new(Exit::Usage, "logo", format!("{} cannot be the logo: {error}", path.display()))
    })?;
    organization.look.logo = Some(logo.clone());
    Ok(Some((logo, picture)))
}

fn text(organization: &Organization) -> String {
    let contact = &organization.contact;
    let shown = |text: &Option<String>| text.as_deref().map(plain);
    lines(&[
        ("identifier", Some(organization.id.to_string())),
        ("name", Some(plain(&organization.name))),
        ("contact", shown(&contact.name)),
        ("phone", shown(&contact.phone)),
        ("e-mail", shown(&contact.email)),
        ("hours", shown(&contact.hours)),
        ("colour", organization.look.colour.map(|colour| colour.to_string())),
        ("on dark pages", organization.look.dark_colour.map(|colour| colour.to_string())),
        (
            "logo",
            organization.look.logo.as_ref().map(|logo| format!("{} x {} dots", logo.width, logo.height)),
        ),
        (
            "first question",
            (organization.first_question == FirstQuestion::Facility).then(|| "facility".to_owned()),
        ),
        ("device change", (!organization.policy.change_alone).then(|| "by an operator only".to_owned())),
    ]) + &policy::text(organization)
}
