//! Mails of single notifications, such as a step of an order or an invitation. The task of one is inserted in the
//! transaction that notifies.

use uuid::Uuid;

use crate::{
    server::{
        faults,
        store::{
            Conn, Result,
            notifications::row::{NotificationRow, select_notification},
            on,
            tasks::Queue,
        },
    },
    shared::{
        ids::{NotificationId, UserId},
        notifications::Notification,
        values::time::Timestamp,
    },
};

/// The body of the task of a notification's mail.
pub fn task_body(id: NotificationId) -> String {
    format!("{{\"Notification\":\"{}\"}}", id.0)
}

/// Inserts the task of the mail of a notification that this transaction has inserted, if this marketplace sends mail and
/// the user has confirmed their address.
pub async fn insert_task(
    conn: &mut Conn<'_>,
    id: NotificationId,
    user: UserId,
    now: Timestamp,
) -> Result<()> {
    if faults::is_task_outside() {
        return Ok(());
    }
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO tasks (id, queue, key, body, due_at, created_at) SELECT $1, $2, $3, $4, $5, $5 FROM users u \
         JOIN meta ON meta.key = 'mail' WHERE u.id = $6 AND u.email IS NOT NULL AND u.email_verified_at IS NOT NULL AND u.mail_stopped_at IS NULL \
         ON CONFLICT (queue, key) DO NOTHING")
        .bind(Uuid::now_v7()).bind(Queue::Mail.as_str()).bind(format!("notification {}", id.0)).bind(task_body(id))
        .bind(now.0).bind(user.0).execute(&mut **c).await?.rows_affected());
    conn.updates.tasks += inserted;
    Ok(())
}

/// A notification and its user, if it is unread still.
pub async fn unread(conn: &mut Conn<'_>, id: NotificationId) -> Result<Option<(UserId, Notification)>> {
    let owner: Option<(Uuid, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT n.user_id, h.read_upto FROM notifications n JOIN heads h ON h.user_id = n.user_id WHERE n.id = $1")
        .bind(id.0).fetch_optional(&mut **c).await?);
    let Some((user, read_upto)) = owner.map(|(user, read_upto)| (UserId(user), read_upto)) else {
        return Ok(None);
    };
    let found: Option<NotificationRow> = on!(conn, c => sqlx::query_as(select_notification!("WHERE n.id = $1"))
        .bind(id.0).fetch_optional(&mut **c).await?);
    let notification = found.and_then(|row| row.into_notification(user));
    Ok(notification.filter(|one| one.is_unread(read_upto)).map(|one| (user, one)))
}
