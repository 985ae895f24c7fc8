//! Online backup and restore of a SQLite file, and the lock that keeps a database to one server.

mod partial_file;
pub mod restore;

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    pin::pin,
    time::Duration,
};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::time::interval;

use super::sqlite::file::is_ours;
use crate::server::config::database_url::is_url;
use partial_file::PartialFile;

/// How often the progress of a copy is reported.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{}: {error}", .path.display())]
    Database { path: PathBuf, error: sqlx::Error },
    #[error("{}: {error}; choose a file in a folder that can be written", .path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("{0}")]
    Refused(String),
}

type Result<T> = std::result::Result<T, BackupError>;

/// Called with the bytes that are written so far, and with their estimated total.
pub type Report<'a> = &'a dyn Fn(u64, u64);

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
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let lock = opened.map_err(|error| BackupError::Refused(format!(
        "can't lock the database {database}: {}: {error}; choose a file in a folder that can be written with --database",
        path.display()
    )))?;
    match lock.try_lock() {
        Ok(()) => Ok(DatabaseLock(Some(lock))),
        Err(TryLockError::WouldBlock) => {
            Err(BackupError::Refused(format!("a server runs on {database}; stop it first")))
        }
        Err(TryLockError::Error(error)) => Err(io_error(&path)(error)),
    }
}

impl Drop for DatabaseLock {
    fn drop(&mut self) {
        if let Some(lock) = &self.0 {
            let _ = lock.unlock();
        }
    }
}

/// Writes a snapshot of everything committed to a new file. It gets its name when it is whole and on disk.
pub async fn back_up(database: &Path, to: &Path, report: Report<'_>) -> Result<()> {
    // Also a link that leads nowhere: the file would be made where it points.
    if to.symlink_metadata().is_ok() {
        return Err(is_there(to));
    }
    let partial = PartialFile::create(beside(to, ".partial"))?;
    copy_into(database, &partial, report).await?;
    partial.rename_to_new(to)
}

/// `VACUUM INTO` reads one snapshot and checks the pages. The file is synced to disk before this returns.
async fn copy_into(from: &Path, partial: &PartialFile, report: Report<'_>) -> Result<()> {
    let failed = database_error(from);
    let options = SqliteConnectOptions::new().filename(from);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(failed)?;
    if !is_ours(&mut connection).await.map_err(failed)? {
        return Err(BackupError::Refused(format!("{} is no database of Stoa", from.display())));
    }
    let used = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    let total: i64 = sqlx::query_scalar(used).fetch_one(&mut connection).await.map_err(failed)?;
    let total = u64::try_from(total).unwrap_or_default();
    {
        // SQLite writes into the file that is there, as long as it is empty.
        let vacuum = sqlx::query("VACUUM INTO $1").bind(partial.name());
        let mut copying = pin!(vacuum.execute(&mut connection));
        let mut ticks = interval(REPORT_INTERVAL);
        loop {
            tokio::select! {
                done = &mut copying => {
                    done.map_err(failed)?;
                    break;
                }
                _ = ticks.tick() => report(partial.bytes(), total),
            }
        }
    }
    connection.close().await.map_err(failed)?;
    partial.sync()
}

fn is_there(path: &Path) -> BackupError {
    BackupError::Refused(format!("{} is there already; name a new file", path.display()))
}

fn database_error(path: &Path) -> impl Fn(sqlx::Error) -> BackupError + Copy {
    move |error| BackupError::Database { path: path.to_owned(), error }
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> BackupError + Copy {
    move |error| BackupError::Io { path: path.to_owned(), error }
}

/// The path with this at its end.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Makes renames in the file's folder last through a power cut.
fn sync_folder(file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error(folder))
}
