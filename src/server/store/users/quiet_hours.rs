//! Quiet hours of a user, and the zone that they are in.

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::UserId,
        users::quiet_hours::{QuietHours, QuietSettings},
    },
};

pub async fn get(conn: &mut Conn<'_>, user: UserId) -> Result<QuietSettings> {
    let row: Option<(Option<i64>, Option<i64>, Option<String>)> = on!(conn, c => sqlx::query_as(
        "SELECT quiet_from, quiet_to, time_zone FROM users WHERE id = $1").bind(user.0).fetch_optional(&mut **c).await?);
    let (from, to, time_zone) = row.unwrap_or_default();
    Ok(QuietSettings { hours: from.zip(to).map(|(from, to)| QuietHours { from, to }), time_zone })
}

pub async fn set(conn: &mut Conn<'_>, user: UserId, chosen: &QuietSettings) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET quiet_from = $2, quiet_to = $3, time_zone = $4 WHERE id = $1")
        .bind(user.0).bind(chosen.hours.map(|hours| hours.from)).bind(chosen.hours.map(|hours| hours.to))
        .bind(&chosen.time_zone).execute(&mut **c).await?.rows_affected());
    Ok(())
}
