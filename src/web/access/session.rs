//! Session lookup, once for each request: by API token or cookie. Counts the request against its limits, and gathers
//! what a page starts from.

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
        auth::{client_ip, cookies},
        context::Context,
        domain,
        telemetry::metrics,
    },
    shared::{errors::ApiError, page::session::own_path, users::Viewer},
    web::{
        pages,
        request_kind::{is_file, is_page},
        request_log,
        rest::problem::Problem,
    },
};

/// Middleware: puts the viewer, and for pages the page session, into the request's extensions.
pub async fn find(State(context): State<Context>, mut request: Request, next: Next) -> Response {
    if is_file(&request) {
        return next.run(request).await;
    }
    if is_page(&request) && form_errors::are_foreign(&context, request.uri(), request.headers()) {
        return Redirect::to(&own_path(Some(request.uri().path().to_owned()))).into_response();
    }
    let viewer = match viewer(&context, request.method(), request.uri().path(), request.headers()).await {
        Ok(viewer) => viewer,
        Err(error) => return Problem(error).into_response(),
    };
    let client_ip = client_ip::of_request(request.extensions(), request.headers(), &context.config);
    if let Err(error) = context.limits.request(viewer.as_ref().map(|viewer| viewer.id), &client_ip) {
        return rate_limited(&request, error);
    }
    if is_page(&request) {
        match pages::session::of(&context, viewer.clone(), request.headers()).await {
            Ok(session) => drop(request.extensions_mut().insert(session)),
            Err(error) => return Problem(error).into_response(),
        }
    }
    if let Some(viewer) = viewer {
        request_log::is_from(&viewer);
        request.extensions_mut().insert(viewer);
    }
    next.run(request).await
}

/// Who asks: by an API token, which decides where it is brought, or by the session cookie.
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

/// 429 in the form of what was asked for: text for a page, an error for a server function, a problem for the API.
fn rate_limited(request: &Request, error: ApiError) -> Response {
    let seconds = error.retry_after.unwrap_or(1);
    if is_page(request) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], error.message)
            .into_response();
    }
    if request.uri().path().starts_with("/rpc/") {
        metrics::erred(error.code);
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], Json(error))
            .into_response();
    }
    Problem(error).into_response()
}
