//! Security headers of every response: content security policy, framing and embedding, browser permissions
//! and HSTS.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::csp_reports;
use crate::server::context::Context;

/// Defaults: a header that a handler has set itself stays.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, DEFAULT_POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// The content security policy of every response that is not a page.
const DEFAULT_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The app plays a sound for a new message, records voice messages, and asks for passkeys. Browsers log a warning about features that they don't know,
/// so the list names only the standardised ones.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(self), camera=(), clipboard-read=(), \
    clipboard-write=(self), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), \
    gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(self), midi=(), \
    payment=(), picture-in-picture=(), publickey-credentials-create=(self), publickey-credentials-get=(self), \
    screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

/// HSTS for one year. Without `includeSubDomains`: other hosts of the domain may not be ours.
const HSTS: &str = "max-age=31536000";

/// Names the endpoint to which browsers report violations of a page's policy.
pub const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");

/// Middleware: sets the security headers, and HSTS if the public URL is https.
pub async fn set(State(context): State<Context>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if context.config.is_https() {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    response
}

/// The content security policy of a page: only scripts with this response's nonce run, and `eval` is
/// forbidden. Pictures and sound that are not sent yet have URLs of the page itself (`blob:`). In a debug build it also allows the WebSocket of cargo-leptos's live reload.
pub fn page_policy(nonce: &str) -> String {
    frame_policy(nonce, "'none'")
}

/// The same for a page that these sites may show in a frame.
pub fn frame_policy(nonce: &str, ancestors: &str) -> String {
    let connect = if cfg!(debug_assertions) { "'self' ws:" } else { "'self'" };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob:; media-src 'self' blob:; connect-src {connect}; manifest-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}; report-uri {path}; report-to csp",
        path = csp_reports::PATH
    )
}

/// The value of [`REPORTING_ENDPOINTS`] that goes with [`page_policy`].
pub fn reporting_endpoints() -> HeaderValue {
    HeaderValue::from_static(csp_reports::ENDPOINTS)
}
