//! The refusal of a sign-in: what admins read of it, and what its client is told.

use crate::shared::{errors::ApiError, words};

#[derive(Clone, Copy)]
pub(in crate::server::domain) enum SignInRefusal {
    Suspended,
    WrongPassword,
    NoSuchAccount,
}

impl SignInRefusal {
    /// The words for admins.
    pub(in crate::server::domain) fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::WrongPassword => "wrong password",
            Self::NoSuchAccount => "no such account",
        }
    }

    /// The answer, which does not tell whether there is an account.
    pub(in crate::server::domain) fn error(self) -> ApiError {
        match self {
            Self::Suspended => ApiError::forbidden(words::account_refused_suspended()),
            Self::WrongPassword | Self::NoSuchAccount => ApiError {
                field: Some("password".to_owned()),
                ..ApiError::forbidden(words::account_refused_password())
            },
        }
    }
}
