//! What a frame may do with its token, and on which sites it may be shown.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use stoa::{
    server::{auth::session_tokens::Token, domain::operators::embed_keys},
    shared::{
        ids::{MessageId, TokenId},
        operators::embed_keys::EmbedAlgorithm,
        sync::wire::{PROTOCOL_MIN, ToClient, ToServer, close},
        users::api_tokens::Scopes,
        values::time::MINUTE,
    },
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, client::IntoClientRequest, http::HeaderValue},
};

use super::{
    shop::{CHAT, SHOP, Shop},
    user_of,
};
use crate::{
    client::{Client, Socket},
    place::answer,
};

/// Opens the socket of a frame, from a page of this origin.
async fn socket(shop: &Shop, token: &str, origin: &str) -> Result<Socket, Error> {
    let mut request = format!("{}/ws", shop.url.replace("http://", "ws://")).into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("origin", HeaderValue::from_str(origin).unwrap());
    headers.insert("sec-websocket-protocol", HeaderValue::from_str(&format!("stoa, {token}")).unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

pub async fn hello(shop: &Shop, token: &str) -> Client {
    let mut client = Client {
        socket: socket(shop, token, CHAT).await.expect("the socket opens"),
        epoch: shop.place.context.epoch.clone(),
    };
    client.say(&ToServer::Hello { epoch: client.epoch.clone(), head: 0, protocol: PROTOCOL_MIN }).await;
    client
}

#[tokio::test]
async fn r3_a_visitor_asks_about_a_listing_in_a_frame_and_hears_the_answer() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let host = shop.place.user("Tomas").await;
    let listing = shop.place.listing(&host).await;
    let (token, noor) = shop.visit(&key, "noor").await;
    let (status, page) =
        shop.call(Method::GET, &format!("/rpc/get_listing?listing_id={listing}"), &token).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let fields = [
        ("listing_id", listing.to_string()),
        ("message_id", MessageId::new().to_string()),
        ("body", "Is it free?".to_owned()),
    ];
    let request = shop.request(Method::POST, "/rpc/start_conversation", CHAT).bearer_auth(&token);
    let (status, started) = answer(request.form(&fields)).await;
    assert_eq!(status, StatusCode::OK, "{started}");
    let conversation = started["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(shop.place.get(&host, conversation).await.unread, 1, "it is the host’s to answer");

    let mut frame = hello(&shop, &token).await;
    let welcome = frame.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    assert!(matches!(welcome, ToClient::Welcome { user, .. } if user == user_of(&noor)));
    shop.place.send(&host, conversation, "It is.").await.unwrap();
    frame.until(|frame| matches!(frame, ToClient::Change(change) if change.conversations.len() == 1 && change.unread == 1)).await;
    let badge = answer(shop.request(Method::GET, "/embed/unread", SHOP).bearer_auth(&token)).await;
    assert_eq!(badge, (StatusCode::OK, json!({ "unread": 1 })));
}

#[tokio::test]
async fn r3_a_socket_of_a_frame_ends_with_its_token_and_opens_from_our_own_page_alone() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let (token, _) = shop.visit(&key, "noor").await;
    for (token, origin) in
        [(&*token, SHOP), (&token, "https://evil.example"), ("stoa-embed-0000", CHAT), ("stoa", CHAT)]
    {
        assert!(socket(&shop, token, origin).await.is_err(), "{token} from {origin}");
    }
    let mut frame = hello(&shop, &token).await;
    frame.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    embed_keys::revoke(&shop.place.context, &shop.admin, key.id).await.unwrap();
    assert_eq!(u16::from(frame.closed().await.unwrap().code), close::SIGNED_OUT, "its key is revoked");
    let other = shop.key(EmbedAlgorithm::EdDsa).await;
    let (token, _) = shop.visit(&other, "noor").await;
    let mut frame = hello(&shop, &token).await;
    frame.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    shop.place.context.clock.advance(16 * MINUTE);
    assert_eq!(u16::from(frame.closed().await.unwrap().code), close::SIGNED_OUT, "its time is over");
}

#[tokio::test]
async fn r3_a_token_of_a_frame_opens_conversations_and_nothing_else() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let (token, _) = shop.visit(&key, "noor").await;
    let mut refused = BTreeSet::new();
    for (path, method) in server_fn_paths() {
        let (status, body) = shop.call(method, path, &token).await;
        let is_refused =
            status == StatusCode::FORBIDDEN && body.to_string().contains("A frame on another site");
        if is_refused {
            refused.insert(path);
        }
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{path}: {body}");
    }
    for path in [
        "/rpc/get_tokens",
        "/rpc/create_token",
        "/rpc/get_sessions",
        "/rpc/change_password",
        "/rpc/change_address",
        "/rpc/close_account",
        "/rpc/update_profile",
        "/rpc/create_listing",
        "/rpc/create_room",
        "/rpc/get_embed_keys",
        "/rpc/create_embed_key",
        "/rpc/set_user_rank",
        "/rpc/read_conversation",
        "/rpc/link_identity",
        "/rpc/sign_out",
        "/rpc/begin_passkey",
        "/rpc/subscribe_to_push",
        "/rpc/get_people",
    ] {
        assert!(refused.contains(path), "{path}");
    }
    for path in
        ["/api/orders", "/api/rooms", "/api/messages/system", "/api/notifications", "/api/conversationsx"]
    {
        assert_eq!(shop.call(Method::GET, path, &token).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    // It is no session: a cookie with it opens nothing.
    let cookie = format!("__Host-stoa_session={token}");
    let request = shop.request(Method::GET, "/rpc/get_tokens", CHAT).header(header::COOKIE, &cookie);
    assert_eq!(answer(request).await.0, StatusCode::UNAUTHORIZED);
    // And what a program has is no frame's: pages and their functions take none of it.
    let noor = shop.place.user("Noor").await;
    let program = shop.place.token(&noor, TokenId::new(), Scopes { read: true, ..Scopes::default() }).await;
    let (status, _) = shop.call(Method::GET, "/rpc/get_unread_count", program.as_str()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    // Another site can't send it along, whatever the browser lets through.
    for (method, path) in [(Method::POST, "/rpc/mark_as_read"), (Method::POST, "/api/conversations")] {
        let request = shop.request(method, path, SHOP).bearer_auth(&token);
        assert_eq!(answer(request.json(&json!({}))).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn r3_only_frames_may_be_shown_on_other_sites_and_only_on_the_allowed_ones() {
    let shop = Shop::new().await;
    let noor = shop.place.user("Noor").await;
    let session = shop.place.session(&noor).await;
    let page = async |path: &str, session: Option<&Token>| {
        let request = shop.request(Method::GET, path, CHAT);
        let request = session.iter().fold(request, |request, token| {
            request.header(header::COOKIE, format!("__Host-stoa_session={}", token.as_str()))
        });
        let response = request.send().await.unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(!response.headers().contains_key(header::X_FRAME_OPTIONS), "{path}");
        (response.status(), policy, response.text().await.unwrap())
    };
    let listing = shop.place.listing(&noor).await;
    for path in [
        "/embed/messages".to_owned(),
        format!("/embed/messages/{listing}"),
        format!("/embed/listings/{listing}"),
    ] {
        let (status, policy, text) = page(&path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(policy.contains(&format!("frame-ancestors {SHOP};")), "{policy}");
        assert!(
            text.contains(&format!("const SITES = [\"{SHOP}\"]")) && !text.contains("Boathouse"),
            "{path}"
        );
        let (_, _, with_cookie) = page(&path, Some(&session)).await;
        let plain =
            |text: &str| text.split("nonce").map(|part| part.get(24..).unwrap_or(part).len()).sum::<usize>();
        assert_eq!(plain(&with_cookie), plain(&text), "{path} is nobody’s");
        assert!(!with_cookie.contains("Noor"), "{path}");
    }
    for path in [
        "/",
        "/messages",
        "/sign-in",
        "/settings",
        "/offline",
        "/embed",
        "/embed/settings",
        "/embed/operator/settings",
        "/embed/listings/x/edit",
    ] {
        let (_, policy, _) = page(path, Some(&session)).await;
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn r3_only_the_allowed_sites_read_what_comes_of_an_identity() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let post = async |origin: &str| {
        let identity = key.sign(&shop.claims("noor"));
        let request = shop.request(Method::POST, "/embed/session", origin);
        let response = request.json(&json!({ "identity": identity })).send().await.unwrap();
        let allowed = response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).cloned();
        assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        (response.status(), allowed, response.json::<Value>().await.unwrap())
    };
    let (status, allowed, made) = post(SHOP).await;
    assert_eq!((status, allowed.unwrap().to_str().unwrap()), (StatusCode::OK, SHOP));
    assert!(made["token"].as_str().unwrap().starts_with("stoa-embed-"));
    assert!(made.get("session").is_none(), "what a page starts from is for our own frames: {made}");
    assert_eq!((made["expires_in"].clone(), made["unread"].clone()), (json!(900), json!(0)));
    for foreign in [
        "https://evil.example",
        "null",
        "http://shop.example.com",
        "https://shop.example.com:8443",
        "https://a.shop.example.com",
        "https://shop.example.com.evil.example",
    ] {
        let (status, allowed, made) = post(foreign).await;
        assert_eq!((status, allowed), (StatusCode::FORBIDDEN, None), "{foreign}: {made}");
    }
    for (origin, status) in [(SHOP, StatusCode::NO_CONTENT), ("https://evil.example", StatusCode::FORBIDDEN)]
    {
        for path in ["/embed/session", "/embed/unread"] {
            let asked = shop.request(Method::OPTIONS, path, origin).send().await.unwrap();
            assert_eq!(asked.status(), status, "{path} from {origin}");
            assert_eq!(asked.headers().contains_key(header::ACCESS_CONTROL_ALLOW_HEADERS), origin == SHOP);
        }
    }
    let wrong = shop.request(Method::POST, "/embed/session", SHOP);
    for body in [json!({}), json!({ "identity": 1 }), json!({ "identity": "x", "more": 1 }), json!([])] {
        let (status, problem) = answer(wrong.try_clone().unwrap().json(&body)).await;
        assert!(
            status == StatusCode::UNPROCESSABLE_ENTITY && problem["code"] == "invalid",
            "{body}: {problem}"
        );
    }
    let (status, _) = answer(shop.request(Method::GET, "/embed/unread", SHOP)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
