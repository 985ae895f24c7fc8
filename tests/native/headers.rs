//! Every address there is, asked by everybody and in every wrong way: each answer carries its headers.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::json;
use stoa::{ui::route::Page, web::rest};

use crate::{
    place::{FAST, Place},
    scene::{Scene, scene},
};

/// What everybody gets alike, which may be kept; the rest is somebody's own.
const PUBLIC: [&str; 7] = [
    "/favicon.svg",
    "/icons.svg",
    "/covers/",
    "/look/",
    "/api/openapi.json",
    "/api/asyncapi.json",
    "/service-worker.js",
];

/// Addresses that are neither pages, nor of the API, nor server functions.
const OTHERS: [&str; 16] = [
    "/favicon.svg",
    "/icons.svg",
    "/pkg/none.wasm",
    "/service-worker.js",
    "/offline",
    "/healthz",
    "/readyz",
    "/api/docs",
    "/api/openapi.json",
    "/api/asyncapi.json",
    "/api/",
    "/api/nothing/here",
    "/ws",
    "/csp-reports",
    "/covers/x.svg",
    "/look/x.css",
];

/// What is wrong with the headers of an answer and with its markup.
async fn faults(what: &str, is_https: bool, response: Response) -> Vec<String> {
    let headers = response.headers().clone();
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    let (policy, caching) = (text("content-security-policy"), text("cache-control"));
    let is_public = PUBLIC.iter().any(|path| response.url().path().starts_with(path));
    let mut faults = Vec::new();
    let mut must = |is_so: bool, fault: &str| {
        if !is_so {
            faults.push(format!("{what}, {}: {fault} ({policy}; {caching})", response.status()));
        }
    };
    must(policy.contains("default-src 'none'"), "the policy lets something in");
    must(policy.contains("frame-ancestors 'none'"), "it may be framed");
    must(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "the policy is unsafe");
    must(text("x-content-type-options") == "nosniff", "its kind may be guessed");
    must(text("referrer-policy") == "same-origin", "it tells others its address");
    must(text("cross-origin-opener-policy") == "same-origin", "others may hold its window");
    must(text("cross-origin-resource-policy") == "same-origin", "others may embed it");
    for feature in ["camera=()", "geolocation=()", "usb=()", "payment=()"] {
        must(text("permissions-policy").contains(feature), feature);
    }
    must(caching.starts_with("no-store") || is_public, "it may be kept");
    must(text("strict-transport-security").is_empty() != is_https, "HSTS is for https alone");
    let is_html = text("content-type").starts_with("text/html");
    let html = response.text().await.unwrap();
    if is_html {
        faults.extend(faults_of_markup(policy, &html).into_iter().map(|fault| format!("{what}: {fault}")));
    }
    faults
}

fn faults_of_markup(policy: &str, html: &str) -> Vec<String> {
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("none");
    let mut faults = Vec::new();
    // What stands in a script is no markup.
    for part in html.split("</script>") {
        let (markup, script) = part.split_once("<script").unwrap_or((part, ""));
        let tag = script.split('>').next().unwrap_or_default();
        if !script.is_empty() && !tag.contains(nonce) && !tag.contains("application/json") {
            faults.push(format!("a script without the nonce: {tag}"));
        }
        for tag in markup.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            let names = tag.split_whitespace().skip(1).filter_map(|pair| pair.split_once('='));
            for (name, _) in names {
                if name == "style" || name.starts_with("on") {
                    faults.push(format!("<{tag}> runs or styles inline"));
                }
            }
        }
    }
    faults
}

#[test]
fn e7_markup_that_runs_or_styles_inline_is_found() {
    let policy = "script-src 'nonce-abc' 'strict-dynamic'";
    assert!(
        faults_of_markup(policy, "<p title=\"on\">a</p><script nonce=\"abc\">x('<p onclick=')</script>")
            .is_empty()
    );
    for html in [
        "<p onclick=\"x\">",
        "<p style=\"x\">",
        "<script>x</script>",
        "<b>a</b><script nonce=\"old\">x</script>",
    ] {
        assert_eq!(faults_of_markup(policy, html).len(), 1, "{html}");
    }
}

/// An address of every page that there is.
fn pages(scene: &Scene) -> Vec<String> {
    let source = include_str!("../../src/ui/route.rs");
    let templates = source.split("fn template").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let templates: BTreeSet<_> = templates.split('"').skip(1).step_by(2).collect();
    assert!(templates.len() > 20 && templates.contains("/settings"), "{templates:?}");
    let of_what = |template: &str| match template {
        "/listings/{id}" | "/listings/{id}/edit" => scene.listing.to_string(),
        "/orders/{key}" => scene.order.card.code.to_string(),
        "/rooms/{id}" => scene.room.to_string(),
        "/rooms/join/{link}" => scene.link.clone(),
        _ => scene.conversation.to_string(),
    };
    let mut pages: Vec<_> = templates
        .into_iter()
        .map(|template| {
            let template = if template == "unknown" { "/nothing/at/all" } else { template };
            let known = of_what(template);
            let filled = template.replace("{id}", &known).replace("{key}", &known);
            filled.replace("{link}", &known).replace("{token}", &known)
        })
        .collect();
    pages.extend(
        ["/listings/7", "/orders/x", "/messages/x", "/rooms/x", "/..//x", "/%00", "/a.php?x=<script>"]
            .map(String::from),
    );
    pages.push(format!("/messages/{}", scene.conversation));
    assert_eq!(Page::from_path("/nothing/at/all"), Page::NotFound);
    pages
}

