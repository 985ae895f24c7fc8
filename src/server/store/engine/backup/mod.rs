//! Online backup and restore of a SQLite file, and the lock that keeps a database to one server.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{database_url::is_url, sqlite::file::is_ours};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Refused(String),
}

type Result<T> = std::result::Result<T, BackupError>;

/// Held by a server for as long as it runs. Empty for PostgreSQL.
pub struct DatabaseLock(Option<File>);

/// Locks the file for one server, or for a restore. An error if another process holds the lock.
pub fn lock(database: &str) -> Result<DatabaseLock> {
    if is_url(database) {
        return Ok(DatabaseLock(None));
    }
    // The lock is a file of its own, because closing the database file would release SQLite's own locks on
    // it.
    let path = beside(Path::new(database), ".lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(DatabaseLock(Some(lock))),
        Err(TryLockError::WouldBlock) => {
            Err(BackupError::Refused(format!("a server runs on {database}; stop it first")))
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Drop for DatabaseLock {
    fn drop(&mut self) {
        if let Some(lock) = &self.0 {
            let _ = lock.unlock();
        }
    }
}

/// Writes a snapshot of everything committed to a new file.
pub async fn back_up(database: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(BackupError::Refused(format!("{} is there already; name a new file", to.display())));
    }
    copy_into(database, to).await
}

/// Puts a backup in the place of a database. Returns the path to which the previous database was moved, if
/// there was one.
pub async fn restore(backup: &Path, database: &str) -> Result<Option<PathBuf>> {
    if is_url(database) {
        return Err(BackupError::Refused(
            "restore PostgreSQL with its own tools, then run `stoa restore` without a file".into(),
        ));
    }
    let _lock = lock(database)?;
    let database = Path::new(database);
    let fresh = beside(database, ".restoring");
    // Left by an interrupted run.
    let _ = fs::remove_file(&fresh);
    copy_into(backup, &fresh).await?;
    let kept = database.exists().then(|| free_name(database));
    if let Some(kept) = &kept {
        checkpoint(database).await?;
        fs::rename(database, kept)?;
    }
    fs::rename(&fresh, database)?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(kept)
}

/// `VACUUM INTO` reads one snapshot and checks the pages. The file is synced to disk before this returns.
async fn copy_into(from: &Path, to: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(from);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    if !is_ours(&mut connection).await? {
        return Err(BackupError::Refused(format!("{} is no database of Stoa", from.display())));
    }
    sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned()).execute(&mut connection).await?;
    connection.close().await?;
    use std::os::unix::fs::PermissionsExt;
    let file = File::open(to)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file.sync_all()?)
}

/// Moves the write-ahead log into the database file, so that renaming that one file moves everything.
async fn checkpoint(database: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE").await?;
    Ok(connection.close().await?)
}

fn free_name(database: &Path) -> PathBuf {
    let names = (1..).map(|number| beside(database, &format!(".before-restore-{number}")));
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| beside(database, ".before-restore"))
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
