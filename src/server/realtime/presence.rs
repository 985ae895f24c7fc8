//! Tells who came and who went to those who talk with them, and keeps when they were last here.

use std::{pin::pin, time::Duration};

use tokio::time::MissedTickBehavior;

use crate::server::connections::registry::Moved;
use crate::{
    server::{bus::BusMessage, context::Context, domain::users::presence, telemetry::metrics::metrics},
    shared::{
        ids::UserId,
        values::time::{MINUTE, Timestamp},
    },
};

const EVERY: Duration = Duration::from_millis(500);
/// What is kept of people who stay online is never older than this, should the server be killed.
const KEPT_EVERY: i64 = MINUTE;

/// Runs as long as the node does.
pub async fn follow_presence(context: Context) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = pin!(context.stopped());
    let mut kept_at = context.clock.now();
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = context.sockets.came.notified() => {}
            _ = ticks.tick() => {}
        }
        let now = context.clock.now();
        tell(&context, now).await;
        if (now.0 - kept_at.0).abs() >= KEPT_EVERY {
            kept_at = now;
            keep(&context, context.sockets.online(), now).await;
        }
    }
}

/// The end of the node: keeps that everybody who was online was here until now.
pub async fn keep_all(context: &Context) {
    keep(context, context.sockets.online(), context.clock.now()).await;
}

async fn tell(context: &Context, now: Timestamp) {
    let Moved { number, came, gone, lost } = context.sockets.moved(now);
    metrics().came.increment(came.len() as u64);
    metrics().went.increment(gone.len() as u64);
    if let Some(number) = number {
        context.bus.say(BusMessage::Moved { number, came: came.clone(), gone: gone.clone() });
    }
    let gone: Vec<_> = gone.into_iter().chain(lost).collect();
    if let Err(error) = presence::keep(context, gone.clone()).await {
        tracing::warn!(%error, "when somebody was last here was not stored");
    }
    tell_of(context, came, gone).await;
}

/// Tells the people of this node that others have come or gone, wherever that was.
pub async fn tell_of(context: &Context, came: Vec<UserId>, gone: Vec<(UserId, Timestamp)>) {
    let came = came.into_iter().map(|user| (user, None));
    let gone = gone.into_iter().map(|(user, at)| (user, Some(at)));
    for (user, last_seen) in came.chain(gone) {
        // Who can't be told just now learns it when he looks.
        if let Ok(people) = presence::told_of(context, user).await {
            context.sockets.tell_presence(&people, user, last_seen);
        }
    }
}

async fn keep(context: &Context, users: Vec<UserId>, now: Timestamp) {
    let seen = users.into_iter().map(|user| (user, now)).collect();
    if let Err(error) = presence::keep(context, seen).await {
        tracing::warn!(%error, "who is here was not stored");
    }
}
