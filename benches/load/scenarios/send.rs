//! Scenario `send`: 64 users send over HTTP, each the next message after the last one is acknowledged (a
//! closed loop). Afterwards exactly the acknowledged messages must be stored.

use std::{collections::HashSet, time::Duration};

use futures::future::{join_all, try_join_all};
use serde_json::json;
use stoa::shared::{
    conversations::Conversation,
    ids::{ConversationId, MessageId},
    messages::MESSAGES_PAGE_MAX,
    positions::Seq,
    sync::pages::MessagePage,
};
use tokio::time::Instant;

use crate::{
    Result,
    client::Connection,
    marketplace::{Marketplace, SignedIn},
    report::{Report, Started},
    server::Server,
};

const SENDERS: usize = 64;
const BODY: &str = "Lovely. We would come on Tuesday with the last ferry, if that is not too late.";

pub async fn send(server: &Server, marketplace: &Marketplace, lasts: Duration) -> Result<Report> {
    let people = marketplace.senders().take(SENDERS);
    let mut senders =
        try_join_all(people.map(|(user, conversation)| Sender::new(server, user, conversation))).await?;
    let started = Started::now(server);
    let end = Instant::now() + lasts;
    let sent = join_all(senders.iter_mut().map(|sender| sender.send_until(end))).await;
    let load = format!("{SENDERS} senders, each one message at a time");
    let report = Report::new("send", load, server, &started, sent.into_iter().flatten().collect());

    let (mut acknowledged, mut lost, mut surplus) = (0, 0, 0);
    for sender in &mut senders {
        let Sender { server, user, id, last_seq_before, .. } = *sender;
        let stored = stored(&mut sender.connection, server, user, id, last_seq_before).await?;
        acknowledged += sender.acknowledged.len();
        lost += sender.acknowledged.difference(&stored).count();
        surplus += stored.difference(&sender.acknowledged).count();
    }
    let check = format!("{acknowledged} messages acknowledged, {lost} of them lost, {surplus} others stored");
    Ok(report.with_check(check, lost == 0 && surplus == 0))
}

struct Sender<'a> {
    server: &'a Server,
    user: &'a SignedIn,
    id: ConversationId,
    path: String,
    connection: Connection,
    last_seq_before: Seq,
    acknowledged: HashSet<MessageId>,
}

impl<'a> Sender<'a> {
    async fn new(server: &'a Server, user: &'a SignedIn, id: ConversationId) -> Result<Self> {
        let path = format!("/api/conversations/{id}");
        let mut connection = Connection::open(&server.address).await?;
        let answer = connection.ask(&server.get(user, &path, "identity")).await?;
        let conversation: Conversation = serde_json::from_slice(&answer.body)?;
        let last_seq_before = conversation.last_seq;
        Ok(Self { server, user, id, path, connection, last_seq_before, acknowledged: HashSet::new() })
    }

    async fn send_until(&mut self, end: Instant) -> Vec<Result<Duration>> {
        let mut sent = Vec::new();
        while Instant::now() < end {
            sent.push(self.send().await);
        }
        sent
    }

    async fn send(&mut self) -> Result<Duration> {
        let id = MessageId::new();
        let body = json!({ "id": id, "body": BODY }).to_string();
        let request = self.server.post(self.user, &format!("{}/messages", self.path), &body);
        let start = Instant::now();
        let answer = match self.connection.ask(&request).await {
            Ok(answer) => answer,
            Err(error) => {
                self.connection = Connection::open(&self.server.address).await?;
                return Err(error.into());
            }
        };
        let latency = start.elapsed();
        if answer.status != 200 {
            return Err(format!("a send answered {}", answer.status).into());
        }
        self.acknowledged.insert(id);
        Ok(latency)
    }
}

/// The ids of all messages of a conversation after this position.
pub async fn stored(
    connection: &mut Connection,
    server: &Server,
    user: &SignedIn,
    id: ConversationId,
    mut after: Seq,
) -> Result<HashSet<MessageId>> {
    let mut stored = HashSet::new();
    loop {
        let path = format!("/api/conversations/{id}/messages?after_seq={after}&limit={MESSAGES_PAGE_MAX}");
        let answer = connection.ask(&server.get(user, &path, "identity")).await?;
        let page: MessagePage = serde_json::from_slice(&answer.body)?;
        let Some(last) = page.messages.last() else { return Ok(stored) };
        after = last.seq;
        stored.extend(page.messages.iter().map(|message| message.id));
    }
}
