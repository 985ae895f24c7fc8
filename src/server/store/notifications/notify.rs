//! Inserting notifications for users whose sync positions the same transaction has raised.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, mail, messages::new_message::FirstHash, on, push, sync::positions},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, NotificationId, OrderId, UserId},
        notifications::kinds::NotificationKind,
        positions::Seq,
        values::time::Timestamp,
    },
};

/// The content of a notification.
#[derive(Clone, Copy)]
pub struct NotificationContent<'a> {
    pub kind: NotificationKind,
    pub event: &'a SystemMessage,
    pub cause: Option<UserId>,
    /// The message that it is about; the seq 0 of a room means an invitation into it.
    pub message: Option<(ConversationId, Seq)>,
    pub order: Option<OrderId>,
}

/// Notifies these users. The transaction has raised their sync positions.
pub async fn notify(
    conn: &mut Conn<'_>,
    users: &[UserId],
    new: &NotificationContent<'_>,
    now: Timestamp,
) -> Result<()> {
    for user in users {
        insert(conn, NotificationId::new(), *user, new, None, now).await?;
    }
    Ok(())
}

/// Notifies all participants of a conversation except the cause. The transaction has raised their sync
/// positions.
pub async fn notify_others(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    new: &NotificationContent<'_>,
    now: Timestamp,
) -> Result<()> {
    let others: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT user_id FROM participants WHERE conversation_id = $1 AND user_id <> $2 AND left_at IS NULL ORDER BY user_id")
        .bind(conversation.0).bind(new.cause.map_or(Uuid::nil(), |user| user.0)).fetch_all(&mut **c).await?);
    let others: Vec<_> = others.into_iter().map(UserId).collect();
    notify(conn, &others, new, now).await
}

/// Tells the owner of an account what happened to it, and raises their sync position. It is mailed by who calls, whatever the
/// owner has chosen, if it is to be mailed.
pub async fn notify_owner(
    conn: &mut Conn<'_>,
    owner: UserId,
    event: &SystemMessage,
    now: Timestamp,
) -> Result<()> {
    positions::raise(conn, owner).await?;
    let kind = NotificationKind::System;
    let notice = NotificationContent { kind, event, cause: None, message: None, order: None };
    let id = NotificationId::new();
    if insert_row(conn, id, owner, &notice, None, now).await? {
        push::notifications::insert_tasks(conn, id, owner, kind, now).await?;
    }
    Ok(())
}

pub(super) async fn insert(
    conn: &mut Conn<'_>,
    id: NotificationId,
    user: UserId,
    new: &NotificationContent<'_>,
    first_hash: Option<FirstHash>,
    now: Timestamp,
) -> Result<bool> {
    let is_inserted = insert_row(conn, id, user, new, first_hash, now).await?;
    if is_inserted && new.kind != NotificationKind::Promotion {
        mail::notifications::insert_task(conn, id, user, now).await?;
    }
    if is_inserted {
        push::notifications::insert_tasks(conn, id, user, new.kind, now).await?;
    }
    Ok(is_inserted)
}

async fn insert_row(
    conn: &mut Conn<'_>,
    id: NotificationId,
    user: UserId,
    new: &NotificationContent<'_>,
    first_hash: Option<FirstHash>,
    now: Timestamp,
) -> Result<bool> {
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO notifications (id, user_id, kind, event, cause_id, cause_name, cause_hue, subject, conversation_id, seq, order_id, \
             first_hash, created_at, raised, changed) \
         SELECT $1, h.user_id, $3, $4, u.id, u.name, u.hue, \
             COALESCE((SELECT name FROM rooms WHERE conversation_id = $6), (SELECT title FROM orders WHERE id = $8), ''), \
             $6, $7, $8, $9, $10, h.head, h.head \
         FROM heads h LEFT JOIN users u ON u.id = $5 WHERE h.user_id = $2 ON CONFLICT (id) DO NOTHING")
        .bind(id.0).bind(user.0).bind(new.kind.as_str()).bind(new.event.to_body()).bind(new.cause.map(|user| user.0))
        .bind(new.message.map(|(id, _)| id.0)).bind(new.message.map_or(0, |(_, seq)| seq)).bind(new.order.map(|id| id.0))
        .bind(first_hash.map(|hash| hash.to_vec())).bind(now.0).execute(&mut **c).await?.rows_affected());
    conn.updates.notifications += inserted;
    Ok(inserted > 0)
}
