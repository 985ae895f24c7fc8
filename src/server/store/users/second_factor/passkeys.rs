//! Passkeys (WebAuthn), and the challenges that browsers are answering.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, engine::locks, on},
    shared::{
        ids::{PasskeyId, UserId},
        users::second_factor::ListedPasskey,
        values::time::Timestamp,
    },
};

/// A passkey as its device made it.
#[derive(Clone)]
pub struct NewPasskey {
    pub id: PasskeyId,
    pub user: UserId,
    pub credential_id: Vec<u8>,
    pub name: String,
    /// The library's JSON.
    pub credential: String,
}

/// Answer to a new passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertOutcome {
    Yes,
    /// It is an account's already.
    Taken,
    /// The user has as many as allowed.
    TooMany,
}

/// Stores a passkey, unless the user has `max` already.
pub async fn insert(conn: &mut Conn<'_>, new: NewPasskey, max: i64, now: Timestamp) -> Result<InsertOutcome> {
    locks::user(conn, new.user).await?;
    let count: i64 = on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM passkeys WHERE user_id = $1")
        .bind(new.user.0).fetch_one(&mut **c).await?);
    if count >= max {
        return Ok(InsertOutcome::TooMany);
    }
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO passkeys (id, credential_id, user_id, name, credential, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT DO NOTHING")
        .bind(new.id.0).bind(new.credential_id).bind(new.user.0).bind(new.name).bind(new.credential).bind(now.0)
        .execute(&mut **c).await?.rows_affected());
    Ok(if inserted == 1 { InsertOutcome::Yes } else { InsertOutcome::Taken })
}

/// Those of a user, newest first.
pub async fn list(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<ListedPasskey>> {
    let rows: Vec<(Uuid, String, i64, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT id, name, created_at, used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at DESC, id DESC")
        .bind(user.0).fetch_all(&mut **c).await?);
    let listed = |(id, name, created_at, used_at): (Uuid, String, i64, Option<i64>)| ListedPasskey {
        id: PasskeyId(id),
        name,
        created_at: Timestamp(created_at),
        used_at: used_at.map(Timestamp),
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// The credentials of a user, as JSON.
pub async fn credentials(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<String>> {
    Ok(on!(conn, c => sqlx::query_scalar("SELECT credential FROM passkeys WHERE user_id = $1")
        .bind(user.0).fetch_all(&mut **c).await?))
}

/// One of them, by the id that its device gave it.
pub async fn find(conn: &mut Conn<'_>, user: UserId, credential_id: &[u8]) -> Result<Option<String>> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT credential FROM passkeys WHERE user_id = $1 AND credential_id = $2")
        .bind(user.0).bind(credential_id).fetch_optional(&mut **c).await?),
    )
}

/// Notes the use of a passkey, with its counter. False if it is gone, or was used with this counter or a later one.
pub async fn touch(
    conn: &mut Conn<'_>,
    credential_id: &[u8],
    (before, after): (&str, &str),
    now: Timestamp,
) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE passkeys SET credential = $3, used_at = $4 WHERE credential_id = $1 AND credential = $2")
        .bind(credential_id).bind(before).bind(after).bind(now.0).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Removes one of a user's. False if there is none.
pub async fn delete(conn: &mut Conn<'_>, user: UserId, id: PasskeyId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query("DELETE FROM passkeys WHERE user_id = $1 AND id = $2")
        .bind(user.0).bind(id.0).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Stores a challenge, and deletes those from before `since`.
pub async fn begin(
    conn: &mut Conn<'_>,
    ceremony: Uuid,
    state: &str,
    since: Timestamp,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM passkey_ceremonies WHERE created_at < $1")
        .bind(since.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("INSERT INTO passkey_ceremonies (id, state, created_at) VALUES ($1, $2, $3)")
        .bind(ceremony).bind(state).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Takes out a challenge from `since` or later: it is good once.
pub async fn take(conn: &mut Conn<'_>, ceremony: Uuid, since: Timestamp) -> Result<Option<String>> {
    let state: Option<String> = on!(conn, c => sqlx::query_scalar(
        "DELETE FROM passkey_ceremonies WHERE id = $1 AND created_at >= $2 RETURNING state")
        .bind(ceremony).bind(since.0).fetch_optional(&mut **c).await?);
    Ok(state)
}
