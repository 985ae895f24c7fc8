//! Database schema: the migrations of this program, and their comparison with those that a database has
//! applied.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;

use crate::server::store::{Conn, Database, Result, on};

pub(crate) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Differences between a database and this program, as numbers of migrations.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Migrations of this program that are not applied, or whose checksum differs.
    pub missing: Vec<i64>,
    /// Applied migrations of a newer program.
    pub unknown: Vec<i64>,
}

/// Compares with the applied migrations that the database records.
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
