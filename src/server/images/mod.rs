//! Pictures: the covers of listings, which are drawn, and those that people send, which are encoded anew.

pub mod covers;
pub mod pictures;
