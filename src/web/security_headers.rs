//! What every answer says to the browser about itself: what it may run, who may frame or embed it, and
//! that it is to come over https.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::csp_reports;
use crate::server::context::Context;

/// For everybody alike; what an answer has set itself stays.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, NOTHING),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// The policy of what is no page.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Sound for a new message is all that we use. Browsers complain about names that they don't know, so
/// these are the ones that are settled.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(self), camera=(), clipboard-read=(), \
    clipboard-write=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), \
    gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), \
    screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

/// For a year this host is asked over https alone. Neighbouring hosts are not ours to decide about.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Where pages have violations reported to.
pub const REPORTING: HeaderName = HeaderName::from_static("reporting-endpoints");

pub async fn set(State(context): State<Context>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if context.config.is_https() {
        let https_only = HeaderValue::from_static(HTTPS_ONLY);
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, https_only);
    }
    response
}

/// The policy of a page: only scripts with this answer's nonce run, and nothing else is evaluated.
pub fn of_page(nonce: &str) -> String {
    let connect = if cfg!(debug_assertions) { "'self' ws:" } else { "'self'" };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; media-src 'self'; connect-src {connect}; manifest-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-uri {path}; report-to csp",
        path = csp_reports::PATH
    )
}

/// The value of [`REPORTING`] that goes with the policy of a page.
pub fn reporting() -> HeaderValue {
    HeaderValue::from_static(csp_reports::ENDPOINTS)
}
