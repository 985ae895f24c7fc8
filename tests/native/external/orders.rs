//! Orders of a marketplace: their whole life comes from there.

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::domain::operators::event_log::collector,
    shared::{
        ids::{MessageId, TokenId},
        users::api_tokens::Scopes,
    },
};

use super::Sender;
use crate::{
    contents::{contents, difference},
    place::answer,
};

/// What stands in the conversation of an order, for a visitor: codes of system messages, steps, and texts.
async fn told(sender: &Sender, visitor: &str, conversation: &Value) -> Vec<String> {
    let path = format!("/api/conversations/{}/messages", conversation.as_str().expect("a conversation"));
    let page = sender.read(visitor, &path).await;
    let told = |message: &Value| {
        let body = message["body"].as_str().expect("a text").to_owned();
        match serde_json::from_str::<Value>(&body) {
            Ok(event) if message["kind"] == "system" => {
                event.get("step").unwrap_or(&event["code"]).as_str().expect("a word").to_owned()
            }
            _ => body,
        }
    };
    page["messages"].as_array().expect("messages").iter().map(told).collect()
}

/// The kinds of notifications of everybody, by who is told.
async fn notified(sender: &Sender) -> Vec<(String, i64)> {
    sender
        .shop
        .place
        .rows(
            "SELECT u.name, COUNT(*) AS count FROM notifications n JOIN users u ON u.id = n.user_id \
             WHERE n.kind = 'booking' GROUP BY u.name ORDER BY u.name",
        )
        .await
}

#[tokio::test]
async fn r2_the_life_of_an_order_comes_from_outside_and_is_told_in_its_conversation() {
    let sender = Sender::new().await;
    let follow = Scopes { events: true, ..Scopes::default() };
    let follower = sender.shop.place.token(&sender.shop.admin, TokenId::new(), follow).await;
    let events = async |after: &str| {
        collector::catch_up(&sender.shop.place.context).await.unwrap();
        let url = format!("{}/api/events{after}", sender.shop.url);
        answer(reqwest::Client::new().get(url).bearer_auth(follower.as_str())).await.1
    };
    events("").await;
    // Until the collector knows that somebody follows.
    let mut number = 0;
    while events("").await["events"].as_array().is_none_or(Vec::is_empty) {
        number += 1;
        sender.shop.place.user(&format!("Somebody {number}")).await;
    }
    sender.people_and_a_listing().await;
    let cursor = events("").await["next"].as_str().unwrap().to_owned();

    let (status, made) = sender.put("orders/4711", &sender.order("pending", -9)).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let conversation = &made["conversation_id"];
    assert_eq!(told(&sender, "tomas", conversation).await, ["requested", "We come late."]);
    assert_eq!(notified(&sender).await, [("Visitor tomas".to_owned(), 1)]);
    let summary =
        sender.read("noor", &format!("/api/conversations/{}", conversation.as_str().unwrap())).await;
    let order = &summary["subject"]["order"];
    assert_eq!(
        (&order["status"], &order["price"]["minor"], &order["url"], &order["quantity"]),
        (&json!("pending"), &json!(44_400), &json!("https://shop.example.com/orders/1"), &json!(2)),
        "{summary}"
    );

    // Late, the same again, and then on: any status may follow any other.
    let before = contents(&sender.shop.place).await;
    assert_eq!(sender.put("orders/4711", &sender.order("cancelled", -10)).await.1["applied"], false);
    let again = sender.put("orders/4711", &sender.order("pending", -9)).await.1;
    assert_eq!((&again["applied"], &again["conversation_id"]), (&json!(true), conversation));
    assert_eq!(difference(&before, &contents(&sender.shop.place).await), Vec::<String>::new());
    for (minutes, status, by) in [
        (-8, "completed", None),
        (-7, "accepted", Some("host")),
        (-6, "in_progress", None),
        (-5, "pending", None),
    ] {
        let mut order = sender.order(status, minutes);
        order["by"] = json!(by);
        sender.sent("orders/4711", &order).await;
    }
    let mut moved = sender.order("cancelled", -4);
    (moved["by"], moved["starts_on"], moved["price_minor"]) =
        (json!("guest"), json!("2026-12-11"), json!(30_000));
    sender.sent("orders/4711", &moved).await;
    assert_eq!(
        told(&sender, "noor", conversation).await,
        ["requested", "We come late.", "complete", "accept", "start", "requested", "cancel"]
    );
    // Who did it is not told, and nobody is told twice.
    assert_eq!(notified(&sender).await, [("Visitor noor".to_owned(), 4), ("Visitor tomas".to_owned(), 5)]);
    let summary =
        sender.read("noor", &format!("/api/conversations/{}", conversation.as_str().unwrap())).await;
    let order = &summary["subject"]["order"];
    assert_eq!((&order["status"], &order["price"]["minor"]), (&json!("cancelled"), &json!(30_000)));
    assert_eq!(order["starts_on"], "2026-12-11");

    let page = events(&format!("?after={cursor}")).await;
    let steps: Vec<_> =
        page["events"].as_array().unwrap().iter().filter(|event| !event["data"]["order"].is_null()).collect();
    let of = |event: &&Value| {
        (event["type"].as_str().unwrap().to_owned(), event["data"]["detail"]["status"].clone())
    };
    let steps_of: Vec<_> =
        steps.iter().filter(|event| event["type"].as_str().unwrap().starts_with("order.")).map(of).collect();
    let changed = |status: &str| ("order.status_changed".to_owned(), json!(status));
    let created = ("order.created".to_owned(), json!("pending"));
    assert_eq!(
        steps_of,
        [
            created.clone(),
            changed("completed"),
            changed("accepted"),
            changed("in_progress"),
            created,
            changed("cancelled")
        ]
    );
    let first = &steps[0]["data"];
    assert_eq!(first["order"]["external_id"], "4711");
    assert_eq!(first["conversation"]["listing"]["external_id"], "house");
    assert_eq!(first["conversation"]["guest"]["external_id"], "noor");
}

