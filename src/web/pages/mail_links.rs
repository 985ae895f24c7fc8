//! One-click unsubscribing (RFC 8058): a mail program posts to the link of `List-Unsubscribe`, without a cookie and from no
//! page of ours. The token in the path is all that it needs.

use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    server::{auth::client_ip, context::Context, domain},
    web::rest::problem::Problem,
};

const STOP_PREFIX: &str = "/mail/stop/";

/// Whether this path is such a link's.
pub fn is_stop(path: &str) -> bool {
    path.strip_prefix(STOP_PREFIX).is_some_and(|token| !token.contains('/'))
}

/// Stops the mails that the link is for, and answers 200. Otherwise 404 for a link that is wrong or old, or 429.
pub async fn stop(context: &Context, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let token = parts.uri.path().strip_prefix(STOP_PREFIX).unwrap_or_default();
    let client_ip = client_ip::of_request(&parts.extensions, &parts.headers, &context.config);
    match domain::mail::unsubscribe::stop(context, token, false, &client_ip).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(error) => Problem(error).into_response(),
    }
}
