//! Every server function and every endpoint, tried by nobody and by a stranger.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    shared::ids::{ConversationId, ListingId, MessageId},
    web::rest,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    place::answer,
    scene::{Example, scene},
};

/// Server functions that anybody may call.
pub const OPEN: [&str; 20] = [
    "/rpc/begin_passkey_sign_in",
    "/rpc/complete_passkey_sign_in",
    "/rpc/sign_in",
    "/rpc/complete_sign_in",
    "/rpc/sign_up",
    "/rpc/sign_out",
    "/rpc/get_listings",
    "/rpc/get_listing",
    // Whoever has the link of a mail; tested with the mails.
    "/rpc/confirm_address",
    "/rpc/get_mail_stop",
    "/rpc/stop_mail",
    "/rpc/ask_password_reset",
    "/rpc/get_password_reset",
    "/rpc/reset_password",
    "/rpc/get_former_address",
    "/rpc/restore_address",
    "/rpc/get_secured_address",
    "/rpc/secure_account",
    "/rpc/check_new_password",
    "/rpc/get_sign_in_ways",
];

/// What a stranger may call, because it is about himself only.
pub const ABOUT_ONESELF: [&str; 35] = [
    "/rpc/get_room_invitations",
    "/rpc/get_blocks",
    "/rpc/choose_presence",
    "/rpc/get_shelf",
    "/rpc/get_second_factor",
    "/rpc/cancel_app",
    "/rpc/get_push_settings",
    "/rpc/subscribe_to_push",
    "/rpc/unsubscribe_from_push",
    "/rpc/choose_pushes",
    "/rpc/get_mail_settings",
    "/rpc/get_quiet_hours",
    "/rpc/choose_quiet_hours",
    "/rpc/get_notifications",
    "/rpc/read_all_notifications",
    "/rpc/choose_notifications",
    "/rpc/get_contacts",
    "/rpc/get_orders",
    "/rpc/create_order",
    "/rpc/get_conversations",
    "/rpc/search_messages",
    "/rpc/get_unread_count",
    "/rpc/get_presence",
    "/rpc/get_my_listings",
    "/rpc/poll_messages",
    "/rpc/update_profile",
    "/rpc/create_listing",
    "/rpc/get_conversation_of_listing",
    "/rpc/get_or_create_conversation",
    "/rpc/start_conversation",
    "/rpc/get_tokens",
    "/rpc/get_sessions",
    "/rpc/get_security_events",
    "/rpc/end_other_sessions",
    "/rpc/get_identities",
];

/// What asks for the present password, or for a passkey.
pub const WITH_PASSWORD: [&str; 10] = [
    "/rpc/close_account",
    "/rpc/confirm_identity",
    "/rpc/begin_passkey",
    "/rpc/finish_passkey",
    "/rpc/change_password",
    "/rpc/change_address",
    "/rpc/create_token",
    "/rpc/begin_app",
    "/rpc/remove_app",
    "/rpc/make_recovery_codes",
];

/// What is there for operators alone.
pub const OF_OPERATORS: [&str; 16] = [
    "/rpc/get_cases",
    "/rpc/get_case_count",
    "/rpc/claim_case",
    "/rpc/decide_case",
    "/rpc/get_broadcasts",
    "/rpc/send_broadcast",
    "/rpc/get_settings",
    "/rpc/get_desk",
    "/rpc/quote_order",
    "/rpc/take_order",
    "/rpc/get_audit",
    "/rpc/find_conversations",
    "/rpc/read_conversation",
    "/rpc/get_people",
    "/rpc/suspend_user",
    "/rpc/reinstate_user",
];

/// What an operator sees and only an admin does.
pub const OF_ADMINS: [&str; 23] = [
    "/rpc/get_webhooks",
    "/rpc/create_webhook",
    "/rpc/choose_webhook",
    "/rpc/switch_webhook",
    "/rpc/rotate_webhook",
    "/rpc/delete_webhook",
    "/rpc/test_webhook",
    "/rpc/get_webhook_deliveries",
    "/rpc/resend_webhook",
    "/rpc/get_embed_keys",
    "/rpc/create_embed_key",
    "/rpc/set_second_factor",
    "/rpc/reset_second_factor",
    "/rpc/close_user",
    "/rpc/find_security_events",
    "/rpc/set_user_rank",
    "/rpc/sign_out_user",
    "/rpc/set_retention",
    "/rpc/set_sign_up",
    "/rpc/set_rooms",
    "/rpc/set_look",
    "/rpc/set_unconfirmed",
    "/rpc/get_failed_tasks",
];

