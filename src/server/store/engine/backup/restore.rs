//! Restoring a backup: it is prepared beside the database, and then put in its place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sqlx::{
    Connection, Executor, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use uuid::Uuid;

use super::{
    BackupError, Report, Result, beside, copy_into, database_error, io_error, lock, partial_file::PartialFile,
};
use crate::{
    server::{
        config::database_url::is_url,
        store::{
            Conn, Database, StoreError,
            engine::{
                epoch::{self, Ended},
                schema,
                sqlite::file::moved_to,
            },
            sync::updates::Updates,
        },
    },
    shared::{ids::UserId, users::rank::Rank},
};

/// Files that belong to a database file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];
/// SQLITE_BUSY and SQLITE_LOCKED: another process is at work in the file.
const IN_USE: [i32; 2] = [5, 6];

/// What a restore has done.
pub struct Restored {
    /// Where the previous database is, if there was one.
    pub kept: Option<PathBuf>,
    pub ended: Ended,
    /// Why the previous database could not be read.
    pub damage: Option<String>,
    /// Accounts that are another in the backup than in the previous database.
    pub reverted: Vec<RevertedAccount>,
}

/// An account whose suspension or rank the backup has as it was before.
#[derive(Debug, PartialEq, Eq)]
pub struct RevertedAccount {
    pub id: UserId,
    pub name: String,
    /// From the replaced database to the backup, where they differ.
    pub rank: Option<(Rank, Rank)>,
    /// Whether it is suspended now, where that has changed.
    pub is_suspended: Option<bool>,
}

/// Puts a backup in the place of a database. Its sessions and tokens end, and a new epoch begins, before it gets there.
/// A database that can't be read any more is set aside as it is.
pub async fn restore(backup: &Path, database: &str, report: Report<'_>) -> Result<Restored> {
    if is_url(database) {
        return Err(BackupError::Refused(
            "restore PostgreSQL with its own tools, then run `stoa restore` without a file".into(),
        ));
    }
    let _lock = lock(database)?;
    let database = Path::new(database);
    let fresh = PartialFile::create(beside(database, ".restoring"))?;
    copy_into(backup, &fresh, report).await?;
    let ended = prepare(&fresh, backup).await?;
    let is_there = database.exists();
    let mut damage = if is_there { finish(database).await? } else { None };
    let mut reverted = Vec::new();
    if is_there && damage.is_none() {
        match compare(&fresh, database).await {
            Ok(accounts) => reverted = accounts,
            Err(error) => damage = Some(error.to_string()),
        }
    }
    let kept = set_aside(database)?;
    fresh.replace(database)?;
    Ok(Restored { kept, ended, damage, reverted })
}

async fn open(path: &Path) -> sqlx::Result<SqliteConnection> {
    // One file, which renaming moves whole.
    let options =
        SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Delete).foreign_keys(true);
    SqliteConnection::connect_with(&options).await
}

/// Brings the copy up to this program's schema, and begins a new history in it.
async fn prepare(fresh: &PartialFile, backup: &Path) -> Result<Ended> {
    let failed = database_error(backup);
    let mut connection = open(fresh.path()).await.map_err(failed)?;
    if let Some(url) = moved_to(&mut connection).await.map_err(failed)? {
        let text = format!("the data of {} has been moved to {url}; restore that", backup.display());
        return Err(BackupError::Refused(text));
    }
    let migrated = schema::SQLITE.run(&mut connection).await;
    migrated.map_err(|error| BackupError::Refused(format!("{}: {error}", backup.display())))?;
    let began = async {
        let mut transaction = connection.begin().await?;
        let database = Database::Sqlite(&mut transaction);
        let ended = epoch::begin_history(&mut Conn { database, updates: &mut Updates::default() }).await?;
        transaction.commit().await?;
        connection.close().await?;
        Ok::<_, StoreError>(ended)
    };
    let ended = began.await.map_err(|error| match error {
        StoreError::Database(error) => failed(error),
        other => BackupError::Refused(format!("{}: {other}", fresh.path().display())),
    })?;
    fresh.sync()?;
    Ok(ended)
}

/// Moves the write-ahead log of the previous database into its file. Answers why that can't be done, if the file is
/// damaged.
async fn finish(database: &Path) -> Result<Option<String>> {
    let finished = async {
        let options = SqliteConnectOptions::new().filename(database);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE").await?;
        connection.close().await
    };
    let Err(error) = finished.await else { return Ok(None) };
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    if code.is_some_and(|code| IN_USE.contains(&(code & 0xff))) {
        let text = format!("another program has {} open; end it first", database.display());
        return Err(BackupError::Refused(text));
    }
    Ok(Some(error.to_string()))
}

/// The accounts whose rank or suspension differs. Empty if the previous database is of another kind.
async fn compare(fresh: &PartialFile, database: &Path) -> sqlx::Result<Vec<RevertedAccount>> {
    type Row = (Uuid, String, String, String, bool, bool);
    let mut connection = open(fresh.path()).await?;
    sqlx::query("ATTACH DATABASE $1 AS previous")
        .bind(database.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await?;
    let is_ours =
        "SELECT EXISTS (SELECT 1 FROM previous.sqlite_schema WHERE type = 'table' AND name = 'users')";
    let is_ours: bool = sqlx::query_scalar(is_ours).fetch_one(&mut connection).await?;
    let rows: Vec<Row> = if is_ours {
        sqlx::query_as(
            "SELECT new.id, old.name, old.rank, new.rank, old.suspended_at IS NOT NULL, new.suspended_at IS NOT NULL \
             FROM main.users new JOIN previous.users old ON old.id = new.id \
             WHERE new.rank <> old.rank OR (new.suspended_at IS NULL) <> (old.suspended_at IS NULL) \
             ORDER BY old.folded_name, new.id",
        )
        .fetch_all(&mut connection)
        .await?
    } else {
        Vec::new()
    };
    connection.close().await?;
    let rank = |text: &str| Rank::parse(text).unwrap_or_default();
    let reverted = |(id, name, before, after, was_suspended, is_suspended): Row| RevertedAccount {
        id: UserId(id),
        name,
        rank: (before != after).then(|| (rank(&before), rank(&after))),
        is_suspended: (was_suspended != is_suspended).then_some(is_suspended),
    };
    Ok(rows.into_iter().map(reverted).collect())
}

/// Moves the database out of the way, with the files that belong to it. Answers where it is, if there was one.
fn set_aside(database: &Path) -> Result<Option<PathBuf>> {
    let kept = free_name(database);
    let mut is_moved = false;
    // The database comes first: SQLite ignores a log without its database, and would apply it to another one.
    for ending in [""].into_iter().chain(BESIDE) {
        let (from, to) = (beside(database, ending), beside(&kept, ending));
        if from.symlink_metadata().is_ok() {
            fs::rename(&from, &to).map_err(io_error(&from))?;
            is_moved = true;
        }
    }
    Ok(is_moved.then_some(kept))
}

fn free_name(database: &Path) -> PathBuf {
    let names = (1..).map(|number| beside(database, &format!(".before-restore-{number}")));
    let is_free = |name: &PathBuf| name.symlink_metadata().is_err();
    names.into_iter().find(is_free).unwrap_or_else(|| beside(database, ".before-restore"))
}
