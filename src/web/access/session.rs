//! Session lookup, once for each request: by API token or session cookie. Before it costs anything the request
//! is counted against a rate limit: that of its user if this node knows the session or token, otherwise that
//! of its client IP. It also reads the page session of a page.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{bearer, embed, form_errors};
use crate::{
    app::LookSheet,
    server::{
        auth::{
            access::Access,
            client_ip::{self, ClientIp},
            cookies::{self, SESSION},
            session_tokens::{self, RefusedSession},
        },
        context::Context,
        domain::users::{self, SESSION_LIFETIME_MICROS, UsedSession},
        store::users::sessions::TokenHash,
        telemetry::metrics,
    },
    shared::{
        errors::{ApiError, ErrorCode},
        page::session::own_path,
        users::Viewer,
        values::time::SECOND,
    },
    web::{
        assets::look,
        pages,
        requests::{
            kind::{is_file, is_page, is_uncounted},
            log,
        },
        rest::problem::Problem,
    },
};

/// What a request carries to say whose it is.
enum Credential {
    /// The hash of an API token.
    Token(TokenHash),
    /// The hash of a token of a frame.
    Embed(TokenHash),
    /// The hash of a session cookie's token.
    Session(TokenHash),
}

/// Middleware: puts the viewer and their access, and for pages the page session, into the request's extensions. A URL with a
/// forged form error is redirected to the plain page.
pub async fn load(State(context): State<Context>, mut request: Request, next: Next) -> Response {
    if is_uncounted(&request) {
        return next.run(request).await;
    }
    let client_ip = client_ip::of_request(request.extensions(), request.headers(), &context.config);
    let credential = credential(&context, &request);
    if let Err(error) = count(&context, credential.as_ref(), &client_ip) {
        return rate_limited(&request, error);
    }
    if is_file(&request) {
        return next.run(request).await;
    }
    if is_page(&request) && form_errors::is_forged(&context, request.uri(), request.headers()) {
        return Redirect::to(&own_path(Some(request.uri().path().to_owned()))).into_response();
    }
    let (found, is_extended) =
        match look_up(&context, credential, request.method(), request.uri().path()).await {
            Ok(found) => found,
            // A visitor to pages, who may sign in with another account. Commands are refused with this error.
            Err(error) if error.code == ErrorCode::Suspended => {
                request.extensions_mut().insert(RefusedSession(error));
                (None, false)
            }
            Err(error) => return Problem(error).into_response(),
        };
    let (viewer, access) = found.unzip();
    if is_page(&request) {
        match pages::session::read(&context, viewer.clone(), request.headers()).await {
            Ok((session, look)) => {
                request.extensions_mut().insert(LookSheet(look.map(look::url)));
                request.extensions_mut().insert(session);
            }
            Err(error) => return Problem(error).into_response(),
        }
    }
    if let Some(viewer) = viewer {
        log::set_user(&viewer);
        request.extensions_mut().insert(viewer);
    }
    if let Some(access) = access {
        request.extensions_mut().insert(access);
    }
    let renewed = is_extended.then(|| renewed_cookie(&context, request.headers())).flatten();
    let mut response = next.run(request).await;
    if let Some(cookie) = renewed {
        renew(&mut response, cookie);
    }
    response
}

/// The API token or, only if the request has none, the session cookie.
fn credential(context: &Context, request: &Request) -> Option<Credential> {
    let headers = request.headers();
    if let Some(token) = bearer::token_of(request.uri().path(), headers) {
        let hash = session_tokens::hash(token);
        return Some(if embed::is_token(token) { Credential::Embed(hash) } else { Credential::Token(hash) });
    }
    let token = cookies::session_token(headers, &context.config)?;
    Some(Credential::Session(session_tokens::hash(token)))
}

/// Counts the request before anything is looked up for it.
fn count(context: &Context, credential: Option<&Credential>, client_ip: &ClientIp) -> Result<(), ApiError> {
    match credential {
        None => context.limits.visitor_request(client_ip),
        Some(Credential::Token(hash) | Credential::Embed(hash) | Credential::Session(hash)) => {
            match context.known_credentials.user(hash) {
                Some(user) => context.limits.request(user),
                None => context.limits.unknown_credential(client_ip),
            }
        }
    }
}

/// The viewer with their access, and whether this request has extended the session's expiry.
async fn look_up(
    context: &Context,
    credential: Option<Credential>,
    method: &Method,
    path: &str,
) -> Result<(Option<(Viewer, Access)>, bool), ApiError> {
    match credential {
        None => Ok((None, false)),
        Some(Credential::Token(hash)) => {
            let found = users::api_tokens::holder(context, hash).await?;
            context.known_credentials.note(hash, found.as_ref().map(|(viewer, _)| viewer.id));
            bearer::check(found, method, path).map(|found| (Some(found), false))
        }
        Some(Credential::Embed(hash)) => {
            let viewer = users::sign_in::embed::holder(context, hash).await?;
            context.known_credentials.note(hash, viewer.as_ref().map(|viewer| viewer.id));
            let viewer = viewer.ok_or_else(ApiError::signed_out)?;
            embed::check(path)?;
            Ok((Some((viewer, Access::Embed)), false))
        }
        Some(Credential::Session(hash)) => {
            let found = users::use_session(context, hash).await?;
            context.known_credentials.note(hash, found.as_ref().map(|found| found.viewer.id));
            let Some(UsedSession { viewer, is_extended }) = found else { return Ok((None, false)) };
            Ok((Some((viewer, Access::Session)), is_extended))
        }
    }
}

/// The session cookie of the request with its whole lifetime ahead of it.
fn renewed_cookie(context: &Context, headers: &HeaderMap) -> Option<HeaderValue> {
    let token = cookies::session_token(headers, &context.config)?;
    let cookie = SESSION.to_header(&context.config, token, SESSION_LIFETIME_MICROS / SECOND);
    HeaderValue::from_str(&cookie).ok()
}

/// Lets the browser keep the cookie as long as the server keeps the session. A response that sets cookies
/// itself, such as that of signing out, stays as it is.
fn renew(response: &mut Response, cookie: HeaderValue) {
    if !response.headers().contains_key(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// 429 in the format that the client expects: text for a page, an error for a server function, a problem for
/// the API.
fn rate_limited(request: &Request, error: ApiError) -> Response {
    let seconds = error.retry_after.unwrap_or(1);
    if is_page(request) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], error.message)
            .into_response();
    }
    if request.uri().path().starts_with("/rpc/") {
        metrics::count_error(error.code);
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], Json(error))
            .into_response();
    }
    Problem(error).into_response()
}
