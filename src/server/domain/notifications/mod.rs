//! Notifications: the viewer's list, its actions and preferences, and notifications that an operator or
//! integration sends. A notification that a command causes is created in that command's transaction, not
//! here.

pub mod level;

use sha2::{Digest, Sha256};

use super::{failed, orders};
use crate::server::store::notifications::external::{ExternalNotification, InsertOutcome};
use crate::shared::{
    notifications::{kinds::NotificationKind, preferences::Preferences},
    operators::broadcasts::check_notice,
    orders::code::OrderKey,
    words,
};
use crate::shared::{positions::SyncSeq, sync::pages::NotificationPage};
use crate::{
    server::{
        context::ContextInner,
        store::{notifications, sync::positions},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::{NotificationId, UserId},
        notifications::{NOTIFICATIONS_PAGE, NotificationCursor, NotificationFilter},
        users::{Viewer, rank::Rank},
    },
};

pub use crate::server::store::notifications::actions::NotificationAction;

/// A page of the viewer's notifications, newest first.
pub async fn list(
    context: &ContextInner,
    viewer: &Viewer,
    filter: NotificationFilter,
    after: Option<NotificationCursor>,
) -> Result<NotificationPage> {
    let (user, epoch) = (viewer.id, context.epoch.clone());
    context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let head = positions::get(&mut conn, user).await?;
                let (_, totals) = notifications::totals::totals(&mut conn, user).await?;
                let (notifications, conversations, next) =
                    notifications::page::page(&mut conn, user, filter, after).await?;
                Ok(NotificationPage { epoch, head, notifications, conversations, totals, next })
            })
        })
        .await
        .map_err(failed)
}

/// Marks notifications as read, deletes or restores them, at most [`NOTIFICATIONS_PAGE`]. Idempotent. Other
/// users' notifications are ignored; it is an error if none is the viewer's.
pub async fn act(
    context: &ContextInner,
    viewer: &Viewer,
    ids: Vec<NotificationId>,
    act: NotificationAction,
) -> Result<()> {
    if ids.is_empty() || ids.len() as i64 > NOTIFICATIONS_PAGE {
        return Err(ApiError::invalid("ids", format!("Name 1 to {NOTIFICATIONS_PAGE} notifications.")));
    }
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let own_count = context
        .store
        .write(move |mut conn| {
            let ids = ids.clone();
            Box::pin(async move { notifications::actions::apply(&mut conn, user, &ids, act, now).await })
        })
        .await
        .map_err(failed)?;
    if own_count > 0 { Ok(()) } else { Err(ApiError::not_found(Missing::Notification)) }
}

/// Marks all notifications as read up to the sync position at which the viewer saw the list, so that later
/// ones stay unread.
pub async fn read_all(context: &ContextInner, viewer: &Viewer, epoch: &str, upto: SyncSeq) -> Result<()> {
    if upto < 0 {
        return Err(ApiError::invalid("upto", "A cursor is 0 or more."));
    }
    if epoch != context.epoch {
        return Err(ApiError::conflict(words::notification_refused_restored()));
    }
    context.limits.send(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { notifications::actions::mark_all_read(&mut conn, user, upto).await })
        })
        .await
        .map_err(failed)
}

/// Saves the viewer's notification preferences. With `keeps_mail` the kinds that are mailed stay as they are: a page of an
/// earlier version does not name them.
pub async fn save_preferences(
    context: &ContextInner,
    viewer: &Viewer,
    preferences: Preferences,
    keeps_mail: bool,
) -> Result<()> {
    context.limits.send(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let mail = match keeps_mail {
                    true => notifications::preferences::get(&mut conn, user).await?.mail,
                    false => preferences.mail,
                };
                notifications::preferences::put(&mut conn, user, Preferences { mail, ..preferences }).await
            })
        })
        .await
        .map_err(failed)
}

/// A notification that an operator or an integration sends to one user.
pub struct NewNotification {
    /// Chosen by the client, for idempotency.
    pub id: NotificationId,
    pub user: UserId,
    pub kind: NotificationKind,
    pub title: String,
    pub text: String,
    pub link: Option<String>,
    /// The order that it is about, which must be one of the user's.
    pub order: Option<OrderKey>,
}

/// Sends a notification to one user. For operators and their API tokens only. Idempotent by id.
pub async fn send(context: &ContextInner, viewer: &Viewer, new: NewNotification) -> Result<()> {
    if viewer.rank == Rank::Member {
        return Err(ApiError::forbidden("Only an operator or admin may send notifications."));
    }
    if new.id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("id", "A notification’s id is a UUID of version 7."));
    }
    if new.kind == NotificationKind::Message {
        return Err(ApiError::invalid("kind", "Notifications of messages are made by messages alone."));
    }
    let event = check_notice(&new.title, &new.text, new.link.as_deref())?;
    context.limits.send(viewer.id)?;
    let order = match &new.order {
        None => None,
        Some(key) => {
            let card = orders::get(context, viewer, key).await?.card;
            let is_theirs = card.guest == new.user || card.host == Some(new.user);
            Some(if is_theirs { card.id } else { return Err(ApiError::not_found(Missing::Order)) })
        }
    };
    let content =
        serde_json::to_string(&(new.user, new.kind, &event, order)).map_err(|_| ApiError::internal())?;
    let first_hash = Sha256::digest(content).into();
    let new = ExternalNotification {
        id: new.id,
        by: viewer.id,
        user: new.user,
        kind: new.kind,
        event,
        order,
        first_hash,
    };
    let now = context.clock.now();
    let sent = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { notifications::external::send(&mut conn, new.clone(), now).await })
        })
        .await
        .map_err(failed)?;
    match sent {
        InsertOutcome::Stored => Ok(()),
        InsertOutcome::Conflict => Err(ApiError::conflict("Another notification has this id.")),
        InsertOutcome::NotStaff => Err(ApiError::not_found(Missing::Page)),
        InsertOutcome::NoUser => Err(ApiError::not_found(Missing::Person)),
    }
}
