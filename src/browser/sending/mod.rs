//! Optimistic sending: outbox and delivery, edits, drafts, and sign-out with unsent messages.

pub mod delivery;
pub mod drafts;
pub mod edits;
pub mod outbox;
pub mod sign_out;
pub mod uploads;
