//! Retention: a background task deletes messages that are older than an admin has set (B7), and old events of
//! security and others. Each node runs it. Concurrent runs are safe: a batch that another node has deleted is simply not found.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use super::cases;
use crate::server::domain::{failed, mail::incoming, rooms::invitations, tasks, users::security_events};
use crate::{
    server::{
        context::{Context, ContextInner},
        store::{
            TimeLimit,
            operators::{
                retention::{self, Deleted},
                site_settings,
            },
        },
    },
    shared::{
        errors::Result, ids::ConversationId, operators::site_settings::retention_cutoff,
        values::time::Timestamp,
    },
};

/// Messages in one transaction, so that concurrent sends don't wait for long.
const BATCH_MAX: i64 = 200;
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Pause after a run that failed.
const RETRY_DELAY: Duration = Duration::from_secs(60);

/// Runs until the server stops: at its start, which continues an interrupted run, after each change of the
/// setting, and every hour.
pub async fn delete_in_background(context: Context) {
    let repeat = async {
        loop {
            let now = context.clock.now();
            let ran = run(&context, now).await.and(security_events::delete_old(&context, now).await);
            let others = tasks::delete_old(&context).await.and(incoming::delete_old(&context).await);
            let others = others.and(cases::empty_old(&context).await);
            let others = others.and(invitations::delete_old(&context).await);
            let pause = if ran.is_ok() && others.is_ok() { INTERVAL } else { RETRY_DELAY };
            // A change of the setting during the run ends this wait at once.
            let _ = timeout(pause, context.retention_wake_up.notified()).await;
        }
    };
    tokio::select! {
        () = context.stopped() => {}
        () = repeat => {}
    }
}

/// Deletes all messages that are too old at this time, in batches. Returns the totals.
pub async fn run(context: &ContextInner, now: Timestamp) -> Result<Deleted> {
    let mut all = Deleted::default();
    let mut at = None;
    loop {
        let Some((days, found)) = find(context, at, now).await? else { return Ok(all) };
        let Some(last) = found.last().copied() else { break };
        let deleted = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { retention::delete(&mut conn, &found, BATCH_MAX, now).await })
            })
            .await
            .map_err(failed)?;
        all.messages += deleted.messages;
        all.conversations += deleted.conversations;
        at = Some((days, deleted.rest.unwrap_or(last)));
    }
    if all.conversations > 0 {
        let Deleted { messages, conversations, .. } = all;
        tracing::info!(messages, conversations, "old messages are deleted");
    }
    let finish =
        context.store.write(move |mut conn| Box::pin(async move { retention::finish(&mut conn, now).await }));
    finish.await.map_err(failed)?;
    Ok(all)
}

/// The setting in days, and the next conversations with messages to delete: after `at`, or from the start if
/// the setting has changed since. None if retention is off.
async fn find(
    context: &ContextInner,
    at: Option<(i64, ConversationId)>,
    now: Timestamp,
) -> Result<Option<(i64, Vec<ConversationId>)>> {
    context
        .store
        .read_within(TimeLimit::Long, move |mut conn| {
            Box::pin(async move {
                let Some(days) = site_settings::get(&mut conn).await?.retention_days else { return Ok(None) };
                let from =
                    at.filter(|(seen, _)| *seen == days).map_or(ConversationId(Uuid::nil()), |(_, id)| id);
                let found = retention::find(&mut conn, from, retention_cutoff(days, now)).await?;
                Ok(Some((days, found)))
            })
        })
        .await
        .map_err(failed)
}
