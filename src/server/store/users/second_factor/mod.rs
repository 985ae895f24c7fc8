//! Second factors: authenticator apps, passkeys and recovery codes.

pub mod recovery_codes;
pub mod totp;

use crate::{
    server::store::{Conn, Result, on},
    shared::{ids::UserId, values::time::Timestamp},
};

/// SQL: whether the user with the id in this column has a second factor.
macro_rules! has_second_factor {
    ($id:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM totp f WHERE f.user_id = ",
            $id,
            ") OR EXISTS (SELECT 1 FROM passkeys f WHERE f.user_id = ",
            $id,
            "))"
        )
    };
}
pub(in crate::server::store) use has_second_factor;

/// Whether a user has a second factor.
pub async fn is_on(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(concat!("SELECT ", has_second_factor!("$1")))
        .bind(user.0).fetch_one(&mut **c).await?))
}

/// Removes what was added since, and the recovery codes if nothing is left that they stand in for.
pub async fn remove_since(conn: &mut Conn<'_>, user: UserId, since: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM totp WHERE user_id = $1 AND created_at >= $2")
        .bind(user.0).bind(since.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM passkeys WHERE user_id = $1 AND created_at >= $2")
        .bind(user.0).bind(since.0).execute(&mut **c).await?.rows_affected());
    recovery_codes::delete_if_useless(conn, user).await
}

/// Removes all.
pub async fn remove_all(conn: &mut Conn<'_>, user: UserId) -> Result<()> {
    remove_since(conn, user, Timestamp(i64::MIN)).await
}
