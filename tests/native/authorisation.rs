//! Every server function and every endpoint, tried by nobody and by a stranger.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::tokens::Token,
        domain::{orders, rooms, tokens},
        http,
    },
    shared::{
        ids::{BroadcastId, ConversationId, ListingId, MessageId, NotificationId, OrderId, TokenId, UserId},
        messages::Message,
        notifications::NotificationKind,
        orders::{Order, OrderCode, OrderDraft},
        rooms::History,
        tokens::Scopes,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::place::{Place, Site, answer};

/// Server functions that anybody may call.
const OPEN: [&str; 5] =
    ["/rpc/sign_in", "/rpc/sign_up", "/rpc/sign_out", "/rpc/get_listings", "/rpc/get_listing"];

/// What a stranger may call, because it is about himself only.
const ABOUT_ONESELF: [&str; 16] = [
    "/rpc/get_notifications",
    "/rpc/read_all_notifications",
    "/rpc/choose_notifications",
    "/rpc/get_contacts",
    "/rpc/get_orders",
    "/rpc/create_order",
    "/rpc/get_conversations",
    "/rpc/get_unread_count",
    "/rpc/get_presence",
    "/rpc/get_my_listings",
    "/rpc/poll_messages",
    "/rpc/update_profile",
    "/rpc/create_listing",
    "/rpc/get_or_create_conversation",
    "/rpc/get_tokens",
    "/rpc/create_token",
];

/// What is there for operators alone.
const OF_OPERATORS: [&str; 12] = [
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
const OF_ADMINS: [&str; 4] =
    ["/rpc/set_user_rank", "/rpc/set_retention", "/rpc/set_sign_up", "/rpc/set_rooms"];

struct Scene {
    site: Site,
    stranger: Token,
    host: Token,
    operator: Token,
    room: ConversationId,
    /// One from which somebody can be taken out.
    spare_room: ConversationId,
    link: String,
    admin: Token,
    /// Somebody to whom operators and admins do things.
    other: UserId,
    order: Order,
    /// A custom one.
    wish: Order,
    conversation: ConversationId,
    guest: UserId,
    listing: ListingId,
    messages: [Message; 2],
    token: TokenId,
    /// The host's.
    notification: NotificationId,
    epoch: String,
    _place: Place,
}

async fn scene() -> Scene {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&guest, conversation.id, "A secret about the boathouse").await.unwrap();
    let messages = [
        place.send(&host, conversation.id, "A secret to edit").await.unwrap(),
        place.send(&host, conversation.id, "A secret to delete").await.unwrap(),
    ];
    let listing = conversation.subject.listing().unwrap().id;
    let order = place.book(&guest, listing).await;
    let draft = OrderDraft { title: "A table".into(), note: "A secret wish".into(), ..OrderDraft::default() };
    let wish = orders::create(&place.node, &guest, OrderId::new(), None, draft).await.unwrap();
    let token = TokenId::new();
    let scopes = Scopes { read: true, ..Scopes::default() };
    tokens::create(&place.node, &host, token, "A secret", scopes).await.unwrap();
    let room = ConversationId::new();
    rooms::create(&place.node, &host, room, "A secret room", History::Start, vec![guest.id]).await.unwrap();
    let spare_room = ConversationId::new();
    rooms::create(&place.node, &host, spare_room, "Another", History::Start, vec![guest.id]).await.unwrap();
    let notification = place.tell(&host, NotificationKind::Payment, "A secret payment").await;
    Scene {
        notification,
        spare_room,
        room,
        link: MessageId::new().0.simple().to_string(),
        operator: place.session(&place.operator("Mara").await).await,
        admin: place.session(&place.admin("Ada").await).await,
        other: place.user("Ida").await.id,
        order,
        wish,
        token,
        site: place.serve().await,
        stranger: place.session(&stranger).await,
        host: place.session(&host).await,
        conversation: conversation.id,
        guest: guest.id,
        listing,
        messages,
        epoch: place.node.epoch.clone(),
        _place: place,
    }
}

impl Scene {
    /// The fields with which this server function works for the host.
    fn fields(
        &self,
        path: &str,
        conversation: ConversationId,
        listing: ListingId,
    ) -> Vec<(&'static str, String)> {
        let is_scene = conversation == self.conversation;
        let conversation = ("conversation_id", conversation.to_string());
        let order = |order: &Order| {
            let key = if is_scene { order.card.code.to_string() } else { OrderId::new().to_string() };
            vec![
                ("order", key),
                ("message_id", MessageId::new().to_string()),
                ("expected", "pending".into()),
                ("step", "accept".into()),
                ("price", "80".into()),
            ]
        };
        let draft = || {
            let fields = [
                ("kind", "stay"),
                ("title", "Boathouse"),
                ("place", "Åre"),
                ("description", "Red."),
                ("price", "1"),
            ];
            let names = ["draft[kind]", "draft[title]", "draft[place]", "draft[description]", "draft[price]"];
            names.into_iter().zip(fields.map(|(_, value)| value.to_owned())).collect::<Vec<_>>()
        };
        let listing = ("listing_id", listing.to_string());
        match path.trim_start_matches("/rpc/") {
            "get_conversation" | "get_messages" | "read_conversation" => vec![conversation],
            "send_message" => {
                vec![conversation, ("message_id", MessageId::new().to_string()), ("body", "Hi".into())]
            }
            "mark_as_read" => vec![conversation, ("upto_seq", "1".into()), ("epoch", self.epoch.clone())],
            "update_listing" => draft().into_iter().chain([listing]).collect(),
            "create_listing" => {
                draft().into_iter().chain([("listing_id", ListingId::new().to_string())]).collect()
            }
            "pause_listing" => vec![listing, ("is_paused", "false".into())],
            "get_or_create_conversation" => vec![listing],
            "poll_messages" => vec![("epoch", self.epoch.clone()), ("since", "0".into())],
            "update_profile" => vec![("name", "Eve".into()), ("hue", "1".into())],
            "edit_message" | "delete_message" => {
                let message =
                    if path.ends_with("edit_message") { &self.messages[0] } else { &self.messages[1] };
                let id = if is_scene { message.id } else { MessageId::new() };
                let seen = ("seen_version", message.version.to_string());
                vec![("message_id", id.to_string()), seen, ("body", "Changed".into())]
            }
            "get_contacts" => vec![("search", String::new())],
            "create_room" => vec![
                ("conversation_id", ConversationId::new().to_string()),
                ("name", "A room".into()),
                ("people[0]", if is_scene { self.guest } else { UserId::new() }.to_string()),
            ],
            "join_room" => vec![("link", self.link.clone()), ("message_id", MessageId::new().to_string())],
            "remove_from_room" => vec![
                (
                    "conversation_id",
                    if is_scene { self.spare_room } else { ConversationId::new() }.to_string(),
                ),
                ("message_id", MessageId::new().to_string()),
                ("user_id", self.guest.to_string()),
            ],
            "invite_to_room" | "rename_room" | "set_room_role" | "set_room_link" | "get_room_people" => vec![
                ("conversation_id", if is_scene { self.room } else { ConversationId::new() }.to_string()),
                ("message_id", MessageId::new().to_string()),
                ("people[0]", self.guest.to_string()),
                ("user_id", self.guest.to_string()),
                ("role", "moderator".into()),
                ("name", "Another name".into()),
                ("is_open", "true".into()),
            ],
            "get_readers" => vec![conversation, ("seq", "1".into())],
            "get_orders" => vec![("view", "mine".into())],
            "create_order" => vec![
                ("order_id", OrderId::new().to_string()),
                ("draft[title]", "A chair".into()),
                ("draft[note]", "Of oak.".into()),
            ],
            "get_order" | "step_order" => order(&self.order),
            "quote_order" | "take_order" => order(&self.wish),
            "get_desk" | "get_people" | "get_audit" | "find_conversations" => vec![],
            "suspend_user" | "reinstate_user" | "set_user_rank" => {
                vec![("user_id", self.other.to_string()), ("rank", "member".into())]
            }
            "get_settings" => vec![("days", "30".into())],
            // As it stands already.
            "set_retention" | "set_sign_up" | "set_rooms" => {
                vec![("seen_version", "1".into()), ("is_open", "true".into())]
            }
            "get_presence" => vec![("user_ids[0]", self.guest.to_string())],
            "get_conversations" => vec![("is_unread_only", "false".into())],
            "get_unread_count" | "get_my_listings" | "get_tokens" => vec![],
            "create_token" => vec![
                ("token_id", TokenId::new().to_string()),
                ("token_name", "Calendar".into()),
                ("scopes[read]", "true".into()),
            ],
            "revoke_token" => {
                vec![("token_id", if is_scene { self.token } else { TokenId::new() }.to_string())]
            }
            "get_notifications" | "get_broadcasts" => vec![],
            "read_all_notifications" => vec![("epoch", self.epoch.clone()), ("upto", "0".into())],
            "choose_notifications" => vec![("app", "message".into())],
            "read_notifications" | "delete_notification" | "restore_notification" => {
                let id = if is_scene { self.notification } else { NotificationId::new() }.to_string();
                vec![("ids[0]", id.clone()), ("notification_id", id)]
            }
            "send_broadcast" => vec![
                ("broadcast_id", BroadcastId::new().to_string()),
                ("kind", "system".into()),
                ("audience", "guests".into()),
                ("title", "Hello".into()),
            ],
            other => panic!("{other} is new: say here how it is called"),
        }
    }

    async fn call(
        &self,
        path: &str,
        method: &Method,
        session: Option<&Token>,
        fields: &[(&str, String)],
    ) -> (StatusCode, Value) {
        let request = self.site.request(method.clone(), path, session);
        answer(if *method == Method::GET { request.query(fields) } else { request.form(fields) }).await
    }
}

#[tokio::test]
async fn e7_every_server_function_refuses_nobody_and_strangers() {
    let scene = scene().await;
    let mut tried = BTreeSet::new();
    for (path, method) in server_fn_paths().filter(|(path, _)| !OPEN.contains(path)) {
        tried.insert(path);
        let fields = scene.fields(path, scene.conversation, scene.listing);
        let (status, _) = scene.call(path, &method, None, &fields).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} for nobody");
        if ABOUT_ONESELF.contains(&path) {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::OK, "{path} {body}");
            assert!(!body.to_string().contains("secret"), "{path} {body}");
            assert!(path != "/rpc/get_presence" || body == json!([]), "{body}");
            continue;
        }
        // Whoever has the link gets in; who has it is tested with the rooms. This one is of no room.
        if path == "/rpc/join_room" {
            let (status, body) = scene.call(path, &method, Some(&scene.stranger), &fields).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
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
        let (status, body) = scene.call(path, &method, Some(&scene.host), &fields).await;
        assert_eq!(status, StatusCode::OK, "{path} works for who may: {body}");
    }
    assert!(tried.len() >= 10, "server functions are listed: {tried:?}");
}

