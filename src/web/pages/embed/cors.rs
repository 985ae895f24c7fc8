//! CORS for the endpoints of `embed.js`: the allowed sites may read the answers, without cookies.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};

use crate::{server::context::Context, web::access::origin};

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE")),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type")),
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
];

/// The site that a request comes from, if it is another one.
pub struct Site(Option<HeaderValue>);

/// Whether the request comes from our own page, from a site that is allowed, or from no page at all. `None` from any other.
pub fn allow(context: &Context, headers: &HeaderMap) -> Option<Site> {
    if context.config.embed.sites.is_empty() {
        return None;
    }
    let Some(site) = headers.get(header::ORIGIN) else { return Some(Site(None)) };
    if origin::is_own(headers, context.config.public_url.as_deref()) {
        return Some(Site(None));
    }
    let is_allowed = context.config.embed.sites.iter().any(|allowed| allowed.as_bytes() == site.as_bytes());
    is_allowed.then(|| Site(Some(site.clone())))
}

/// The answer, readable for the site.
pub fn with(site: Site, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Site(Some(site)) = site {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, site);
        headers.extend(HEADERS);
    }
    response
}
