//! Ways into and out of an account by the mails of its address: a new password, another address, and shutting everybody out.

pub mod address;
pub mod password_reset;
pub mod secure_account;
