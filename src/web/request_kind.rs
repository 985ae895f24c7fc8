//! Kinds of requests by path: pages need a session in their context, files are the same for everybody and need none.

use axum::{extract::Request, http::Method};

use super::{assets, csp_reports, health, rest, service_worker};
use crate::server::config::LIVENESS_PATH;

/// A page: what a browser navigates to.
pub fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    let is_elsewhere = ["/rpc/", "/api/", "/ws"].iter().any(|prefix| path.starts_with(prefix));
    matches!(*request.method(), Method::GET | Method::HEAD) && !is_elsewhere
}

/// The same for everybody, so it needs no session.
pub fn is_file(request: &Request) -> bool {
    let path = request.uri().path();
    let files = [service_worker::PAGE, service_worker::WORKER, rest::openapi::PATH, rest::docs_page::PATH];
    let is_for_all = [LIVENESS_PATH, health::READY, csp_reports::PATH].contains(&path);
    is_for_all
        || files.contains(&path)
        || path.starts_with("/covers/")
        || path.starts_with("/pkg/")
        || assets::exists(path)
}
