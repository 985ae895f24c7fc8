//! The epoch: names one history of the database, so that cursors of a restored one are noticed.

use uuid::Uuid;

use super::{Conn, Database, Result, on};

pub async fn get_or_create(conn: &mut Conn<'_>) -> Result<String> {
    on!(conn, c => sqlx::query("INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING")
        .bind(Uuid::new_v4().simple().to_string()).execute(&mut **c).await?.rows_affected());
    let epoch: String = on!(conn, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = 'epoch'").fetch_one(&mut **c).await?);
    let Database::Postgres(c) = &mut conn.database else { return Ok(epoch) };
    // A standby that took over may lack what was acknowledged last: it is another history.
    let timeline: String = sqlx::query_scalar("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
        .fetch_one(&mut **c)
        .await?;
    Ok(format!("{epoch}-{timeline}"))
}
