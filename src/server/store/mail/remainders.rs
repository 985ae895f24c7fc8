//! What was left out of messages that came by mail, for a while: the quoted mail and the signature.

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{MessageId, UserId},
        values::time::{DAY, Timestamp},
    },
};

/// How long it is kept.
const KEPT: i64 = 30 * DAY;

/// Keeps it. Of a mail that comes twice, the first counts.
pub async fn keep(conn: &mut Conn<'_>, message: MessageId, text: &str, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO mail_remainders (message_id, text, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(message.0).bind(text).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// What was left out of a message that this user sent and that is not deleted.
pub async fn get(conn: &mut Conn<'_>, message: MessageId, sender: UserId) -> Result<Option<String>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT r.text FROM mail_remainders r JOIN messages m ON m.id = r.message_id \
         WHERE r.message_id = $1 AND m.sender_id = $2 AND m.deleted_at IS NULL")
        .bind(message.0).bind(sender.0).fetch_optional(&mut **c).await?))
}

/// Deletes what is old, at most `max`.
pub async fn delete_old(conn: &mut Conn<'_>, now: Timestamp, max: i64) -> Result<u64> {
    Ok(on!(conn, c => sqlx::query(
        "DELETE FROM mail_remainders WHERE message_id IN \
         (SELECT message_id FROM mail_remainders WHERE created_at <= $1 LIMIT $2)")
        .bind(now.plus(-KEPT).0).bind(max).execute(&mut **c).await?.rows_affected()))
}
