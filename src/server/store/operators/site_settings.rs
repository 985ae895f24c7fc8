//! Site settings: one row, read on each use and never cached, so that a change holds at once on every node.

use super::audit::{self, AuditEntry};
use crate::{
    server::store::{Conn, Result, engine::locks, on, users::second_factor},
    shared::{
        ids::UserId,
        operators::site_settings::{SettingsChange, SiteSettings},
        users::rank::Rank,
        values::time::Timestamp,
    },
};

/// The current settings.
pub async fn get(conn: &mut Conn<'_>) -> Result<SiteSettings> {
    type Row = (i64, Option<i64>, i64, i64, i64, Option<i64>, Option<String>);
    let row: Row = on!(conn, c => sqlx::query_as(
        "SELECT version, retention_days, can_sign_up, can_make_rooms, can_publish_unconfirmed, second_factor_from, look FROM settings WHERE id = 1")
        .fetch_one(&mut **c).await?);
    let (version, retention_days, can_sign_up, can_make_rooms, can_publish_unconfirmed, factor_from, look) =
        row;
    Ok(SiteSettings {
        version,
        retention_days,
        can_sign_up: can_sign_up > 0,
        can_make_rooms: can_make_rooms > 0,
        can_publish_unconfirmed: can_publish_unconfirmed > 0,
        second_factor_from: factor_from.map(Timestamp),
        // One that a newer version has stored, and that this one does not know, is that of Stoa.
        look: look.and_then(|look| look.parse().ok()),
    })
}

/// Answer to a change of the settings.
pub enum ChangeOutcome {
    /// The settings after the change.
    Changed(SiteSettings),
    /// The settings were like this already.
    Unchanged(SiteSettings),
    /// The user is no admin, or no longer one.
    NotAllowed,
    /// The user asks of others what they don't do themselves.
    NeedsOwnFactor,
    /// The settings have changed since the user saw them.
    Stale,
}

/// Changes one setting, with an audit entry.
pub async fn change(
    conn: &mut Conn<'_>,
    by: UserId,
    seen_version: i64,
    change: SettingsChange,
    now: Timestamp,
) -> Result<ChangeOutcome> {
    locks::users(conn, &[by.0]).await?;
    let rank: Option<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT rank FROM users WHERE id = $1 AND suspended_at IS NULL").bind(by.0).fetch_optional(&mut **c).await?);
    if rank.and_then(|rank| Rank::parse(&rank)) != Some(Rank::Admin) {
        return Ok(ChangeOutcome::NotAllowed);
    }
    if matches!(change, SettingsChange::SecondFactor(Some(_))) && !second_factor::is_on(conn, by).await? {
        return Ok(ChangeOutcome::NeedsOwnFactor);
    }
    locks::settings(conn).await?;
    let before = get(conn).await?;
    let after = change.apply_to(before);
    if after == before {
        return Ok(ChangeOutcome::Unchanged(before));
    }
    if before.version != seen_version {
        return Ok(ChangeOutcome::Stale);
    }
    let after = SiteSettings { version: before.version + 1, ..after };
    on!(conn, c => sqlx::query(
        "UPDATE settings SET version = $1, retention_days = $2, can_sign_up = $3, can_make_rooms = $4, \
         can_publish_unconfirmed = $5, second_factor_from = $6, look = $7 WHERE id = 1")
        .bind(after.version).bind(after.retention_days).bind(i64::from(after.can_sign_up))
        .bind(i64::from(after.can_make_rooms)).bind(i64::from(after.can_publish_unconfirmed))
        .bind(after.second_factor_from.map(|at| at.0)).bind(after.look.map(|look| look.to_string())).execute(&mut **c).await?.rows_affected());
    let entry = AuditEntry {
        user: by,
        action: change.action().to_owned(),
        order: None,
        conversation: None,
        other: None,
        detail: change.detail(),
    };
    audit::add(conn, entry, now).await?;
    Ok(ChangeOutcome::Changed(after))
}
