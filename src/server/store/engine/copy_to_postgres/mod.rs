//! Migration of a whole database from a SQLite file to an empty PostgreSQL database, row by row, with a
//! comparison of both sides.
//!
//! Triggers close the source before the first row is read, so that no process of any version of Stoa that
//! still has it open can write there any more. Each batch of rows is a transaction of its own, in the order
//! of the primary key: an interrupted copy resumes where it stopped.

mod table;
mod values;

use std::{
    fmt::{Display, Write},
    path::Path,
};

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

use super::{
    epoch, postgres,
    sqlite::file::{MOVED, open_source},
};
use crate::server::config::database_url::redacted;
use table::Table;

/// What a copy reports.
pub enum CopyProgress<'a> {
    /// Rows of a table that are there so far.
    Copying { table: &'a str, rows: u64, total: u64 },
    /// Rows of a table that have been read again so far, on both sides together.
    Comparing { table: &'a str, rows: u64, total: u64 },
    /// A table that is copied and compared.
    Equal { table: &'a str, rows: u64 },
}

type Report<'a> = &'a mut dyn FnMut(CopyProgress<'_>);

type Result<T> = std::result::Result<T, CopyError>;

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Refused(String),
}

/// Copies and compares table by table, and reports each table that is done. Invalid arguments and a refused
/// source change neither side. After any other error the same command resumes the copy.
pub async fn copy(from: &Path, to: &str, report: Report<'_>) -> Result<()> {
    let refused = |name: &dyn Display, error: &dyn Display| CopyError::Refused(format!("{name}: {error}"));
    let (file, url) = (from.display(), redacted(to));
    let mut source = open_source(from).await.map_err(|error| refused(&file, &error))?;
    let options: PgConnectOptions = to.parse()?;
    let mut target = postgres::prepare(&options).await.map_err(|error| refused(&url, &error))?;
    claim(&mut source, &mut target, &redacted(to)).await?;
    for table in tables(&mut source).await? {
        let table = Table::of(table, &mut target).await?;
        let total = table.count(&mut source).await?;
        table.copy(&mut source, &mut target, total, report).await?;
        let rows = table.compare(&mut source, &mut target, total, report).await?;
        report(CopyProgress::Equal { table: table.name(), rows });
    }
    let fresh = epoch::generate();
    let end = format!(
        "BEGIN; INSERT INTO meta (key, value) VALUES ('epoch', '{fresh}') ON CONFLICT (key) DO UPDATE SET value = excluded.value; \
         DELETE FROM meta WHERE key = 'copying'; COMMIT"
    );
    target.execute(AssertSqlSafe(end)).await?;
    Ok(())
}

/// Reopens a source that was closed for a copy. It gets a new epoch, and the copy is void.
pub async fn undo(from: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(from);
    let opened = SqliteConnection::connect_with(&options).await;
    let mut source = opened.map_err(|error| CopyError::Refused(format!("{}: {error}", from.display())))?;
    let mut open = String::from("BEGIN IMMEDIATE;");
    for table in tables(&mut source).await? {
        for (event, _) in TRIGGER_EVENTS {
            let _ = write!(open, "DROP TRIGGER IF EXISTS moved_{table}_{event};");
        }
    }
    let fresh = epoch::generate();
    let _ = write!(
        open,
        "DELETE FROM meta WHERE key = 'moved_to'; UPDATE meta SET value = '{fresh}' WHERE key = 'epoch'; COMMIT"
    );
    source.execute(AssertSqlSafe(open)).await?;
    Ok(())
}

const TRIGGER_EVENTS: [(&str, &str); 3] = [("insert", "INSERT"), ("update", "UPDATE"), ("delete", "DELETE")];

/// Claims the target for this source, and closes the source for writes.
async fn claim(source: &mut SqliteConnection, target: &mut PgConnection, target_url: &str) -> Result<()> {
    let meta = "SELECT value FROM meta WHERE key = $1";
    // A file that was never served has no epoch yet.
    let named = "INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', $1)";
    sqlx::query(named).bind(epoch::generate()).execute(&mut *source).await?;
    let epoch: String = sqlx::query_scalar(meta).bind("epoch").fetch_one(&mut *source).await?;
    let moved: Option<String> =
        sqlx::query_scalar(meta).bind("moved_to").fetch_optional(&mut *source).await?;
    let copying: Option<String> =
        sqlx::query_scalar(meta).bind("copying").fetch_optional(&mut *target).await?;
    if moved.as_deref().is_some_and(|moved| moved != target_url) {
        let moved = moved.unwrap_or_default();
        return Err(CopyError::Refused(format!("the source has been moved to {moved} already")));
    }
    match copying {
        Some(other) if other != epoch => {
            return Err(CopyError::Refused(
                "the target is half a copy of something else; empty it first".into(),
            ));
        }
        Some(_) => {}
        None => {
            let is_used: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM meta WHERE key = 'epoch')",
            )
            .fetch_one(&mut *target)
            .await?;
            if is_used {
                return Err(CopyError::Refused(
                    "the target is not empty; give a new database, or empty it first".into(),
                ));
            }
            sqlx::query("INSERT INTO meta (key, value) VALUES ('copying', $1)")
                .bind(&epoch)
                .execute(&mut *target)
                .await?;
        }
    }
    if moved.is_none() {
        let mut close = String::from("BEGIN IMMEDIATE;");
        for table in tables(source).await? {
            for (event, statement) in TRIGGER_EVENTS {
                let _ = write!(
                    close,
                    "CREATE TRIGGER moved_{table}_{event} BEFORE {statement} ON {table} BEGIN SELECT RAISE(ABORT, '{}'); END;",
                    MOVED
                );
            }
        }
        let target_url = target_url.replace('\'', "''");
        let _ = write!(close, "INSERT INTO meta (key, value) VALUES ('moved_to', '{target_url}'); COMMIT");
        source.execute(AssertSqlSafe(close)).await?;
    }
    Ok(())
}

/// Table names in the order of creation, so that referenced rows come first. `meta` is copied apart, and the search index is
/// built anew.
async fn tables(source: &mut SqliteConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name NOT IN ('_sqlx_migrations', 'meta') AND name NOT LIKE 'search\\_%' ESCAPE '\\' ORDER BY rowid",
    )
    .fetch_all(source)
    .await
}
