//! Pushes of single notifications, such as a mention, a step of an order or an invitation. Their tasks are inserted in the
//! transaction that notifies.

use uuid::Uuid;

use super::{kinds, subscriptions};
use crate::{
    server::store::{
        Conn, Result,
        tasks::{self, Queue},
    },
    shared::{
        ids::{NotificationId, UserId},
        notifications::kinds::NotificationKind,
        values::time::Timestamp,
    },
};

/// The body of the task of a notification's push.
pub fn task_body(id: NotificationId, subscription: Uuid) -> String {
    format!("{{\"subscription\":\"{subscription}\",\"about\":{{\"Notification\":\"{}\"}}}}", id.0)
}

/// Inserts a task for each browser of the user for a notification that this transaction has inserted, if they want pushes of
/// its kind.
pub async fn insert_tasks(
    conn: &mut Conn<'_>,
    id: NotificationId,
    user: UserId,
    kind: NotificationKind,
    now: Timestamp,
) -> Result<()> {
    let subscriptions = subscriptions::of_user(conn, user).await?;
    if subscriptions.is_empty() || !kinds(conn, user).await?.has(kind) {
        return Ok(());
    }
    for subscription in subscriptions {
        let key = format!("notification {} {subscription}", id.0);
        tasks::insert(conn, Queue::Push, &key, &task_body(id, subscription), now, now).await?;
    }
    Ok(())
}
