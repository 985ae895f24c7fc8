//! Sync: the updates of a user since a cursor, for long-lived sockets and for polling over HTTP alike.

use super::failed;
use crate::shared::positions::{SyncSeq, Version};
use crate::{
    server::{
        context::ContextInner,
        faults,
        store::sync::{changes, positions},
        telemetry::metrics::metrics,
    },
    shared::{
        errors::{ApiError, Result},
        ids::ConversationId,
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
    if since > 0 && epoch == context.epoch {
        report_delivered(context, viewer, since);
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

/// The viewer's sync position and the version of one conversation. None for one that does not exist.
pub async fn positions(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
) -> Result<(SyncSeq, Option<Version>)> {
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { positions::with_version(&mut conn, user, conversation).await })
        })
        .await
        .map_err(failed)
}

async fn reset(context: &ContextInner, viewer: &Viewer) -> Result<Poll> {
    Ok(Poll::Reset { epoch: context.epoch.clone(), head: position(context, viewer).await? })
}

/// Takes the report that a device of the viewer has applied everything up to this sync position (delivery receipt).
/// It is stored soon, together with those of others. Idempotent and monotonic.
pub fn report_delivered(context: &ContextInner, viewer: &Viewer, applied: SyncSeq) {
    context.delivery_reports.push(viewer.id, applied);
}
