//! A file that is being written under a name of its own. It gets its final name when it is whole; otherwise it is
//! removed, by the next run at the latest.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{BackupError, Result, beside, io_error, is_there, sync_folder};

pub(super) struct PartialFile {
    path: PathBuf,
    /// Locked for as long as it is written, so that a second process leaves it alone.
    file: File,
}

impl PartialFile {
    /// An empty file that only its owner may read. One that an interrupted run has left is removed first.
    pub(super) fn create(path: PathBuf) -> Result<Self> {
        remove_abandoned(&path)?;
        let failed = io_error(&path);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Self { path, file })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path as SQLite takes it.
    pub(super) fn name(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Bytes written so far.
    pub(super) fn bytes(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    pub(super) fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(io_error(&self.path))
    }

    /// Gives it its name. An error if there is a file of that name by now.
    pub(super) fn rename_to_new(self, to: &Path) -> Result<()> {
        // Unlike a rename, a link never replaces a file. Some file systems have no links.
        match fs::hard_link(&self.path, to) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(is_there(to)),
            Err(_) => fs::rename(&self.path, to).map_err(io_error(to))?,
        }
        // The name of the partial file goes, by `drop`.
        drop(self);
        sync_folder(to)
    }

    /// Puts it in the place of a file.
    pub(super) fn replace(self, other: &Path) -> Result<()> {
        fs::rename(&self.path, other).map_err(io_error(other))?;
        sync_folder(other)
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove_abandoned(path: &Path) -> Result<()> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    match file.try_lock() {
        Ok(()) => {
            remove(path);
            Ok(())
        }
        Err(TryLockError::WouldBlock) => Err(BackupError::Refused(format!(
            "another command is writing {}; wait for its end",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(io_error(path)(error)),
    }
}

/// Removes the file and those that SQLite may have made beside it.
fn remove(path: &Path) {
    for ending in ["", "-journal", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(path, ending));
    }
}
