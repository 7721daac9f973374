//! What an operator hands to the person: link, number, secret, QR code. Known at this one moment.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::Session;
use super::failure::Failure;
use super::moment::minute;
use super::qr::{Ink, Picture};
use super::style::{faint, strong};
use super::table::lines;
use crate::enrollment::{EnrollmentId, IssuedInvitation};
use crate::mail::MailId;

/// Where the QR code goes.
#[derive(Debug, clap::Args)]
pub(super) struct Pictures {
    /// Write the QR code as SVG, for print
    #[arg(long, value_name = "FILE")]
    qr_svg: Option<PathBuf>,
    /// Write the QR code as PNG, 8 dots a module
    #[arg(long, value_name = "FILE")]
    qr_png: Option<PathBuf>,
}

/// Files for pictures, opened before anything is issued: an invitation whose picture cannot be written helps nobody.
#[derive(Debug)]
pub(super) struct OpenedFiles {
    svg: Option<(PathBuf, File)>,
    png: Option<(PathBuf, File)>,
}

impl Pictures {
    /// Opens the files; one that exists is written over.
    pub(super) fn open(&self) -> Result<OpenedFiles, Failure> {
        Ok(OpenedFiles { svg: opened(self.qr_svg.as_deref())?, png: opened(self.qr_png.as_deref())? })
    }
}

fn opened(path: Option<&Path>) -> Result<Option<(PathBuf, File)>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let file = file.map_err(|error| Failure::file(path, "written", &error).hint("nothing was issued"))?;
    Ok(Some((path.to_owned(), file)))
}

/// What `invite --json` and `reissue --json` print.
#[derive(Debug, Serialize)]
struct Told<'a> {
    enrollment: &'a str,
    link: &'a str,
    number: &'a str,
    secret: &'a str,
    expires_at: Timestamp,
    link_expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predecessor: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mails: Vec<&'a str>,
}

/// An invitation to hand over.
pub(super) struct HandOver<'a> {
    /// The invitation.
    pub(super) issued: &'a IssuedInvitation,
    /// The person's name.
    pub(super) name: &'a str,
}

impl HandOver<'_> {
    /// Prints it, and writes the pictures.
    pub(super) fn tell(&self, session: &Session, files: OpenedFiles) -> Result<(), Failure> {
        let issued = self.issued;
        let picture = Picture::of(&issued.link)?;
        // Printed before the pictures are written: whatever happens to those, the credentials are known.
        if session.output.json {
            let secret = issued.secret.grouped();
            session.output.print_json(&self.json(&secret))?;
        } else {
            session.output.print(&self.text(session, &picture))?;
        }
        if let Some((path, file)) = files.svg {
            write(&path, file, picture.svg()?.as_bytes())?;
        }
        if let Some((path, file)) = files.png {
            write(&path, file, &picture.png()?)?;
        }
        Ok(())
    }

    fn json<'a>(&'a self, secret: &'a str) -> Told<'a> {
        let issued = self.issued;
        Told {
            enrollment: issued.enrollment.as_str(),
            link: &issued.link,
            number: issued.number.expose(),
            secret,
            expires_at: issued.expires_at,
            link_expires_at: issued.link_expires_at,
            bundle_password: issued.separate_password.as_ref().map(|password| password.as_str()),
            predecessor: issued.predecessor.as_ref().map(EnrollmentId::as_str),
            mails: issued.mails.iter().map(MailId::as_str).collect(),
        }
    }

    /// The text for people; with the picture unless `--quiet` was given.
    pub(super) fn text(&self, session: &Session, picture: &Picture) -> String {
        let issued = self.issued;
        let mails: Vec<&str> = issued.mails.iter().map(MailId::as_str).collect();
        let until = |at| faint(&format!("until {}", minute(at)));
        let mut text = String::new();
        if !session.output.quiet {
            text += &picture.text(Ink::of_terminal(session.output.is_coloured()));
            text.push('\n');
        }
        text += &lines(&[
            ("enrollment", Some(issued.enrollment.to_string())),
            ("for", Some(super::style::plain(self.name))),
            ("link", Some(format!("{}  {}", strong(&readable_link(issued)), until(issued.link_expires_at)))),
            ("number", Some(format!("{}  {}", strong(&issued.number.grouped()), until(issued.expires_at)))),
            ("secret", Some(strong(&issued.secret.grouped()))),
            ("bundle password", issued.separate_password.as_ref().map(|password| strong(password))),
            ("in place of", issued.predecessor.as_ref().map(ToString::to_string)),
            ("mailed as", Some(mails.join(", ")).filter(|mails| !mails.is_empty())),
        ]);
        if !session.output.quiet {
            let separate = issued
                .separate_password
                .as_ref()
                .filter(|_| !issued.secret_mailed)
                .map_or("", |_| " Send the bundle password by a letter of its own.");
            let how = match (issued.mails.is_empty(), issued.secret_mailed) {
                (true, _) => "Hand over the QR code or the link, and the secret by another way.",
                (false, false) => "The link goes by mail. Tell the person the secret by another way.",
                (false, true) => "Link and secret go by mail.",
            };
            let _ = writeln!(text, "\n{how}{separate}");
            text += "They are shown this once; `tegata reissue` makes new ones.\n";
        }
        text
    }
}

/// The link as people read and click it: small letters but for the code. It leads to the same page as the one in the QR code.
pub(super) fn readable_link(issued: &IssuedInvitation) -> String {
    let site = issued.link.split("/C/").next().unwrap_or_default();
    format!("{}/c/{}", site.to_ascii_lowercase(), issued.code.expose())
}

fn write(path: &Path, mut file: File, bytes: &[u8]) -> Result<(), Failure> {
    file.write_all(bytes).map_err(|error| Failure::file(path, "written", &error))
}
