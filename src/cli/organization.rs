//! `tegata organization`.

use clap::Subcommand;

use super::Session;
use super::failure::Failure;
use super::init::{ContactArguments, organization_name};
use super::style::plain;
use super::table::lines;
use crate::directory::Organization;

/// Show or change what people are told about the organization
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show its name, and whom people ask
    Show {
        #[arg(long, help = "Print JSON: id, name, contact")]
        json: bool,
    },
    /// Change its name, or whom people ask; holds from the next page on
    #[command(after_help = "\
An empty text takes a part of the contact away.

Examples:
  tegata organization set --contact-phone 03-1234-5678 --contact-hours 'Mon-Fri 9:00-17:00'
  tegata organization set --contact-email ''")]
    Set(Set),
}

#[derive(Debug, clap::Args)]
struct Set {
    /// The organization's name, as people read it
    #[arg(long, value_name = "NAME", value_parser = organization_name)]
    name: Option<String>,
    #[command(flatten)]
    contact: ContactArguments,
    #[arg(long, help = "Print JSON: id, name, contact")]
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
        session.block_on(office.put_organization(&organization))??;
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
    ])
}
