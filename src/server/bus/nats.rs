//! The message bus over NATS: one subject for all nodes on one history of one database.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, connection::State};
use futures::StreamExt;
use tokio::{sync::mpsc, time::timeout};

use super::{BusEnvelope, BusMessage, NodeId};
use crate::server::faults;

/// The client gives up a connection after two intervals without an answer to its ping.
const PING_INTERVAL: Duration = Duration::from_secs(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// An envelope that can't be handed over within this time is dropped: later it would be stale.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(1);
/// Envelopes of other nodes that wait for this one. Further ones are dropped.
const INCOMING_QUEUE_MAX: usize = 1_024;
/// Messages in one envelope, and users in them. The last message may exceed the users, even with a snapshot
/// of a full node; the envelope still stays below the megabyte that NATS accepts.
const ENVELOPE_MESSAGES_MAX: usize = 256;
const ENVELOPE_USERS_MAX: usize = 4_000;

/// Connects, and spawns the tasks that publish `queue` and receive the envelopes of all nodes.
pub(super) async fn connect(
    url: &str,
    epoch: &str,
    node: NodeId,
    queue: mpsc::Receiver<BusMessage>,
) -> Result<mpsc::Receiver<BusEnvelope>, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!("can't use NATS: {error}; give an address like nats://user:password@host:4222 with --nats")
    };
    // Servers of one cluster, any of which will do.
    let servers: Vec<&str> = url.split(',').map(str::trim).collect();
    let client = ConnectOptions::new()
        .name("stoa")
        .retry_on_initial_connect()
        .ping_interval(PING_INTERVAL)
        .connection_timeout(CONNECT_TIMEOUT)
        .subscription_capacity(INCOMING_QUEUE_MAX)
        .event_callback(log)
        .connect(servers)
        .await
        .map_err(|error| failed(&error))?;
    let subject = format!("stoa.{epoch}.nodes");
    let subscriber = client.subscribe(subject.clone()).await.map_err(|error| failed(&error))?;
    let (incoming, receiver) = mpsc::channel(INCOMING_QUEUE_MAX);
    tokio::spawn(receive(subscriber, incoming));
    tokio::spawn(publish(client, subject, node, queue));
    Ok(receiver)
}

async fn receive(mut subscriber: async_nats::Subscriber, incoming: mpsc::Sender<BusEnvelope>) {
    while let Some(message) = subscriber.next().await {
        // A later version may publish in a format that this one can't read.
        let Ok(envelope) = serde_json::from_slice(&message.payload) else { continue };
        if incoming.send(envelope).await.is_err() {
            return;
        }
    }
}

/// Publishes all waiting messages in one envelope, so that the cost of a message falls as the load rises.
async fn publish(client: Client, subject: String, node: NodeId, mut queue: mpsc::Receiver<BusMessage>) {
    while let Some(first) = queue.recv().await {
        let mut envelope = BusEnvelope { from: node, messages: Vec::new() };
        let mut users = user_count(&first);
        push_coalesced(&mut envelope.messages, first);
        while envelope.messages.len() < ENVELOPE_MESSAGES_MAX && users < ENVELOPE_USERS_MAX {
            let Ok(message) = queue.try_recv() else { break };
            users += user_count(&message);
            push_coalesced(&mut envelope.messages, message);
        }
        if client.connection_state() != State::Connected {
            continue;
        }
        let Ok(payload) = serde_json::to_vec(&envelope) else { continue };
        faults::die("die_before_publish");
        let published = async {
            if client.publish(subject.clone(), payload.into()).await.is_ok() {
                let _ = client.flush().await;
            }
        };
        let _ = timeout(PUBLISH_TIMEOUT, published).await;
    }
}

/// Appends a message. Wake-ups that follow each other are merged into one.
fn push_coalesced(messages: &mut Vec<BusMessage>, message: BusMessage) {
    match (messages.last_mut(), message) {
        (Some(BusMessage::UserWakeUp { users }), BusMessage::UserWakeUp { users: more }) => {
            users.extend(more)
        }
        (_, message) => messages.push(message),
    }
}

/// The size of a message, in users. An entry with a time or a count beside the user counts twice.
fn user_count(message: &BusMessage) -> usize {
    match message {
        BusMessage::UserWakeUp { users } | BusMessage::PresenceSnapshot { users, .. } => users.len(),
        BusMessage::Typing { to, .. } => to.len(),
        BusMessage::SpentRates { spent } => 2 * spent.len(),
        BusMessage::PresenceChanges { came, gone, .. } => came.len() + 2 * gone.len(),
        BusMessage::OperatorWakeUp
        | BusMessage::Heartbeat { .. }
        | BusMessage::SnapshotRequest { .. }
        | BusMessage::Stopping
        | BusMessage::Unknown => 1,
    }
}

async fn log(event: Event) {
    match event {
        Event::Connected => tracing::info!("connected to NATS"),
        // `Closed` follows when this process itself closes the connection.
        Event::Disconnected => {
            tracing::warn!(
                "NATS is away: updates from other nodes arrive by reconciliation with the database every 500 ms"
            );
        }
        other => tracing::debug!(event = %other, "NATS"),
    }
}
