//! What an operator hands to the person: link, number, secret, QR code. Known at this one moment.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use tempfile::{Builder, NamedTempFile};

use super::Session;
use super::failure::{Exit, Failure};
use super::moment::minute;
use super::qr::{Ink, Picture};
use super::style::{faint, strong};
use super::table::lines;
use crate::enrollment::{EnrollmentId, IssuedInvitation};
use crate::mail::MailId;

/// Where the QR code goes.
#[derive(Debug, clap::Args)]
pub(super) struct Pictures {
    /// Write the QR code as SVG, for print, to a file that is not there yet
    #[arg(long, value_name = "FILE")]
    qr_svg: Option<PathBuf>,
    /// Write the QR code as PNG, 8 dots a module, to a file that is not there yet
    #[arg(long, value_name = "FILE")]
    qr_png: Option<PathBuf>,
}

/// Files for pictures, opened before anything is issued: an invitation whose picture cannot be written helps nobody.
#[derive(Debug)]
pub(super) struct OpenedFiles {
    svg: Option<Picturing>,
    png: Option<Picturing>,
}

/// A picture to be: it appears under its name when it is whole.
#[derive(Debug)]
struct Picturing {
    path: PathBuf,
    file: NamedTempFile,
}

impl Pictures {
    /// Makes sure that the files can be written. What exists is not written over: it may be the only copy of something.
    pub(super) fn open(&self) -> Result<OpenedFiles, Failure> {
        Ok(OpenedFiles { svg: opened(self.qr_svg.as_deref())?, png: opened(self.qr_png.as_deref())? })
    }
}

fn opened(path: Option<&Path>) -> Result<Option<Picturing>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let failed = |error: &std::io::Error| Failure::file(path, "written", error).hint("nothing was issued");
    if path.symlink_metadata().is_ok() {
        let failure = Failure::new(Exit::Failed, "exists", format!("{} exists", path.display()));
        return Err(failure.hint("nothing was issued; name another file"));
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let file = Builder::new().prefix(".tegata-qr-").tempfile_in(directory.unwrap_or_else(|| Path::new(".")));
    Ok(Some(Picturing { path: path.to_owned(), file: file.map_err(|error| failed(&error))? }))
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
    /// Whether both sheets of a letter are written beside it.
    pub(super) on_paper: bool,
}

impl HandOver<'_> {
    /// Prints it, and writes the pictures.
    pub(super) fn tell(&self, session: &Session, files: OpenedFiles) -> Result<(), Failure> {
        let issued = self.issued;
        let picture = Picture::of(&issued.link)?;
        // Printed before the pictures are written: whatever happens to those, the credentials are known.
        let printed = if session.output.json {
            let secret = issued.secret.grouped();
            session.output.print_json(&self.json(&secret))
        } else {
            session.output.print(&self.text(session, &picture))
        };
        printed.map_err(|failure| {
            let id = &issued.enrollment;
            failure.hint(format!(
                "enrollment {id} was made, and its secret is lost: `tegata reissue {id}` makes a new one, \
                 `tegata cancel {id}` ends it"
            ))
        })?;
        if let Some(file) = files.svg {
            file.write(picture.svg()?.as_bytes())?;
        }
        if let Some(file) = files.png {
            file.write(&picture.png()?)?;
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
                (true, _) if self.on_paper => "Hand over the two sheets by two different ways.",
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

impl Picturing {
    fn write(mut self, bytes: &[u8]) -> Result<(), Failure> {
        let failed = |error: &std::io::Error| Failure::file(&self.path, "written", error);
        self.file.write_all(bytes).map_err(|error| failed(&error))?;
        self.file.persist_noclobber(&self.path).map(|_| ()).map_err(|error| failed(&error.error))
    }
}
