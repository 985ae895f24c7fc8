//! Deletion of events after 30 days, and of deliveries.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    server::{
        context::{Context, ContextInner},
        domain::failed,
        store::{
            operators::webhooks::deliveries,
            sync::event_log::{self, cleanup},
        },
    },
    shared::{errors::Result, values::time::DAY},
};

/// How long events are kept.
pub const KEPT: i64 = 30 * DAY;
/// Deliveries that were taken, of each endpoint.
const DELIVERED_KEPT: i64 = 10_000;
/// Rows of one transaction.
const DELETED_AT_ONCE: i64 = 500;
const INTERVAL: Duration = Duration::from_secs(600);

/// Deletes what is old until the server stops.
pub async fn run_in_background(context: Context) {
    let repeatedly = async {
        loop {
            let _ = delete_old(&context).await;
            sleep(INTERVAL).await;
        }
    };
    tokio::select! {
        () = context.stopped() => {}
        () = repeatedly => {}
    }
}

/// Deletes events and deliveries that are old, and ends a log that nobody follows.
pub async fn delete_old(context: &ContextInner) -> Result<()> {
    let before = context.clock.now().plus(-KEPT);
    let idle = context
        .store
        .read_one(|mut conn| Box::pin(async move { event_log::state(&mut conn).await }))
        .await
        .map_err(failed)?;
    if idle.started_at.is_none() && idle.deleted >= idle.position {
        return Ok(());
    }
    loop {
        let has_more = context.low_priority_store.write_repeatable(move |mut conn| {
            Box::pin(async move {
                let events = cleanup::delete_old(&mut conn, before, DELETED_AT_ONCE).await?;
                let deleted = event_log::state(&mut conn).await?.deleted;
                let more =
                    deliveries::delete_old(&mut conn, deleted, DELIVERED_KEPT, DELETED_AT_ONCE).await?;
                Ok(events as i64 == DELETED_AT_ONCE || more)
            })
        });
        if !has_more.await.map_err(failed)? {
            break;
        }
    }
    let ended = context
        .low_priority_store
        .write(move |mut conn| Box::pin(async move { cleanup::end_unread(&mut conn, before).await }));
    if ended.await.map_err(failed)? {
        context.event_log.look_again();
    }
    Ok(())
}
