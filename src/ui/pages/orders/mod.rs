//! TODO ui::pages::orders.

pub mod detail;
pub mod form;
pub mod list;
