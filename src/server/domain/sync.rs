//! What is new: the poll, with the same code that a socket's catch-up uses.

use super::failed;
use crate::shared::positions::SyncSeq;
use crate::{
    server::{
        context::ContextInner,
        faults,
        store::{
            messages::receipts,
            sync::{changes, positions},
        },
    },
    shared::{
        errors::{ApiError, Result},
        sync::changes::{OpenThread, Poll},
        users::Viewer,
    },
};

/// Everything new for the viewer since a cursor, a page at a time. The cursor is also a receipt:
/// what changed up to it has reached one of his devices.
pub async fn poll(
    context: &ContextInner,
    viewer: &Viewer,
    epoch: &str,
    since: SyncSeq,
    open: Option<OpenThread>,
) -> Result<Poll> {
    if since < 0 || open.is_some_and(|open| open.version < 0) {
        return Err(ApiError::invalid("since", "A cursor is 0 or more."));
    }
    if epoch != context.epoch {
        return reset(context, viewer).await;
    }
    // What is new can be read even where a receipt can't be written (a full disk).
    if let Err(error) = report_delivered(context, viewer, since).await {
        tracing::warn!(%error, "a receipt was not stored");
    }
    news(context, viewer, since, open.into_iter().collect()).await
}

/// Everything new for the viewer since a cursor of this history, a page at a time.
pub async fn news(
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
                change.to = head(context, viewer).await?;
            }
            Ok(Poll::News { epoch: context.epoch.clone(), change, more })
        }
        None => reset(context, viewer).await,
    }
}

/// The viewer's head: the cursor that a page rendered now starts from.
pub async fn head(context: &ContextInner, viewer: &Viewer) -> Result<SyncSeq> {
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { positions::get(&mut conn, user).await }))
        .await
        .map_err(failed)
}

async fn reset(context: &ContextInner, viewer: &Viewer) -> Result<Poll> {
    Ok(Poll::Reset { epoch: context.epoch.clone(), head: head(context, viewer).await? })
}

/// Takes in that a device of the viewer has applied everything up to this head.
pub async fn report_delivered(context: &ContextInner, viewer: &Viewer, applied: SyncSeq) -> Result<()> {
    let user = viewer.id;
    let known = context
        .store
        .read_one(move |mut conn| Box::pin(async move { receipts::delivered_head(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    if applied <= known {
        return Ok(());
    }
    context
        .store
        .write(move |mut conn| Box::pin(async move { receipts::deliver(&mut conn, user, applied).await }))
        .await
        .map_err(failed)
}
