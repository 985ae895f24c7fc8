//! CORS: which other sites may read our answers in a browser. Those that may embed (`--embed-site`), by a token alone: nothing
//! here ever lets a browser send its cookies along.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{bearer, origin};
use crate::server::context::Context;

/// How long a browser may remember what it asked, in seconds.
const MAX_AGE_S: &str = "600";

/// What the endpoints of one part let other sites send and read.
pub struct Policy {
    pub methods: &'static str,
    /// Headers of requests.
    pub headers: &'static str,
    /// Headers of answers, beside those that every page may read; none if empty.
    pub exposed: &'static str,
}

/// Of the API, uploads (tus) with it.
const API: Policy = Policy {
    methods: "GET, POST, PUT, PATCH, DELETE, HEAD",
    headers: "authorization, content-type, idempotency-key, tus-resumable, upload-length, upload-metadata, upload-offset",
    exposed: "retry-after, location, content-range, tus-resumable, upload-length, upload-offset",
};

/// The site that a request comes from, if it is another one.
pub struct Site(Option<HeaderValue>);

/// Whether the request comes from our own page, from a site that is allowed, or from no page at all. `None` from any other.
pub fn allow(context: &Context, headers: &HeaderMap) -> Option<Site> {
    if context.config.embed.sites.is_empty() {
        return None;
    }
    match headers.get(header::ORIGIN) {
        None => Some(Site(None)),
        Some(_) if origin::is_own(headers, context.config.public_url.as_deref()) => Some(Site(None)),
        Some(_) => allowed(context, headers).map(|site| Site(Some(site))),
    }
}

/// The site in `Origin`, if it is one of those that may embed.
pub fn allowed(context: &Context, headers: &HeaderMap) -> Option<HeaderValue> {
    let site = headers.get(header::ORIGIN)?;
    let mut sites = context.config.embed.sites.iter();
    sites.any(|allowed| allowed.as_bytes() == site.as_bytes()).then(|| site.clone())
}

/// The answer, readable for the site.
pub fn with(Site(site): Site, policy: &Policy, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(site) = site else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, site);
    let mut set = |name: HeaderName, value| drop(headers.insert(name, HeaderValue::from_static(value)));
    set(header::ACCESS_CONTROL_ALLOW_METHODS, policy.methods);
    set(header::ACCESS_CONTROL_ALLOW_HEADERS, policy.headers);
    set(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    if !policy.exposed.is_empty() {
        set(header::ACCESS_CONTROL_EXPOSE_HEADERS, policy.exposed);
    }
    response
}

/// Middleware: lets the allowed sites read answers of the API, errors of every layer included, where a request has an API token
/// and no session cookie. It answers what their browsers ask before such a request (preflight). Any other answer is as it was.
pub async fn api(State(context): State<Context>, request: Request, next: Next) -> Response {
    let (path, headers) = (request.uri().path(), request.headers());
    if context.config.embed.sites.is_empty() || !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let is_preflight =
        *request.method() == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let site = allowed(&context, headers);
    let is_ours_to_give = is_preflight || bearer::is_token_only(path, headers, &context);
    let site = Site(site.filter(|_| is_ours_to_give));
    let response = match site {
        Site(Some(_)) if is_preflight => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    with(site, &API, response)
}
