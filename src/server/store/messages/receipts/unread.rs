//! A user's total of unread messages.

use crate::{
    server::store::{Conn, Result, on},
    shared::ids::UserId,
};

/// Unread messages of the user $1 in all conversations where they are active and that they have not muted.
macro_rules! select_unread {
    () => {
        "SELECT CAST(COALESCE(SUM(unread), 0) AS BIGINT) FROM participants \
         WHERE user_id = $1 AND unread > 0 AND left_at IS NULL AND muted_at IS NULL"
    };
}
pub(in crate::server::store) use select_unread;

/// The user's unread messages, without notifications.
pub async fn total(conn: &mut Conn<'_>, user: UserId) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(select_unread!()).bind(user.0).fetch_one(&mut **c).await?))
}
