//! Responses of server functions: gives each error its HTTP status, and marks the redirect that brings the
//! error of a plain form back to its page.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::access::form_errors;
use crate::{
    server::{context::Context, telemetry::metrics},
    shared::errors::{ApiError, ErrorCode},
};

const ERROR_MAX_BYTES: usize = 64 * 1024;

/// Middleware: Leptos answers every error of a server function with 500. This sets the status of the error's
/// code, and `Retry-After` if the error has one.
pub async fn set_status(State(context): State<Context>, request: Request, next: Next) -> Response {
    let is_server_function = request.uri().path().starts_with("/rpc/");
    let mut response = next.run(request).await;
    if is_server_function && response.status().is_redirection() {
        form_errors::set_cookie(&context, response.headers_mut());
    }
    if !is_server_function || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ERROR_MAX_BYTES).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let error = serde_json::from_slice::<ApiError>(&bytes);
    let code = error.as_ref().map_or(ErrorCode::Internal, |error| error.code);
    metrics::count_error(code);
    if let Ok(status) = StatusCode::from_u16(code.http_status()) {
        parts.status = status;
    }
    if let Some(seconds) = error.ok().and_then(|error| error.retry_after) {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(bytes))
}
