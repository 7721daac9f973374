//! Letters: which lists have some, printing them, and the two files.

mod list;
mod order;
mod printing;
#[cfg(test)]
mod samples;

#[cfg(test)]
pub use list::LettersPage;
pub use list::list;
#[cfg(test)]
pub use order::OrderPage;
pub use order::{print, show as order};
#[cfg(test)]
pub use printing::PrintingPage;
pub use printing::{first, second, show};
