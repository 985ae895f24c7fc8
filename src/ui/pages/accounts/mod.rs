//! TODO ui::pages::accounts.

pub mod layout;
pub mod sign_in;
pub mod sign_up;
