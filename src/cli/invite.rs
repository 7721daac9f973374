//! `tegata invite`.

use clap::builder::NonEmptyStringValueParser;

use super::Session;
use super::failure::Failure;
use super::handover::{HandOver, Pictures};
use super::letters::LetterArguments;
use crate::device::Platform;
use crate::directory::{FacilityCode, SubscriberId};
use crate::enrollment::{Carrier, Invite, SubscriberInvite};

/// Invite a person: print the link, the number, the secret and the QR code of a new enrollment
///
/// One invitation is for one device. Give the person the QR code (or the link, or the number) and the secret, best by two
/// different ways: the secret is never in the link. They are known only now: only their hashes are kept. `tegata reissue`
/// makes new ones.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
QR code and link work for 48 hours, number and secret for 180 days, unless the offer says otherwise.
On a letter all of them work as long as the number.

Examples:
  tegata invite --subscriber 'Hanako Yamada'
  tegata invite --subscriber 'Hanako Yamada' --subscriber-id 10234 --facility G13B
  tegata invite --subscriber 'Hanako Yamada' --device iphone --device ipad --note 'ticket 4711'
  tegata invite --subscriber 'Hanako Yamada' --offer wifi --qr-png hanako.png
  tegata invite --subscriber 'Hanako Yamada' --email hanako@example.jp --mail
  tegata invite --subscriber 'Hanako Yamada' --letter letter.pdf --secret-letter secret.pdf
  tegata invite --subscriber 'Hanako Yamada' --json | jq -r .link")]
pub(super) struct Arguments {
    /// The person's name, as it shall stand in the certificate
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    subscriber: String,
    /// Your own identifier for the person, such as a personnel number; one is made when it is left out
    #[arg(long, value_name = "ID")]
    subscriber_id: Option<SubscriberId>,
    /// How the name is read, for letters
    #[arg(long, value_name = "KANA")]
    kana: Option<String>,
    /// The person's e-mail address: for --mail, for notices, and for offers that put it into the certificate
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The facility's code, such as G13B
    #[arg(long, value_name = "CODE")]
    facility: Option<FacilityCode>,
    /// What is handed out; `tegata offer list` shows the offers
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    offer: String,
    /// The kind of device: iphone, ipad, mac, android or windows. Can be repeated; without it, whatever the offer serves
    #[arg(long = "device", value_name = "KIND", value_parser = device)]
    devices: Vec<Platform>,
    /// A note for operators, up to 200 characters
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    pictures: Pictures,
    /// Mail the link to the person's e-mail address; a running `tegata serve` sends it
    #[arg(long, conflicts_with = "letter", help_heading = "Mail")]
    mail: bool,
    #[command(flatten)]
    paper: LetterArguments,
    #[arg(
        long,
        help = "Print JSON: enrollment, link, number, secret, expires_at, link_expires_at, and bundle_password and mails where there are some"
    )]
    pub(super) json: bool,
}

/// A kind of device, by the words of people and of offers.
pub(super) fn device(word: &str) -> Result<Platform, String> {
    match word.to_ascii_lowercase().as_str() {
        "iphone" | "ios" | "ipod" => Ok(Platform::Ios),
        "ipad" | "ipados" => Ok(Platform::Ipados),
        "mac" | "macos" => Ok(Platform::Macos),
        "android" => Ok(Platform::Android),
        "windows" | "pc" => Ok(Platform::Windows),
        _ => Err("a kind of device is one of iphone, ipad, mac, android, windows".to_owned()),
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let mut platforms = Vec::new();
    for device in &arguments.devices {
        if !platforms.contains(device) {
            platforms.push(*device);
        }
    }
    let invite = Invite {
        subscriber: SubscriberInvite {
            id: arguments.subscriber_id.clone(),
            name: arguments.subscriber.clone(),
            kana: arguments.kana.clone(),
            email: arguments.email.clone(),
        },
        facility: arguments.facility.clone(),
        offer: arguments.offer.clone(),
        platforms,
        note: arguments.note.clone(),
        carrier: if arguments.mail { Carrier::Mail } else { arguments.paper.carrier() },
    };
    let office = session.office()?;
    let files = arguments.pictures.open()?;
    let letter = arguments.paper.prepare(session, &office, &invite)?;
    let issued = session.block_on(office.authority.invite(&office.caller, invite))??;
    let on_paper = arguments.paper.is_whole();
    HandOver { issued: &issued, name: &arguments.subscriber, on_paper }.tell(session, files)?;
    letter.map_or(Ok(()), |letter| letter.write(session, &issued))
}
