//! `tegata man`.

use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::Session;
use super::failure::{Exit, Failure};

/// Print the manual page, or write one for every command
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata man | man -l -
  tegata man --dir /usr/local/share/man/man1")]
pub(super) struct Arguments {
    /// Write tegata.1, tegata-invite.1 and so on into this directory
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let mut tree = super::tree();
    tree.build();
    match &arguments.dir {
        None => session.output.print(&page(tree)?),
        Some(directory) => {
            std::fs::create_dir_all(directory).map_err(|error| Failure::file(directory, "made", &error))?;
            let mut written = 0;
            write_all(directory, tree, &mut written)?;
            session.output.note(&format!("{written} manual pages in {}", directory.display()));
            Ok(())
        }
    }
}

fn write_all(directory: &Path, command: clap::Command, written: &mut usize) -> Result<(), Failure> {
    // `tegata help invite` says what `tegata-invite.1` does.
    for below in
        command.get_subcommands().filter(|below| below.get_name() != "help").cloned().collect::<Vec<_>>()
    {
        write_all(directory, below, written)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let path = directory.join(format!("{name}.1"));
    std::fs::write(&path, page(command)?).map_err(|error| Failure::file(&path, "written", &error))?;
    *written += 1;
    Ok(())
}

fn page(command: clap::Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let page = Man::new(command).section("1").manual("Tegata");
    page.render(&mut text).map_err(|error| {
        Failure::new(Exit::Failed, "man", format!("the manual page cannot be made: {error}"))
    })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
