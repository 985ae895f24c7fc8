//! What a frame is opened for: a listing or an order, by the marketplace's id of it or by Stoa's.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Sender;
use crate::{
    embed::shop::{CHAT, ISSUER},
    place::answer,
};

/// The path that a visitor's frame shows.
async fn path(sender: &Sender, visitor: &str, open: Value) -> Value {
    let identity = sender.key.sign(&sender.shop.claims(visitor));
    let request = sender.shop.request(Method::POST, "/embed/session", CHAT);
    let (status, made) = answer(request.json(&json!({ "identity": identity, "open": open }))).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    made["path"].clone()
}

#[tokio::test]
async fn r3_a_frame_opens_a_listing_or_an_order_for_those_whom_it_concerns() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let (status, sent) = sender.put("orders/A-9", &sender.order("pending", -50)).await;
    assert_eq!(status, StatusCode::OK, "{sent}");
    let (_, listing) = sender.put("listings/house", &sender.listing("Boathouse", -60)).await;
    let listing = listing["id"].as_str().unwrap();
    let (order, conversation) = (sent["id"].as_str().unwrap(), sent["conversation_id"].as_str().unwrap());
    let code = sender.shop.place.rows::<(String,)>("SELECT code FROM orders").await.remove(0).0;
    let contact = json!(format!("/listings/{listing}?contact=1"));
    let chat = json!(format!("/messages/{conversation}"));

    for id in ["house", listing] {
        let open = json!({ "listing": id });
        assert_eq!(path(&sender, "noor", open.clone()).await, contact, "{id}");
        assert_eq!(
            path(&sender, "tomas", open).await,
            "/messages",
            "the host has many conversations about it"
        );
    }
    for id in ["A-9", order, &code] {
        let open = json!({ "order": id });
        for visitor in ["noor", "tomas"] {
            assert_eq!(path(&sender, visitor, open.clone()).await, chat, "{id} {visitor}");
        }
        assert_eq!(path(&sender, "mei", open).await, Value::Null, "{id}: a stranger, as if there were none");
    }
    let long = "x".repeat(200);
    let other = format!("{ISSUER} house");
    for id in ["none", "", "A-9 ", &other, &long, "0199\u{0}", "Å"] {
        for kind in ["listing", "order"] {
            assert_eq!(path(&sender, "noor", json!({ kind: id })).await, Value::Null, "{kind} {id}");
        }
    }

    // One whose own id looks like Stoa's of another thing means its own.
    let mut twin = sender.listing("Sauna", -40);
    twin["url"] = json!("https://shop.example.com/sauna");
    let sauna = sender.sent(&format!("listings/{listing}"), &twin).await;
    let open = json!({ "listing": listing });
    assert_eq!(path(&sender, "noor", open).await, format!("/listings/{sauna}?contact=1"));

    let identity = sender.key.sign(&sender.shop.claims("noor"));
    for wrong in [json!("house"), json!({ "room": "x" }), json!({ "listing": 1 }), json!([])] {
        let request = sender.shop.request(Method::POST, "/embed/session", CHAT);
        let (status, error) = answer(request.json(&json!({ "identity": identity, "open": wrong }))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {error}");
    }
}
