//! Messages: append with group commit, edits, receipts, unread counts, and pages.

pub mod append;
pub mod delivery;
pub mod delivery_reports;
pub mod edits;
pub mod last_message;
pub mod mentions;
pub mod new_message;
pub mod pages;
pub mod reach;
pub mod reactions;
pub mod receipts;
pub mod row;
pub mod since_version;
pub mod system;
pub mod unread;
