//! Users of a marketplace: the same people whom its signed identities name.

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use stoa::shared::{
    operators::embed_keys::EmbedAlgorithm,
    sync::wire::{ToClient, close},
};

use super::Sender;
use crate::{
    contents::{contents, difference},
    embed::frames::hello,
};

#[tokio::test]
async fn r2_who_was_sent_before_their_first_visit_is_who_signs_in_later() {
    let sender = Sender::new().await;
    let id = sender.sent("users/7", &sender.user("Noor", -5)).await;
    let (_, visitor) = sender.shop.visit(&sender.key, "7").await;
    assert_eq!(visitor["id"], json!(id), "the same person");
    // And who was here first is found when they are sent.
    let (_, visitor) = sender.shop.visit(&sender.key, "8").await;
    assert_eq!(json!(sender.sent("users/8", &sender.user("Tomas", 0)).await), visitor["id"]);
    let languages: Vec<(Option<String>,)> =
        sender.shop.place.rows("SELECT language FROM users WHERE name = 'Visitor 7'").await;
    assert_eq!(languages, [(Some("en".to_owned()),)], "that of the first visit");
    let named: Vec<(i64,)> = sender.shop.place.rows("SELECT COUNT(*) FROM users WHERE name = 'Tomas'").await;
    assert_eq!(named, [(1,)]);
}

#[tokio::test]
async fn r2_what_is_late_or_sent_again_changes_nothing() {
    let sender = Sender::new().await;
    let id = sender.sent("users/7", &sender.user("Noor", -5)).await;
    let before = contents(&sender.shop.place).await;
    let (status, late) = sender.put("users/7", &sender.user("Nora", -6)).await;
    assert_eq!((status, &late["applied"], &late["id"]), (StatusCode::OK, &json!(false), &json!(id)));
    assert_eq!(sender.sent("users/7", &sender.user("Noor", -5)).await, id, "the same again stands");
    assert_eq!(difference(&before, &contents(&sender.shop.place).await), Vec::<String>::new());
    sender.sent("users/7", &sender.user("Nora", -4)).await;
    let named: Vec<(String,)> = sender.shop.place.rows("SELECT name FROM users WHERE rank = 'member'").await;
    assert_eq!(named, [("Nora".to_owned(),)]);
    // Of two with one time the one that came later counts; a name of the staff leaves it as it was.
    sender.sent("users/7", &sender.user("Noor H.", -4)).await;
    for refused in ["Ada", "Support"] {
        sender.sent("users/7", &sender.user(refused, -3)).await;
    }
    let named: Vec<(String,)> = sender.shop.place.rows("SELECT name FROM users WHERE rank = 'member'").await;
    assert_eq!(named, [("Noor H.".to_owned(),)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_two_who_send_and_a_first_visit_at_once_make_one_account() {
    let sender = Sender::new().await;
    let body = sender.user("Noor", 0);
    let identities: Vec<_> = (0..4).map(|_| sender.key.sign(&sender.shop.claims("7"))).collect();
    let sent = join_all((0..8).map(|_| sender.put("users/7", &body)));
    let visits = join_all(identities.iter().map(|identity| sender.shop.exchange(identity, None)));
    let (sent, _) = tokio::join!(sent, visits);
    for (status, answer) in &sent {
        assert!(*status == StatusCode::OK && answer["applied"] == true, "{answer}");
        assert_eq!(answer["id"], sent[0].1["id"]);
    }
    let (_, visitor) = sender.shop.visit(&sender.key, "7").await;
    assert_eq!(visitor["id"], sent[0].1["id"]);
    let count: Vec<(i64,)> = sender.shop.place.rows("SELECT COUNT(*) FROM users WHERE rank = 'member'").await;
    assert_eq!(count, [(1,)]);
}

#[tokio::test]
async fn r2_a_user_who_is_deleted_is_closed_here_and_no_late_message_brings_them_back() {
    let sender = Sender::new().await;
    let id = sender.sent("users/7", &sender.user("Noor", -5)).await;
    let (token, _) = sender.shop.visit(&sender.key, "7").await;
    let (status, late) = sender.delete(&format!("users/7?changed_at={}", sender.at(-6))).await;
    assert_eq!((status, &late["applied"]), (StatusCode::OK, &json!(false)), "older than the name");
    for _ in 0..2 {
        let (status, gone) = sender.delete(&format!("users/7?changed_at={}", sender.at(-2))).await;
        assert_eq!((status, &gone["applied"], &gone["id"]), (StatusCode::OK, &json!(true), &json!(null)));
    }
    let (status, _) = sender.shop.call(Method::GET, "/api/conversations", &token).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "nobody is in it any more");
    let names: Vec<(String,)> =
        sender.shop.place.rows("SELECT name FROM users WHERE closed_at IS NOT NULL").await;
    assert_eq!(names, [("Former member".to_owned(),)]);
    let (_, late) = sender.put("users/7", &sender.user("Noor", -3)).await;
    assert_eq!((&late["applied"], &late["id"]), (&json!(false), &json!(null)));
    // One that was never there is known to be gone, too.
    sender.delete("users/8").await;
    assert_eq!(sender.put("users/8", &sender.user("Tomas", -1)).await.1["applied"], false);
    // Whoever comes back later begins anew.
    assert_ne!(sender.sent("users/7", &sender.user("Noor", -1)).await, id);
}

#[tokio::test]
async fn r2_the_marketplaces_sign_out_ends_frames_and_their_sockets() {
    let sender = Sender::new().await;
    let (token, visitor) = sender.shop.visit(&sender.key, "7").await;
    let (other, _) = sender.shop.visit(&sender.key, "8").await;
    let mut client = hello(&sender.shop, &token).await;
    client.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    let (status, ended) = sender.delete("users/7/sessions").await;
    assert_eq!((status, &ended["id"]), (StatusCode::OK, &visitor["id"]));
    assert_eq!(u16::from(client.closed().await.unwrap().code), close::SIGNED_OUT);
    let status = async |token: &str| sender.shop.call(Method::GET, "/api/conversations", token).await.0;
    assert_eq!((status(&token).await, status(&other).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    let (status, nobody) = sender.delete("users/never-seen/sessions").await;
    assert_eq!((status, &nobody["id"]), (StatusCode::OK, &json!(null)));
}

#[tokio::test]
async fn r2_ids_are_those_of_an_issuer_who_is_named_where_there_are_several() {
    let sender = Sender::new().await;
    let id = sender.sent("users/7", &sender.user("Noor", 0)).await;
    sender.shop.key_of("other.example.com", EmbedAlgorithm::EdDsa).await;
    let (status, refused) = sender.put("users/7", &sender.user("Noor", 0)).await;
    assert_eq!(
        (status, &refused["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("issuer")),
        "{refused}"
    );
    let (status, refused) = sender.put("users/7?issuer=third.example.com", &sender.user("Noor", 0)).await;
    assert_eq!(
        (status, &refused["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("issuer")),
        "{refused}"
    );
    assert_eq!(sender.sent("users/7?issuer=shop.example.com", &sender.user("Noor", 0)).await, id);
    assert_ne!(sender.sent("users/7?issuer=other.example.com", &sender.user("Noor", 0)).await, id);
}
