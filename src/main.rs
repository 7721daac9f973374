//! The `tegata` command.

fn main() -> std::process::ExitCode {
    tegata::cli::run()
}
