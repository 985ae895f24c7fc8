//! Who is asking: passwords, session tokens, the cookie, and where a request comes from.

pub mod origin;
pub mod passwords;
pub mod request;
pub mod tokens;
