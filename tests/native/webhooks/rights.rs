//! Rights and bad input of webhooks (R4): whoever is no admin learns nothing, inside addresses are refused, and a wrong request changes
//! nothing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::shared::{
    ids::{TokenId, WebhookId},
    users::api_tokens::Scopes,
};

use super::{MESSAGES, Post, receiver::Reply};
use crate::place::{Place, answer};

/// Addresses of the inside of a network, and what is no URL of a page.
const INSIDE: [&str; 62] = [
    "http://shop.example/hooks",
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.0.0.1:8443/hooks",
    "https://127.1.2.3/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.0.0.1/",
    "https://192.0.2.1/",
    "https://192.168.0.1/",
    "https://192.168.255.255/",
    "https://198.18.0.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::1]:8443/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a00:1::]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fe80::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://user@shop.example/",
    "https://user:secret@shop.example/",
    "https://:secret@shop.example/",
    "https://shop.example/#part",
    "https://shop.example/a b",
    "https://shop.example/\u{0}",
    "https://shop.example/ä",
    "https://",
    "https:///hooks",
    "https:shop.example",
    "//shop.example/hooks",
    "/hooks",
    "hooks",
    "shop.example",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "ws://shop.example/",
    "wss://shop.example/",
    "unix:/run/stoa.sock",
    "HTTP://shop.example/",
    "",
];

