//! The operators behind the order board: all of them are notified of a new order there.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        notifications::notify::{NotificationContent, notify},
        on,
        sync::positions,
    },
    shared::{ids::UserId, values::time::Timestamp},
};

/// Operators who are notified of a new order.
const NOTIFIED_MAX: i64 = 200;

/// The operators to notify of an order of this guest. Their heads and the guest's are locked together, in the
/// common order: the command's messages raise the guest's afterwards.
pub(super) async fn lock(conn: &mut Conn<'_>, guest: UserId) -> Result<Vec<UserId>> {
    let operators: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM users WHERE rank <> 'member' AND suspended_at IS NULL AND id <> $1 ORDER BY id LIMIT $2")
        .bind(guest.0).bind(NOTIFIED_MAX).fetch_all(&mut **c).await?);
    let mut heads = operators.clone();
    heads.push(guest.0);
    locks::heads_of(conn, &heads).await?;
    Ok(operators.into_iter().map(UserId).collect())
}

/// Notifies the operators, who take no part in the order's conversation.
pub(super) async fn notify_operators(
    conn: &mut Conn<'_>,
    operators: &[UserId],
    new: &NotificationContent<'_>,
    now: Timestamp,
) -> Result<()> {
    for operator in operators {
        positions::raise(conn, *operator).await?;
    }
    notify(conn, operators, &NotificationContent { message: None, ..*new }, now).await
}
