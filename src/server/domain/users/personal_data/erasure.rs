//! The handler of what is deleted in the background once an account is closed.

use futures::future::BoxFuture;

use super::closing::former_name;
use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed,
            tasks::{self, Attempt},
        },
        faults,
        store::{
            tasks::Claimed,
            users::personal_data::{
                erasure,
                erasure_task::{ErasureTask, Replacements, Stage},
            },
        },
    },
    shared::{
        errors::Result,
        values::time::{MINUTE, SECOND},
        words::{self, Language},
    },
};

/// Pause after a batch that failed.
const RETRY_PAUSE: i64 = MINUTE;
/// Pause while another program reads the database.
const LOG_PAUSE: i64 = 5 * SECOND;

/// Does the next batch of an account.
pub fn handler<'a>(context: &'a ContextInner, task: &'a Claimed) -> BoxFuture<'a, Attempt> {
    Box::pin(async move {
        match advance(context, task).await {
            Ok(attempt) => attempt,
            // It is never given up.
            Err(error) => {
                tracing::warn!(task = %task.id, error = error.message, "data of a closed account waits to be deleted");
                Attempt::Held { until: context.clock.now().plus(RETRY_PAUSE) }
            }
        }
    })
}

async fn advance(context: &ContextInner, task: &Claimed) -> Result<Attempt> {
    let Ok(erasure) = serde_json::from_str::<ErasureTask>(&task.body) else {
        return Ok(Attempt::Impossible("this version does not know such a task".to_owned()));
    };
    if erasure.stage == Stage::Log {
        // What was deleted is still in pages that SQLite has moved to another place, until these are written to the file.
        if !context.store.empty_log().await {
            return Ok(Attempt::Held { until: context.clock.now().plus(LOG_PAUSE) });
        }
        let attempt = tasks::finish(context, task).await?;
        tracing::info!(user = %erasure.user, "everything of a closed account is deleted");
        return Ok(attempt);
    }
    let title = words::speak(Language::default(), words::personal_data_former_title).to_owned();
    let replacements = Replacements { name: former_name().to_owned(), title };
    let (task, now) = (task.clone(), context.clock.now());
    context
        .low_priority_store
        .write(move |mut conn| {
            Box::pin(async move { erasure::advance(&mut conn, &task, erasure, &replacements, now).await })
        })
        .await
        .map_err(failed)?;
    faults::die("after_erasure_batch");
    context.fan_out_wake_up.notify_one();
    Ok(Attempt::Done)
}
