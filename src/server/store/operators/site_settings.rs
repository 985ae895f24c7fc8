//! The settings of the marketplace: one row, read where it matters and never held, so that a change
//! holds at once on every node.

use super::audit::{self, Entry};
use crate::server::store::{Conn, Result, engine::locks, on};
use crate::shared::users::rank::Rank;
use crate::shared::{
    ids::UserId,
    operators::site_settings::{Change, SiteSettings},
    values::time::Timestamp,
};

pub async fn get(conn: &mut Conn<'_>) -> Result<SiteSettings> {
    let (version, retention_days, can_sign_up, can_make_rooms): (i64, Option<i64>, i64, i64) = on!(conn, c => sqlx::query_as(
        "SELECT version, retention_days, can_sign_up, can_make_rooms FROM settings WHERE id = 1")
        .fetch_one(&mut **c).await?);
    Ok(SiteSettings {
        version,
        retention_days,
        can_sign_up: can_sign_up > 0,
        can_make_rooms: can_make_rooms > 0,
    })
}

pub enum Changed {
    /// They stand like this now, or did before.
    Settings(SiteSettings),
    /// He is no admin, or no longer.
    NotAllowed,
    /// Somebody else has changed them since they were seen.
    Stale,
}

/// Changes one of them, with its entry in the audit log.
pub async fn change(
    conn: &mut Conn<'_>,
    by: UserId,
    seen_version: i64,
    change: Change,
    now: Timestamp,
) -> Result<Changed> {
    locks::users(conn, &[by.0]).await?;
    let rank: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT rank FROM users WHERE id = $1 AND suspended_at IS NULL").bind(by.0).fetch_optional(&mut **c).await?);
    if rank.and_then(|rank| Rank::parse(&rank)) != Some(Rank::Admin) {
        return Ok(Changed::NotAllowed);
    }
    locks::settings(conn).await?;
    let before = get(conn).await?;
    let after = change.of(before);
    if after == before {
        return Ok(Changed::Settings(before));
    }
    if before.version != seen_version {
        return Ok(Changed::Stale);
    }
    let after = SiteSettings { version: before.version + 1, ..after };
    on!(conn, c => sqlx::query(
        "UPDATE settings SET version = $1, retention_days = $2, can_sign_up = $3, can_make_rooms = $4 WHERE id = 1")
        .bind(after.version).bind(after.retention_days).bind(i64::from(after.can_sign_up))
        .bind(i64::from(after.can_make_rooms)).execute(&mut **c).await?.rows_affected());
    let entry = Entry {
        user: by,
        action: change.action().to_owned(),
        order: None,
        conversation: None,
        other: None,
        detail: change.detail(),
    };
    audit::add(conn, entry, now).await?;
    Ok(Changed::Settings(after))
}
