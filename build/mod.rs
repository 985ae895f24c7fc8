//! The compiler of the words: from the Fluent files of `words/` to Rust code. The build script runs it, and
//! `tests/native/words.rs` tests it.

pub mod catalogues;
pub mod generate;
pub mod message;
pub mod pseudo;
