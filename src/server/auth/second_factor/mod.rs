//! What second factors are made of: codes of authenticator apps, recovery codes, and passkeys.

pub mod passkeys;
pub mod recovery_codes;
pub mod totp;
