//! The migrations of this program, and what of them a database has.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;

use crate::server::store::{Conn, Database, Result, on};

pub(crate) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How a database differs from what this program has in mind, by the numbers of migrations.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// This program's, of which the database has not heard, or which it has in another wording.
    pub missing: Vec<i64>,
    /// A newer program's.
    pub unknown: Vec<i64>,
}

/// Compares by what is written in the database about itself.
pub async fn compare(conn: &mut Conn<'_>) -> Result<Schema> {
    let applied: Vec<(i64, Vec<u8>)> = on!(conn, c => sqlx::query_as(
        "SELECT version, checksum FROM _sqlx_migrations WHERE success").fetch_all(&mut **c).await?);
    let ours = match conn.database {
        Database::Sqlite(_) => &SQLITE,
        Database::Postgres(_) => &POSTGRES,
    };
    Ok(difference(ours, applied.into_iter().collect()))
}

fn difference(ours: &Migrator, mut applied: BTreeMap<i64, Vec<u8>>) -> Schema {
    let mut missing = Vec::new();
    for migration in ours.iter() {
        if applied.remove(&migration.version).as_deref() != Some(&migration.checksum) {
            missing.push(migration.version);
        }
    }
    Schema { missing, unknown: applied.into_keys().collect() }
}
