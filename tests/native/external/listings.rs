//! Listings of a marketplace, which changes them itself.

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{server::domain::listings, shared::users::Viewer};

use super::Sender;
use crate::{
    contents::{contents, difference},
    place::draft,
};

/// The listing as a visitor sees it.
async fn seen(sender: &Sender, id: &str) -> Value {
    sender.read("noor", &format!("/rpc/get_listing?listing_id={id}")).await
}

#[tokio::test]
async fn r2_a_listing_comes_after_its_host_and_is_changed_by_what_is_newer() {
    let sender = Sender::new().await;
    let (status, refused) = sender.put("listings/house", &sender.listing("Boathouse", -9)).await;
    assert_eq!((status, &refused["field"]), (StatusCode::CONFLICT, &json!("host")), "{refused}");
    assert_eq!(refused["code"], "conflict");
    sender.people_and_a_listing().await;
    let id = sender.sent("listings/house", &sender.listing("Boathouse", -9)).await;
    let listing = seen(&sender, &id).await;
    assert_eq!(
        (&listing["card"]["title"], &listing["card"]["price_cents"]),
        (&json!("Boathouse"), &json!(14_800))
    );
    assert_eq!(listing["url"], "https://shop.example.com/house");
    assert_eq!(listing["card"]["host"]["name"], "Visitor tomas");

    let before = contents(&sender.shop.place).await;
    let (_, late) = sender.put("listings/house", &sender.listing("Boat", -10)).await;
    assert_eq!((&late["applied"], &late["id"]), (&json!(false), &json!(id)));
    assert_eq!(sender.sent("listings/house", &sender.listing("Boathouse", -9)).await, id);
    assert_eq!(difference(&before, &contents(&sender.shop.place).await), Vec::<String>::new());

    let mut newer = sender.listing("Boathouse by the lake", -8);
    newer["url"] = Value::Null;
    assert_eq!(sender.sent("listings/house", &newer).await, id);
    let listing = seen(&sender, &id).await;
    assert_eq!((&listing["card"]["title"], listing.get("url")), (&json!("Boathouse by the lake"), None));
    let mut other = sender.listing("Boathouse", -7);
    other["host"] = json!("noor");
    let (status, refused) = sender.put("listings/house", &other).await;
    assert_eq!((status, &refused["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("host")), "{refused}");
}

#[tokio::test]
async fn r2_a_listing_that_is_deleted_is_paused_until_something_newer_comes() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let id = sender.sent("listings/house", &sender.listing("Boathouse", -9)).await;
    let visible = async || {
        let (token, _) = sender.shop.visit(&sender.key, "noor").await;
        sender.shop.call(Method::GET, &format!("/rpc/get_listing?listing_id={id}"), &token).await.0
            == StatusCode::OK
    };
    let (_, late) = sender.delete(&format!("listings/house?changed_at={}", sender.at(-10))).await;
    assert_eq!((&late["applied"], visible().await), (&json!(false), true));
    for _ in 0..2 {
        let (_, done) = sender.delete(&format!("listings/house?changed_at={}", sender.at(-8))).await;
        assert_eq!((&done["applied"], &done["id"], visible().await), (&json!(true), &json!(id), false));
    }
    sender.put("listings/house", &sender.listing("Boathouse", -9)).await;
    assert!(!visible().await, "what is late does not bring it back");
    sender.sent("listings/house", &sender.listing("Boathouse", -7)).await;
    assert!(visible().await);
    let mut paused = sender.listing("Boathouse", -6);
    paused["paused"] = json!(true);
    sender.sent("listings/house", &paused).await;
    assert!(!visible().await);
    // One that is gone before it came.
    let (_, done) = sender.delete("listings/cabin").await;
    assert_eq!((&done["applied"], &done["id"]), (&json!(true), &json!(null)));
    assert_eq!(sender.put("listings/cabin", &sender.listing("Cabin", -5)).await.1["applied"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_a_listing_that_is_sent_many_times_at_once_is_one() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let body = sender.listing("Cabin", 0);
    let sent = join_all((0..8).map(|_| sender.put("listings/cabin", &body))).await;
    for (status, answer) in &sent {
        assert!(*status == StatusCode::OK && answer["id"] == sent[0].1["id"], "{answer}");
    }
    let count: Vec<(i64,)> =
        sender.shop.place.rows("SELECT COUNT(*) FROM listings WHERE title = 'Cabin'").await;
    assert_eq!(count, [(1,)]);
}

#[tokio::test]
async fn r2_its_host_does_not_change_it_here() {
    let sender = Sender::new().await;
    sender.people_and_a_listing().await;
    let id = sender.sent("listings/house", &sender.listing("Boathouse", 0)).await.parse().unwrap();
    let (_, tomas) = sender.shop.visit(&sender.key, "tomas").await;
    let host = Viewer {
        id: tomas["id"].as_str().unwrap().parse().unwrap(),
        name: "Visitor tomas".to_owned(),
        email: String::new(),
        hue: 0,
        rank: Default::default(),
    };
    let context = &sender.shop.place.context;
    let refused = listings::update(context, &host, id, draft("Mine")).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "forbidden");
    assert_eq!(listings::pause(context, &host, id, true).await.unwrap_err().code.as_str(), "forbidden");
    let stranger = sender.shop.place.user("Eve").await;
    let missing = listings::update(context, &stranger, id, draft("Mine")).await.unwrap_err();
    assert_eq!(missing.code.as_str(), "not_found", "nobody else learns that it is there");
}
