//! Sync: the updates of a user since a cursor, for long-lived sockets and for polling over HTTP alike.

use super::failed;
use crate::shared::positions::SyncSeq;
use crate::{
    server::{
        context::ContextInner,
        faults,
        store::{
            messages::delivery,
            sync::{changes, positions},
        },
        telemetry::metrics::metrics,
    },
    shared::{
        errors::{ApiError, Result},
        sync::changes::{OpenThread, Poll},
        users::Viewer,
    },
};

/// The viewer's updates since a cursor, one page. The cursor also acts as a delivery receipt: everything up
/// to it has reached one of the viewer's devices. A cursor from another epoch is answered with `Reset`.
pub async fn poll(
    context: &ContextInner,
    viewer: &Viewer,
    epoch: &str,
    since: SyncSeq,
    open: Option<OpenThread>,
) -> Result<Poll> {
    if since >= 0
        && epoch == context.epoch
        // Updates can be read even if receipts can't be written (disk full).
        && let Err(error) = report_delivered(context, viewer, since).await
    {
        tracing::warn!(%error, "a receipt was not stored");
    }
    poll_without_receipt(context, viewer, epoch, since, open).await
}

/// The same without the delivery receipt, for a token that may only read: others must not see what it fetched.
pub async fn poll_without_receipt(
    context: &ContextInner,
    viewer: &Viewer,
    epoch: &str,
    since: SyncSeq,
    open: Option<OpenThread>,
) -> Result<Poll> {
    if since < 0 {
        return Err(ApiError::invalid("since", "A cursor is 0 or more."));
    }
    if open.is_some_and(|open| open.version < 0) {
        return Err(ApiError::invalid("version", "A version is 0 or more."));
    }
    if epoch != context.epoch {
        return reset(context, viewer).await;
    }
    let poll = updates_since(context, viewer, since, open.into_iter().collect()).await?;
    if let Poll::News { change, .. } = &poll {
        metrics().notifications_delivered.increment(change.new_notifications() as u64);
    }
    Ok(poll)
}

/// The viewer's updates since a cursor of this epoch, one page. `Reset` if the cursor is ahead of the sync
/// position.
pub async fn updates_since(
    context: &ContextInner,
    viewer: &Viewer,
    since: SyncSeq,
    open: Vec<OpenThread>,
) -> Result<Poll> {
    let user = viewer.id;
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { changes::since(&mut conn, user, since, open).await }))
        .await
        .map_err(failed)?;
    match found {
        Some((mut change, more)) => {
            if faults::is("head_after_rows") {
                faults::pause().await;
                change.to = position(context, viewer).await?;
            }
            Ok(Poll::News { epoch: context.epoch.clone(), change, more })
        }
        None => reset(context, viewer).await,
    }
}

/// The viewer's sync position (`head` on the wire): the cursor that a page rendered now starts from.
pub async fn position(context: &ContextInner, viewer: &Viewer) -> Result<SyncSeq> {
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { positions::get(&mut conn, user).await }))
        .await
        .map_err(failed)
}

async fn reset(context: &ContextInner, viewer: &Viewer) -> Result<Poll> {
    Ok(Poll::Reset { epoch: context.epoch.clone(), head: position(context, viewer).await? })
}

/// Records that a device of the viewer has applied everything up to this sync position (delivery receipt).
/// Idempotent and monotonic.
pub async fn report_delivered(context: &ContextInner, viewer: &Viewer, applied: SyncSeq) -> Result<()> {
    let user = viewer.id;
    let recorded = context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { delivery::delivered_position(&mut conn, user).await })
        })
        .await
        .map_err(failed)?;
    if applied <= recorded {
        return Ok(());
    }
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { delivery::mark_delivered(&mut conn, user, applied).await })
        })
        .await
        .map_err(failed)
}
