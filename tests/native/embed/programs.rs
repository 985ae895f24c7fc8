//! Pages of the sites that may embed, as programs: which answers of the API they read, and which sockets they open.

use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::json;
use stoa::{
    server::auth::session_tokens::Token,
    shared::{
        ids::TokenId,
        operators::embed_keys::EmbedAlgorithm,
        users::{Viewer, api_tokens::Scopes},
    },
    web::rest,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{client::IntoClientRequest, http::HeaderValue},
};

use super::shop::{CHAT, SHOP, Shop};
use crate::place::Place;

const FOREIGN: [&str; 5] = [
    "https://evil.example",
    "null",
    "http://shop.example.com",
    "https://a.shop.example.com",
    "https://shop.example.com.evil.example",
];

/// The site that may read the answer, if one may. Cookies never count.
fn reader(answer: &Response) -> Option<&str> {
    assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|site| site.to_str().unwrap())
}

/// Whether caches keep an answer for each site.
fn varies(answer: &Response) -> bool {
    answer.headers().get_all(header::VARY).iter().any(|name| name == "origin")
}

async fn token(place: &Place, viewer: &Viewer, scopes: Scopes) -> Token {
    place.token(viewer, TokenId::new(), scopes).await
}

async fn ask(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

#[tokio::test]
async fn r7_pages_of_the_allowed_sites_alone_read_the_api_by_a_token_alone() {
    let shop = Shop::new().await;
    let noor = shop.place.user("Noor").await;
    let all = token(&shop.place, &noor, Scopes { read: true, write: true, ..Scopes::default() }).await;
    let read = token(&shop.place, &noor, Scopes { read: true, ..Scopes::default() }).await;
    let body = json!({ "upto": 1 });
    for (method, path, token, status) in [
        (Method::GET, "/api/users/me", all.as_str(), StatusCode::OK),
        (Method::GET, "/api/nothing", all.as_str(), StatusCode::NOT_FOUND),
        (Method::PATCH, "/api/notifications", all.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        (Method::PATCH, "/api/notifications", read.as_str(), StatusCode::FORBIDDEN),
        (Method::GET, "/api/users/me", "stoa_unknown", StatusCode::UNAUTHORIZED),
    ] {
        let from = async |site: &str| {
            ask(shop.request(method.clone(), path, site).bearer_auth(token).json(&body)).await
        };
        let answer = from(SHOP).await;
        assert_eq!((answer.status(), reader(&answer)), (status, Some(SHOP)), "{method} {path}");
        assert!(varies(&answer));
        let exposed = answer.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
        assert!(exposed.contains("retry-after"), "{exposed}");
        for site in FOREIGN {
            let answer = from(site).await;
            assert_eq!((answer.status(), reader(&answer)), (status, None), "{method} {path} from {site}");
        }
    }
    // A page that sends cookies is no program, and neither is one without a token. That of a frame works in the frame alone.
    let session = shop.place.session(&noor).await;
    let cookie = format!("__Host-stoa_session={}", session.as_str());
    let me = || shop.request(Method::GET, "/api/users/me", SHOP);
    for request in
        [me(), me().header("cookie", &cookie), me().header("cookie", &cookie).bearer_auth(all.as_str())]
    {
        let answer = ask(request).await;
        assert_eq!(reader(&answer), None, "{answer:?}");
    }
    let (of_frame, _) = shop.visit(&shop.key(EmbedAlgorithm::Hs256).await, "noor").await;
    let request = shop.request(Method::POST, "/api/conversations", SHOP).bearer_auth(of_frame);
    let answer = ask(request.json(&json!({}))).await;
    assert_eq!((answer.status(), reader(&answer)), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn r7_browsers_of_the_allowed_sites_alone_may_ask_every_endpoint() {
    let shop = Shop::new().await;
    for route in rest::routes().into_iter().chain(rest::files::routes()) {
        let preflight = async |site: &str| {
            let request = shop.request(Method::OPTIONS, route.path, site);
            let request = request.header(header::ACCESS_CONTROL_REQUEST_METHOD, route.method.as_str());
            ask(request.header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization")).await
        };
        let answer = preflight(SHOP).await;
        assert_eq!(
            (answer.status(), reader(&answer)),
            (StatusCode::NO_CONTENT, Some(SHOP)),
            "{}",
            route.path
        );
        let text = |name| answer.headers()[name].to_str().unwrap();
        let methods = text(header::ACCESS_CONTROL_ALLOW_METHODS);
        assert!(
            methods.split(", ").any(|method| method == route.method.as_str()),
            "{} {methods}",
            route.method
        );
        let headers = text(header::ACCESS_CONTROL_ALLOW_HEADERS);
        assert!(headers.contains("authorization") && headers.contains("content-type"), "{headers}");
        for site in FOREIGN {
            assert_eq!(reader(&preflight(site).await), None, "{} from {site}", route.path);
        }
    }
    let other = ask(shop.request(Method::OPTIONS, "/rpc/send_message", SHOP)).await;
    assert_eq!(reader(&other), None, "what is not of the API");
    // Where no site is allowed there is nothing of it.
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let token = token(&place, &noor, Scopes { read: true, ..Scopes::default() }).await;
    let site = place.serve().await;
    let request = site.request(Method::GET, "/api/users/me", None).bearer_auth(token.as_str());
    let answer = ask(request.header(header::ORIGIN, SHOP)).await;
    assert_eq!((answer.status(), reader(&answer)), (StatusCode::OK, None));
    assert!(!varies(&answer));
}

/// Browsers set no header on a socket, so its token is one of the protocols.
#[tokio::test]
async fn r7_a_socket_opens_by_a_token_among_its_protocols_from_the_allowed_sites_alone() {
    let shop = Shop::new().await;
    let noor = shop.place.user("Noor").await;
    let read = token(&shop.place, &noor, Scopes { read: true, ..Scopes::default() }).await;
    let session = shop.place.session(&noor).await;
    let cookie = format!("__Host-stoa_session={}", session.as_str());
    for (token, origin, cookie, is_open) in [
        (read.as_str(), Some(SHOP), None, true),
        (read.as_str(), Some(CHAT), None, true),
        (read.as_str(), None, None, true),
        (read.as_str(), Some("https://evil.example"), None, false),
        (read.as_str(), Some("null"), None, false),
        (read.as_str(), Some(SHOP), Some(&cookie), false),
        ("stoa_unknown", Some(SHOP), None, false),
    ] {
        let mut request =
            format!("{}/ws", shop.url.replace("http://", "ws://")).into_client_request().unwrap();
        let mut set = |name: &'static str, value: &str| {
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        };
        set("sec-websocket-protocol", &format!("stoa, {token}"));
        origin.into_iter().for_each(|origin| set("origin", origin));
        cookie.into_iter().for_each(|cookie| set("cookie", cookie));
        let opened = connect_async(request).await;
        assert_eq!(opened.is_ok(), is_open, "{token} from {origin:?}");
        if let Ok((_, answer)) = opened {
            assert_eq!(answer.headers()["sec-websocket-protocol"], "stoa", "the token does not come back");
        }
    }
}
