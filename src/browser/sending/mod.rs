//! TODO browser::sending.

pub mod delivery;
pub mod drafts;
pub mod edits;
pub mod outbox;
pub mod sign_out;
