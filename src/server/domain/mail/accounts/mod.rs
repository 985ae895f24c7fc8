//! Mails about an account that its owner gets whatever they have chosen.

pub mod address_change;
pub mod closed;
pub mod password_reset;
pub mod security;
