//! Copies of a SQLite file, written while it is in use and put in its place again; and who may have
//! the file for himself.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};

use super::sqlite;
use crate::server::store::is_url;

#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Refused(String),
}

type Done<T> = Result<T, Failed>;

/// Held by a server for as long as it runs; nothing where the database is no file.
pub struct Claim(Option<File>);

/// Claims the file for one server, or for putting another in its place.
pub fn claim(database: &str) -> Done<Claim> {
    if is_url(database) {
        return Ok(Claim(None));
    }
    // A file of its own: to close the database itself would end SQLite's locks on it.
    let path = beside(Path::new(database), ".lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(Claim(Some(lock))),
        Err(TryLockError::WouldBlock) => {
            Err(Failed::Refused(format!("a server runs on {database}; stop it first")))
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(lock) = &self.0 {
            let _ = lock.unlock();
        }
    }
}

/// Writes everything that is committed to a new file, as of one moment.
pub async fn back_up(database: &Path, to: &Path) -> Done<()> {
    if to.exists() {
        return Err(Failed::Refused(format!("{} is there already; name a new file", to.display())));
    }
    copy_into(database, to).await
}

/// Puts a backup in the place of a database, and answers where that is now, if there was one.
pub async fn put_in_place(backup: &Path, database: &str) -> Done<Option<PathBuf>> {
    if is_url(database) {
        return Err(Failed::Refused(
            "restore PostgreSQL with its own tools, then run `stoa restore` without a file".into(),
        ));
    }
    let _claim = claim(database)?;
    let database = Path::new(database);
    let fresh = beside(database, ".restoring");
    // Left by a run that was interrupted.
    let _ = fs::remove_file(&fresh);
    copy_into(backup, &fresh).await?;
    let kept = database.exists().then(|| free_name(database));
    if let Some(kept) = &kept {
        settle(database).await?;
        fs::rename(database, kept)?;
    }
    fs::rename(&fresh, database)?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(kept)
}

/// SQLite's own way, which reads one snapshot and checks the pages; on disk when it is done.
async fn copy_into(from: &Path, to: &Path) -> Done<()> {
    let options = SqliteConnectOptions::new().filename(from);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    if !sqlite::is_ours(&mut connection).await? {
        return Err(Failed::Refused(format!("{} is no database of Stoa", from.display())));
    }
    sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned()).execute(&mut connection).await?;
    connection.close().await?;
    use std::os::unix::fs::PermissionsExt;
    let file = File::open(to)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file.sync_all()?)
}

/// Everything of a database in its one file: what is renamed takes no log with it.
async fn settle(database: &Path) -> Done<()> {
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
