//! Deletes old messages in the background, where an admin has said so (B7). Each node does, and they
//! take turns: whatever another has done already is not there to do.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use crate::server::domain::failed;
use crate::{
    server::{
        context::{Context, ContextInner},
        store::operators::{
            retention::{self, Deleted},
            site_settings,
        },
    },
    shared::{
        errors::Result, ids::ConversationId, operators::site_settings::kept_since, values::time::Timestamp,
    },
};

/// Messages in one transaction, so that nobody who sends waits for long.
const BATCH_MAX: i64 = 200;
const EVERY: Duration = Duration::from_secs(60 * 60);
/// After a run that the database has ended.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Runs as long as the node does: at its start, which takes up what was interrupted, after each change
/// of the setting, and every hour.
pub async fn follow(context: Context) {
    let follow = async {
        loop {
            let ran = run(&context, context.clock.now()).await;
            let pause = if ran.is_ok() { EVERY } else { AGAIN_AFTER };
            // A change that came during the run is remembered.
            let _ = timeout(pause, context.retention.notified()).await;
        }
    };
    tokio::select! {
        () = context.stopped() => {}
        () = follow => {}
    }
}

/// Deletes all that is too old at this time.
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

/// The setting, and where there is something to delete by it: from where the run has come to, or from the
/// start where the setting has changed since. Nothing where it is off.
async fn find(
    context: &ContextInner,
    at: Option<(i64, ConversationId)>,
    now: Timestamp,
) -> Result<Option<(i64, Vec<ConversationId>)>> {
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let Some(days) = site_settings::get(&mut conn).await?.retention_days else { return Ok(None) };
                let from =
                    at.filter(|(seen, _)| *seen == days).map_or(ConversationId(Uuid::nil()), |(_, id)| id);
                let found = retention::find(&mut conn, from, kept_since(days, now)).await?;
                Ok(Some((days, found)))
            })
        })
        .await
        .map_err(failed)
}
