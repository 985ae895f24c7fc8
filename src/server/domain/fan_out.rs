//! Fan-out: a background task lets the participants of conversations know that a name or a listing has
//! changed, a few conversations at a time.

use std::time::{Duration, Instant};

use super::failed;
use crate::{
    server::{
        context::{Context, ContextInner},
        store::sync::fan_out,
    },
    shared::errors::Result,
};

/// The shortest pause between two batches. It grows with the time that a batch took, so that the others keep
/// most of the writer's time.
const BATCH_PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_PER_BATCH_TIME: u32 = 4;
const BATCH_PAUSE_MAX: Duration = Duration::from_secs(1);
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
        let began = Instant::now();
        match advance(context).await {
            Ok(true) => {
                let pause = began.elapsed() * PAUSE_PER_BATCH_TIME;
                tokio::time::sleep(pause.clamp(BATCH_PAUSE_MIN, BATCH_PAUSE_MAX)).await;
            }
            // Nothing to do, or the store failed: waits for the next job, or to try again.
            Ok(false) | Err(_) => {
                drop(tokio::time::timeout(CHECK_INTERVAL, context.fan_out_wake_up.notified()).await);
            }
        }
    }
}

/// Touches the next conversations. False if no job is left.
pub async fn advance(context: &ContextInner) -> Result<bool> {
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