#[tokio::test]
async fn r2_a_change_without_another_status_reaches_both_and_says_nothing() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let made = sender.put("orders/1", &sender.order("accepted", -9)).await.1;
    let mut order = sender.order("accepted", -8);
    (order["quantity"], order["url"]) = (json!(5_000), json!("https://shop.example.com/orders/one"));
    sender.sent("orders/1", &order).await;
    let conversation = &made["conversation_id"];
    assert_eq!(told(&sender, "noor", conversation).await, ["requested", "We come late.", "accept"]);
    let changed: Vec<(i64,)> = sender
        .shop
        .place
        .rows("SELECT COUNT(*) FROM participants p JOIN heads h ON h.user_id = p.user_id AND h.head = p.changed")
        .await;
    assert_eq!(changed, [(2,)], "both have it as their latest change");
    let summary =
        sender.read("tomas", &format!("/api/conversations/{}", conversation.as_str().unwrap())).await;
    assert_eq!(summary["subject"]["order"]["quantity"], 5_000);
}

#[tokio::test]
async fn r2_nobody_moves_an_order_of_the_marketplace_on_here() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let made = sender.put("orders/1", &sender.order("pending", -9)).await.1;
    let id = made["id"].as_str().unwrap();
    let operator = sender.shop.place.operator("Mara").await;
    let session = sender.shop.place.session(&operator).await;
    let before = contents(&sender.shop.place).await;
    let by_frame = async |visitor: &str, step: &str| {
        let (token, _) = sender.shop.visit(&sender.key, visitor).await;
        let fields = [
            ("order", id.to_owned()),
            ("message_id", MessageId::new().to_string()),
            ("expected", "pending".to_owned()),
            ("step", step.to_owned()),
        ];
        let request = sender.shop.request(Method::POST, "/rpc/step_order", crate::embed::shop::CHAT);
        answer(request.bearer_auth(token).form(&fields)).await
    };
    for (visitor, step) in [("tomas", "accept"), ("tomas", "decline"), ("noor", "cancel")] {
        let (status, refused) = by_frame(visitor, step).await;
        assert_eq!((status, &refused["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")), "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("own pages"), "{refused}");
    }
    let body = json!({ "message_id": MessageId::new(), "status": "accepted", "expected": "pending" });
    let request =
        sender.shop.request(Method::PATCH, &format!("/api/orders/{id}/status"), crate::embed::shop::CHAT);
    let request = request.header("cookie", format!("__Host-stoa_session={}", session.as_str()));
    let (status, refused) = answer(request.json(&body)).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let after = contents(&sender.shop.place).await;
    let orders = |contents: &crate::contents::Contents| contents["orders"].clone();
    assert_eq!(orders(&before), orders(&after));
}