#[tokio::test]
async fn e7_every_server_function_refuses_nobody_and_strangers() {
    let scene = scene().await;
    let mut tried = BTreeSet::new();
    for (path, method) in server_fn_paths().filter(|(path, _)| !OPEN.contains(path)) {
        tried.insert(path);
        let fields = scene.fields(path, scene.conversation, scene.listing);
        let (status, _) = scene.call(path, &method, None, &fields).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} for nobody");
        let (status, _) = scene.call(path, &method, Some(&scene.suspended), &fields).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} for who is suspended");
        if ABOUT_ONESELF.contains(&path) {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::OK, "{path} {body}");
            assert!(!body.to_string().contains("secret"), "{path} {body}");
            assert!(path != "/rpc/get_presence" || body == json!([]), "{body}");
            continue;
        }
        // Whoever has the link gets in; who has it is tested with the rooms. This one is of no room.
        if ["/rpc/join_room", "/rpc/get_invitation"].contains(&path) {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
            continue;
        }
        // There is no provider here; who may is tested with them.
        if ["/rpc/link_identity", "/rpc/unlink_identity"].contains(&path) {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
            continue;
        }
        // No mail is sent here, and no app set up.
        if ["/rpc/ask_to_confirm", "/rpc/confirm_app"].contains(&path) {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::CONFLICT, "{path}: {body}");
            continue;
        }
        // Nobody has this one.
        if path == "/rpc/remove_passkey" {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
            continue;
        }
        // There is no such task, and no such key.
        if ["/rpc/retry_task", "/rpc/revoke_embed_key"].contains(&path) {
            for (session, expected) in [
                (&scene.stranger, StatusCode::NOT_FOUND),
                (&scene.operator, StatusCode::FORBIDDEN),
                (&scene.admin, StatusCode::NOT_FOUND),
            ] {
                let (status, body) = scene.call(path, &method, Some(session), &fields).await;
                assert_eq!(status, expected, "{path}: {body}");
            }
            continue;
        }
        // Whoever knows the password; what comes of it is tested with the sessions and tokens.
        if WITH_PASSWORD.contains(&path) {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {body}");
            continue;
        }
        if OF_OPERATORS.contains(&path) || OF_ADMINS.contains(&path) {
            for session in [&scene.stranger, &scene.host] {
                let (status, body) = scene.call(path, &method, Some(session), &fields).await;
                assert_eq!(status, StatusCode::NOT_FOUND, "{path} for who is no operator: {body}");
            }
            let is_admins = OF_ADMINS.contains(&path);
            let (status, body) = scene.call(path, &method, Some(&scene.operator), &fields).await;
            let expected = if is_admins { StatusCode::FORBIDDEN } else { StatusCode::OK };
            assert_eq!(status, expected, "{path} for an operator: {body}");
            let (status, body) = scene.call(path, &method, Some(&scene.admin), &fields).await;
            assert!(!is_admins || status == StatusCode::OK, "{path} for an admin: {status} {body}");
            continue;
        }
        let missing = scene.fields(path, ConversationId::new(), ListingId::new());
        let (theirs, none) = (
            scene.call(path, &method, Some(&scene.stranger), &fields).await,
            scene.call(path, &method, Some(&scene.stranger), &missing).await,
        );
        assert_eq!(theirs.0, StatusCode::NOT_FOUND, "{path} for a stranger: {}", theirs.1);
        assert_eq!(theirs, none, "{path}: a stranger can't tell somebody else's from a missing one");
        let before = scene.call(path, &method, Some(&scene.removed), &scene.of_room(path, &fields)).await;
        assert_eq!(before, none, "{path}: who was taken out of a room can't tell it from a missing one");
        let (status, body) = scene.call(path, &method, Some(&scene.host), &fields).await;
        assert_eq!(status, StatusCode::OK, "{path} works for who may: {body}");
    }
    assert!(tried.len() >= 10, "server functions are listed: {tried:?}");
}

#[tokio::test]
async fn e7_every_endpoint_refuses_nobody_and_strangers() {
    let scene = scene().await;
    for route in rest::routes() {
        let Example { path, missing, .. } = scene.example(&route);
        let call = async |path: &str, session| {
            let body = scene.example(&route).body;
            let request = scene.site.request(route.method.clone(), path, session);
            answer(if body.is_null() { request } else { request.json(&body) }).await
        };
        let (status, problem) = call(&path, None).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNAUTHORIZED, &json!("signed_out")),
            "{path} for nobody"
        );
        let (status, problem) = call(&path, Some(&scene.suspended)).await;
        let code = problem["code"].as_str();
        assert_eq!(
            (status, code),
            (StatusCode::UNAUTHORIZED, Some("suspended")),
            "{path} for who is suspended"
        );
        let (status, theirs) = call(&path, Some(&scene.stranger)).await;
        if known_by_name(route.path) {
            assert_eq!(status, StatusCode::NOT_FOUND, "{path} for a stranger");
            assert_eq!(theirs, call(&missing, Some(&scene.stranger)).await.1);
            let of_room = scene.path_of_room(&route);
            let before = call(&of_room, Some(&scene.removed)).await;
            assert_eq!(before, (StatusCode::NOT_FOUND, theirs), "{of_room} for who was taken out");
        } else {
            assert!(!theirs.to_string().contains("secret"), "{path}: {theirs}");
        }
        let (who, expected) = match route.path {
            // His own listing.
            "/api/conversations" | "/api/orders" if route.method == Method::POST => {
                (&scene.host, StatusCode::FORBIDDEN)
            }
            "/api/messages/system" | "/api/notifications" if route.method == Method::POST => {
                assert_eq!(
                    call(&path, Some(&scene.host)).await.0,
                    StatusCode::FORBIDDEN,
                    "{path} for a member"
                );
                (&scene.operator, StatusCode::OK)
            }
            named if is_for_admins(named) => {
                assert_eq!(call(&path, Some(&scene.operator)).await.0, StatusCode::FORBIDDEN, "{path}");
                (&scene.admin, StatusCode::OK)
            }
            // Whoever has the link gets in; who has it is tested with the rooms.
            "/api/rooms/join" => (&scene.host, StatusCode::NOT_FOUND),
            _ => (&scene.host, StatusCode::OK),
        };
        assert_eq!(call(&path, Some(who)).await.0, expected, "{path} for who may");
    }
}

