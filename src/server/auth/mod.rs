//! Who is asking: passwords, tokens, the cookie, the bearer, and where a request comes from.

pub mod bearer;
pub mod origin;
pub mod passwords;
pub mod refusals;
pub mod request;
pub mod tokens;
