//! Personal access tokens, stored as hashes only.

use std::collections::HashMap;

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{ViewerRow, second_factor::rank_at, sessions::TokenHash};
use crate::{
    server::store::{Conn, Result, engine::locks, on},
    shared::{
        ids::{TokenId, UserId},
        users::{
            Viewer,
            api_tokens::{AccessToken, Scopes},
            rank::Rank,
        },
        values::time::Timestamp,
    },
};

#[derive(Clone)]
pub struct NewToken {
    pub id: TokenId,
    pub token_hash: TokenHash,
    pub user: UserId,
    pub name: String,
    pub scopes: Scopes,
    /// `None`: when it is revoked.
    pub expires_at: Option<Timestamp>,
}

/// Answer to the creation of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertOutcome {
    Yes,
    /// The id is taken, by this user or by another.
    Taken,
    /// The user has as many tokens as allowed.
    TooMany,
}

/// The bearer of a token.
pub struct Bearer {
    pub token: TokenId,
    pub viewer: Viewer,
    pub scopes: Scopes,
    pub used_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct BearerRow {
    #[sqlx(flatten)]
    viewer: ViewerRow,
    token_id: Uuid,
    scopes: String,
    used_at: Option<i64>,
}

/// Stores a token, unless the user has `max` already. It counts under a lock, so that two concurrent calls
/// don't both take the last place.
pub async fn insert(conn: &mut Conn<'_>, new: NewToken, max: i64, now: Timestamp) -> Result<InsertOutcome> {
    locks::user(conn, new.user).await?;
    let known: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT created_at FROM tokens WHERE id = $1")
        .bind(new.id.0).fetch_optional(&mut **c).await?);
    if known.is_some() {
        return Ok(InsertOutcome::Taken);
    }
    let count: i64 = on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM tokens WHERE user_id = $1")
        .bind(new.user.0).fetch_one(&mut **c).await?);
    if count >= max {
        return Ok(InsertOutcome::TooMany);
    }
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO tokens (id, token_hash, user_id, name, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING")
        .bind(new.id.0).bind(new.token_hash.as_slice()).bind(new.user.0).bind(&new.name)
        .bind(new.scopes.to_words()).bind(now.0).bind(new.expires_at.map(|at| at.0)).execute(&mut **c).await?.rows_affected());
    Ok(if inserted == 1 { InsertOutcome::Yes } else { InsertOutcome::Taken })
}

type TokenRow = (Uuid, String, String, i64, Option<i64>, Option<i64>);

/// All tokens of a user, newest first.
pub async fn of_user(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<AccessToken>> {
    let rows: Vec<TokenRow> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, scopes, created_at, used_at, expires_at FROM tokens WHERE user_id = $1 ORDER BY created_at DESC, id DESC")
        .bind(user.0).fetch_all(&mut **c).await?);
    let token = |(id, name, scopes, created_at, used_at, expires_at): TokenRow| AccessToken {
        id: TokenId(id),
        name,
        scopes: Scopes::from_words(&scopes),
        created_at: Timestamp(created_at),
        used_at: used_at.map(Timestamp),
        expires_at: expires_at.map(Timestamp),
    };
    Ok(rows.into_iter().map(token).collect())
}

/// The bearer of this token, unless it has ended or the account is suspended. One statement, because every request runs it.
pub async fn holder(conn: &mut Conn<'_>, token_hash: &TokenHash, now: Timestamp) -> Result<Option<Bearer>> {
    let row: Option<BearerRow> = on!(conn, c => sqlx::query_as(
        concat!(
            "SELECT u.id, u.name, COALESCE(u.email, u.claimed_email) AS email, u.hue, ", rank_at!("$2"), " AS rank, \
             t.id AS token_id, t.scopes, t.used_at \
             FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = $1 AND u.suspended_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > $2)"))
        .bind(token_hash.as_slice()).bind(now.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|row| Bearer {
        token: TokenId(row.token_id),
        viewer: row.viewer.into_viewer(),
        scopes: Scopes::from_words(&row.scopes),
        used_at: row.used_at.map(Timestamp),
    }))
}

/// Those of these tokens that have not ended and whose account is not suspended, with the owner's rank.
pub async fn valid(
    conn: &mut Conn<'_>,
    hashes: Vec<TokenHash>,
    now: Timestamp,
) -> Result<HashMap<TokenHash, Rank>> {
    if hashes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Vec<u8>, String)> = on!(conn, c => {
        let mut query = QueryBuilder::new("");
        query.push(concat!("SELECT t.token_hash, ", rank_at!("n.now"), " FROM tokens t JOIN users u ON u.id = t.user_id, (SELECT "));
        query.push_bind(now.0).push(" AS now) n WHERE u.suspended_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > n.now) AND t.token_hash IN (");
        let mut ids = query.separated(", ");
        for hash in &hashes {
            ids.push_bind(hash.to_vec());
        }
        query.push(")");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    let known = |(hash, rank): (Vec<u8>, String)| {
        Some((hash.try_into().ok()?, Rank::parse(&rank).unwrap_or_default()))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Records when a token was last used.
pub async fn touch(conn: &mut Conn<'_>, id: TokenId, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE tokens SET used_at = $2 WHERE id = $1")
        .bind(id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// False if this user has no such token.
pub async fn delete(conn: &mut Conn<'_>, id: TokenId, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query("DELETE FROM tokens WHERE id = $1 AND user_id = $2")
        .bind(id.0).bind(user.0).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Deletes all tokens of a user.
pub async fn delete_all(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM tokens WHERE user_id = $1").bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
