//! TODO shared::page.

pub mod payload;
pub mod session;
