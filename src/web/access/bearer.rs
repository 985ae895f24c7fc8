//! A token in place of the cookie: how programs ask. It works on the API alone, and where it is
//! brought it decides; a cookie beside it lets nobody in.

use axum::http::{HeaderMap, Method, header};

use crate::{
    server::{auth::cookies, context::Context, domain},
    shared::{
        errors::{ApiError, ErrorCode, Result},
        users::Viewer,
    },
};

/// What wants the scope `system`, or `notify`, in place of `write`.
const SYSTEM_MESSAGES: &str = "/api/messages/system";
const NOTIFICATIONS: &str = "/api/notifications";

/// The token in `Authorization: Bearer`; an empty one where it can't be read.
pub fn token_of<'h>(path: &str, headers: &'h HeaderMap) -> Option<&'h str> {
    if !path.starts_with("/api/") {
        return None;
    }
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer") && (token.is_empty() || token.starts_with(b" "));
    is_bearer.then(|| std::str::from_utf8(token).unwrap_or_default().trim())
}

/// Whether no browser could have been made to send this: it brings a token, and no cookie of ours.
pub fn is_alone(path: &str, headers: &HeaderMap, context: &Context) -> bool {
    token_of(path, headers).is_some() && cookies::session_token(headers, &context.config).is_none()
}

/// Who brings this token, if it goes for this request.
pub async fn viewer(context: &Context, token: &str, method: &Method, path: &str) -> Result<Viewer> {
    let unknown = || ApiError::new(ErrorCode::SignedOut, "This token is unknown or revoked. Use another.");
    let (viewer, scopes) = domain::users::api_tokens::holder(context, token).await?.ok_or_else(unknown)?;
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    let (is_in, words) = match path {
        SYSTEM_MESSAGES => (scopes.system, "write system messages. Use one with the scope system."),
        NOTIFICATIONS if *method == Method::POST => {
            (scopes.notify, "tell people something. Use one with the scope notify.")
        }
        _ if is_reading => (scopes.read, "read. Use one with the scope read."),
        _ => (scopes.write, "change anything. Use one with the scope write."),
    };
    if is_in { Ok(viewer) } else { Err(ApiError::forbidden(format!("This token may not {words}"))) }
}
