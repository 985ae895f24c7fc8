//! Broadcasts: what operators tell many people, in the background.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::server::domain::{failed, users::check_operator};
use crate::shared::{
    notifications::kinds::NotificationKind,
    operators::broadcasts::{Audience, BroadcastList, check_notice},
};
use crate::{
    server::{
        context::{Context, ContextInner},
        store::operators::broadcasts::{self, NewBroadcast},
    },
    shared::{
        errors::{ApiError, Result},
        ids::BroadcastId,
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
pub async fn send(context: &ContextInner, viewer: &Viewer, notice: Notice) -> Result<()> {
    check_operator(viewer)?;
    if notice.id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("broadcast_id", "The id is a UUID of version 7."));
    }
    if !matches!(notice.kind, NotificationKind::Promotion | NotificationKind::System) {
        return Err(ApiError::invalid("kind", "Many are told of offers, and of what concerns the site."));
    }
    let event = check_notice(&notice.title, &notice.text, notice.link.as_deref())?;
    context.limits.change(viewer.id)?;
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
    let now = context.clock.now();
    let is_kept = context
        .store
        .write(move |mut conn| Box::pin(async move { broadcasts::create(&mut conn, new.clone(), now).await }))
        .await
        .map_err(failed)?;
    if !is_kept {
        return Err(ApiError::conflict("Another notice has this id."));
    }
    context.broadcasting.notify_one();
    Ok(())
}

/// The last broadcasts, and how many people there are to tell; for operators alone.
pub async fn list(context: &ContextInner, viewer: &Viewer) -> Result<BroadcastList> {
    check_operator(viewer)?;
    context
        .store
        .read(move |mut conn| Box::pin(async move { broadcasts::list(&mut conn).await }))
        .await
        .map_err(failed)
}

/// Sends what there is to send, as long as the node runs.
pub async fn follow(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = advance_often(&context) => {}
    }
}

async fn advance_often(context: &Context) {
    loop {
        match advance(context).await {
            Ok(true) => tokio::time::sleep(PAUSE).await,
            // Nothing to do, or it can't be done now.
            Ok(false) | Err(_) => drop(tokio::time::timeout(EVERY, context.broadcasting.notified()).await),
        }
    }
}

/// Tells the next few people. False where there is nobody to tell.
pub async fn advance(context: &ContextInner) -> Result<bool> {
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| Box::pin(async move { broadcasts::advance(&mut conn, now).await }))
        .await
        .map_err(failed)
}
