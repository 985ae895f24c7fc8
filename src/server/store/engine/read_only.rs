//! A PostgreSQL that takes no writes for a while: a standby, or one whose role or quota says so
//! (`default_transaction_read_only`). A connection keeps the setting that it was opened with, so those that may
//! have it are closed once the first has met it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::server::store::{Conn, Database, Result};

/// Connections are closed at most this often, since reading goes on.
const INTERVAL: Duration = Duration::from_secs(1);

/// When a write last met it.
#[derive(Clone, Default)]
pub(crate) struct ReadOnlySince(Arc<Mutex<Option<Instant>>>);

impl ReadOnlySince {
    pub fn note(&self) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none_or(|since| since.elapsed() > INTERVAL) {
            tracing::warn!("the database takes no writes; its connections are opened anew");
            *since = Some(Instant::now());
        }
    }

    /// Whether a connection of this age was open before.
    pub fn is_stale(&self, age: Duration) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| age > since.elapsed())
    }
}

/// Whether this connection's transactions may not write. SQLite has no such mode.
pub async fn is_read_only(conn: &mut Conn<'_>) -> Result<bool> {
    let Database::Postgres(connection) = &mut conn.database else { return Ok(false) };
    let setting = "SELECT current_setting('transaction_read_only') = 'on'";
    Ok(sqlx::query_scalar(setting).fetch_one(&mut **connection).await?)
}
