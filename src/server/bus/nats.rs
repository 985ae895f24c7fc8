//! The bus over NATS: one subject for all nodes on one history of one database.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, connection::State};
use futures::StreamExt;
use tokio::{sync::mpsc, time::timeout};

use super::{BusEnvelope, BusMessage, NodeId};
use crate::{server::faults, shared::ids::UserId};

/// A connection that says nothing for two of these is given up.
const PING_EVERY: Duration = Duration::from_secs(2);
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// What can't be handed over in this time is lost: later it would be of no use.
const SAID_WITHIN: Duration = Duration::from_secs(1);
/// What others said that waits for this node; more is lost.
const HEARD_MAX: usize = 1_024;
/// Words, and people in them, that are said at once; one word more, even of everybody who is here,
/// stays below the megabyte that NATS takes.
const WORDS_MAX: usize = 256;
const PEOPLE_MAX: usize = 4_000;

pub(super) async fn open(
    url: &str,
    epoch: &str,
    me: NodeId,
    words: mpsc::Receiver<BusMessage>,
) -> Result<mpsc::Receiver<BusEnvelope>, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!("can't use NATS: {error}; give an address like nats://user:password@host:4222 with --nats")
    };
    let client = ConnectOptions::new()
        .name("stoa")
        .retry_on_initial_connect()
        .ping_interval(PING_EVERY)
        .connection_timeout(CONNECT_WITHIN)
        .subscription_capacity(HEARD_MAX)
        .event_callback(log)
        .connect(url)
        .await
        .map_err(|error| failed(&error))?;
    let subject = format!("stoa.{epoch}.nodes");
    let said = client.subscribe(subject.clone()).await.map_err(|error| failed(&error))?;
    let (heard, hears) = mpsc::channel(HEARD_MAX);
    tokio::spawn(listen(said, heard));
    tokio::spawn(speak(client, subject, me, words));
    Ok(hears)
}

async fn listen(mut said: async_nats::Subscriber, heard: mpsc::Sender<BusEnvelope>) {
    while let Some(message) = said.next().await {
        // What a later version says in another way is none of ours.
        let Ok(said) = serde_json::from_slice(&message.payload) else { continue };
        if heard.send(said).await.is_err() {
            return;
        }
    }
}

/// All that waits is said at once: the more there is to say, the less each word costs.
async fn speak(client: Client, subject: String, me: NodeId, mut words: mpsc::Receiver<BusMessage>) {
    while let Some(first) = words.recv().await {
        let mut said = BusEnvelope { from: me, words: Vec::new() };
        let mut people = weigh(&first);
        add(&mut said.words, first);
        while said.words.len() < WORDS_MAX && people < PEOPLE_MAX {
            let Ok(word) = words.try_recv() else { break };
            people += weigh(&word);
            add(&mut said.words, word);
        }
        if client.connection_state() != State::Connected {
            continue;
        }
        let Ok(payload) = serde_json::to_vec(&said) else { continue };
        faults::die("die_before_publish");
        let handed_over = async {
            if client.publish(subject.clone(), payload.into()).await.is_ok() {
                let _ = client.flush().await;
            }
        };
        let _ = timeout(SAID_WITHIN, handed_over).await;
    }
}

/// People who have news are told so together.
fn add(words: &mut Vec<BusMessage>, word: BusMessage) {
    match (words.last_mut(), word) {
        (Some(BusMessage::News { users }), BusMessage::News { users: more }) => users.extend(more),
        (_, word) => words.push(word),
    }
}

fn weigh(word: &BusMessage) -> usize {
    let users = |users: &Vec<UserId>| users.len();
    match word {
        BusMessage::News { users: some } | BusMessage::Here { users: some, .. } => users(some),
        BusMessage::Typing { to, .. } => users(to),
        BusMessage::Spent { spent } => 2 * spent.len(),
        BusMessage::Moved { came, gone, .. } => users(came) + 2 * gone.len(),
        BusMessage::Desk
        | BusMessage::Beat { .. }
        | BusMessage::Tell { .. }
        | BusMessage::Stopping
        | BusMessage::Unknown => 1,
    }
}

async fn log(event: Event) {
    match event {
        Event::Connected => tracing::info!("connected to NATS"),
        // `Closed` is our own end.
        Event::Disconnected => {
            tracing::warn!("NATS is away: other nodes' news comes by looking for it every 500 ms");
        }
        other => tracing::debug!(event = %other, "NATS"),
    }
}
