//! Value types: days, months, timestamps, money, pagination cursors, the validation of texts and links, and, on the
//! server, the words of a text by which it is found.

pub mod colours;
pub mod dates;
pub mod links;
pub mod money;
pub mod months;
pub mod page_cursor;
pub mod price;
#[cfg(feature = "ssr")]
pub mod search;
pub mod text;
pub mod time;