#[tokio::test]
async fn r4_no_webhook_leads_into_the_network_of_the_server() {
    let place = Place::new().await;
    let admin = place.admin("Ada").await;
    let (site, session) = (place.serve().await, place.session(&admin).await);
    let body = |url: &str| json!({ "id": WebhookId::new(), "url": url, "types": ["user.closed"], "with_text": false });
    for url in INSIDE {
        let (status, problem) = site.post("/api/webhooks", Some(&session), &body(url)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{url}: {problem}");
        assert_eq!(problem["field"], "url", "{url}");
    }
    // A name is judged when it is connected to.
    let (status, made) = site.post("/api/webhooks", Some(&session), &body("https://localhost/hooks")).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let id = made["id"].as_str().expect("an id").to_owned();
    let (status, _) = site.post(&format!("/api/webhooks/{id}/test"), Some(&session), &Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    loop {
        let (_, page) = site.get(&format!("/api/webhooks/{id}/deliveries"), Some(&session)).await;
        let delivery = &page["deliveries"][0];
        if delivery["attempts"] == 1 {
            assert_eq!(delivery["status"], Value::Null, "{page}");
            assert!(
                delivery["answer"].as_str().is_some_and(|text| text.contains("not on the internet")),
                "{page}"
            );
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn r4_a_wrong_request_about_a_webhook_changes_nothing() {
    let post = Post::new().await;
    let (id, _) = post.hook(&MESSAGES).await;
    let (site, session) = (post.place.serve().await, post.place.session(&post.admin).await);
    let rows =
        "SELECT url || types || with_text || COALESCE(disabled_why, '-') || secret FROM webhooks ORDER BY id";
    let before: Vec<(String,)> = post.place.rows(rows).await;
    let right = || json!({ "id": WebhookId::new(), "url": post.receiver.url, "types": ["user.closed"], "with_text": false });
    let with = |name: &str, value: Value| {
        let mut body = right();
        body[name] = value;
        body
    };
    for body in [
        with("id", json!("x")),
        with("id", json!(uuid::Uuid::new_v4())),
        with("url", json!(7)),
        with("url", json!(format!("{}/{}", post.receiver.url, "x".repeat(1_001)))),
        with("types", json!([])),
        with("types", json!([""])),
        with("types", json!(["message.forgotten"])),
        with("types", json!(["webhook.test"])),
        with("types", json!("user.closed")),
        with("types", json!(vec!["x"; 3_000])),
        with("with_text", json!("true")),
        with("more", json!(1)),
    ] {
        let (status, problem) = site.post("/api/webhooks", Some(&session), &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body:.200}: {problem}");
    }
    let (status, _) = site.post("/api/webhooks", Some(&session), &with("id", json!(id))).await;
    assert_eq!(status, StatusCode::CONFLICT, "the id is taken");
    let path = format!("/api/webhooks/{id}");
    for body in [
        json!({}),
        json!({ "types": [], "with_text": true, "is_on": true }),
        json!({ "types": ["nothing"], "with_text": true, "is_on": true }),
        json!({ "types": ["user.closed"], "with_text": true }),
    ] {
        let (status, problem) = answer(site.request(Method::PUT, &path, Some(&session)).json(&body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {problem}");
    }
    let missing = format!("/api/webhooks/{}", WebhookId::new());
    for (method, path, body) in [
        (Method::PUT, missing.clone(), json!({ "types": ["user.closed"], "with_text": true, "is_on": true })),
        (Method::DELETE, missing.clone(), Value::Null),
        (Method::POST, format!("{missing}/secret"), Value::Null),
        (Method::POST, format!("{missing}/test"), Value::Null),
        (Method::POST, format!("{missing}/again"), json!({ "position": 1 })),
        (Method::POST, format!("{path}/again"), json!({ "position": 999 })),
        (Method::GET, format!("{missing}/deliveries"), Value::Null),
    ] {
        let request = site.request(method, &path, Some(&session));
        let (status, problem) = answer(if body.is_null() { request } else { request.json(&body) }).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {problem}");
    }
    assert_eq!(post.place.rows::<(String,)>(rows).await, before);
    // Ten at most.
    for _ in 1..10 {
        assert_eq!(site.post("/api/webhooks", Some(&session), &right()).await.0, StatusCode::OK);
    }
    let (status, problem) = site.post("/api/webhooks", Some(&session), &right()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("conflict")), "{problem}");
}

#[tokio::test]
async fn r4_a_secret_is_shown_once_and_the_audit_log_has_what_was_done() {
    let mut post = Post::new().await;
    let (site, session) = (post.place.serve().await, post.place.session(&post.admin).await);
    let fields = [
        ("webhook_id", WebhookId::new().to_string()),
        ("url", post.receiver.url.clone()),
        ("types[0]", "message.created".to_owned()),
        ("types[7]", "order.status_changed".to_owned()),
        ("with_text", "true".to_owned()),
    ];
    let request = site.request(Method::POST, "/rpc/create_webhook", Some(&session)).form(&fields);
    let (status, made) = answer(request).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let secret = made["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let (_, list) = site.get("/api/webhooks", Some(&session)).await;
    assert!(!list.to_string().contains("whsec_"), "{list}");
    let webhook = &list["webhooks"][0];
    assert_eq!(webhook["types"], json!(["message.created", "order.status_changed"]));
    assert_eq!((&webhook["with_text"], &webhook["made_by"]), (&json!(true), &json!("Ada")));
    post.say("Hi").await;
    assert!(post.receiver.next().await.is_signed_by(secret));
    let details: Vec<(String, String)> =
        post.place.rows("SELECT action, detail FROM audit WHERE action LIKE 'settings_webhook%'").await;
    let host = post.receiver.url.trim_end_matches("/hooks");
    let expected = format!("{host} (with texts): message.created order.status_changed");
    assert_eq!(details, [("settings_webhook_create".to_owned(), expected)]);
    // A token needs the scope of texts to choose them.
    let token =
        post.place.token(&post.admin, TokenId::new(), Scopes { events: true, ..Scopes::default() }).await;
    let body = json!({ "id": WebhookId::new(), "url": post.receiver.url, "types": ["user.closed"], "with_text": true });
    let request =
        reqwest::Client::new().post(format!("{}/api/webhooks", site.url)).bearer_auth(token.as_str());
    assert_eq!(answer(request.json(&body)).await.0, StatusCode::FORBIDDEN);
    post.receiver.answer(|_| Reply::Status(200));
}
