//! Sign-in and sign-up pages, and where links of mails lead.

pub mod layout;
pub mod mail_links;
pub mod new_password;
pub mod passkey_sign_in;
pub mod password_reset;
pub mod personal_data;
pub mod reauthentication;
pub mod sign_in;
pub mod sign_in_code;
pub mod sign_up;
