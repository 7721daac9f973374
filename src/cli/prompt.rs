//! Questions on the terminal. Never asked where nobody sits.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::failure::{Exit, Failure};
use crate::config::read_private;

/// Asks whether to go on with what cannot be undone. `--yes` answers beforehand; without a terminal it is needed.
///
/// # Errors
/// When the answer is no, or nobody can be asked.
pub fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let failure = Failure::new(
            Exit::Failed,
            "not-confirmed",
            "this cannot be undone, and nobody can be asked here",
        );
        return Err(failure.hint("add --yes"));
    }
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{question} [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(Exit::Failed, "not-confirmed", "nothing was changed"))
    }
}

/// A secret that the operator gives: from `file`, from the environment variable `variable`, or typed on the terminal.
///
/// # Errors
/// When the file cannot be used, or nobody can be asked.
pub fn secret(
    what: &str,
    file: Option<&Path>,
    option: &str,
    variable: &str,
) -> Result<Zeroizing<String>, Failure> {
    if let Some(path) = file {
        return read_private(path).map_err(|error| Failure::new(Exit::Failed, "secret", error.to_string()));
    }
    if let Ok(given) = std::env::var(variable)
        && !given.is_empty()
    {
        return Ok(Zeroizing::new(given));
    }
    let missing = || {
        let failure =
            Failure::new(Exit::Failed, "secret", format!("{what} is needed, and nobody can be asked here"));
        failure.hint(format!(
            "put it into a file that only you can read and name it with {option}, or set {variable}"
        ))
    };
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(missing());
    }
    let typed = rpassword::prompt_password(format!("{what}: ")).map_err(|_| missing())?;
    if typed.is_empty() { Err(missing()) } else { Ok(Zeroizing::new(typed)) }
}
