//! Embed sessions: what frames on other sites hold for some minutes, stored as hashes of their tokens only.

use std::collections::HashMap;

use sqlx::QueryBuilder;

use super::{ViewerRow, sessions::TokenHash};
use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{EmbedKeyId, UserId},
        users::{Viewer, rank::Rank},
        values::time::Timestamp,
    },
};

/// Expired rows that one command deletes at most.
const EXPIRED_MAX: i64 = 100;

/// Who holds a token.
pub struct Holder {
    pub viewer: Viewer,
    pub is_suspended: bool,
}

#[derive(sqlx::FromRow)]
struct HolderRow {
    #[sqlx(flatten)]
    viewer: ViewerRow,
    suspended_at: Option<i64>,
}

/// Stores a new session, and deletes the user's oldest beyond `keep` and some that have expired.
pub async fn insert(
    conn: &mut Conn<'_>,
    token_hash: &TokenHash,
    (user, key): (UserId, EmbedKeyId),
    (now, expires_at): (Timestamp, Timestamp),
    keep: i64,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "DELETE FROM embed_sessions WHERE token_hash IN (SELECT token_hash FROM embed_sessions WHERE expires_at <= $1 LIMIT $2)")
        .bind(now.0).bind(EXPIRED_MAX).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "DELETE FROM embed_sessions WHERE user_id = $1 AND token_hash NOT IN \
         (SELECT token_hash FROM embed_sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2)")
        .bind(user.0).bind(keep - 1).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "INSERT INTO embed_sessions (token_hash, user_id, key_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(token_hash.as_slice()).bind(user.0).bind(key.0).bind(now.0).bind(expires_at.0)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Lets a session of this user and of a key last longer. False if it has ended, or is somebody else's.
pub async fn extend(
    conn: &mut Conn<'_>,
    token_hash: &TokenHash,
    (user, key): (UserId, EmbedKeyId),
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE embed_sessions SET expires_at = $5, key_id = $3 WHERE token_hash = $1 AND user_id = $2 AND expires_at > $4")
        .bind(token_hash.as_slice()).bind(user.0).bind(key.0).bind(now.0).bind(expires_at.0)
        .execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Who holds this token, unless it has expired. One statement, because every request runs it. In a frame everybody is a member.
pub async fn holder(conn: &mut Conn<'_>, token_hash: &TokenHash, now: Timestamp) -> Result<Option<Holder>> {
    let row: Option<HolderRow> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, COALESCE(u.email, u.claimed_email) AS email, u.hue, 'member' AS rank, u.suspended_at \
         FROM embed_sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1 AND s.expires_at > $2")
        .bind(token_hash.as_slice()).bind(now.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|row| Holder { viewer: row.viewer.into_viewer(), is_suspended: row.suspended_at.is_some() }))
}

/// Those of these sessions that have not expired, with the rank; `None` for a suspended account.
pub async fn valid(
    conn: &mut Conn<'_>,
    hashes: Vec<TokenHash>,
    now: Timestamp,
) -> Result<HashMap<TokenHash, Option<Rank>>> {
    if hashes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Vec<u8>, Option<i64>)> = on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT s.token_hash, u.suspended_at FROM embed_sessions s JOIN users u ON u.id = s.user_id WHERE s.expires_at > ");
        query.push_bind(now.0).push(" AND s.token_hash IN (");
        let mut ids = query.separated(", ");
        for hash in &hashes {
            ids.push_bind(hash.to_vec());
        }
        query.push(")");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    let known = |(hash, suspended_at): (Vec<u8>, Option<i64>)| {
        Some((hash.try_into().ok()?, suspended_at.is_none().then_some(Rank::Member)))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Ends all sessions of a user in frames. Idempotent.
pub async fn delete_of(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM embed_sessions WHERE user_id = $1")
        .bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Ends this session. Idempotent.
pub async fn delete(conn: &mut Conn<'_>, token_hash: &TokenHash) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM embed_sessions WHERE token_hash = $1")
        .bind(token_hash.as_slice()).execute(&mut **c).await?.rows_affected());
    Ok(())
}
