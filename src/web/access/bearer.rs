//! Bearer tokens: authentication of programs by a personal API token. A token works only on the API and
//! the socket. A request with a token is decided by the token alone; its cookie is ignored.

use axum::http::{HeaderMap, Method, header};

use super::embed;
use crate::{
    server::{
        auth::{access::Access, cookies, session_tokens::API_TOKEN_PREFIX},
        context::Context,
    },
    shared::{
        errors::{ApiError, ErrorCode, Result},
        sync::wire::SOCKET_PATH,
        users::{Viewer, api_tokens::Scopes},
    },
};

/// POST requires the scope `system` in place of `write`.
const SYSTEM_MESSAGES: &str = "/api/messages/system";
/// POST requires the scope `notify` in place of `write`.
const NOTIFICATIONS: &str = "/api/notifications";

/// Whatever is below these requires the scope `events` in place of the others.
const EVENTS: [&str; 2] = ["/api/events", "/api/webhooks"];

/// Whatever is below these requires the scope `manage` in place of the others.
const EXTERNAL: [&str; 2] = ["/api/external", "/api/import"];

/// The protocol of a socket whose token stands beside it, among the protocols that it asks for.
pub const SOCKET_PROTOCOL: &str = "stoa";

/// The token in `Authorization: Bearer`, on paths of the API and the socket, and that of a frame on those of `web/access/embed`
/// too. A socket may have it as a protocol, since browsers let scripts set no header there. An unreadable token is
/// returned empty, so that the request is refused and does not fall back to the cookie.
pub fn token_of<'h>(path: &str, headers: &'h HeaderMap) -> Option<&'h str> {
    let token = match in_authorization(headers) {
        None if path == SOCKET_PATH => in_protocols(headers),
        token => token,
    };
    let is_for_all = path.starts_with("/api/") || path == SOCKET_PATH;
    token.filter(|token| is_for_all || embed::is_token(token) && path.starts_with("/rpc/"))
}

fn in_authorization(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer") && (token.is_empty() || token.starts_with(b" "));
    is_bearer.then(|| std::str::from_utf8(token).unwrap_or_default().trim())
}

/// The token among the protocols that a socket asks for.
fn in_protocols(headers: &HeaderMap) -> Option<&str> {
    let protocols = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    protocols
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .find(|text| embed::is_token(text) || text.starts_with(API_TOKEN_PREFIX))
}

/// Whether the request has a bearer token in `Authorization`, where no page can make a browser put one on a socket.
pub fn is_in_authorization(headers: &HeaderMap) -> bool {
    in_authorization(headers).is_some()
}

/// Whether the request carries a token and no session cookie. No other site can make a browser send such a
/// request, so it is safe from CSRF.
pub fn is_token_only(path: &str, headers: &HeaderMap, context: &Context) -> bool {
    // A frame's requests come from a page of ours, so they have its origin.
    token_of(path, headers).is_some_and(|token| !embed::is_token(token))
        && cookies::session_token(headers, &context.config).is_none()
}

/// The owner of a token that was looked up, and what it may do. `signed_out` for an unknown or revoked token,
/// `forbidden` if it lacks the scope that the request requires.
pub fn check(found: Option<(Viewer, Scopes)>, method: &Method, path: &str) -> Result<(Viewer, Access)> {
    let unknown = || ApiError::new(ErrorCode::SignedOut, "This token is unknown or revoked. Use another.");
    let (viewer, scopes) = found.ok_or_else(unknown)?;
    let access = Access::Token(scopes);
    match path {
        SYSTEM_MESSAGES => access.require_system(),
        NOTIFICATIONS if *method == Method::POST => access.require_notify(),
        _ if EVENTS.iter().any(|events| is_below(path, events)) => access.require_events(),
        _ if EXTERNAL.iter().any(|external| is_below(path, external)) => access.require_manage(),
        _ if matches!(*method, Method::GET | Method::HEAD) => access.require_read(),
        _ => access.require_write(),
    }?;
    Ok((viewer, access))
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
