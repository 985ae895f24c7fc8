//! Tells who came and who went to those who talk with them, and keeps when they were last here.

use std::{pin::pin, time::Duration};

use tokio::time::MissedTickBehavior;

use super::registry::Moved;
use crate::{
    server::{bus::Word, domain::presence, metrics::metrics, node::Node},
    shared::{
        ids::UserId,
        time::{MINUTE, Timestamp},
    },
};

const EVERY: Duration = Duration::from_millis(500);
/// What is kept of people who stay online is never older than this, should the server be killed.
const KEPT_EVERY: i64 = MINUTE;

/// Runs as long as the node does.
pub async fn follow_presence(node: Node) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = pin!(node.stopped());
    let mut kept_at = node.clock.now();
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = node.sockets.came.notified() => {}
            _ = ticks.tick() => {}
        }
        let now = node.clock.now();
        tell(&node, now).await;
        if (now.0 - kept_at.0).abs() >= KEPT_EVERY {
            kept_at = now;
            keep(&node, node.sockets.online(), now).await;
        }
    }
}

/// The end of the node: keeps that everybody who was online was here until now.
pub async fn keep_all(node: &Node) {
    keep(node, node.sockets.online(), node.clock.now()).await;
}

async fn tell(node: &Node, now: Timestamp) {
    let Moved { number, came, gone, lost } = node.sockets.moved(now);
    metrics().came.increment(came.len() as u64);
    metrics().went.increment(gone.len() as u64);
    if let Some(number) = number {
        node.bus.say(Word::Moved { number, came: came.clone(), gone: gone.clone() });
    }
    let gone: Vec<_> = gone.into_iter().chain(lost).collect();
    if let Err(error) = presence::keep(node, gone.clone()).await {
        tracing::warn!(%error, "when somebody was last here was not stored");
    }
    tell_of(node, came, gone).await;
}

/// Tells the people of this node that others have come or gone, wherever that was.
pub async fn tell_of(node: &Node, came: Vec<UserId>, gone: Vec<(UserId, Timestamp)>) {
    let came = came.into_iter().map(|user| (user, None));
    let gone = gone.into_iter().map(|(user, at)| (user, Some(at)));
    for (user, last_seen) in came.chain(gone) {
        // Who can't be told just now learns it when he looks.
        if let Ok(people) = presence::told_of(node, user).await {
            node.sockets.tell_presence(&people, user, last_seen);
        }
    }
}

async fn keep(node: &Node, users: Vec<UserId>, now: Timestamp) {
    let seen = users.into_iter().map(|user| (user, now)).collect();
    if let Err(error) = presence::keep(node, seen).await {
        tracing::warn!(%error, "who is here was not stored");
    }
}
