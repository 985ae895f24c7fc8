//! TODO ui::pages::rooms.

pub mod detail;
pub mod form;