#[tokio::test]
async fn e7_every_answer_of_every_address_carries_its_headers() {
    let scene = scene().await;
    let (mut found, mut statuses, mut tried) = (Vec::new(), BTreeSet::new(), 0);
    let mut look = async |what: String, request: RequestBuilder| {
        let response = request.send().await.unwrap();
        statuses.insert(response.status().as_u16());
        tried += 1;
        found.extend(faults(&what, false, response).await);
    };
    let site = &scene.site;
    let mut addresses = pages(&scene);
    addresses.extend(OTHERS.map(String::from));
    addresses.push(format!("/covers/{}.svg", scene.listing));
    for path in &addresses {
        for (who, session) in
            [("nobody", None), ("a host", Some(&scene.host)), ("an admin", Some(&scene.admin))]
        {
            look(format!("{path} for {who}"), site.request(Method::GET, path, session)).await;
        }
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::HEAD] {
            look(format!("{method} {path}"), site.request(method, path, Some(&scene.host))).await;
        }
    }
    for route in rest::routes() {
        for session in [None, Some(&scene.stranger), Some(&scene.host)] {
            let example = scene.example(&route);
            let request = site.request(route.method.clone(), &example.path, session);
            let request = if example.body.is_null() { request } else { request.json(&example.body) };
            look(format!("{} {}", route.method, example.path), request).await;
        }
        let path = scene.example(&route).path;
        look(format!("PUT {path}"), site.request(Method::PUT, &path, Some(&scene.host))).await;
        let large = site.request(route.method.clone(), &path, Some(&scene.host)).body("x".repeat(200_000));
        look(format!("{path}, too large"), large).await;
        let foreign = Client::new().request(route.method, format!("{}{path}", site.url));
        look(format!("{path} from elsewhere"), foreign.header("origin", "https://evil.example")).await;
    }
    for (path, method) in server_fn_paths() {
        for session in [None, Some(&scene.stranger), Some(&scene.host), Some(&scene.admin)] {
            let fields = match path {
                "/rpc/sign_in" | "/rpc/sign_up" | "/rpc/sign_out" | "/rpc/get_listings"
                | "/rpc/get_listing" => vec![],
                _ => scene.fields(path, scene.conversation, scene.listing),
            };
            // Signing out would be the end of the others.
            let session = session.filter(|_| path != "/rpc/sign_out");
            let request = site.request(method.clone(), path, session);
            let request = if method == Method::GET { request.query(&fields) } else { request.form(&fields) };
            look(format!("{method} {path}"), request).await;
        }
        look(format!("PUT {path}"), site.request(Method::PUT, path, Some(&scene.host))).await;
        let large = site.request(Method::POST, path, Some(&scene.host)).body("x".repeat(200_000));
        look(format!("{path}, too large"), large).await;
        let plain = site.request(Method::POST, path, None).header(header::ACCEPT, "text/html");
        look(
            format!("{path} by a plain form"),
            plain.header("content-type", "application/x-www-form-urlencoded"),
        )
        .await;
    }
    scene.place.run("ALTER TABLE settings RENAME TO settings_gone").await;
    for path in ["/", "/messages", "/nothing", "/rpc/get_settings", "/api/conversations"] {
        look(format!("{path} without a table"), site.request(Method::GET, path, Some(&scene.admin))).await;
    }
    for expected in [200, 302, 401, 403, 404, 405, 409, 413, 422, 500] {
        assert!(statuses.contains(&expected), "{expected} is not among {statuses:?}");
    }
    assert!(tried > 500, "{tried} is too few");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn e7_over_https_browsers_are_told_to_stay_there() {
    let options = [FAST, &["--public-url", "https://stoa.example"]].concat();
    let place = Place::with(&options).await;
    let site = place.serve().await;
    let mut found = Vec::new();
    for path in
        OTHERS.into_iter().chain(["/", "/messages", "/nothing", "/rpc/get_listings", "/rpc/get_tokens"])
    {
        for method in [Method::GET, Method::POST] {
            let response = site.request(method.clone(), path, None).send().await.unwrap();
            found.extend(faults(&format!("{method} {path}"), true, response).await);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn e7_browsers_report_what_a_page_did_against_its_policy() {
    let place = Place::new().await;
    let site = place.serve().await;
    let page = site.request(Method::GET, "/", None).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("report-uri /csp-reports") && policy.contains("report-to csp"), "{policy}");
    assert_eq!(page.headers()["reporting-endpoints"], "csp=\"/csp-reports\"");
    let report = |body: String| Client::new().post(format!("{}/csp-reports", site.url)).body(body);
    let status = async |request: RequestBuilder| request.send().await.unwrap().status();
    let good =
        json!({ "csp-report": { "effective-directive": "img-src", "blocked-uri": "https://evil.example/" } });
    // As browsers send them: with any Origin, or none.
    assert_eq!(status(report(good.to_string())).await, StatusCode::NO_CONTENT);
    assert_eq!(status(report(good.to_string()).header("origin", "null")).await, StatusCode::NO_CONTENT);
    assert_eq!(status(report("[".repeat(8_192))).await, StatusCode::BAD_REQUEST);
    assert_eq!(status(report("no report".into())).await, StatusCode::BAD_REQUEST);
    assert_eq!(status(report("x".repeat(8_193))).await, StatusCode::PAYLOAD_TOO_LARGE);
}
