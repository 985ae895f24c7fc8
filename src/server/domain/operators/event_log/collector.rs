//! The collector: a background task that brings the event log behind the messages up to date. Sending does nothing for it. Each node
//! collects what it has committed; what a node has forgotten, because it died, is found by a sweep.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        faults,
        store::sync::event_log::{self, collect, sweep},
    },
    shared::errors::Result,
};

/// Conversations in one transaction.
const CONVERSATIONS: usize = 50;
/// After a wake-up, to have the messages of a moment in one transaction.
const GATHER: Duration = Duration::from_millis(50);
/// How often a node looks whether another one has started the log.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);
const SWEEP_PAUSE: Duration = Duration::from_millis(20);
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Subscribes to the commits of this node.
pub fn subscribe(context: &Context) {
    let weak = context.downgrade();
    context.store.subscribe(move |updates| {
        if let Some(context) = weak.upgrade() {
            context.event_log.add(updates);
        }
    });
}

/// Collects until the server stops.
pub async fn run_in_background(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = collect_repeatedly(&context) => {}
    }
}

async fn collect_repeatedly(context: &Context) {
    let log = &context.event_log;
    let mut swept: Option<(i64, Instant)> = None;
    loop {
        let (started, has_told) = match look(context).await {
            Ok(found) => found,
            Err(_) => {
                sleep(RETRY_PAUSE).await;
                continue;
            }
        };
        log.set_on(started.is_some());
        let Some(started) = started else {
            swept = None;
            let _ = timeout(CHECK_INTERVAL, log.look_wanted()).await;
            continue;
        };
        let is_due = swept.is_none_or(|(of, at)| of != started || at.elapsed() > SWEEP_INTERVAL);
        if is_due || log.pending.has_overflowed() {
            match sweep_all(context, started).await {
                Ok(()) => swept = Some((started, Instant::now())),
                Err(_) => {
                    sleep(RETRY_PAUSE).await;
                    continue;
                }
            }
        }
        if (has_told || !log.pending.is_empty()) && catch_up(context).await.is_err() {
            sleep(RETRY_PAUSE).await;
            continue;
        }
        tokio::select! {
            () = log.pending.arrived() => sleep(GATHER).await,
            () = log.look_wanted() => {}
            () = sleep(CHECK_INTERVAL) => {}
        }
    }
}

/// Since when the log tells, and whether there is something in the outbox.
async fn look(context: &ContextInner) -> Result<(Option<i64>, bool)> {
    let read = context.store.read(|mut conn| {
        Box::pin(async move {
            let log = event_log::state(&mut conn).await?;
            Ok((log.started_at, log.started_at.is_some() && collect::has_told(&mut conn).await?))
        })
    });
    read.await.map_err(failed)
}

/// Remembers all conversations that are not collected to their end.
async fn sweep_all(context: &ContextInner, started: i64) -> Result<()> {
    let mut after = Some(Uuid::nil());
    while let Some(from) = after {
        let swept = context
            .low_priority_store
            .read_one(move |mut conn| Box::pin(async move { sweep::sweep(&mut conn, started, from).await }));
        let (behind, next) = swept.await.map_err(failed)?;
        if !behind.is_empty() {
            context.event_log.pending.insert(behind);
        }
        after = next;
        if after.is_some() {
            sleep(SWEEP_PAUSE).await;
        }
    }
    Ok(())
}

/// Collects all that is remembered, and the outbox.
pub async fn catch_up(context: &ContextInner) -> Result<()> {
    loop {
        let taken = context.event_log.pending.take(CONVERSATIONS);
        let is_last = context.event_log.pending.is_empty();
        let batch = taken.clone();
        let written = context.low_priority_store.write(move |mut conn| {
            let batch = batch.clone();
            Box::pin(async move { collect::collect(&mut conn, &batch).await })
        });
        let collected = match written.await {
            Ok(collected) => collected,
            Err(error) => {
                context.event_log.pending.insert(taken);
                return Err(failed(error));
            }
        };
        faults::die("after_events_were_collected");
        let is_whole = collected.rest.is_empty() && !collected.has_more;
        if !collected.rest.is_empty() {
            context.event_log.pending.insert(collected.rest);
        }
        if collected.events > 0 {
            context.event_log.wake_workers();
        }
        if is_last && is_whole {
            return Ok(());
        }
    }
}
