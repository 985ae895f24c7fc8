//! Cluster membership: receives the messages of other nodes, and publishes this node's heartbeat, presence
//! snapshots and spent rate limits.

use std::time::Duration;

use tokio::{sync::mpsc, time::MissedTickBehavior};

use super::{
    operator_notifications,
    presence::{self, RemotePresence},
};
use crate::server::{
    bus::{BusEnvelope, BusMessage},
    context::Context,
};

const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);
/// Spending of rate limits counts on other nodes after at most this time.
const SPENT_RATES_INTERVAL: Duration = Duration::from_millis(200);

/// Runs until the server stops. Returns at once on a single node.
pub async fn run(context: Context) {
    let Some(mut incoming) = context.bus.take_incoming() else { return };
    context.bus.publish(BusMessage::SnapshotRequest { node: None });
    let (remote_presence, queue) = mpsc::channel(presence::REMOTE_QUEUE_MAX);
    tokio::spawn(presence::run_remote(context.clone(), queue));
    let remote_presence = RemotePresence(remote_presence);
    let mut heartbeats = tokio::time::interval(HEARTBEAT_INTERVAL);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut spent_rates = tokio::time::interval(SPENT_RATES_INTERVAL);
    spent_rates.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = context.stopped() => return context.bus.publish(BusMessage::Stopping),
            _ = heartbeats.tick() => {
                context.bus.publish(BusMessage::Heartbeat { revision: context.sockets.revision() });
            }
            _ = spent_rates.tick() => publish_spent_rates(&context),
            received = incoming.recv() => match received {
                Some(envelope) if envelope.from == context.bus.node => receive_own(&context, &envelope),
                Some(envelope) => receive(&context, &remote_presence, envelope).await,
                None => return,
            },
        }
    }
}

fn publish_spent_rates(context: &Context) {
    let spent = context.limits.take_unpublished();
    if !spent.is_empty() {
        context.bus.publish(BusMessage::SpentRates { spent });
    }
}

/// An own heartbeat that comes back shows that this node is connected: it would have received other nodes'
/// too.
fn receive_own(context: &Context, envelope: &BusEnvelope) {
    if envelope.messages.iter().any(|message| matches!(message, BusMessage::Heartbeat { .. })) {
        context.sockets.record_own_heartbeat(context.clock.now());
    }
}

async fn receive(
    context: &Context,
    remote_presence: &RemotePresence,
    BusEnvelope { from, messages }: BusEnvelope,
) {
    let request_snapshot = || context.bus.publish(BusMessage::SnapshotRequest { node: Some(from) });
    context.sockets.record_remote_message(from);
    for message in messages {
        match message {
            BusMessage::UserWakeUp { users } => context.sockets.wake(&users),
            BusMessage::OperatorWakeUp => operator_notifications::wake(context).await,
            BusMessage::Typing { conversation, by, is_typing, to } => {
                context.sockets.send_typing(&to, conversation, by, is_typing);
            }
            BusMessage::PresenceChanges { revision, came, gone } => {
                if context.sockets.apply_remote_changes(from, revision, &came, &gone) {
                    remote_presence.push(came, gone);
                } else {
                    request_snapshot();
                }
            }
            BusMessage::Heartbeat { revision } => {
                if !context.sockets.is_remote_current(from, revision) {
                    request_snapshot();
                }
            }
            BusMessage::PresenceSnapshot { revision, users } => {
                let now = context.clock.now();
                let came = context.sockets.apply_remote_snapshot(from, revision, users, now);
                remote_presence.push(came, Vec::new());
            }
            BusMessage::SnapshotRequest { node } if node.is_none_or(|node| node == context.bus.node) => {
                context.bus.publish(context.sockets.presence_snapshot());
            }
            BusMessage::SpentRates { spent } => {
                spent.iter().for_each(|spent| context.limits.spend_remote(spent));
            }
            BusMessage::Stopping => context.sockets.remove_remote_node(from, context.clock.now()),
            BusMessage::SnapshotRequest { .. } | BusMessage::Unknown => {}
        }
    }
}
