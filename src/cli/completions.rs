//! `tegata completions`.

use clap_complete::Shell;

use super::Session;
use super::failure::Failure;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata completions bash > /etc/bash_completion.d/tegata
  tegata completions zsh > /usr/share/zsh/site-functions/_tegata
  tegata completions fish > ~/.config/fish/completions/tegata.fish")]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::tree(), "tegata", &mut script);
    session.output.print(&String::from_utf8_lossy(&script))
}
