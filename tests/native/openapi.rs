//! The API's description: that it is whole, and that answers are what it says.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::shared::{
    listings::draft::TITLE_MAX_CHARS,
    messages::body::BODY_MAX_CHARS,
    notifications::kinds::NotificationKind,
    orders::draft::{ORDER_NOTE_MAX_CHARS, QUANTITY_MAX},
};
use stoa::{
    server::domain::{operators::embed_keys, rooms},
    shared::{
        conversations::rooms::{History, INVITES_MAX, ROOM_NAME_MAX_CHARS},
        conversations::system_messages::SYSTEM_NOTE_MAX_CHARS as EVENT_NOTE_MAX_CHARS,
        ids::{ConversationId, EmbedKeyId, MessageId, NotificationId, OrderId, WebhookId},
        listings::SEARCH_MAX_CHARS,
        messages::MESSAGES_PAGE_MAX,
        notifications::NOTIFICATIONS_PAGE,
        operators::embed_keys::EmbedAlgorithm,
    },
    web::rest::{self, openapi},
};

use crate::{
    authorisation::is_for_admins,
    place::{Place, answer},
};

fn operations(description: &Value) -> Vec<(Method, &str, &Value)> {
    let paths = description["paths"].as_object().unwrap().iter();
    let each = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| {
            (method.to_uppercase().parse().unwrap(), path.as_str(), operation)
        })
    });
    each.collect()
}

