//! Broadcasts: a notification that operators send to many users. A background task creates the notifications
//! in batches.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::server::domain::{failed, users::check_operator};
use crate::shared::{
    notifications::kinds::NotificationKind,
    operators::broadcasts::{Audience, BroadcastList, check_notice},
    words,
};
use crate::{
    server::{
        context::{Context, ContextInner},
        store::operators::broadcasts::{self, CreateOutcome, NewBroadcast},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::BroadcastId,
        users::Viewer,
    },
};

/// Pause between two batches, so that other transactions are not blocked.
const BATCH_PAUSE: Duration = Duration::from_millis(20);
/// Interval at which a node looks for broadcasts that another node has not finished.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// A broadcast as an operator writes it.
pub struct BroadcastDraft {
    pub id: BroadcastId,
    pub kind: NotificationKind,
    pub audience: Audience,
    pub title: String,
    pub text: String,
    pub link: Option<String>,
}

/// Stores a broadcast and wakes the task that delivers it. For operators only. Idempotent by id.
pub async fn send(context: &ContextInner, viewer: &Viewer, draft: BroadcastDraft) -> Result<()> {
    check_operator(viewer)?;
    if draft.id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("broadcast_id", "The id is a UUID of version 7."));
    }
    if !matches!(draft.kind, NotificationKind::Promotion | NotificationKind::System) {
        return Err(ApiError::invalid("kind", words::operator_refused_notice_kind()));
    }
    let event = check_notice(&draft.title, &draft.text, draft.link.as_deref())?;
    context.limits.change(viewer.id)?;
    let content =
        serde_json::to_string(&(draft.kind, draft.audience, &event)).map_err(|_| ApiError::internal())?;
    let new = NewBroadcast {
        id: draft.id,
        by: viewer.id,
        kind: draft.kind,
        audience: draft.audience,
        event,
        first_hash: Sha256::digest(content).into(),
    };
    let now = context.clock.now();
    let created = context
        .store
        .write(move |mut conn| Box::pin(async move { broadcasts::create(&mut conn, new.clone(), now).await }))
        .await
        .map_err(failed)?;
    match created {
        CreateOutcome::Stored => {
            context.broadcast_wake_up.notify_one();
            Ok(())
        }
        CreateOutcome::Conflict => Err(ApiError::conflict("Another notice has this id.")),
        CreateOutcome::NotStaff => Err(ApiError::not_found(Missing::Page)),
    }
}

/// The last broadcasts, and the number of users that a new one would reach. For operators only.
pub async fn list(context: &ContextInner, viewer: &Viewer) -> Result<BroadcastList> {
    check_operator(viewer)?;
    context
        .store
        .read(move |mut conn| Box::pin(async move { broadcasts::list(&mut conn).await }))
        .await
        .map_err(failed)
}

/// Delivers broadcasts until the server stops. Every node runs this; the store makes each batch exactly once.
pub async fn deliver_in_background(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = advance_repeatedly(&context) => {}
    }
}

async fn advance_repeatedly(context: &Context) {
    loop {
        match advance(context).await {
            Ok(true) => tokio::time::sleep(BATCH_PAUSE).await,
            // Nothing to do, or the store failed: waits for the next broadcast, or to try again.
            Ok(false) | Err(_) => {
                drop(tokio::time::timeout(CHECK_INTERVAL, context.broadcast_wake_up.notified()).await)
            }
        }
    }
}

/// Creates the next batch of notifications. False if no broadcast has recipients left.
pub async fn advance(context: &ContextInner) -> Result<bool> {
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| Box::pin(async move { broadcasts::advance(&mut conn, now).await }))
        .await
        .map_err(failed)
}
