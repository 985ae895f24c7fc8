//! A token in place of the cookie: how programs ask. It works on the API alone, and where it is
//! brought it decides; a cookie beside it lets nobody in.

use axum::{
    extract::Request,
    http::{Method, header},
};

use super::request;
use crate::{
    server::{domain, node::Node},
    shared::{
        errors::{ApiError, ErrorCode, Result},
        tokens::Scopes,
        users::Viewer,
    },
};

/// The token in `Authorization: Bearer`; an empty one where it can't be read.
pub fn token_of(request: &Request) -> Option<&str> {
    if !request.uri().path().starts_with("/api/") {
        return None;
    }
    let value = request.headers().get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer") && (token.is_empty() || token.starts_with(b" "));
    is_bearer.then(|| std::str::from_utf8(token).unwrap_or_default().trim())
}

/// Whether no browser could have been made to send this: it brings a token, and no cookie of ours.
pub fn is_alone(request: &Request, node: &Node) -> bool {
    token_of(request).is_some() && request::token_of(request.headers(), node).is_none()
}

/// Who brings this token and what it may do, if that goes for a request of this method: reading
/// wants `read`, anything else `write`.
pub async fn holder(node: &Node, token: &str, method: &Method) -> Result<(Viewer, Scopes)> {
    let unknown = || ApiError::new(ErrorCode::SignedOut, "This token is unknown or revoked. Use another.");
    let (viewer, scopes) = domain::tokens::holder(node, token).await?.ok_or_else(unknown)?;
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    match (is_reading, scopes) {
        (true, Scopes { read: false, .. }) => {
            Err(ApiError::forbidden("This token may not read. Use one with the scope read."))
        }
        (false, Scopes { write: false, .. }) => {
            Err(ApiError::forbidden("This token may not change anything. Use one with the scope write."))
        }
        _ => Ok((viewer, scopes)),
    }
}
