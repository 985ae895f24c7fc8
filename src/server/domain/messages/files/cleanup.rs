//! What is left over of files: those that were never sent, and the bytes of those that were deleted.

use std::time::Duration;

use super::{check, upload::UNSENT_KEPT};
use crate::{
    server::{
        context::Context,
        domain::failed,
        store::messages::files::{self, removal},
    },
    shared::{
        errors::Result,
        values::time::{HOUR, SECOND},
    },
};

/// How long the bytes of a deleted file are kept, so that a backup of the database that was made before, and one of the files that
/// is made after, fit.
pub const DELETED_KEPT: i64 = 24 * HOUR;
/// A file that was complete so long ago, and not looked at, was left by a node that stopped.
const CHECK_TIME: i64 = 30 * SECOND;
const INTERVAL: Duration = Duration::from_secs(20);
const AT_ONCE: i64 = 100;

/// Cleans up from time to time until the server stops.
pub async fn run_in_background(context: Context) {
    loop {
        if let Err(error) = run(&context).await {
            tracing::warn!(?error, "files could not be cleaned up");
        }
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Looks at files whose look was cut off, deletes those that were never sent, and the bytes of deleted ones. Returns the
/// number of files whose bytes are gone.
pub async fn run(context: &Context) -> Result<usize> {
    let now = context.clock.now();
    let unchecked = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                removal::abandoned(&mut conn, now.plus(-UNSENT_KEPT), now).await?;
                let around = (now.plus(-CHECK_TIME), now.plus(CHECK_TIME));
                files::unchecked(&mut conn, around, AT_ONCE).await
            })
        })
        .await
        .map_err(failed)?;
    for id in unchecked {
        check::complete(context, id).await?;
    }
    let deleted = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { removal::deleted(&mut conn, now.plus(-DELETED_KEPT), AT_ONCE).await })
        })
        .await
        .map_err(failed)?;
    for &id in &deleted {
        context.files.delete(id.0).await.map_err(super::no_file_store)?;
        context
            .store
            .write(move |mut conn| Box::pin(async move { removal::forget(&mut conn, id).await }))
            .await
            .map_err(failed)?;
    }
    Ok(deleted.len())
}
