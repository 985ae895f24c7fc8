//! Kinds of requests by path: pages need a session in their context, files are the same for everybody and
//! need none.

use axum::{extract::Request, http::Method};

use crate::{
    server::config::LIVENESS_PATH,
    web::{
        assets::{self, look},
        health,
        pages::embed,
        rest,
        security::csp_reports,
        service_worker,
    },
};

/// Whether a browser navigates to this path: GET or HEAD outside the server functions, the API, the
/// socket and frames. Files count too; see [`is_file`].
pub fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    let is_other = ["/rpc/", "/api/", "/ws", "/embed/"].iter().any(|prefix| path.starts_with(prefix));
    matches!(*request.method(), Method::GET | Method::HEAD) && !is_other
}

/// Whether the request costs next to nothing, or is counted elsewhere, so that it counts against no limit of
/// requests: static files, the liveness check, and CSP reports, which have a limit of their own.
pub fn is_uncounted(request: &Request) -> bool {
    let path = request.uri().path();
    [LIVENESS_PATH, csp_reports::PATH].contains(&path) || path.starts_with("/pkg/") || assets::exists(path)
}

/// Whether the response is the same for every viewer, so that the request needs no session.
pub fn is_file(request: &Request) -> bool {
    let path = request.uri().path();
    let files = [
        service_worker::PAGE,
        service_worker::WORKER,
        rest::openapi::PATH,
        rest::frames::PATH,
        rest::frames::asyncapi::PATH,
        rest::docs_page::PATH,
    ];
    is_uncounted(request)
        || path == health::READINESS_PATH
        || files.contains(&path)
        || path.starts_with("/covers/")
        || path.starts_with(look::PREFIX)
        || embed::page::is_page(path)
}
