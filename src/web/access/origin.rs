//! Origin check (CSRF protection): a request that changes something must come from our own pages.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{bearer, embed, openid_connect};
use crate::{
    server::context::Context,
    web::{
        pages::mail_links,
        rest::{docs_page, frames, openapi},
        security::csp_reports,
    },
};

/// Middleware: answers 403 to requests that another site could have made with the visitor's cookie. Those are
/// requests that change something and do not come from our own pages, and reads of server functions and the
/// API that the browser marks as cross-site.
pub async fn check(State(context): State<Context>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let (path, headers) = (request.uri().path(), request.headers());
    let is_allowed = is_exempt(path)
        || bearer::is_token_only(path, headers, &context)
        || (is_safe && !(is_call(path) && is_cross_site(headers)))
        || (!is_safe && is_own(headers, context.config.public_url.as_deref()));
    if is_allowed {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This request did not come from our own pages.").into_response()
    }
}

/// CSP reports: browsers differ in the `Origin` that they send with a report, and a report changes nothing. Links at the end
/// of mails: the token is all that counts, and mail programs have no origin. Nor do identity providers, whose token is
/// signed. `embed.js` runs on other sites, which its endpoints check themselves.
fn is_exempt(path: &str) -> bool {
    path == csp_reports::PATH
        || embed::checks_origin(path)
        || mail_links::is_stop(path)
        || openid_connect::is_back_channel(path)
}

/// Whether only scripts request this path: a server function or the API, except the API's documentation, to
/// which other sites may link.
fn is_call(path: &str) -> bool {
    let documentation = [docs_page::PATH, frames::PATH, frames::asyncapi::PATH, openapi::PATH];
    let is_documentation = documentation.contains(&path);
    path.starts_with("/rpc/") || (path.starts_with("/api/") && !is_documentation)
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// Whether the request comes from our own pages. `Origin` must equal the configured public URL or, if none is
/// configured, name the requested host. Without `Origin`, `Sec-Fetch-Site` must be `same-origin`.
pub fn is_own(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    match (text(header::ORIGIN), public_url, text(header::HOST)) {
        (Some(origin), Some(public_url), _) => origin == public_url,
        (Some(origin), None, Some(host)) => {
            origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
        }
        (Some(_), None, None) => false,
        (None, _, _) => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        let ours = Some("https://stoa.example");
        assert!(is_own(&headers(&[("origin", "https://stoa.example"), ("host", "10.0.0.1")]), ours));
        for foreign in [
            "https://evil.example",
            "null",
            "http://stoa.example",
            "https://stoa.example:8443",
            "https://a.stoa.example",
        ] {
            assert!(!is_own(&headers(&[("origin", foreign), ("host", "stoa.example")]), ours), "{foreign}");
        }
        assert!(is_own(&headers(&[("sec-fetch-site", "same-origin")]), ours));
        assert!(!is_own(&headers(&[("sec-fetch-site", "cross-site")]), ours));
        assert!(!is_own(&headers(&[]), ours));
        assert!(is_own(&headers(&[("origin", "http://localhost:3000"), ("host", "localhost:3000")]), None));
        assert!(!is_own(&headers(&[("origin", "http://localhost:3001"), ("host", "localhost:3000")]), None));
    }
}
