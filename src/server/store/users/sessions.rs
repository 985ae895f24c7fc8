//! Sessions, stored as hashes of their tokens only.

use std::collections::HashMap;

use sqlx::QueryBuilder;

use super::{ViewerRow, second_factor::rank_at};
use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::UserId,
        users::{Viewer, rank::Rank},
        values::time::Timestamp,
    },
};

/// SHA-256 of a session's token.
pub type TokenHash = [u8; 32];

#[derive(Clone)]
pub struct NewSession {
    pub token_hash: TokenHash,
    pub user: UserId,
    pub client: String,
    pub expires_at: Timestamp,
}

/// A valid session, as its owner sees it.
pub struct ListedSession {
    pub token_hash: TokenHash,
    pub created_at: Timestamp,
    pub used_at: Timestamp,
    pub client: String,
}

/// An unexpired session with its user.
pub struct FoundSession {
    pub viewer: Viewer,
    pub created_at: Timestamp,
    /// When its use was last recorded.
    pub used_at: Timestamp,
    /// A suspended user's session opens nothing. It stays until the account is reinstated, so that the user is
    /// told why.
    pub is_suspended: bool,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    viewer: ViewerRow,
    created_at: i64,
    used_at: i64,
    suspended_at: Option<i64>,
}

/// Stores a new session.
pub async fn insert(conn: &mut Conn<'_>, session: NewSession, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO sessions (token_hash, user_id, created_at, used_at, confirmed_at, expires_at, client) VALUES ($1, $2, $3, $3, $3, $4, $5)")
        .bind(session.token_hash.as_slice()).bind(session.user.0).bind(now.0).bind(session.expires_at.0).bind(session.client)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The session with this token, unless it has expired. One statement, because every request runs it.
pub async fn find(
    conn: &mut Conn<'_>,
    token_hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundSession>> {
    let row: Option<SessionRow> = on!(conn, c => sqlx::query_as(
        concat!(
            "SELECT u.id, u.name, COALESCE(u.email, u.claimed_email) AS email, u.hue, ", rank_at!("$2"), " AS rank, \
             s.created_at, s.used_at, u.suspended_at FROM sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2"))
        .bind(token_hash.as_slice()).bind(now.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|row| FoundSession {
        viewer: row.viewer.into_viewer(),
        created_at: Timestamp(row.created_at),
        used_at: Timestamp(row.used_at),
        is_suspended: row.suspended_at.is_some(),
    }))
}

/// All valid sessions of a user, last used first.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId, now: Timestamp) -> Result<Vec<ListedSession>> {
    let rows: Vec<(Vec<u8>, i64, i64, String)> = on!(conn, c => sqlx::query_as(
        "SELECT token_hash, created_at, used_at, client FROM sessions WHERE user_id = $1 AND expires_at > $2 \
         ORDER BY used_at DESC, created_at DESC")
        .bind(user.0).bind(now.0).fetch_all(&mut **c).await?);
    let listed = |(token_hash, created_at, used_at, client): (Vec<u8>, i64, i64, String)| {
        let token_hash = token_hash.try_into().ok()?;
        Some(ListedSession {
            token_hash,
            created_at: Timestamp(created_at),
            used_at: Timestamp(used_at),
            client,
        })
    };
    Ok(rows.into_iter().filter_map(listed).collect())
}

/// Those of these sessions that have not expired, with the user's rank; `None` for a suspended account.
pub async fn valid(
    conn: &mut Conn<'_>,
    hashes: Vec<TokenHash>,
    now: Timestamp,
) -> Result<HashMap<TokenHash, Option<Rank>>> {
    if hashes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Vec<u8>, String, Option<i64>)> = on!(conn, c => {
        let mut query = QueryBuilder::new("");
        query.push(concat!("SELECT s.token_hash, ", rank_at!("t.now"), ", u.suspended_at FROM sessions s JOIN users u ON u.id = s.user_id, (SELECT "));
        query.push_bind(now.0).push(" AS now) t WHERE s.expires_at > t.now AND s.token_hash IN (");
        let mut ids = query.separated(", ");
        for hash in &hashes {
            ids.push_bind(hash.to_vec());
        }
        query.push(")");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    let known = |(hash, rank, suspended_at): (Vec<u8>, String, Option<i64>)| {
        let rank = suspended_at.is_none().then(|| Rank::parse(&rank).unwrap_or_default());
        Some((hash.try_into().ok()?, rank))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Extends a session that is in use.
pub async fn touch(
    conn: &mut Conn<'_>,
    token_hash: &TokenHash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE sessions SET used_at = $2, expires_at = $3 WHERE token_hash = $1")
        .bind(token_hash.as_slice()).bind(now.0).bind(expires_at.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// When whoever has a session last proved who they are.
pub async fn confirmed_at(conn: &mut Conn<'_>, token_hash: &TokenHash) -> Result<Option<Timestamp>> {
    let at: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT confirmed_at FROM sessions WHERE token_hash = $1")
        .bind(token_hash.as_slice()).fetch_optional(&mut **c).await?);
    Ok(at.map(Timestamp))
}

/// Notes that whoever has a session has proved who they are.
pub async fn confirm(conn: &mut Conn<'_>, token_hash: &TokenHash, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE sessions SET confirmed_at = $2 WHERE token_hash = $1")
        .bind(token_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Ends this session. Idempotent.
pub async fn delete(conn: &mut Conn<'_>, token_hash: &TokenHash) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(token_hash.as_slice()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Ends all sessions of a user, those of frames too.
pub(crate) async fn delete_all(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM embed_sessions WHERE user_id = $1").bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Ends all sessions of a user but this one.
pub async fn delete_others(conn: &mut Conn<'_>, user: UserId, this: &TokenHash) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2")
        .bind(user.0).bind(this.as_slice()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes the oldest sessions of a user beyond the newest `keep`, and all expired ones.
pub async fn prune(conn: &mut Conn<'_>, user: UserId, keep: i64, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "DELETE FROM sessions WHERE user_id = $1 AND token_hash NOT IN \
         (SELECT token_hash FROM sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2)")
        .bind(user.0).bind(keep).execute(&mut **c).await?.rows_affected());
    Ok(())
}
