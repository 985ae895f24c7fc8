//! The request log: an id for each request, which every log line of the request carries, and its outcome. It
//! never contains the request's content: no query, no header, no client IP.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, Span, field::Empty};
use uuid::Uuid;

use crate::{
    server::{auth::client_ip, config::trusted_proxies::TrustedProxy, context::Context, telemetry::metrics},
    shared::users::Viewer,
    ui::route::Page,
    web::{assets, health},
};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const ID_MAX_CHARS: usize = 64;

/// Identifies a request in the log, and the socket that it opened.
#[derive(Clone)]
pub struct RequestId(HeaderValue);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// The outermost middleware: gives the request its id and span, logs and measures its outcome, and returns
/// the id in `X-Request-Id`.
pub async fn record(State(context): State<Context>, mut request: Request, next: Next) -> Response {
    let id = id_of(&request, &context.config.trusted_proxies);
    let (method, route) = (method_of(&request), route_of(&request));
    let span = tracing::info_span!("request", %id, method, %route, user = Empty);
    request.extensions_mut().insert(id.clone());
    let start = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, duration) = (response.status(), start.elapsed());
    metrics::record_request(&route, method, status.as_u16(), duration);
    span.in_scope(|| log_outcome(&route, status, duration));
    response.headers_mut().insert(HEADER, id.0);
    response
}

/// Adds the user's id to every later log line of the current request.
pub fn set_user(viewer: &Viewer) {
    Span::current().record("user", tracing::field::display(viewer.id));
}

/// The span of a socket. It carries the id of the request that opened the socket, and outlives that request.
pub fn socket_span(id: &RequestId, viewer: &Viewer) -> Span {
    tracing::info_span!(parent: None, "socket", %id, user = %viewer.id)
}

fn log_outcome(route: &str, status: StatusCode, duration: Duration) {
    let (status_code, duration_ms) = (status.as_u16(), duration.as_secs_f64() * 1_000.0);
    match status {
        StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(status = status_code, duration_ms, "a request failed");
        }
        // A failed readiness check is expected while the server drains, so it is no warning.
        status if status.is_server_error() && route != health::READINESS_PATH => {
            tracing::warn!(status = status_code, duration_ms, "a request could not be answered just now");
        }
        _ => tracing::debug!(status = status_code, duration_ms, "answered"),
    }
}

/// The id that a trusted proxy gave the request, if it is valid; otherwise a new one.
fn id_of(request: &Request, proxies: &[TrustedProxy]) -> RequestId {
    let is_trusted =
        client_ip::peer(request.extensions()).is_some_and(|peer| client_ip::is_trusted(peer, proxies));
    let given = request.headers().get(HEADER).filter(|_| is_trusted);
    RequestId(given.filter(|id| is_id(id)).cloned().unwrap_or_else(new_id))
}

fn is_id(text: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=+/".contains(byte);
    !text.is_empty() && text.len() <= ID_MAX_CHARS && text.as_bytes().iter().all(is_plain)
}

fn new_id() -> HeaderValue {
    let mut text = [0; 32];
    let id = Uuid::new_v4().simple().encode_lower(&mut text);
    HeaderValue::from_str(id).unwrap_or(HeaderValue::from_static("none"))
}

/// The method, as one of a fixed set of labels so that clients cannot add metric series.
fn method_of(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// The route's template, with names in place of parameters. One of a fixed set, so that clients cannot add
/// metric series.
fn route_of(request: &Request) -> Cow<'static, str> {
    if let Some(matched) = request.extensions().get::<MatchedPath>() {
        return matched.as_str().to_owned().into();
    }
    let path = request.uri().path();
    if assets::exists(path) { "file".into() } else { page_template(path).into() }
}

/// The template of the page at this path, with names in place of parameters.
pub fn page_template(path: &str) -> &'static str {
    Page::from_path(path).template()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::{body::Body, extract::ConnectInfo};

    use super::*;

    fn id(given: &'static str, proxies: &[TrustedProxy]) -> String {
        let peer = SocketAddr::from(([10, 0, 0, 1], 4_000));
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(peer));
        request.headers_mut().insert(HEADER, HeaderValue::from_static(given));
        id_of(&request, proxies).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_names_a_request_and_only_with_an_id() {
        let proxy = [TrustedProxy::parse("10.0.0.1").unwrap()];
        assert_eq!(id("4bf92f35-77b3.Root=1", &proxy), "4bf92f35-77b3.Root=1");
        let long = "0123456789012345678901234567890123456789012345678901234567890123456789";
        for (given, proxies) in [("4bf92f35", &[][..]), ("", &proxy), ("a b", &proxy), (long, &proxy)] {
            let made = id(given, proxies);
            assert!(made.len() == 32 && made.bytes().all(|byte| byte.is_ascii_hexdigit()), "{made}");
        }
    }

    #[test]
    fn an_address_is_logged_without_what_is_in_it() {
        for (path, shown) in [
            ("/rooms/join/f00d", "/rooms/join/{link}"),
            ("/messages/0190?with=f00d", "/messages"),
            ("/f00d/f00d", "unknown"),
        ] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            assert_eq!(route_of(&request), shown);
        }
    }
}