#[tokio::test]
async fn e7_every_endpoint_refuses_nobody_and_strangers() {
    let scene = scene().await;
    for route in http::routes() {
        let body = || match route.path {
            "/api/conversations" => json!({ "listing_id": scene.listing }),
            "/api/conversations/{id}/messages" | "/api/orders/{key}/messages" => {
                json!({ "id": MessageId::new(), "body": "Hi" })
            }
            "/api/rooms" => json!({ "id": ConversationId::new(), "name": "A room", "people": [scene.guest] }),
            "/api/rooms/{id}/people" => json!({ "message_id": MessageId::new(), "people": [scene.guest] }),
            "/api/rooms/{id}/remove" => json!({ "message_id": MessageId::new(), "user_id": scene.guest }),
            "/api/rooms/{id}/name" => json!({ "message_id": MessageId::new(), "name": "Another" }),
            "/api/messages/{id}" if route.method == Method::PATCH => {
                json!({ "seen_version": scene.messages[0].version, "body": "Changed" })
            }
            "/api/rooms/{id}/role" => {
                json!({ "message_id": MessageId::new(), "user_id": scene.guest, "role": "moderator" })
            }
            "/api/rooms/{id}/link" => json!({ "is_open": true }),
            "/api/rooms/join" => json!({ "message_id": MessageId::new(), "link": scene.link }),
            "/api/notifications" if route.method == Method::PATCH => json!({ "ids": [scene.notification] }),
            "/api/notifications" if route.method == Method::POST => {
                json!({ "id": NotificationId::new(), "user_id": scene.guest, "kind": "tour", "title": "Moved" })
            }
            "/api/notifications/{id}" | "/api/notifications/{id}/restore" => Value::Null,
            "/api/messages/{id}" => Value::Null,
            "/api/messages/system" => {
                json!({ "id": MessageId::new(), "conversation_id": scene.conversation, "text": "Paid" })
            }
            "/api/conversations/{id}/read" => json!({ "upto_seq": 1, "epoch": scene.epoch }),
            "/api/orders" => {
                json!({ "id": OrderId::new(), "listing_id": scene.listing, "starts_on": scene.order.card.starts_on,
                "ends_on": scene.order.card.ends_on, "quantity": 1 })
            }
            "/api/orders/{key}/status" => {
                json!({ "message_id": MessageId::new(), "status": "accepted", "expected": "pending" })
            }
            path if route.method != Method::GET => panic!("{path} is new: say here what it takes"),
            _ => Value::Null,
        };
        let (known, unknown) = match route.path {
            path if path.contains("{key}") => {
                (scene.order.card.code.to_string(), OrderCode::from_random(7).to_string())
            }
            // A message of the host's that he may still change.
            "/api/messages/{id}" if route.method == Method::PATCH => {
                (scene.messages[0].id.to_string(), MessageId::new().to_string())
            }
            "/api/messages/{id}" => (
                format!("{}?seen_version={}", scene.messages[1].id, scene.messages[1].version),
                format!("{}?seen_version=1", MessageId::new()),
            ),
            path if path.starts_with("/api/rooms/") => {
                (scene.room.to_string(), ConversationId::new().to_string())
            }
            path if path.starts_with("/api/notifications/") => {
                (scene.notification.to_string(), NotificationId::new().to_string())
            }
            path if path.starts_with("/api/users/") => (scene.guest.to_string(), UserId::new().to_string()),
            _ => (scene.conversation.to_string(), ConversationId::new().to_string()),
        };
        let with = |name: &str| route.path.replace("{id}", name).replace("{key}", name);
        let path = with(&known);
        let call = async |path: &str, session| {
            let request = scene.site.request(route.method.clone(), path, session);
            answer(if body().is_null() { request } else { request.json(&body()) }).await
        };
        let (status, problem) = call(&path, None).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNAUTHORIZED, &json!("signed_out")),
            "{path} for nobody"
        );
        let (status, theirs) = call(&path, Some(&scene.stranger)).await;
        if known_by_name(route.path) {
            let missing = with(&unknown);
            assert_eq!(status, StatusCode::NOT_FOUND, "{path} for a stranger");
            assert_eq!(theirs, call(&missing, Some(&scene.stranger)).await.1);
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
                    StatusCode::NOT_FOUND,
                    "{path} for a member"
                );
                (&scene.operator, StatusCode::OK)
            }
            // Whoever has the link gets in; who has it is tested with the rooms.
            "/api/rooms/join" => (&scene.host, StatusCode::NOT_FOUND),
            _ => (&scene.host, StatusCode::OK),
        };
        assert_eq!(call(&path, Some(who)).await.0, expected, "{path} for who may");
    }
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
