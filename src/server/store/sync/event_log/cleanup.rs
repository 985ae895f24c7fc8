//! Deletion of old events, and the end of a log that nobody follows.

use super::{lock, state};
use crate::{
    server::store::{Conn, Result, on},
    shared::values::time::Timestamp,
};

/// Deletes events from before this time, at most `max`, the oldest first. Returns how many.
pub async fn delete_old(conn: &mut Conn<'_>, before: Timestamp, max: i64) -> Result<u64> {
    let deleted = state(conn).await?.deleted;
    // Nearly in the order of time: an event that is collected late may be older than those before it.
    let upto: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT MIN(position) - 1 FROM (SELECT position FROM events WHERE position > $1 AND at >= $2 ORDER BY position LIMIT 1) kept")
        .bind(deleted).bind(before.0).fetch_one(&mut **c).await?);
    let last = state(conn).await?.position;
    let upto = upto.unwrap_or(last).min(deleted + max);
    if upto <= deleted {
        return Ok(0);
    }
    let count = on!(conn, c => sqlx::query("DELETE FROM events WHERE position <= $1")
        .bind(upto).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("UPDATE event_log SET deleted = $1 WHERE id = 1 AND deleted < $1")
        .bind(upto).execute(&mut **c).await?.rows_affected());
    Ok(count)
}

/// Ends the log if there is no endpoint, and nobody has followed by the API since `before`. What it has goes with its time.
pub async fn end_unread(conn: &mut Conn<'_>, before: Timestamp) -> Result<bool> {
    let log = lock(conn).await?;
    if log.started_at.is_none() || log.read_at >= before.0 {
        return Ok(false);
    }
    let ended = on!(conn, c => sqlx::query(
        "UPDATE event_log SET started_at = NULL WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM webhooks)")
        .execute(&mut **c).await?.rows_affected());
    if ended > 0 {
        on!(conn, c => sqlx::query("DELETE FROM event_outbox").execute(&mut **c).await?.rows_affected());
    }
    Ok(ended > 0)
}
