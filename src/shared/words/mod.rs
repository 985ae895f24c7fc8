//! Words: every text of the interface, in each language. The texts stand in the Fluent files of `words/`; the build
//! script writes one function for each message, so that a missing word does not compile
//! (docs/decisions/0035-words.md).
//!
//! A message without placeables is a `&'static str`, one with placeables a `String`. Arguments stand in alphabetical order
//! of their names. One that is selected on is a number, the others are texts, which the caller has formatted.

#[cfg(not(feature = "ssr"))]
mod browser_tables;
mod language;
mod pattern;
#[cfg(feature = "ssr")]
mod server_tables;

#[cfg(not(feature = "ssr"))]
use browser_tables as tables;
#[cfg(feature = "ssr")]
use server_tables as tables;

pub use self::{
    language::Language,
    pattern::{HOLE, around, split},
    tables::*,
};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Bits of a message's number that say where it stands in its catalogue; those above name the catalogue.
const INDEX_BITS: u16 = 12;

/// The messages that come together: those of the main wasm, of one of its chunks, or of what only the server writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalogue {
    Main,
    Pages,
    Thread,
    Desk,
    Server,
}

impl Catalogue {
    /// Those that browsers get.
    pub const SENT: [Self; 4] = [Self::Main, Self::Pages, Self::Thread, Self::Desk];

    /// The name of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Pages => "pages",
            Self::Thread => "thread",
            Self::Desk => "desk",
            Self::Server => "server",
        }
    }
}

/// The text of a message without placeables.
#[inline(never)]
fn text(message: u16) -> &'static str {
    tables::get(message >> INDEX_BITS, message & ((1 << INDEX_BITS) - 1))
}

/// The text of a message with these arguments.
#[inline(never)]
fn filled(message: u16, arguments: &[&str]) -> String {
    pattern::fill(text(message), arguments)
}

/// The text of a message that differs by a number. The number is an argument as well, wherever it is shown.
#[inline(never)]
fn counted(message: u16, count: u64, arguments: &[&str]) -> String {
    pattern::fill(pattern::variant(text(message), count, tables::language()), arguments)
}
