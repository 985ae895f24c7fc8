//! TODO shared::values.

pub mod dates;
pub mod links;
pub mod money;
pub mod page_cursor;
pub mod text;
pub mod time;
