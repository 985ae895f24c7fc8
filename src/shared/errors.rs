//! The error type of every API: a code for programs and a sentence for people.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    json::{read_by_serde, read_fields, read_unit_enums},
    words,
};

/// The error code, for programs. A server never answers `unreachable`; only clients make it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The input is wrong. The same request fails again.
    Invalid,
    /// There is no valid session.
    SignedOut,
    /// The session's account is suspended.
    Suspended,
    /// The viewer may see the object but may not do this to it.
    Forbidden,
    /// The object does not exist, or this viewer may not see it. Both cases give the same answer.
    NotFound,
    /// The URL takes other methods.
    MethodNotAllowed,
    /// The request's body exceeds the size limit.
    TooLarge,
    /// The id or e-mail address is taken, or the object has changed state since.
    Conflict,
    /// A rate limit refused the request. The same request may succeed later.
    TooFast,
    /// The outcome is unknown or not yet decided. Send the same request with the same id again.
    Retry,
    /// The server can't store anything at the moment, because its disk is full.
    Full,
    /// No answer arrived: there is no network, or the server is down. Only clients make this code.
    Unreachable,
    /// A fault of the server.
    Internal,
}

impl ErrorCode {
    pub const ALL: [Self; 13] = [
        Self::Invalid,
        Self::SignedOut,
        Self::Suspended,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::Conflict,
        Self::TooFast,
        Self::Retry,
        Self::Full,
        Self::Unreachable,
        Self::Internal,
    ];

    /// The code as it stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::SignedOut => "signed_out",
            Self::Suspended => "suspended",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::Conflict => "conflict",
            Self::TooFast => "too_fast",
            Self::Retry => "retry",
            Self::Full => "full",
            Self::Unreachable => "unreachable",
            Self::Internal => "internal",
        }
    }

    /// Whether the same request may succeed later. Clients retry these.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::TooFast | Self::Retry | Self::Full | Self::Unreachable | Self::Internal)
    }

    /// Whether there is no session to go on with. Clients stop sending.
    pub fn ends_session(self) -> bool {
        matches!(self, Self::SignedOut | Self::Suspended)
    }

    /// The HTTP status of answers with this code.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::SignedOut | Self::Suspended => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::TooFast => 429,
            Self::Retry | Self::Unreachable => 503,
            Self::Full => 507,
            Self::Internal => 500,
        }
    }
}

/// What a request names and is not there, or not for this viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Address,
    Conversation,
    File,
    Link,
    Listing,
    Message,
    Notification,
    Order,
    Page,
    Person,
    Room,
    Session,
    Task,
    Token,
}

impl Missing {
    fn sentence(self) -> &'static str {
        match self {
            Self::Address => words::error_no_address(),
            Self::Conversation => words::error_no_conversation(),
            Self::File => words::error_no_file(),
            Self::Link => words::error_no_link(),
            Self::Listing => words::error_no_listing(),
            Self::Message => words::error_no_message(),
            Self::Notification => words::error_no_notification(),
            Self::Order => words::error_no_order(),
            Self::Page => words::error_no_page(),
            Self::Person => words::error_no_person(),
            Self::Room => words::error_no_room(),
            Self::Session => words::error_no_session(),
            Self::Task => words::error_no_task(),
            Self::Token => words::error_no_token(),
        }
    }
}

/// Why a frame was refused.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = FrameError))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiError {
    pub code: ErrorCode,
    /// A short sentence for people: what happened and what to do.
    pub message: String,
    /// The name of the input field that is wrong.
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds after which the same request would be accepted.
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<i64>,
}

pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, retry_after: None }
    }

    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(ErrorCode::Invalid, message) }
    }

    #[cfg(feature = "ssr")]
    pub fn signed_out() -> Self {
        Self::new(ErrorCode::SignedOut, words::error_signed_out())
    }

    pub fn suspended() -> Self {
        Self::new(ErrorCode::Suspended, words::error_suspended())
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// The request does not come from our own pages (CSRF).
    pub fn foreign_origin() -> Self {
        Self::forbidden("This did not come from our own pages. A program brings a token and no cookie.")
    }

    /// Input that can't be read. `reason` is what the parser found.
    pub fn unreadable(what: &str, reason: &str) -> Self {
        let is_half =
            ["surrogate", "hex escape", "unicode code point"].iter().any(|part| reason.contains(part));
        Self::new(
            ErrorCode::Invalid,
            if is_half {
                format!(
                    "We can’t read this {what}: half of a surrogate pair (like \\ud83d alone) is no character."
                )
            } else {
                format!("We can’t read this {what}: {reason}.")
            },
        )
    }

    /// The message as a title, without its full stop.
    pub fn title(&self) -> String {
        self.message.trim_end_matches('.').to_owned()
    }

    pub fn not_found(missing: Missing) -> Self {
        Self::new(ErrorCode::NotFound, missing.sentence())
    }

    /// Clients make it for a conversation that the viewer has left.
    pub fn no_longer_participant() -> Self {
        Self::forbidden(words::error_left())
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    pub fn method_not_allowed() -> Self {
        Self::new(
            ErrorCode::MethodNotAllowed,
            "This address takes other methods. The header Allow names them.",
        )
    }

    pub fn too_large() -> Self {
        Self::new(ErrorCode::TooLarge, "This is too large. Send less at once.")
    }

    /// A rate limit's refusal. The same request would be accepted after `seconds`.
    #[cfg(feature = "ssr")]
    pub fn too_fast(seconds: i64) -> Self {
        let message = match seconds {
            ..=3 => words::error_too_fast_moment().to_owned(),
            4..=90 => words::error_too_fast_seconds(seconds.unsigned_abs()),
            _ => words::error_too_fast_minutes((seconds.unsigned_abs()).div_ceil(60)),
        };
        Self { retry_after: Some(seconds), ..Self::new(ErrorCode::TooFast, message) }
    }

    pub fn retry() -> Self {
        Self::new(ErrorCode::Retry, words::error_retry())
    }

    #[cfg(feature = "ssr")]
    pub fn full() -> Self {
        Self::new(ErrorCode::Full, words::error_full())
    }

    pub fn unreachable() -> Self {
        Self::new(ErrorCode::Unreachable, words::error_unreachable())
    }

    pub fn internal() -> Self {
        Self::new(ErrorCode::Internal, words::error_internal())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

read_fields! {
    ApiError { code, message, field, retry_after }
}
read_by_serde! { ApiError }
read_unit_enums! { ErrorCode }
