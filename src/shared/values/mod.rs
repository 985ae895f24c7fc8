//! Value types: days, months, timestamps, money, pagination cursors, and the validation of texts and links.

pub mod dates;
pub mod links;
pub mod money;
pub mod months;
pub mod page_cursor;
pub mod price;
pub mod text;
pub mod time;
