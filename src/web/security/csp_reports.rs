//! CSP reports: browsers report violations of a page's content security policy, which are blocked attacks or
//! mistakes of ours. Any client can send a report, so its size and rate are bounded, and only a directive, an
//! origin and a route of it are logged (E7).

use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    server::{auth::client_ip, context::Context},
    web::{requests::log, rest::problem::Problem},
};

pub const PATH: &str = "/csp-reports";
/// The value of `Reporting-Endpoints`.
pub const ENDPOINTS: &str = "csp=\"/csp-reports\"";
const BODY_MAX_BYTES: usize = 8 * 1024;
/// Reports logged for each request.
const REPORTS_MAX: usize = 10;
const ORIGIN_MAX_CHARS: usize = 120;
const DIRECTIVES: [&str; 16] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "media-src",
    "font-src",
    "connect-src",
    "manifest-src",
    "worker-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
];
/// Values of `blocked-uri` that are keywords, not URLs.
const BLOCKED_KEYWORDS: [&str; 7] =
    ["inline", "eval", "wasm-eval", "data", "blob", "self", "trusted-types-sink"];

/// One violation as it is logged.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    directive: &'static str,
    blocked: String,
    route: &'static str,
}

/// Logs the violations of one request and answers 204. Otherwise 429 (over the client's rate limit), 413 or
/// 400.
pub async fn receive(State(context): State<Context>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let client_ip = client_ip::of_request(&parts.extensions, &parts.headers, &context.config);
    if let Err(error) = context.limits.report(&client_ip) {
        return Problem(error).into_response();
    }
    let Ok(body) = to_bytes(body, BODY_MAX_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(report) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    for Violation { directive, blocked, route } in violations(&report) {
        tracing::warn!(directive, blocked, route, "a page did what its policy forbids");
    }
    StatusCode::NO_CONTENT.into_response()
}

/// The violations in a report of either format: one object from `report-uri`, or a list from `report-to`.
fn violations(report: &Value) -> Vec<Violation> {
    let one = |report: &Value, [directive, blocked, page]: [&str; 3]| Violation {
        directive: directive_of(report[directive].as_str().unwrap_or_default()),
        blocked: blocked_origin(report[blocked].as_str().unwrap_or_default()),
        route: log::page_template(path_of(report[page].as_str().unwrap_or_default())),
    };
    match report {
        Value::Object(_) if report["csp-report"].is_object() => {
            vec![one(&report["csp-report"], ["effective-directive", "blocked-uri", "document-uri"])]
        }
        Value::Array(reports) => reports
            .iter()
            .filter(|report| report["type"] == "csp-violation")
            .take(REPORTS_MAX)
            .map(|report| one(&report["body"], ["effectiveDirective", "blockedURL", "documentURL"]))
            .collect(),
        _ => Vec::new(),
    }
}

fn directive_of(text: &str) -> &'static str {
    DIRECTIVES.into_iter().find(|known| *known == text).unwrap_or("other")
}

/// A keyword, or the origin of a URL without its path and query; `other` if it is neither.
fn blocked_origin(text: &str) -> String {
    if BLOCKED_KEYWORDS.contains(&text) {
        return text.to_owned();
    }
    let Some((scheme, rest)) = text.split_once("://") else { return "other".to_owned() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_scheme =
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if is_scheme && is_host && scheme.len() + host.len() < ORIGIN_MAX_CHARS {
        format!("{scheme}://{host}")
    } else {
        "other".to_owned()
    }
}

fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn e7_of_a_report_only_a_directive_an_origin_and_a_route_are_taken() {
        let old = json!({ "csp-report": {
            "effective-directive": "script-src-elem", "blocked-uri": "https://evil.example/x?secret=1",
            "document-uri": "https://stoa.example/rooms/join/f00d?a=secret", "script-sample": "secret",
        }});
        let blocked = "https://evil.example".to_owned();
        let expected = Violation { directive: "script-src-elem", blocked, route: "/rooms/join/{link}" };
        assert_eq!(violations(&old), [expected]);
        let report = |directive: &str, blocked: &str| {
            json!({ "type": "csp-violation", "body": {
                "effectiveDirective": directive, "blockedURL": blocked, "documentURL": "https://stoa.example/" }})
        };
        let new = json!([
            report("style-src-attr", "inline"),
            { "type": "deprecation", "body": {} },
            report("a\nline of its own", "https://a b\n/"),
            { "type": "csp-violation", "body": 7 },
        ]);
        let found: Vec<_> =
            violations(&new).into_iter().map(|found| (found.directive, found.blocked)).collect();
        let other = || ("other", "other".to_owned());
        assert_eq!(found, [("style-src-attr", "inline".to_owned()), other(), other()]);
        assert_eq!(violations(&Value::Array(vec![report("img-src", "data"); 50])).len(), REPORTS_MAX);
        assert!(violations(&json!("text")).is_empty() && violations(&json!({ "csp-report": 1 })).is_empty());
    }
}
