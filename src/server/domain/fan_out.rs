//! Fan-out: a background task lets the participants of conversations know that a name or a listing has
//! changed, a few conversations at a time.

use std::time::Duration;

use super::failed;
use crate::{
    server::{
        context::{Context, ContextInner},
        store::sync::fan_out::{self, Progress},
    },
    shared::errors::Result,
};

/// Pause between two batches: short for the first conversations of a job, which are all for most people, and long
/// for the rest, so that next to no message of others meets a batch.
const BATCH_PAUSE: Duration = Duration::from_millis(20);
const LONG_JOB_PAUSE: Duration = Duration::from_millis(400);
const LONG_JOB_BATCHES: i64 = 10;
/// Interval at which a node looks for jobs that another node has not finished.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// Works on the jobs until the server stops. Every node runs this; the store makes each batch exactly once.
pub async fn run_in_background(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = advance_repeatedly(&context) => {}
    }
}

async fn advance_repeatedly(context: &Context) {
    loop {
        match advance(context).await {
            Ok(Progress::Batch(count)) => {
                let is_long = count > LONG_JOB_BATCHES;
                tokio::time::sleep(if is_long { LONG_JOB_PAUSE } else { BATCH_PAUSE }).await;
            }
            // Nothing to do, or the store failed: waits for the next job, or to try again.
            Ok(Progress::Idle) | Err(_) => {
                drop(tokio::time::timeout(CHECK_INTERVAL, context.fan_out_wake_up.notified()).await);
            }
        }
    }
}

/// Touches the next conversations of a job.
pub async fn advance(context: &ContextInner) -> Result<Progress> {
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| Box::pin(async move { fan_out::advance(&mut conn, now).await }))
        .await
        .map_err(failed)
}

/// Whether a change has not reached all conversations yet.
pub async fn is_pending(context: &ContextInner) -> Result<bool> {
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { fan_out::is_pending(&mut conn).await }))
        .await
        .map_err(failed)
}
