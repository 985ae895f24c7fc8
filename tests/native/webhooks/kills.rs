//! Servers that are killed while they deliver webhooks (R4): before and after events are collected, and while the receiver has one that is
//! not kept as delivered yet. Every message comes, in order for each conversation; a second copy has the same id.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use stoa::shared::{
    ids::{MessageId, TokenId},
    users::api_tokens::Scopes,
};
use tokio::time::{Instant, sleep};

use super::{MESSAGES, Post, receiver::Call};
use crate::server::{Server, free_address};

const MESSAGES_EACH: i64 = 40;
const KILLS: usize = 6;
const EVERYTHING_WITHIN: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn r4_servers_that_are_killed_lose_no_event_and_keep_the_order() {
    let mut post = Post::new().await;
    let (_, secret) = post.hook(&MESSAGES).await;
    let talks = [post.talk, post.other_talk().await, post.other_talk().await];
    let scopes = Scopes { write: true, ..Scopes::default() };
    let token = post.place.token(&post.guest, TokenId::new(), scopes).await;
    // The place's own tasks would deliver as well.
    post.place.context.stopping.send_replace(true);
    let usual = [("STOA_ALLOW_PRIVATE_WEBHOOK_HOSTS", "true"), ("STOA_LEASE_SECONDS", "1")];
    let (address, client) = (free_address().await, reqwest::Client::new());
    let mut sent = [0; 3];
    for kill in 0..KILLS {
        let point = ["after_events_were_collected", "after_webhook_was_sent", ""][kill % 3];
        let passes = (kill * 3 % 7).to_string();
        let mut environment = usual.to_vec();
        environment.extend([("STOA_FAULT", point), ("STOA_DIES_AT", passes.as_str())]);
        let mut server = Server::start_until_it_runs(address, &post.place.database.url, &environment).await;
        let end = Instant::now() + Duration::from_millis(1_500);
        while Instant::now() < end && !server.is_dead() {
            for (talk, sent) in talks.iter().zip(&mut sent) {
                if *sent < MESSAGES_EACH && say(&client, &server, (*talk, *sent + 1), token.as_str()).await {
                    *sent += 1;
                }
            }
            sleep(Duration::from_millis(20)).await;
        }
        server.kill();
    }
    let server = Server::start_until_it_runs(address, &post.place.database.url, &usual).await;
    for (talk, sent) in talks.iter().zip(&mut sent) {
        while *sent < MESSAGES_EACH {
            if say(&client, &server, (*talk, *sent + 1), token.as_str()).await {
                *sent += 1;
            }
        }
    }
    let mut calls: Vec<Call> = Vec::new();
    let end = Instant::now() + EVERYTHING_WITHIN;
    while first_times(&calls).values().map(Vec::len).sum::<usize>() < 3 * MESSAGES_EACH as usize {
        assert!(Instant::now() < end, "{:?}", first_times(&calls));
        calls.extend(post.receiver.taken());
        sleep(Duration::from_millis(20)).await;
    }
    assert!(calls.iter().all(|call| call.is_signed_by(&secret)));
    let found = first_times(&calls);
    assert_eq!(found.len(), 3);
    let all: Vec<i64> = (1..=MESSAGES_EACH).collect();
    assert!(found.values().all(|seqs| *seqs == all), "{found:?}");
    let copies = calls.len() - 3 * MESSAGES_EACH as usize;
    println!("{KILLS} kills, {} calls, {copies} of them second copies", calls.len());
}

/// The messages of each conversation in the order in which they first came, each once by its id.
fn first_times(calls: &[Call]) -> BTreeMap<&str, Vec<i64>> {
    let (mut ids, mut found) = (std::collections::BTreeSet::new(), BTreeMap::<&str, Vec<i64>>::new());
    for call in calls.iter().filter(|call| call.kind() == "message.created") {
        if ids.insert(call.id()) {
            found.entry(call.conversation()).or_default().push(call.seq());
        }
    }
    found
}

/// Whether it was answered. One that was not may be stored all the same: it is sent again with its id, which its number makes.
async fn say(
    client: &reqwest::Client,
    server: &Server,
    (talk, number): (stoa::shared::ids::ConversationId, i64),
    token: &str,
) -> bool {
    let mut bytes = *talk.0.as_bytes();
    bytes[14..].copy_from_slice(&(number as u16).to_be_bytes());
    let id = MessageId(uuid::Uuid::from_bytes(bytes));
    let request = client
        .post(format!("{}/api/conversations/{talk}/messages", server.url()))
        .bearer_auth(token)
        .json(&json!({ "id": id, "body": number.to_string() }));
    request.send().await.is_ok_and(|answer| answer.status().is_success())
}
