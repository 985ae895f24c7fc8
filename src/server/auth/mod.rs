//! Credentials: password policy and hashing, session and API tokens, links in mails, the key of pushes, cookies, and the client's IP. What they allow is
//! decided in the domain.

pub mod access;
pub mod client_ip;
pub mod concurrency;
pub mod cookies;
pub mod known_credentials;
pub mod link_tokens;
pub mod password_policy;
pub mod passwords;
pub mod pending_sign_ins;
pub mod return_tokens;
mod second_factor;
pub mod session_tokens;
pub mod signed_identity;
pub mod vapid;
pub mod webhook_secret;

pub use second_factor::{passkeys, recovery_codes, totp};
