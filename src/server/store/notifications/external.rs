//! Notifications that a client of the API sends, idempotent by their id.

use uuid::Uuid;

use super::notify::{NotificationContent, insert};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        messages::new_message::FirstHash,
        on,
        operators::audit::{self, AuditEntry},
        sync::positions,
        users,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{NotificationId, OrderId, UserId},
        notifications::kinds::NotificationKind,
        values::time::Timestamp,
    },
};

/// A notification that a client sends. The client chooses the id.
#[derive(Clone)]
pub struct ExternalNotification {
    pub id: NotificationId,
    /// The sender, for the audit log.
    pub by: UserId,
    pub user: UserId,
    pub kind: NotificationKind,
    pub event: SystemMessage,
    pub order: Option<OrderId>,
    pub first_hash: FirstHash,
}

/// Answer to sending a notification.
pub enum InsertOutcome {
    /// It is stored, now or before under the same id with the same content.
    Stored,
    /// The id belongs to another notification.
    Conflict,
    NoUser,
    /// The sender is no operator any more.
    NotStaff,
}

/// Stores a notification with its audit entry, and raises the user's sync position.
pub async fn send(conn: &mut Conn<'_>, new: ExternalNotification, now: Timestamp) -> Result<InsertOutcome> {
    locks::users(conn, &[new.by.0, new.user.0]).await?;
    let is_staff = users::is_staff(conn, new.by).await?;
    if let Some(existing) = find_existing(conn, &new).await? {
        return Ok(existing);
    }
    if !is_staff {
        return Ok(InsertOutcome::NotStaff);
    }
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT id FROM users WHERE id = $1")
        .bind(new.user.0).fetch_optional(&mut **c).await?);
    if found.is_none() {
        return Ok(InsertOutcome::NoUser);
    }
    positions::raise(conn, new.user).await?;
    let notification = NotificationContent {
        kind: new.kind,
        event: &new.event,
        cause: None,
        message: None,
        order: new.order,
    };
    let is_new = insert(conn, new.id, new.user, &notification, Some(new.first_hash), now).await?;
    if !is_new {
        // A concurrent command has just taken the id.
        return Ok(find_existing(conn, &new).await?.unwrap_or(InsertOutcome::Conflict));
    }
    let entry = AuditEntry {
        user: new.by,
        action: "notification_send".to_owned(),
        order: new.order,
        conversation: None,
        other: Some(new.user),
        detail: new.event.to_body(),
    };
    audit::add(conn, entry, now).await?;
    Ok(InsertOutcome::Stored)
}

async fn find_existing(conn: &mut Conn<'_>, new: &ExternalNotification) -> Result<Option<InsertOutcome>> {
    let existing: Option<(Uuid, Option<Vec<u8>>)> = on!(conn, c => sqlx::query_as(
        "SELECT user_id, first_hash FROM notifications WHERE id = $1").bind(new.id.0).fetch_optional(&mut **c).await?);
    Ok(existing.map(|(user, hash)| {
        let is_same = user == new.user.0 && hash.is_some_and(|hash| hash == new.first_hash);
        if is_same { InsertOutcome::Stored } else { InsertOutcome::Conflict }
    }))
}