/// Events, webhooks, and what a marketplace sends.
pub fn is_for_admins(path: &str) -> bool {
    let begins = ["/api/webhooks", "/api/external/", "/api/import"];
    path == "/api/events" || begins.iter().any(|begin| path.starts_with(begin))
}

fn known_by_name(path: &str) -> bool {
    path.contains("{id}") || path.contains("{key}")
}

#[tokio::test]
async fn c5_bad_input_to_the_api_is_a_problem_with_a_code() {
    let scene = scene().await;
    let messages = format!("/api/conversations/{}/messages", scene.conversation);
    let wrong = [
        (json!({ "id": "not an id", "body": "Hi" }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "id": MessageId::new() }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "id": MessageId::new(), "body": 7 }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "id": MessageId::new(), "body": "x".repeat(10_001) }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!([]), StatusCode::UNPROCESSABLE_ENTITY),
        (
            json!({ "id": MessageId::new(), "body": "Hi", "sender": scene.guest }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    for (body, expected) in wrong {
        let (status, problem) = scene.site.post(&messages, Some(&scene.host), &body).await;
        assert_eq!((status, &problem["code"]), (expected, &json!("invalid")), "{problem}");
    }
    for path in ["/api/conversations/7/messages", "/api/conversations/x"] {
        assert_eq!(scene.site.get(path, Some(&scene.host)).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for query in ["before_seq=a", "limit=0", "limit=99999999999999999999", "before_seq=1&after_seq=1"] {
        let (status, problem) = scene.site.get(&format!("{messages}?{query}"), Some(&scene.host)).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")),
            "{query}"
        );
    }
    let huge = scene.site.post(&messages, Some(&scene.host), &json!({ "body": "x".repeat(200_000) })).await;
    assert_eq!((huge.0, &huge.1["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
}

#[tokio::test]
async fn c5_every_error_of_the_api_is_a_problem() {
    let scene = scene().await;
    let read = format!("/api/conversations/{}/read", scene.conversation);
    let text = scene.site.request(Method::POST, &read, Some(&scene.host)).body("Hi");
    let cut = scene.site.request(Method::POST, &read, Some(&scene.host)).body(r#"{"upto_seq":"#);
    let json = |request: reqwest::RequestBuilder| request.header("content-type", "application/json");
    let ask = |method, path: &str| scene.site.request(method, path, Some(&scene.host));
    let elsewhere = reqwest::Client::new().post(format!("{}{read}", scene.site.url));
    for (request, status, code) in [
        (ask(Method::GET, "/api/nothing"), 404, "not_found"),
        (ask(Method::POST, "/api/nothing/here"), 404, "not_found"),
        (ask(Method::GET, "/api/users/7/other"), 404, "not_found"),
        (ask(Method::GET, "/api/"), 404, "not_found"),
        (ask(Method::DELETE, "/api/conversations"), 405, "method_not_allowed"),
        (ask(Method::GET, &read), 405, "method_not_allowed"),
        (text, 422, "invalid"),
        (json(cut), 422, "invalid"),
        (elsewhere.header("origin", "https://evil.example"), 403, "forbidden"),
    ] {
        let response = request.send().await.unwrap();
        let (url, allow) = (response.url().clone(), response.headers().contains_key("allow"));
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{url}");
        assert_eq!(allow, status == 405, "{url}");
        let (found, problem) = (response.status(), response.json::<Value>().await.unwrap());
        assert_eq!(
            (found.as_u16(), &problem["status"], &problem["code"]),
            (status, &json!(status), &json!(code)),
            "{url}"
        );
        assert!(problem["title"].as_str().is_some_and(|title| title.ends_with('.')), "{problem}");
    }
}

#[tokio::test]
async fn c5_a_body_without_a_length_is_cut_off_where_one_with_a_length_is() {
    let scene = scene().await;
    let host = scene.site.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let (path, session) = (format!("/api/conversations/{}/read", scene.conversation), scene.host.as_str());
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: stoa_session={session}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let chunk = format!("20001\r\n{}\r\n", " ".repeat(0x20001));
    stream.write_all((head + &chunk).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // It may end with a reset, because not all was read.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(r#""code":"too_large""#), "{answer}");
}
