//! Following by `/api/events` (R4): everything once, in order, whoever writes meanwhile, and with what became of it.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::{
    server::{
        auth::session_tokens::Token,
        domain::{
            messages,
            operators::event_log::{cleanup, collector},
        },
    },
    shared::{
        ids::TokenId,
        operators::events::EventType,
        users::{Viewer, api_tokens::Scopes},
        values::time::{DAY, MINUTE},
    },
};

use super::Post;
use crate::{
    openapi::wrong,
    place::{Site, answer},
};

/// A program that follows.
pub struct Follower {
    site: Site,
    token: Token,
    pub cursor: Option<String>,
    with_text: bool,
}

impl Follower {
    pub async fn new(post: &Post, with_text: bool) -> Self {
        let scopes = Scopes { events: true, event_texts: with_text, ..Scopes::default() };
        let token = post.place.token(&post.admin, TokenId::new(), scopes).await;
        Self { site: post.place.serve().await, token, cursor: None, with_text }
    }

    pub async fn ask(&self, query: &str) -> (StatusCode, Value) {
        let url = format!("{}/api/events?{query}", self.site.url);
        let request = reqwest::Client::new().request(Method::GET, url).bearer_auth(self.token.as_str());
        answer(request).await
    }

    /// The next page, of so many at most.
    pub async fn page(&mut self, limit: usize) -> Vec<Value> {
        let after = self.cursor.as_ref().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let (status, page) = self.ask(&format!("limit={limit}&text={}{after}", self.with_text)).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        self.cursor = Some(page["next"].as_str().expect("a cursor").to_owned());
        let events = page["events"].as_array().expect("events").clone();
        assert!(events.len() <= limit && (events.len() == limit || page["has_more"] == false), "{page}");
        events
    }

