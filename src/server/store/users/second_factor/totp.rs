//! Authenticator apps (TOTP).

use crate::{
    server::store::{Conn, Result, on, users::sessions::TokenHash},
    shared::{ids::UserId, values::time::Timestamp},
};

/// An app that is in use.
pub struct App {
    pub secret: Vec<u8>,
    /// The step of the last code.
    pub last_step: i64,
    pub created_at: Timestamp,
}

/// The app of a user.
pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<Option<App>> {
    let row: Option<(Vec<u8>, i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT secret, last_step, created_at FROM totp WHERE user_id = $1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map(|(secret, last_step, at)| App { secret, last_step, created_at: Timestamp(at) }))
}

/// Has a session set up an app, in the place of one that it was setting up.
pub async fn begin(conn: &mut Conn<'_>, session: &TokenHash, secret: &[u8], now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO totp_setups (session_hash, secret, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (session_hash) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at")
        .bind(session.as_slice()).bind(secret).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The secret of the app that a session has been setting up since then.
pub async fn setup(conn: &mut Conn<'_>, session: &TokenHash, since: Timestamp) -> Result<Option<Vec<u8>>> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT secret FROM totp_setups WHERE session_hash = $1 AND created_at >= $2")
        .bind(session.as_slice()).bind(since.0).fetch_optional(&mut **c).await?),
    )
}

/// Ends what a session is setting up.
pub async fn end_setup(conn: &mut Conn<'_>, session: &TokenHash) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM totp_setups WHERE session_hash = $1")
        .bind(session.as_slice()).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Takes an app into use, in the place of the one before. `step` is that of the code that was typed.
pub async fn set(conn: &mut Conn<'_>, user: UserId, secret: &[u8], step: i64, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO totp (user_id, secret, last_step, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, created_at = excluded.created_at")
        .bind(user.0).bind(secret).bind(step).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Uses up the code of this step. False if it, or a later one, was used, or the app is another one by now.
pub async fn use_step(conn: &mut Conn<'_>, user: UserId, secret: &[u8], step: i64) -> Result<bool> {
    Ok(
        on!(conn, c => sqlx::query("UPDATE totp SET last_step = $3 WHERE user_id = $1 AND secret = $2 AND last_step < $3")
        .bind(user.0).bind(secret).bind(step).execute(&mut **c).await?.rows_affected())
            == 1,
    )
}

/// Ends the use of the app. False if there is none.
pub async fn delete(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query("DELETE FROM totp WHERE user_id = $1")
        .bind(user.0).execute(&mut **c).await?.rows_affected())
        == 1)
}
