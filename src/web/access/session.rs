//! Session lookup, once for each request: by API token or session cookie. It also counts the request against
//! its rate limits, and reads the page session of a page.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{bearer, form_errors};
use crate::{
    server::{
        auth::{client_ip, cookies, session_tokens::RefusedSession},
        context::Context,
        domain,
        telemetry::metrics,
    },
    shared::{
        errors::{ApiError, ErrorCode},
        page::session::own_path,
        users::Viewer,
    },
    web::{
        pages,
        requests::{
            kind::{is_file, is_page},
            log,
        },
        rest::problem::Problem,
    },
};

/// Middleware: puts the viewer, and for pages the page session, into the request's extensions. A URL with a
/// forged form error is redirected to the plain page.
pub async fn load(State(context): State<Context>, mut request: Request, next: Next) -> Response {
    if is_file(&request) {
        return next.run(request).await;
    }
    if is_page(&request) && form_errors::is_forged(&context, request.uri(), request.headers()) {
        return Redirect::to(&own_path(Some(request.uri().path().to_owned()))).into_response();
    }
    let viewer = match viewer(&context, request.method(), request.uri().path(), request.headers()).await {
        Ok(viewer) => viewer,
        // A visitor to pages, who may sign in with another account. Commands are refused with this error.
        Err(error) if error.code == ErrorCode::Suspended => {
            request.extensions_mut().insert(RefusedSession(error));
            None
        }
        Err(error) => return Problem(error).into_response(),
    };
    let client_ip = client_ip::of_request(request.extensions(), request.headers(), &context.config);
    if let Err(error) = context.limits.request(viewer.as_ref().map(|viewer| viewer.id), &client_ip) {
        return rate_limited(&request, error);
    }
    if is_page(&request) {
        match pages::session::read(&context, viewer.clone(), request.headers()).await {
            Ok(session) => drop(request.extensions_mut().insert(session)),
            Err(error) => return Problem(error).into_response(),
        }
    }
    if let Some(viewer) = viewer {
        log::set_user(&viewer);
        request.extensions_mut().insert(viewer);
    }
    next.run(request).await
}

/// The viewer by the API token or, only if the request has none, by the session cookie.
async fn viewer(
    context: &Context,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Option<Viewer>, ApiError> {
    if let Some(token) = bearer::token_of(path, headers) {
        return bearer::viewer(context, token, method, path).await.map(Some);
    }
    match cookies::session_token(headers, &context.config) {
        Some(token) => domain::users::viewer(context, token).await,
        None => Ok(None),
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