    /// Everything that there is now.
    pub async fn all(&mut self, limit: usize) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let page = self.page(limit).await;
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

async fn collected(post: &Post) {
    collector::catch_up(&post.place.context).await.expect("collected");
}

/// Waits until the collector of this node knows that somebody follows.
async fn until_on(post: &Post, follower: &mut Follower) {
    follower.page(1).await;
    let mut number = 0;
    while follower.all(100).await.is_empty() {
        number += 1;
        post.place.user(&format!("Somebody {number}")).await;
        collected(post).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_a_program_that_follows_misses_nothing_while_many_write() {
    let post = Post::new().await;
    let mut follower = Follower::new(&post, true).await;
    until_on(&post, &mut follower).await;
    let talks = [post.talk, post.other_talk().await, post.other_talk().await, post.other_talk().await];
    let writers = talks.map(|talk| {
        let (context, guest) = (post.place.context.clone(), post.guest.clone());
        tokio::spawn(async move {
            for number in 1..=60 {
                let id = stoa::shared::ids::MessageId::new();
                let sent = messages::send(&context, &guest, talk, id, format!("{number}")).await;
                let message = sent.expect("a message").message;
                if number % 10 == 0 {
                    let edit =
                        messages::edit(&context, &guest, message.id, message.version, format!("{number}!"));
                    edit.await.expect("edited");
                }
            }
        })
    });
    let mut events = Vec::new();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        events.extend(follower.page(7).await);
    }
    for writer in writers {
        writer.await.expect("written");
    }
    collected(&post).await;
    let count = |events: &[Value]| kinds(events).iter().filter(|kind| **kind == "message.created").count();
    while count(&events) < 240 {
        events.extend(follower.page(100).await);
        collected(&post).await;
    }
    let mut seqs = BTreeMap::<String, Vec<i64>>::new();
    for event in events.iter().filter(|event| event["type"] == "message.created") {
        let talk = event["data"]["conversation"]["id"].as_str().expect("an id").to_owned();
        seqs.entry(talk).or_default().push(event["data"]["message"]["seq"].as_i64().expect("a number"));
    }
    assert_eq!(seqs.len(), 4);
    assert!(seqs.values().all(|seqs| *seqs == (1..=60).collect::<Vec<_>>()), "{seqs:?}");
    let ids: std::collections::BTreeSet<_> = events.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(ids.len(), events.len(), "each event once");
    // From the beginning it is the same again.
    let mut again = Follower { cursor: None, ..Follower::new(&post, true).await };
    let replayed = again.all(100).await;
    let end: Vec<_> = replayed.iter().map(|event| &event["id"]).rev().take(events.len()).rev().collect();
    assert_eq!(end, events.iter().map(|event| &event["id"]).collect::<Vec<_>>());
}

#[tokio::test]
async fn r4_an_edit_or_a_deletion_before_the_collection_is_told_after_the_message() {
    let post = Post::new().await;
    let mut follower = Follower::new(&post, true).await;
    until_on(&post, &mut follower).await;
    let (one, other) = (post.say("one").await, post.say("other").await);
    let context = &post.place.context;
    messages::edit(context, &post.guest, one.id, one.version, "edited".into()).await.unwrap();
    messages::delete(context, &post.guest, other.id, other.version).await.unwrap();
    let mut events = Vec::new();
    while !kinds(&events).contains(&"message.deleted") {
        collected(&post).await;
        events.extend(follower.all(100).await);
    }
    let of = |id| {
        let of_message = events.iter().filter(move |event| event["data"]["message"]["id"] == json!(id));
        of_message.map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(of(one.id), ["message.created", "message.edited"]);
    assert_eq!(of(other.id), ["message.created", "message.deleted"]);
    // A reaction is no event, and makes none of the edit before it.
    let reacted = messages::reactions::change(context, &post.host, one.id, "👍", true).await;
    reacted.expect("a reaction");
    post.say("end").await;
    let mut more = Vec::new();
    while more.is_empty() {
        collected(&post).await;
        more = follower.all(100).await;
    }
    assert_eq!(kinds(&more), ["message.created"]);
}

#[tokio::test]
async fn r4_events_are_as_they_are_described() {
    let post = Post::new().await;
    let mut follower = Follower::new(&post, true).await;
    until_on(&post, &mut follower).await;
    post.say("Hi").await;
    let listing = post.place.get(&post.host, post.talk).await.subject.listing().expect("a listing").id;
    post.place.book(&post.guest, listing).await;
    let schema = json!({ "$ref": "#/components/schemas/Event" });
    let mut seen = Vec::new();
    while !kinds(&seen).contains(&"order.created") {
        collected(&post).await;
        seen.extend(follower.all(2).await);
    }
    for event in &seen {
        assert!(wrong(&schema, event, "event").is_empty(), "{event}: {:?}", wrong(&schema, event, "event"));
        let kind = event["type"].as_str().unwrap();
        assert!(EventType::parse(kind).is_some(), "{kind}");
    }
}

#[tokio::test]
async fn r4_a_cursor_that_is_wrong_too_old_or_of_another_history_is_refused() {
    let post = Post::new().await;
    let mut follower = Follower::new(&post, false).await;
    until_on(&post, &mut follower).await;
    let cursor = follower.cursor.clone().expect("a cursor");
    let (history, _) = cursor.rsplit_once('_').expect("a position");
    for (query, status) in [
        ("after=nonsense".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("limit=0".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("limit=101".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("before=1".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("after=evt_0123456789abcdef_1".to_owned(), StatusCode::CONFLICT),
        (format!("after={history}_999999"), StatusCode::CONFLICT),
        (format!("after={cursor}"), StatusCode::OK),
    ] {
        let (found, problem) = follower.ask(&query).await;
        assert_eq!(found, status, "{query}: {problem}");
    }
    post.place.context.clock.advance(31 * DAY);
    post.say("later").await;
    collected(&post).await;
    cleanup::delete_old(&post.place.context).await.unwrap();
    let (status, problem) = follower.ask(&format!("after={history}_0")).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    follower.cursor = None;
    assert_eq!(kinds(&follower.all(100).await), ["message.created"]);
}

#[tokio::test]
async fn r4_texts_need_their_own_scope_and_a_session_has_none_of_them() {
    let post = Post::new().await;
    let mut follower = Follower::new(&post, false).await;
    until_on(&post, &mut follower).await;
    post.say("A secret").await;
    let mut events = Vec::new();
    while !kinds(&events).contains(&"message.created") {
        collected(&post).await;
        events.extend(follower.all(100).await);
    }
    assert!(!json!(events).to_string().contains("secret"));
    assert_eq!(follower.ask("text=true").await.0, StatusCode::FORBIDDEN);
    let site = &follower.site;
    let session = post.place.session(&post.admin).await;
    assert_eq!(site.get("/api/events", Some(&session)).await.0, StatusCode::OK);
    assert_eq!(site.get("/api/events?text=true", Some(&session)).await.0, StatusCode::FORBIDDEN);
    let wrong_scopes = Scopes { read: true, write: true, ..Scopes::default() };
    let bearer = async |viewer: &Viewer, scopes: Scopes, path: &str| {
        let token = post.place.token(viewer, TokenId::new(), scopes).await;
        let request = reqwest::Client::new().get(format!("{}{path}", site.url)).bearer_auth(token.as_str());
        answer(request).await.0
    };
    let events = Scopes { events: true, ..Scopes::default() };
    for path in ["/api/events", "/api/webhooks"] {
        assert_eq!(bearer(&post.admin, wrong_scopes, path).await, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(bearer(&post.admin, events, path).await, StatusCode::OK, "{path}");
        // A scope that its owner may not have is as good as none.
        assert_eq!(bearer(&post.guest, events, path).await, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(bearer(&post.admin, events, "/api/conversations").await, StatusCode::FORBIDDEN);
    post.place.context.clock.advance(MINUTE);
}
