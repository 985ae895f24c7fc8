//! Sign-in and sign-up pages.

pub mod layout;
pub mod sign_in;
pub mod sign_up;
