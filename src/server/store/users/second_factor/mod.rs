//! Second factors: authenticator apps, passkeys and recovery codes.

pub mod passkeys;
pub mod recovery_codes;
pub mod totp;

use uuid::Uuid;

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

/// SQL: the rank with which user `u` acts at this time: that of a member, where the staff needs a second factor and `u` has none.
macro_rules! rank_at {
    ($now:literal) => {
        concat!(
            "CASE WHEN u.rank <> 'member' AND EXISTS (SELECT 1 FROM settings o WHERE o.id = 1 AND o.second_factor_from <= ",
            $now,
            ") AND NOT ",
            $crate::server::store::users::second_factor::has_second_factor!("u.id"),
            " THEN 'member' ELSE u.rank END"
        )
    };
}
pub(in crate::server::store) use rank_at;

/// From when on a user needs a second factor for the rights of the staff. `None` for members, and where none is needed.
pub async fn needed_from(conn: &mut Conn<'_>, user: UserId) -> Result<Option<Timestamp>> {
    let from: Option<Option<i64>> = on!(conn, c => sqlx::query_scalar(
        "SELECT o.second_factor_from FROM users u, settings o WHERE u.id = $1 AND u.rank <> 'member' AND o.id = 1")
        .bind(user.0).fetch_optional(&mut **c).await?);
    Ok(from.flatten().map(Timestamp))
}

/// The staff who have none.
pub async fn staff_without(conn: &mut Conn<'_>) -> Result<Vec<UserId>> {
    let rows: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(concat!(
        "SELECT id FROM users WHERE rank <> 'member' AND suspended_at IS NULL AND NOT ", has_second_factor!("users.id")))
        .fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(UserId).collect())
}

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
