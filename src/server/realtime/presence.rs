//! Publishes presence: notifies the contacts of users who come online or go offline, and stores when they
//! were last seen.

use std::{pin::pin, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::{
    server::{
        bus::BusMessage, connections::registry::PresenceChanges, context::Context, domain::users::presence,
        telemetry::metrics::metrics,
    },
    shared::{
        ids::UserId,
        values::time::{SECOND, Timestamp},
    },
};

/// The longest time until an ended grace period is noticed.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// Bounds how old the stored last-seen times of online users are if the process is killed.
const STORE_INTERVAL_MICROS: i64 = 10 * SECOND;

/// Runs until the server stops.
pub async fn run(context: Context) {
    let mut ticks = tokio::time::interval(CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = pin!(context.stopped());
    let mut stored_at = context.clock.now();
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = context.sockets.came_online.notified() => {}
            _ = ticks.tick() => {}
        }
        let now = context.clock.now();
        publish_changes(&context, now).await;
        if (now.0 - stored_at.0).abs() >= STORE_INTERVAL_MICROS {
            stored_at = now;
            store_online_users(&context, now).await;
        }
    }
}

/// Stores `now` as the last-seen time of all users who are online on this node.
pub async fn store_online_users(context: &Context, now: Timestamp) {
    let seen = context.sockets.online_users().into_iter().map(|user| (user, now)).collect();
    if let Err(error) = presence::store_last_seen(context, seen).await {
        tracing::warn!(%error, "the last-seen times of online users were not stored");
    }
}

async fn publish_changes(context: &Context, now: Timestamp) {
    let PresenceChanges { revision, came, gone, lost } = context.sockets.take_presence_changes(now);
    metrics().came_online.increment(came.len() as u64);
    metrics().went_offline.increment(gone.len() as u64);
    if let Some(revision) = revision {
        context.bus.publish(BusMessage::PresenceChanges { revision, came: came.clone(), gone: gone.clone() });
    }
    let gone: Vec<_> = gone.into_iter().chain(lost).collect();
    if let Err(error) = presence::store_last_seen(context, gone.clone()).await {
        tracing::warn!(%error, "the last-seen times of users who went offline were not stored");
    }
    notify_contacts(context, came, gone).await;
}

/// Notifies the contacts on this node of users who came online or went offline, on whichever node.
pub async fn notify_contacts(context: &Context, came: Vec<UserId>, gone: Vec<(UserId, Timestamp)>) {
    let came = came.into_iter().map(|user| (user, None));
    let gone = gone.into_iter().map(|(user, at)| (user, Some(at)));
    for (user, last_seen) in came.chain(gone) {
        // If the store fails, contacts get the presence when they next open the conversation.
        if let Ok(contacts) = presence::contacts(context, user).await {
            context.sockets.send_presence(&contacts, user, last_seen);
        }
    }
}
