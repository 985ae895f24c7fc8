//! The epoch: identifies one history of the database, so that cursors of another history (after a restore)
//! are detected.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::server::store::{Conn, Database, Result, on};

/// What a PostgreSQL server that takes over is known to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standby {
    /// It may lack what was acknowledged last.
    #[default]
    MayLack,
    /// Everything that was acknowledged.
    Synchronous,
}

/// The epoch of this database, created if there is none. It includes the timeline of a PostgreSQL server whose
/// standby may lack something.
pub async fn get_or_create(conn: &mut Conn<'_>, standby: Standby) -> Result<String> {
    on!(conn, c => sqlx::query("INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING")
        .bind(generate()).execute(&mut **c).await?.rows_affected());
    let epoch: String = on!(conn, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = 'epoch'").fetch_one(&mut **c).await?);
    match &mut conn.database {
        Database::Sqlite(_) => Ok(epoch),
        Database::Postgres(_) if standby == Standby::Synchronous => Ok(epoch),
        Database::Postgres(c) => Ok(format!("{epoch}-{}", timeline(c).await?)),
    }
}

/// A random epoch.
pub(crate) fn generate() -> String {
    Uuid::new_v4().simple().to_string()
}

/// What ends with a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub sessions: u64,
    pub tokens: u64,
}

/// Begins another history after a restore: a new epoch, which makes all cursors void, and no session and no API token.
/// Those that were ended since the backup was made would be valid again.
pub async fn begin_history(conn: &mut Conn<'_>) -> Result<Ended> {
    get_or_create(conn, Standby::default()).await?;
    on!(conn, c => sqlx::query("UPDATE meta SET value = $1 WHERE key = 'epoch'")
        .bind(generate()).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query("DELETE FROM embed_sessions").execute(&mut **c).await?.rows_affected());
    Ok(Ended {
        sessions: on!(conn, c => sqlx::query("DELETE FROM sessions").execute(&mut **c).await?.rows_affected()),
        tokens: on!(conn, c => sqlx::query("DELETE FROM tokens").execute(&mut **c).await?.rows_affected()),
    })
}

/// The timeline of the PostgreSQL server. It changes when a standby takes over, which may lack the last
/// acknowledged commits.
pub(crate) async fn timeline(c: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)").fetch_one(c).await
}