/// What is wrong with a value by its schema; a field that the schema doesn't have is wrong too.
pub fn wrong(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(to) = schema["$ref"].as_str() {
        let to = openapi::description().pointer(to.trim_start_matches('#')).expect(to);
        return wrong(to, value, at);
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let found: Vec<_> = options.iter().map(|option| wrong(option, value, at)).collect();
        let fitting = found.iter().filter(|wrong| wrong.is_empty()).count();
        return if fitting == 1 { vec![] } else { vec![format!("{at}: {fitting} of oneOf fit: {found:?}")] };
    }
    if schema.get("allOf").is_some() || schema.get("properties").is_some() {
        return wrong_object(schema, value, at);
    }
    if let Some(words) = schema["enum"].as_array() {
        return if words.contains(value) {
            vec![]
        } else {
            vec![format!("{at}: {value} is none of {words:?}")]
        };
    }
    // `["string", "null"]`: one of these.
    if let Some(kinds) = schema["type"].as_array() {
        let fits = kinds.iter().any(|kind| wrong(&json!({ "type": kind }), value, at).is_empty());
        return if fits { vec![] } else { vec![format!("{at}: {value} is no {schema}")] };
    }
    let is_right = match schema["type"].as_str().unwrap_or_else(|| panic!("{at}: {schema}")) {
        "integer" => value.is_i64(),
        // Of which nothing more is said: an event.
        "object" => value.is_object(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "string" if schema["format"] == "uuid" => {
            value.as_str().is_some_and(|text| text.parse::<MessageId>().is_ok())
        }
        "string" => value.is_string(),
        "array" => {
            let items = value.as_array().into_iter().flatten();
            return items.flat_map(|item| wrong(&schema["items"], item, &format!("{at}[]"))).collect();
        }
        other => panic!("{at}: {other}"),
    };
    if is_right { vec![] } else { vec![format!("{at}: {value} is no {schema}")] }
}

fn wrong_object(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(object) = value.as_object() else { return vec![format!("{at}: {value} is no object")] };
    let parts = parts(schema);
    let known = |name: &str| parts.iter().find_map(|part| part["properties"].get(name));
    let mut found: Vec<_> = parts
        .iter()
        .flat_map(|part| part["required"].as_array().into_iter().flatten())
        .filter(|name| !object.contains_key(name.as_str().unwrap()))
        .map(|name| format!("{at}: {name} is missing"))
        .collect();
    for (name, value) in object {
        match known(name) {
            Some(field) => found.extend(wrong(field, value, &format!("{at}.{name}"))),
            None => found.push(format!("{at}.{name} is not described")),
        }
    }
    found
}

/// The objects that a schema is put together from.
fn parts(schema: &Value) -> Vec<&Value> {
    if let Some(to) = schema["$ref"].as_str() {
        return parts(openapi::description().pointer(to.trim_start_matches('#')).expect(to));
    }
    match schema["allOf"].as_array() {
        Some(all) => all.iter().flat_map(parts).collect(),
        None => vec![schema],
    }
}

#[test]
fn the_checker_of_answers_finds_what_is_wrong() {
    let schema = &openapi::description()["components"]["schemas"]["ListedCursor"];
    let id = MessageId::new();
    assert!(wrong(schema, &json!({ "id": id, "listed": 1 }), "").is_empty());
    for value in [
        json!({ "id": id }),
        json!({ "id": id, "listed": null }),
        json!({ "id": "7", "listed": 1 }),
        json!({ "id": id, "listed": 1, "more": 1 }),
        json!([]),
    ] {
        assert_eq!(wrong(schema, &value, "").len(), 1, "{value}");
    }
}

#[test]
fn c5_every_route_is_described_and_nothing_else() {
    let described: BTreeSet<_> = operations(openapi::description())
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let routes = rest::routes().into_iter().chain(rest::files::routes());
    let served: BTreeSet<_> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    assert!(!served.is_empty());
    assert_eq!(described, served);
}

#[test]
fn c5_the_description_is_whole() {
    let description = openapi::description();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(description) {
        assert!(names.insert(operation["operationId"].to_string()), "{method} {path}: its name is taken");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{method} {path}");
        assert_eq!(
            operation["parameters"].to_string().matches(r#""in":"path""#).count(),
            path.matches('{').count(),
            "{path}"
        );
        for status in ["401", "403", "500", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{method} {path}: {status}");
        }
    }
    let text = description.to_string();
    for to in text.split(r##""$ref":"#"##).skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(description.pointer(to).is_some(), "{to} leads nowhere");
    }
    assert!(!text.contains("[`"), "a link of rustdoc’s is no text for readers");
    for scheme in ["token", "session"] {
        assert!(description["components"]["securitySchemes"].get(scheme).is_some());
        assert!(description["security"].to_string().contains(scheme));
    }
}

#[test]
fn c5_the_bounds_are_those_that_hold() {
    let bound = |path: &str| openapi::description().pointer(path).and_then(Value::as_i64).expect(path);
    let body = "/components/schemas/NewMessage/properties/body/maxLength";
    assert_eq!(bound(body), BODY_MAX_CHARS as i64);
    assert_eq!(bound("/components/schemas/NewRoom/properties/name/maxLength"), ROOM_NAME_MAX_CHARS as i64);
    assert_eq!(bound("/components/schemas/Invitation/properties/people/maxItems"), INVITES_MAX as i64);
    assert_eq!(
        bound("/components/schemas/NewSystemMessage/properties/text/maxLength"),
        EVENT_NOTE_MAX_CHARS as i64
    );
    let order = |field: &str| format!("/components/schemas/NewOrder/properties/{field}");
    assert_eq!(bound(&order("quantity/maximum")), QUANTITY_MAX);
    assert_eq!(bound(&order("note/maxLength")), ORDER_NOTE_MAX_CHARS as i64);
    assert_eq!(bound(&order("title/maxLength")), TITLE_MAX_CHARS as i64);
    assert_eq!(
        bound("/components/schemas/NewOne/properties/title/maxLength"),
        stoa::shared::operators::broadcasts::NOTICE_TITLE_MAX_CHARS as i64
    );
    assert_eq!(
        bound("/components/schemas/NewOne/properties/text/maxLength"),
        stoa::shared::operators::broadcasts::NOTICE_TEXT_MAX_CHARS as i64
    );
    assert_eq!(bound("/components/schemas/Reading/properties/ids/maxItems"), NOTIFICATIONS_PAGE);
    for (path, name, key, most) in [
        ("/api/conversations", "search", "maxLength", SEARCH_MAX_CHARS as i64),
        ("/api/orders", "search", "maxLength", SEARCH_MAX_CHARS as i64),
        ("/api/search", "q", "maxLength", SEARCH_MAX_CHARS as i64),
        ("/api/conversations/{id}/messages", "limit", "maximum", MESSAGES_PAGE_MAX),
    ] {
        let parameters = openapi::description()["paths"][path]["get"]["parameters"].as_array().unwrap();
        let parameter = parameters.iter().find(|parameter| parameter["name"] == name).expect(name);
        assert_eq!(parameter["schema"][key], most, "{path} {name}");
    }
}

#[tokio::test]
async fn c5_answers_and_errors_are_what_the_description_says() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let conversation = place.conversation(&guest, &host).await;
    let first = place.send(&guest, conversation.id, "Is it free?").await.unwrap();
    place.send(&host, conversation.id, "It is").await.unwrap();
    let second = place.send(&guest, conversation.id, "Or in May?").await.unwrap();
    let site = place.serve().await;
    let session = place.session(&guest).await;
    let epoch = &place.context.epoch;
    let messages = format!("/api/conversations/{}/messages", conversation.id);
    let ordered = format!("/api/orders/{}", place.book(&guest, listing).await.card.code);
    let room = ConversationId::new();
    let name = "Harbour market";
    place.room(&guest, room, name, History::Start, &[host.id]).await;
    let invited = ConversationId::new();
    rooms::create(&place.context, &host, invited, name, History::Start, vec![guest.id]).await.unwrap();
    let admin = place.admin("Ada").await;
    let (id, algorithm) = (EmbedKeyId::new(), EmbedAlgorithm::Hs256);
    embed_keys::create(&place.context, &admin, id, "shop.example.com", algorithm, "").await.unwrap();
    let (admin, hook) = (place.session(&admin).await, WebhookId::new());
    let told = place.tell(&guest, NotificationKind::Payment, "Paid").await;
    let mut seen = BTreeSet::new();
    for (operation, path, body) in [
        ("GET /api/conversations", "/api/conversations".into(), Value::Null),
        ("POST /api/conversations", "/api/conversations".into(), json!({ "listing_id": listing })),
        ("GET /api/conversations/{id}", format!("/api/conversations/{}", conversation.id), Value::Null),
        ("GET /api/conversations/{id}/messages", messages.clone(), Value::Null),
        (
            "POST /api/conversations/{id}/messages",
            messages.clone(),
            json!({ "id": MessageId::new(), "body": "Fine" }),
        ),
        (
            "POST /api/conversations/{id}/read",
            format!("/api/conversations/{}/read", conversation.id),
            json!({ "upto_seq": 2, "epoch": epoch }),
        ),
        (
            "GET /api/messages/poll",
            format!("/api/messages/poll?epoch={epoch}&conversation={}", conversation.id),
            Value::Null,
        ),
        ("GET /api/messages/poll", "/api/messages/poll?epoch=another".into(), Value::Null),
        (
            "PATCH /api/messages/{id}",
            format!("/api/messages/{}", first.id),
            json!({ "seen_version": first.version, "body": "Is it free in June?" }),
        ),
        (
            "PATCH /api/messages/{id}",
            format!("/api/messages/{}", first.id),
            json!({ "seen_version": 0, "body": "Another" }),
        ),
        (
            "DELETE /api/messages/{id}",
            format!("/api/messages/{}?seen_version={}", second.id, second.version),
            Value::Null,
        ),
        (
            "PUT /api/conversations/{id}/archived",
            format!("/api/conversations/{}/archived", conversation.id),
            Value::Null,
        ),
        (
            "DELETE /api/conversations/{id}/archived",
            format!("/api/conversations/{}/archived", conversation.id),
            Value::Null,
        ),
        (
            "PUT /api/conversations/{id}/starred",
            format!("/api/conversations/{}/starred", conversation.id),
            Value::Null,
        ),
        (
            "DELETE /api/conversations/{id}/starred",
            format!("/api/conversations/{}/starred", conversation.id),
            Value::Null,
        ),
        (
            "PUT /api/conversations/{id}/marked",
            format!("/api/conversations/{}/marked", conversation.id),
            Value::Null,
        ),
        (
            "DELETE /api/conversations/{id}/marked",
            format!("/api/conversations/{}/marked", conversation.id),
            Value::Null,
        ),
        (
            "PUT /api/messages/{id}/reactions/{emoji}",
            format!("/api/messages/{}/reactions/%F0%9F%91%8D", first.id),
            Value::Null,
        ),
        ("GET /api/messages/{id}/reactions", format!("/api/messages/{}/reactions", first.id), Value::Null),
        ("GET /api/conversations/{id}/messages", messages.clone(), Value::Null),
        (
            "DELETE /api/messages/{id}/reactions/{emoji}",
            format!("/api/messages/{}/reactions/%F0%9F%91%8D", first.id),
            Value::Null,
        ),
        ("GET /api/users/me", "/api/users/me".into(), Value::Null),
        (
            "POST /api/messages/system",
            "/api/messages/system".into(),
            json!({ "id": MessageId::new(), "conversation_id": conversation.id, "text": "Payment received" }),
        ),
        ("GET /api/rooms", "/api/rooms".into(), Value::Null),
        (
            "POST /api/rooms",
            "/api/rooms".into(),
            json!({ "id": ConversationId::new(), "name": "Two of us", "people": [host.id] }),
        ),
        (
            "POST /api/rooms",
            "/api/rooms".into(),
            json!({ "id": ConversationId::new(), "name": "", "people": [] }),
        ),
        ("GET /api/rooms/{id}/people", format!("/api/rooms/{room}/people"), Value::Null),
        (
            "POST /api/rooms/{id}/people",
            format!("/api/rooms/{room}/people"),
            json!({ "message_id": MessageId::new(), "people": [host.id] }),
        ),
        (
            "POST /api/rooms/{id}/name",
            format!("/api/rooms/{room}/name"),
            json!({ "message_id": MessageId::new(), "name": "The two of us" }),
        ),
        (
            "POST /api/rooms/{id}/remove",
            format!("/api/rooms/{room}/remove"),
            json!({ "message_id": MessageId::new(), "user_id": host.id }),
        ),
        (
            "POST /api/rooms/{id}/people",
            format!("/api/rooms/{room}/people"),
            json!({ "message_id": MessageId::new(), "people": [host.id] }),
        ),
        ("GET /api/rooms/{id}/people", format!("/api/rooms/{room}/people"), Value::Null),
        (
            "POST /api/rooms/{id}/withdraw",
            format!("/api/rooms/{room}/withdraw"),
            json!({ "user_id": host.id }),
        ),
        ("GET /api/rooms/invitations", "/api/rooms/invitations".into(), Value::Null),
        (
            "POST /api/rooms/{id}/accept",
            format!("/api/rooms/{invited}/accept"),
            json!({ "message_id": MessageId::new() }),
        ),
        ("POST /api/rooms/{id}/decline", format!("/api/rooms/{invited}/decline"), Value::Null),
        ("GET /api/conversations/{id}", format!("/api/conversations/{room}"), Value::Null),
        ("GET /api/orders", "/api/orders?view=mine&status=pending".into(), Value::Null),
        ("GET /api/orders", "/api/orders?view=another".into(), Value::Null),
        (
            "POST /api/orders",
            "/api/orders".into(),
            json!({ "id": OrderId::new(), "title": "Oak table", "note": "For eight." }),
        ),
        ("POST /api/orders", "/api/orders".into(), json!({ "id": OrderId::new(), "listing_id": listing })),
        ("GET /api/orders/{key}", ordered.clone(), Value::Null),
        ("GET /api/orders/{key}", "/api/orders/REQ-222222".into(), Value::Null),
        ("GET /api/orders/{key}/messages", format!("{ordered}/messages"), Value::Null),
        (
            "POST /api/orders/{key}/messages",
            format!("{ordered}/messages"),
            json!({ "id": MessageId::new(), "body": "Hello" }),
        ),
        (
            "PATCH /api/orders/{key}/status",
            format!("{ordered}/status"),
            json!({ "message_id": MessageId::new(), "status": "cancelled", "expected": "pending" }),
        ),
        (
            "PATCH /api/orders/{key}/status",
            format!("{ordered}/status"),
            json!({ "message_id": MessageId::new(), "status": "accepted", "expected": "pending" }),
        ),
        (
            "POST /api/rooms/{id}/role",
            format!("/api/rooms/{room}/role"),
            json!({ "message_id": MessageId::new(), "user_id": guest.id, "role": "moderator" }),
        ),
        ("POST /api/rooms/{id}/link", format!("/api/rooms/{room}/link"), json!({ "is_open": true })),
        (
            "POST /api/rooms/join",
            "/api/rooms/join".into(),
            json!({ "message_id": MessageId::new(), "link": "nonsense" }),
        ),
        ("GET /api/notifications", "/api/notifications".into(), Value::Null),
        ("GET /api/notifications", "/api/notifications?kind=another".into(), Value::Null),
        (
            "POST /api/notifications",
            "/api/notifications".into(),
            json!({ "id": NotificationId::new(), "user_id": host.id, "kind": "payment", "title": "Paid" }),
        ),
        ("PATCH /api/notifications", "/api/notifications".into(), json!({ "ids": [told] })),
        ("PATCH /api/notifications", "/api/notifications".into(), json!({ "upto": 3, "epoch": epoch })),
        ("PATCH /api/notifications", "/api/notifications".into(), json!({ "upto": 3 })),
        ("DELETE /api/notifications/{id}", format!("/api/notifications/{told}"), Value::Null),
        (
            "DELETE /api/notifications/{id}",
            format!("/api/notifications/{}", NotificationId::new()),
            Value::Null,
        ),
        ("POST /api/notifications/{id}/restore", format!("/api/notifications/{told}/restore"), Value::Null),
        (
            "PUT /api/conversations/{id}/level",
            format!("/api/conversations/{}/level", conversation.id),
            json!({ "level": "mentions" }),
        ),
        (
            "GET /api/conversations/{id}/level",
            format!("/api/conversations/{}/level", conversation.id),
            Value::Null,
        ),
        (
            "PUT /api/conversations/{id}/level",
            format!("/api/conversations/{}/level", conversation.id),
            json!({ "level": "nothing", "until": 1 }),
        ),
        ("GET /api/messages/unread-count", "/api/messages/unread-count".into(), Value::Null),
        ("GET /api/search", "/api/search?q=hi&has=link".into(), Value::Null),
        ("GET /api/search", "/api/search?q=hi&order=nonsense".into(), Value::Null),
        ("GET /api/search", format!("/api/search?conversation={}", conversation.id), Value::Null),
        ("GET /api/users/{id}/presence", format!("/api/users/{}/presence", host.id), Value::Null),
        ("GET /api/events", "/api/events".into(), Value::Null),
        ("GET /api/events", "/api/events?after=nonsense".into(), Value::Null),
        (
            "POST /api/webhooks",
            "/api/webhooks".into(),
            json!({ "id": hook, "url": "https://hooks.invalid/", "types": ["user.closed"], "with_text": false }),
        ),
        ("GET /api/webhooks", "/api/webhooks".into(), Value::Null),
        (
            "PUT /api/webhooks/{id}",
            format!("/api/webhooks/{hook}"),
            json!({ "types": ["user.closed"], "with_text": false, "is_on": true }),
        ),
        ("POST /api/webhooks/{id}/secret", format!("/api/webhooks/{hook}/secret"), Value::Null),
        ("POST /api/webhooks/{id}/test", format!("/api/webhooks/{hook}/test"), Value::Null),
        ("GET /api/webhooks/{id}/deliveries", format!("/api/webhooks/{hook}/deliveries"), Value::Null),
        ("POST /api/webhooks/{id}/again", format!("/api/webhooks/{hook}/again"), json!({ "position": 999 })),
        ("DELETE /api/webhooks/{id}", format!("/api/webhooks/{hook}"), Value::Null),
        (
            "PUT /api/external/users/{external_id}",
            "/api/external/users/host".into(),
            json!({ "name": "Tove", "changed_at": "2020-05-31T14:06:00Z" }),
        ),
        (
            "PUT /api/external/users/{external_id}",
            "/api/external/users/host".into(),
            json!({ "name": "Tove", "changed_at": "yesterday" }),
        ),
        (
            "PUT /api/external/listings/{external_id}",
            "/api/external/listings/house".into(),
            json!({ "host": "host", "kind": "stay", "title": "Cabin", "price_minor": 1, "changed_at": "2020-05-31T14:06:00Z" }),
        ),
        (
            "PUT /api/external/orders/{external_id}",
            "/api/external/orders/1".into(),
            json!({ "listing": "house", "guest": "guest", "status": "pending", "url": "https://shop.example.com/1",
                "changed_at": "2020-05-31T14:06:00Z" }),
        ),
        (
            "POST /api/import",
            "/api/import".into(),
            json!({ "type": "user", "id": "guest", "name": "Gil", "changed_at": "2020-05-31T14:06:00Z" }),
        ),
        ("POST /api/import", "/api/import".into(), json!({ "type": "basket", "id": "1" })),
        (
            "PUT /api/external/orders/{external_id}",
            "/api/external/orders/1".into(),
            json!({ "listing": "house", "guest": "guest", "status": "accepted", "url": "https://shop.example.com/1",
                "changed_at": "2020-05-31T14:06:00Z" }),
        ),
        ("DELETE /api/external/listings/{external_id}", "/api/external/listings/house".into(), Value::Null),
        (
            "DELETE /api/external/users/{external_id}/sessions",
            "/api/external/users/host/sessions".into(),
            Value::Null,
        ),
        ("DELETE /api/external/users/{external_id}", "/api/external/users/guest".into(), Value::Null),
        // Errors: of an unknown conversation, a wrong body, an id that is taken.
        (
            "GET /api/conversations/{id}",
            format!("/api/conversations/{}", stoa::shared::ids::ConversationId::new()),
            Value::Null,
        ),
        ("POST /api/conversations/{id}/messages", messages.clone(), json!({ "id": MessageId::new() })),
        (
            "POST /api/conversations/{id}/messages",
            messages.clone(),
            json!({ "id": first.id, "body": "Other" }),
        ),
    ] {
        seen.insert(operation);
        let (method, described) = operation.split_once(' ').unwrap();
        let who = if is_for_admins(described) { &admin } else { &session };
        let request = site.request(method.parse().unwrap(), &path, Some(who));
        let (status, found) = answer(if body.is_null() { request } else { request.json(&body) }).await;
        let responses = &openapi::description()["paths"][described][method.to_lowercase()]["responses"];
        let mut response = &responses[status.as_str()];
        if let Some(to) = response["$ref"].as_str() {
            response = openapi::description().pointer(to.trim_start_matches('#')).expect(to);
        }
        let content = response["content"].as_object().unwrap_or_else(|| panic!("{operation} {status}"));
        let schema = &content.values().next().unwrap()["schema"];
        assert_eq!(wrong(schema, &found, operation), Vec::<String>::new(), "{found}");
    }
    let all = rest::routes().len();
    assert_eq!(seen.len(), all, "a route is new: ask it here");
}

#[tokio::test]
async fn c5_anybody_reads_the_description_as_a_file_and_as_a_page_without_script() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (status, description) = site.get("/api/openapi.json", None).await;
    assert_eq!((status, &description), (StatusCode::OK, openapi::description()));
    let page = site.request(Method::GET, "/api/docs", None).header("cookie", "stoa_theme=dark").send().await;
    let page = page.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';") && !policy.contains("script"),
        "{policy}"
    );
    // Markers that Leptos writes for hydration between dynamic texts.
    let html = page.text().await.unwrap().replace("<!>", "");
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\" data-theme=\"dark\">"), "{}", &html[..200]);
    assert!(!html.contains("<script") && !html.contains("style=") && html.contains("/pkg/stoa.css"));
    for (method, path, operation) in operations(&description) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(html.contains(&format!("id=\"{id}\"")), "{method} {path}");
        assert!(html.contains(&format!("<code>{path}</code>")), "{method} {path}");
    }
    for link in html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(html.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
    assert_eq!(site.request(Method::POST, "/api/docs", None).send().await.unwrap().status(), 405);
}
