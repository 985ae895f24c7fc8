//! Frames on a marketplace's own pages (R1, R3): who gets in, what a frame may do, and where it may be shown.

pub mod frames;
mod hostile;
mod key_sets;
mod keys;
mod programs;
pub mod shop;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::domain::operators::user_directory,
    shared::{
        ids::UserId,
        operators::{embed_keys::EmbedAlgorithm, user_directory::UserChange},
        users::rank::Rank,
        values::time::MINUTE,
    },
};

use shop::Shop;

fn user_of(viewer: &Value) -> UserId {
    viewer["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn r1_each_algorithm_names_a_visitor_who_is_the_same_person_each_time() {
    let shop = Shop::new().await;
    let mut keys = Vec::new();
    for algorithm in EmbedAlgorithm::ALL {
        keys.push(shop.key(algorithm).await);
    }
    let (_, noor) = shop.visit(&keys[0], "7").await;
    assert_eq!(noor["name"], "Visitor 7");
    assert_eq!((&noor["rank"], &noor["email"]), (&json!("member"), &json!("")));
    for key in &keys {
        assert_eq!(
            shop.visit(key, "7").await.1,
            noor,
            "a key of the same issuer, {}",
            key.algorithm.as_str()
        );
    }
    assert_ne!(user_of(&shop.visit(&keys[1], "8").await.1), user_of(&noor));
    let other = shop.key_of("other.example.com", EmbedAlgorithm::EdDsa).await;
    let mut claims = shop.claims("7");
    claims["iss"] = json!("other.example.com");
    let (status, made) = shop.exchange(&other.sign(&claims), None).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert_ne!(user_of(&made["session"]["viewer"]), user_of(&noor), "another issuer, the same subject");
}

#[tokio::test]
async fn r1_what_else_a_token_says_is_taken_or_left() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    // Somebody who has the address here already.
    let noor = shop.place.user("Noor").await;
    let named = async |subject: &str, claim: &str, value: Value| {
        let mut claims = shop.claims(subject);
        claims[claim] = value;
        let (status, made) = shop.exchange(&key.sign(&claims), None).await;
        assert_eq!(status, StatusCode::OK, "{claim}: {made}");
        made["session"]["viewer"].clone()
    };
    let linked = named("1", "email", json!(noor.email)).await;
    assert_ne!(user_of(&linked), noor.id, "never by an address");
    assert_eq!(linked["email"], "");
    assert_ne!(user_of(&named("2", "email_verified", json!(true)).await), noor.id);
    let fallback = |viewer: Value| viewer["name"].as_str().unwrap().starts_with("Newcomer ");
    assert!(fallback(named("3", "name", Value::Null).await));
    assert!(fallback(named("4", "name", json!("Support")).await), "a name of the marketplace’s");
    assert!(fallback(named("5", "name", json!("Ada")).await), "the name of an admin");
    assert_eq!(named("6", "aud", json!([shop::CHAT])).await["name"], "Visitor 6", "a list of one");
    assert_eq!(
        named("6", "name", json!("Noor H.")).await["name"],
        "Noor H.",
        "the name that the marketplace has now"
    );
    assert_eq!(named("6", "name", json!("Admin")).await["name"], "Noor H.", "not one that nobody may have");
    for odd in [
        "0",
        "a@b.example",
        "urn:uuid:1",
        "..",
        "' OR 1=1 --".replace(' ', "+").as_str(),
        "%00",
        &"x".repeat(128),
    ] {
        named(odd, "locale", json!("fr")).await;
    }
}

#[tokio::test]
async fn r1_a_token_ends_after_a_quarter_of_an_hour_unless_the_visitor_is_named_again() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let (token, noor) = shop.visit(&key, "noor").await;
    let works =
        async |token: &str| shop.call(Method::GET, "/rpc/get_unread_count", token).await.0 == StatusCode::OK;
    assert!(works(&token).await);
    shop.place.context.clock.advance(10 * MINUTE);
    let (status, again) = shop.exchange(&key.sign(&shop.claims("noor")), Some(&token)).await;
    assert_eq!((status, &again["token"]), (StatusCode::OK, &json!(token)), "it goes on");
    shop.place.context.clock.advance(10 * MINUTE);
    assert!(works(&token).await);
    // Another visitor gets a token of their own, and the old one is no better for it.
    let (_, other) = shop.exchange(&key.sign(&shop.claims("tomas")), Some(&token)).await;
    assert_ne!(other["token"], json!(token));
    assert_ne!(user_of(&other["session"]["viewer"]), user_of(&noor));
    shop.place.context.clock.advance(5 * MINUTE);
    assert!(!works(&token).await, "it has ended");
    let (_, late) = shop.exchange(&key.sign(&shop.claims("noor")), Some(&token)).await;
    assert_ne!(late["token"], json!(token), "what has ended does not come back");
    let (status, _) = shop.call(Method::DELETE, "/embed/session", late["token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(!works(late["token"].as_str().unwrap()).await, "signed out");
}

#[tokio::test]
async fn r1_a_suspended_visitor_is_told_so_and_an_admin_is_a_member_in_a_frame() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Hs256).await;
    let (token, eve) = shop.visit(&key, "eve").await;
    let (context, admin) = (&shop.place.context, &shop.admin);
    user_directory::change(context, admin, user_of(&eve), UserChange::SetRank(Rank::Operator)).await.unwrap();
    let (_, seen) = shop.visit(&key, "eve").await;
    assert_eq!(seen["rank"], "member");
    let (status, _) = shop.call(Method::GET, "/rpc/get_settings", &token).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    user_directory::change(context, admin, user_of(&eve), UserChange::SetRank(Default::default()))
        .await
        .unwrap();
    user_directory::change(context, admin, user_of(&eve), UserChange::Suspend).await.unwrap();
    for (status, body) in [
        shop.call(Method::GET, "/api/conversations", &token).await,
        shop.exchange(&key.sign(&shop.claims("eve")), None).await,
    ] {
        assert_eq!((status, &body["code"]), (StatusCode::UNAUTHORIZED, &json!("suspended")));
    }
    user_directory::change(context, admin, user_of(&eve), UserChange::Reinstate).await.unwrap();
    assert_eq!(shop.call(Method::GET, "/api/conversations", &token).await.0, StatusCode::UNAUTHORIZED);
    shop.visit(&key, "eve").await;
}

#[tokio::test]
async fn r1_two_frames_of_a_new_visitor_make_one_account() {
    let shop = Shop::new().await;
    let key = shop.key(EmbedAlgorithm::Es256).await;
    let identities: Vec<_> = (0..8).map(|_| key.sign(&shop.claims("noor"))).collect();
    let answers =
        futures::future::join_all(identities.iter().map(|identity| shop.exchange(identity, None))).await;
    let mut users: Vec<_> = answers
        .iter()
        .filter(|(status, _)| *status == StatusCode::OK)
        .map(|(_, made)| user_of(&made["session"]["viewer"]))
        .collect();
    assert!(users.len() > 1, "{answers:?}");
    users.dedup();
    assert_eq!(users.len(), 1);
}
