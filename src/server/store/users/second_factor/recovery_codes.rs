//! Recovery codes, stored as hashes only.

use super::has_second_factor;
use crate::{
    server::store::{Conn, Result, on},
    shared::{ids::UserId, values::time::Timestamp},
};

/// SHA-256 of a code.
pub type CodeHash = [u8; 32];

/// Those of a user that are not used.
pub async fn unused(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<CodeHash>> {
    let rows: Vec<Vec<u8>> = on!(conn, c => sqlx::query_scalar(
        "SELECT code_hash FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL")
        .bind(user.0).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().filter_map(|hash| hash.try_into().ok()).collect())
}

/// Replaces those of a user.
pub async fn replace(conn: &mut Conn<'_>, user: UserId, hashes: &[CodeHash]) -> Result<()> {
    delete_all(conn, user).await?;
    for hash in hashes {
        on!(conn, c => sqlx::query("INSERT INTO recovery_codes (code_hash, user_id) VALUES ($1, $2)")
            .bind(hash.as_slice()).bind(user.0).execute(&mut **c).await?.rows_affected());
    }
    Ok(())
}

/// Uses up a code. False if it is none of the user's, or was used.
pub async fn use_code(conn: &mut Conn<'_>, user: UserId, hash: &CodeHash, now: Timestamp) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE recovery_codes SET used_at = $3 WHERE code_hash = $1 AND user_id = $2 AND used_at IS NULL")
        .bind(hash.as_slice()).bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Deletes those of a user who has no second factor any more.
pub async fn delete_if_useless(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query(concat!("DELETE FROM recovery_codes WHERE user_id = $1 AND NOT ", has_second_factor!("$1")))
        .bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

async fn delete_all(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM recovery_codes WHERE user_id = $1")
        .bind(user.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
