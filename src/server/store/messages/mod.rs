//! Messages: append with group commit, edits, receipts, unread counts, pages, and the search index.

pub mod append;
pub mod edits;
pub mod files;
pub mod imported;
pub mod last_message;
pub mod mentions;
pub mod new_message;
pub mod pages;
pub mod reactions;
pub mod receipts;
pub mod row;
pub mod search;
pub mod since_version;
pub mod system;