#[tokio::test]
async fn r2_an_order_waits_for_its_guest_and_listing_and_keeps_them() {
    let sender = Sender::new().await;
    for (field, what) in [("guest", "users/noor"), ("listing", "listings/house")] {
        let (status, refused) = sender.put("orders/1", &sender.order("pending", -9)).await;
        assert_eq!((status, &refused["field"]), (StatusCode::CONFLICT, &json!(field)), "{refused}");
        if what.starts_with("users") {
            sender.sent("users/noor", &sender.user("Noor", -61)).await;
        } else {
            sender.people_and_a_listing().await;
        }
    }
    let id = sender.sent("orders/1", &sender.order("pending", -9)).await;
    let other = |field: &str, value: &str| {
        let mut order = sender.order("accepted", -8);
        order[field] = json!(value);
        order
    };
    sender.sent("users/eve", &sender.user("Eve", -9)).await;
    sender.sent("listings/cabin", &sender.listing("Cabin", -9)).await;
    for (field, value) in [("guest", "eve"), ("listing", "cabin")] {
        let (status, refused) = sender.put("orders/1", &other(field, value)).await;
        assert_eq!(
            (status, &refused["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{refused}"
        );
    }
    let (status, refused) = sender.put("orders/2", &other("guest", "tomas")).await;
    assert_eq!((status, &refused["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("guest")), "{refused}");
    // It goes on when the guest has gone.
    sender.delete("users/noor").await;
    assert_eq!(sender.sent("orders/1", &sender.order("accepted", -7)).await, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_an_order_that_is_sent_many_times_at_once_is_one_with_each_step_once() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let bodies = [sender.order("pending", -9), sender.order("accepted", -8), sender.order("in_progress", -7)];
    let all = bodies.iter().cycle().take(24).map(|body| sender.put("orders/1", body));
    let sent = join_all(all).await;
    for (status, answer) in &sent {
        assert!(*status == StatusCode::OK && answer["id"] == sent[0].1["id"], "{answer}");
    }
    let made = sent.iter().find(|(_, answer)| !answer["conversation_id"].is_null()).unwrap();
    let told = told(&sender, "noor", &made.1["conversation_id"]).await;
    assert_eq!(told.iter().filter(|what| *what == "start").count(), 1, "{told:?}");
    assert!(told.iter().filter(|what| *what == "accept").count() <= 1, "{told:?}");
    let orders: Vec<(i64, String)> = sender.shop.place.rows("SELECT COUNT(*), MAX(status) FROM orders").await;
    assert_eq!(orders, [(1, "in_progress".to_owned())], "the newest stands");
}

#[tokio::test]
async fn r2_an_order_that_is_over_already_comes_without_a_notification() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let mut old = sender.order("completed", -9);
    (old["starts_on"], old["ends_on"]) = (json!("2019-07-01"), json!("2019-07-08"));
    let made = sender.put("orders/old", &old).await.1;
    assert_eq!(
        told(&sender, "noor", &made["conversation_id"]).await,
        ["requested", "We come late.", "complete"]
    );
    assert_eq!(notified(&sender).await, []);
    // An order of a paused listing, and of a pair that has a conversation already, comes too.
    sender.delete("listings/house").await;
    let second = sender.put("orders/new", &sender.order("pending", -9)).await.1;
    assert_ne!(second["conversation_id"], made["conversation_id"]);
    assert!(told(&sender, "noor", &made["conversation_id"]).await.contains(&"ordered".to_owned()));
}
