//! Checks of the machine: free disk space, the limit of open files, and file permissions.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access, statvfs},
    process::{Resource, getrlimit},
};

use super::{Finding, error, ok, warning};
use crate::server::config::{CONNECTIONS_MAX, database_url::is_url};

const MIB: u64 = 1024 * 1024;
/// Less free space than this is an error.
const DISK_MIN_BYTES: u64 = 64 * MIB;
/// Less free space than this is a warning.
const DISK_RECOMMENDED_BYTES: u64 = 1024 * MIB;
/// Open files besides connections: the database, the binary, listeners.
const OTHER_FILES: u64 = 200;

/// Checks the machine. Permissions and disk space only matter for a SQLite file.
pub fn examine(database: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !is_url(database) {
        let file = Path::new(database);
        findings.extend(permissions(file));
        findings.push(match statvfs(folder(file)) {
            Ok(disk) => free_space(disk.f_bavail * disk.f_frsize),
            Err(failed) => error("disk", format!("can't look at {}: {failed}", folder(file).display())),
        });
    }
    findings.push(open_files(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)));
    findings
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn permissions(file: &Path) -> Vec<Finding> {
    let folder = folder(file);
    // SQLite creates its WAL and shared-memory files beside the database.
    if access(&folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        let text =
            format!("can't write in {}; run as its owner, or choose another --database", folder.display());
        return vec![error("rights", text)];
    }
    let Ok(metadata) = fs::metadata(file) else { return Vec::new() };
    vec![if access(file, Access::READ_OK | Access::WRITE_OK).is_err() {
        error("rights", format!("can't write {}; run as its owner", file.display()))
    } else if metadata.permissions().mode() & 0o077 != 0 {
        let text = format!("others on this machine can read {0}; run chmod 600 {0}", file.display());
        warning("rights", text)
    } else {
        ok("rights", "the file is its owner's alone")
    }]
}

fn free_space(bytes: u64) -> Finding {
    let text = format!("{} MiB free", bytes / MIB);
    match bytes {
        ..DISK_MIN_BYTES => error("disk", format!("{text}: make room")),
        DISK_MIN_BYTES..DISK_RECOMMENDED_BYTES => {
            warning("disk", format!("{text}: soon nothing can be stored any more"))
        }
        _ => ok("disk", text),
    }
}

fn open_files(limit: u64) -> Finding {
    let wanted = u64::from(CONNECTIONS_MAX) + OTHER_FILES;
    if limit >= wanted {
        return ok("open files", format!("{limit} allowed"));
    }
    let people = limit.saturating_sub(OTHER_FILES);
    let text = format!(
        "{limit} allowed, enough for {people} connections at once; for {CONNECTIONS_MAX} set LimitNOFILE={wanted}, or ulimit -n"
    );
    if people == 0 { error("open files", text) } else { warning("open files", text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::commands::doctor::Grade;

    #[test]
    fn too_little_room_is_said_before_there_is_none() {
        let grades = [10 * MIB, 500 * MIB, 5_000 * MIB].map(|bytes| free_space(bytes).grade);
        assert_eq!(grades, [Grade::Error, Grade::Warning, Grade::Ok]);
        let grades = [100, 1_024, 65_536].map(|limit| open_files(limit).grade);
        assert_eq!(grades, [Grade::Error, Grade::Warning, Grade::Ok]);
        assert_eq!(folder(Path::new("stoa.db")), Path::new("."));
    }
}
