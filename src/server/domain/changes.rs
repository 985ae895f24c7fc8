//! What is new: the poll, with the same code that a socket's catch-up uses.

use super::failed;
use crate::{
    server::{
        faults,
        node::NodeInner,
        store::{changes, heads, receipts},
    },
    shared::{
        changes::{Head, OpenThread, Poll},
        errors::{ApiError, Result},
        users::Viewer,
    },
};

/// Everything new for the viewer since a cursor, a page at a time. The cursor is also a receipt:
/// what changed up to it has reached one of his devices.
pub async fn poll(
    node: &NodeInner,
    viewer: &Viewer,
    epoch: &str,
    since: Head,
    open: Option<OpenThread>,
) -> Result<Poll> {
    if since < 0 || open.is_some_and(|open| open.version < 0) {
        return Err(ApiError::invalid("since", "A cursor is 0 or more."));
    }
    if epoch != node.epoch {
        return reset(node, viewer).await;
    }
    // What is new can be read even where a receipt can't be written (a full disk).
    if let Err(error) = report_delivered(node, viewer, since).await {
        tracing::warn!(%error, "a receipt was not stored");
    }
    news(node, viewer, since, open.into_iter().collect()).await
}

/// Everything new for the viewer since a cursor of this history, a page at a time.
pub async fn news(node: &NodeInner, viewer: &Viewer, since: Head, open: Vec<OpenThread>) -> Result<Poll> {
    let user = viewer.id;
    let found = node
        .store
        .read(move |mut conn| Box::pin(async move { changes::since(&mut conn, user, since, open).await }))
        .await
        .map_err(failed)?;
    match found {
        Some((mut change, more)) => {
            if faults::is("head_after_rows") {
                faults::pause().await;
                change.to = head(node, viewer).await?;
            }
            Ok(Poll::News { epoch: node.epoch.clone(), change, more })
        }
        None => reset(node, viewer).await,
    }
}

/// The viewer's head: the cursor that a page rendered now starts from.
pub async fn head(node: &NodeInner, viewer: &Viewer) -> Result<Head> {
    let user = viewer.id;
    node.store
        .read_one(move |mut conn| Box::pin(async move { heads::get(&mut conn, user).await }))
        .await
        .map_err(failed)
}

async fn reset(node: &NodeInner, viewer: &Viewer) -> Result<Poll> {
    Ok(Poll::Reset { epoch: node.epoch.clone(), head: head(node, viewer).await? })
}

/// Takes in that a device of the viewer has applied everything up to this head.
pub async fn report_delivered(node: &NodeInner, viewer: &Viewer, applied: Head) -> Result<()> {
    let user = viewer.id;
    let known = node
        .store
        .read_one(move |mut conn| Box::pin(async move { receipts::delivered_head(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    if applied <= known {
        return Ok(());
    }
    node.store
        .write(move |mut conn| Box::pin(async move { receipts::deliver(&mut conn, user, applied).await }))
        .await
        .map_err(failed)
}
