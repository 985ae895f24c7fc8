//! Publishes presence: notifies the contacts of users who come online or go offline, and stores when they
//! were last seen.

use std::{pin::pin, time::Duration};

use tokio::{sync::mpsc, time::MissedTickBehavior};

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
/// Presence changes of other nodes that wait until contacts are notified of them. Further ones are dropped: contacts get
/// the presence when they next open the conversation.
pub const REMOTE_QUEUE_MAX: usize = 16_384;
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

/// A user who came online (`None`) or went offline.
type Change = (UserId, Option<Timestamp>);

fn changes(came: Vec<UserId>, gone: Vec<(UserId, Timestamp)>) -> impl Iterator<Item = Change> {
    let came = came.into_iter().map(|user| (user, None));
    came.chain(gone.into_iter().map(|(user, at)| (user, Some(at))))
}

async fn notify_contacts(context: &Context, came: Vec<UserId>, gone: Vec<(UserId, Timestamp)>) {
    for change in changes(came, gone) {
        notify_contacts_of(context, change).await;
    }
}

/// Notifies the contacts on this node of a user who came online or went offline, on whichever node.
async fn notify_contacts_of(context: &Context, (user, last_seen): Change) {
    // If the store fails, contacts get the presence when they next open the conversation.
    if let Ok(contacts) = presence::contacts(context, user).await {
        context.sockets.send_presence(&contacts, user, last_seen);
    }
}

/// The queue of presence changes of other nodes. Each takes a read from the database, which the loop that receives
/// their messages must not wait for.
pub struct RemotePresence(pub mpsc::Sender<Change>);

impl RemotePresence {
    pub fn push(&self, came: Vec<UserId>, gone: Vec<(UserId, Timestamp)>) {
        let dropped = changes(came, gone).filter(|change| self.0.try_send(*change).is_err()).count();
        metrics().presence_dropped.increment(dropped as u64);
    }
}

/// Notifies the contacts of users whose presence changed on other nodes. Runs until the server stops.
pub async fn run_remote(context: Context, mut queue: mpsc::Receiver<Change>) {
    let mut stopped = pin!(context.stopped());
    loop {
        tokio::select! {
            () = &mut stopped => return,
            change = queue.recv() => match change {
                Some(change) => notify_contacts_of(&context, change).await,
                None => return,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s8_presence_of_other_nodes_beyond_the_queue_is_dropped_and_holds_nobody_up() {
        let (sender, mut queue) = mpsc::channel(2);
        let (first, second) = (UserId::new(), UserId::new());
        RemotePresence(sender).push(vec![first, second], vec![(UserId::new(), Timestamp(1))]);
        let mut queued = Vec::new();
        while let Ok(change) = queue.try_recv() {
            queued.push(change);
        }
        assert_eq!(queued, [(first, None), (second, None)]);
    }
}
