//! What a deployment can do: landing pages next to bare actix-web, bundles next to what others make them with, and two nodes next
//! to one. `cargo bench --bench deployment` prints the tables of docs/performance.md; a word after `--` picks one: `pages`,
//! `peers` or `nodes`.
//!
//! Everything is a ratio of two sides that took turns in one run. Where a machine has other things to do, the processor time that
//! each side used says more than the time that went by, and so both are told.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

mod bare;
mod client;
mod nodes;
mod pages;
mod peers;
mod process;
#[path = "../bundle/setup.rs"]
#[expect(dead_code, reason = "the bundle's own benchmark uses more of it")]
mod setup;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// How often the sides take turns.
    pub turns: usize,
    /// Requests of one turn.
    pub requests: usize,
    /// Bundles of one turn.
    pub bundles: usize,
    /// Claims of one turn.
    pub claims: usize,
}

fn main() {
    if let Some(directory) = std::env::var_os(bare::VARIABLE) {
        return bare::serve(directory.as_ref());
    }
    // Cargo passes --bench when it measures; otherwise this is only to run once.
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let measuring = arguments.iter().any(|argument| argument == "--bench");
    let effort = if measuring {
        Effort { turns: 11, requests: 2_000, bundles: 10, claims: 100 }
    } else {
        Effort { turns: 1, requests: 16, bundles: 1, claims: 4 }
    };
    let wanted = |name: &str| {
        let mut words = arguments.iter().filter(|argument| !argument.starts_with('-')).peekable();
        words.peek().is_none() || words.any(|word| word == name)
    };
    if wanted("pages") {
        pages::print(effort);
    }
    if wanted("peers") {
        peers::print(effort);
    }
    if wanted("nodes") {
        nodes::print(effort);
    }
}
