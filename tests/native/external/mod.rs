//! What a marketplace sends by its own ids (R2): users, listings and orders, repeated, late, at once and wrong.

mod hostile;
mod imports;
mod listings;
mod opened;
mod orders;
mod users;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::auth::session_tokens::Token,
    shared::{
        ids::TokenId,
        operators::embed_keys::EmbedAlgorithm,
        users::api_tokens::Scopes,
        values::time::{MINUTE, Timestamp},
    },
};

use crate::{
    embed::shop::{Key, Shop},
    place::answer,
};

/// A marketplace whose server sends what is traded there.
pub struct Sender {
    pub shop: Shop,
    pub key: Key,
    pub token: Token,
    began: Timestamp,
    client: Client,
}

impl Sender {
    pub async fn new() -> Self {
        let shop = Shop::new().await;
        let key = shop.key(EmbedAlgorithm::Hs256).await;
        let scopes = Scopes { manage: true, ..Scopes::default() };
        let token = shop.place.token(&shop.admin, TokenId::new(), scopes).await;
        let began = shop.place.context.clock.now();
        Self { shop, key, token, began, client: Client::new() }
    }

    /// So many minutes from when the test began, as senders write times.
    pub fn at(&self, minutes: i64) -> String {
        self.began.plus(minutes * MINUTE).to_rfc3339()
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let url = format!("{}/api/external/{path}", self.shop.url);
        let request = self.client.request(method, url).bearer_auth(self.token.as_str());
        answer(if body.is_null() { request } else { request.json(body) }).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.send(Method::PUT, path, body).await
    }

    pub async fn delete(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::DELETE, path, &Value::Null).await
    }

    /// Sends something that is taken, and returns its id here.
    pub async fn sent(&self, path: &str, body: &Value) -> String {
        let (status, sent) = self.put(path, body).await;
        assert_eq!((status, &sent["applied"]), (StatusCode::OK, &json!(true)), "{path}: {sent}");
        sent["id"].as_str().expect("an id").to_owned()
    }

    /// A guest, a host and a listing of theirs.
    pub async fn people_and_a_listing(&self) {
        for id in ["noor", "tomas"] {
            self.sent(&format!("users/{id}"), &self.user(&format!("Visitor {id}"), -60)).await;
        }
        self.sent("listings/house", &self.listing("Boathouse", -60)).await;
    }

    pub fn user(&self, name: &str, minutes: i64) -> Value {
        json!({ "name": name, "changed_at": self.at(minutes) })
    }

    pub fn listing(&self, title: &str, minutes: i64) -> Value {
        json!({ "host": "tomas", "kind": "stay", "title": title, "place": "Åre", "description": "Red.", "price_minor": 14_800,
            "currency": "EUR", "url": "https://shop.example.com/house", "changed_at": self.at(minutes) })
    }

    pub fn order(&self, status: &str, minutes: i64) -> Value {
        json!({ "listing": "house", "guest": "noor", "status": status, "starts_on": "2026-12-10", "ends_on": "2026-12-13",
            "quantity": 2, "note": "We come late.", "url": "https://shop.example.com/orders/1", "changed_at": self.at(minutes) })
    }

    /// What a visitor of the marketplace reads in a frame.
    pub async fn read(&self, visitor: &str, path: &str) -> Value {
        let (token, _) = self.shop.visit(&self.key, visitor).await;
        let (status, body) = self.shop.call(Method::GET, path, &token).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}
