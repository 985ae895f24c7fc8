//! TODO ui::pages::listings.

pub mod detail;
pub mod explore;
pub mod form;
pub mod mine;
