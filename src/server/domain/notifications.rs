//! Notifications: reading them, and what is told from outside. Those that a command causes are made in
//! its own transaction.

use sha2::{Digest, Sha256};

use super::{failed, orders, users::check_operator};
use crate::shared::{
    notifications::{kinds::NotificationKind, preferences::Preferences},
    operators::broadcasts::check_notice,
    orders::code::OrderKey,
};
use crate::shared::{positions::SyncSeq, sync::pages::NotificationPage};
use crate::{
    server::{
        context::ContextInner,
        store::{
            notifications::{self, FromOutside, Sent},
            sync::positions,
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::{NotificationId, UserId},
        notifications::{NOTIFICATIONS_PAGE, NotificationCursor, NotificationFilter},
        users::Viewer,
    },
};

pub use crate::server::store::notifications::Act;

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
                let (_, totals) = notifications::totals(&mut conn, user).await?;
                let (notifications, conversations, next) =
                    notifications::page(&mut conn, user, filter, after).await?;
                Ok(NotificationPage { epoch, head, notifications, conversations, totals, next })
            })
        })
        .await
        .map_err(failed)
}

/// Reads, deletes or restores some, at most [`NOTIFICATIONS_PAGE`]. Those of others, and those that are
/// as wanted already, are left as they are; it is an error only if none is the viewer's.
pub async fn act(context: &ContextInner, viewer: &Viewer, ids: Vec<NotificationId>, act: Act) -> Result<()> {
    if ids.is_empty() || ids.len() as i64 > NOTIFICATIONS_PAGE {
        return Err(ApiError::invalid("ids", format!("Name 1 to {NOTIFICATIONS_PAGE} notifications.")));
    }
    context.limits.send(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let mine = context
        .store
        .write(move |mut conn| {
            let ids = ids.clone();
            Box::pin(async move { notifications::act(&mut conn, user, &ids, act, now).await })
        })
        .await
        .map_err(failed)?;
    if mine > 0 { Ok(()) } else { Err(ApiError::not_found("notification")) }
}

/// Marks all up to the head at which the viewer saw the list, so that what came since stays unread.
pub async fn read_all(context: &ContextInner, viewer: &Viewer, epoch: &str, upto: SyncSeq) -> Result<()> {
    if upto < 0 {
        return Err(ApiError::invalid("upto", "A cursor is 0 or more."));
    }
    if epoch != context.epoch {
        return Err(ApiError::conflict("This list is of another history. Reload the page."));
    }
    context.limits.send(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .write(move |mut conn| Box::pin(async move { notifications::read_all(&mut conn, user, upto).await }))
        .await
        .map_err(failed)
}

/// Changes how the viewer wants to be told.
pub async fn choose(context: &ContextInner, viewer: &Viewer, choices: Preferences) -> Result<()> {
    context.limits.send(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .write(move |mut conn| Box::pin(async move { notifications::choose(&mut conn, user, choices).await }))
        .await
        .map_err(failed)
}

/// What an integration or an operator tells one person.
pub struct NewNotification {
    /// Made by the client: sent twice, it is one.
    pub id: NotificationId,
    pub user: UserId,
    pub kind: NotificationKind,
    pub title: String,
    pub text: String,
    pub link: Option<String>,
    /// The order that it is about: one of this person's.
    pub order: Option<OrderKey>,
}

/// Tells one person something; operators and their programs only.
pub async fn send(context: &ContextInner, viewer: &Viewer, new: NewNotification) -> Result<()> {
    check_operator(viewer)?;
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
            Some(if is_theirs { card.id } else { return Err(ApiError::not_found("order")) })
        }
    };
    let words =
        serde_json::to_string(&(new.user, new.kind, &event, order)).map_err(|_| ApiError::internal())?;
    let first_hash = Sha256::digest(words).into();
    let new =
        FromOutside { id: new.id, by: viewer.id, user: new.user, kind: new.kind, event, order, first_hash };
    let now = context.clock.now();
    let sent = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { notifications::send(&mut conn, new.clone(), now).await })
        })
        .await
        .map_err(failed)?;
    match sent {
        Sent::Stored => Ok(()),
        Sent::Conflict => Err(ApiError::conflict("Another notification has this id.")),
        Sent::NoUser => Err(ApiError::not_found("person")),
    }
}
