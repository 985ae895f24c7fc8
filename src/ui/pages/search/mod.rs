//! Search in messages (F8): its page, and the messages that are found below the list of conversations.

mod asked;
mod filters;
mod form;
mod hits;
pub mod inbox_messages;
pub mod page;
