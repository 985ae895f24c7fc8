//! Broadcasts: what operators tell many people, in the background.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{failed, users::check_operator};
use crate::{
    server::{
        node::{Node, NodeInner},
        store::broadcasts::{self, NewBroadcast},
    },
    shared::{
        errors::{ApiError, Result},
        ids::BroadcastId,
        notifications::{Audience, BroadcastList, NotificationKind, check_notice},
        users::Viewer,
    },
};

/// Between two transactions, so that others come in between.
const PAUSE: Duration = Duration::from_millis(20);
/// What another node has left undone is looked for so often.
const EVERY: Duration = Duration::from_secs(10);

/// What an operator tells many.
pub struct Notice {
    pub id: BroadcastId,
    pub kind: NotificationKind,
    pub audience: Audience,
    pub title: String,
    pub text: String,
    pub link: Option<String>,
}

/// Begins to tell many; operators only. Sent twice, it is one.
pub async fn send(node: &NodeInner, viewer: &Viewer, notice: Notice) -> Result<()> {
    check_operator(viewer)?;
    if notice.id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("broadcast_id", "The id is a UUID of version 7."));
    }
    if !matches!(notice.kind, NotificationKind::Promotion | NotificationKind::System) {
        return Err(ApiError::invalid("kind", "Many are told of offers, and of what concerns the site."));
    }
    let event = check_notice(&notice.title, &notice.text, notice.link.as_deref())?;
    node.limits.change(viewer.id)?;
    let words =
        serde_json::to_string(&(notice.kind, notice.audience, &event)).map_err(|_| ApiError::internal())?;
    let new = NewBroadcast {
        id: notice.id,
        by: viewer.id,
        kind: notice.kind,
        audience: notice.audience,
        event,
        first_hash: Sha256::digest(words).into(),
    };
    let now = node.clock.now();
    let is_kept = node
        .store
        .write(move |mut conn| Box::pin(async move { broadcasts::create(&mut conn, new.clone(), now).await }))
        .await
        .map_err(failed)?;
    if !is_kept {
        return Err(ApiError::conflict("Another notice has this id."));
    }
    node.broadcasting.notify_one();
    Ok(())
}

/// The last broadcasts, and how many people there are to tell; for operators alone.
pub async fn list(node: &NodeInner, viewer: &Viewer) -> Result<BroadcastList> {
    check_operator(viewer)?;
    node.store
        .read(move |mut conn| Box::pin(async move { broadcasts::list(&mut conn).await }))
        .await
        .map_err(failed)
}

/// Sends what there is to send, as long as the node runs.
pub async fn follow(node: Node) {
    tokio::select! {
        () = node.stopped() => {}
        () = advance_often(&node) => {}
    }
}

async fn advance_often(node: &Node) {
    loop {
        match advance(node).await {
            Ok(true) => tokio::time::sleep(PAUSE).await,
            // Nothing to do, or it can't be done now.
            Ok(false) | Err(_) => drop(tokio::time::timeout(EVERY, node.broadcasting.notified()).await),
        }
    }
}

/// Tells the next few people. False where there is nobody to tell.
pub async fn advance(node: &NodeInner) -> Result<bool> {
    let now = node.clock.now();
    node.store
        .write(move |mut conn| Box::pin(async move { broadcasts::advance(&mut conn, now).await }))
        .await
        .map_err(failed)
}
