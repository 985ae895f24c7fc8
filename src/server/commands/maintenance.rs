//! Database maintenance from the command line: migration to PostgreSQL (`stoa copy`), backup and restore.

use std::path::Path;

use super::{output::print, progress::Progress};
use crate::{
    server::{
        config::{Backup, CommandResult, Copy, Restore, database_url::redacted},
        outside::file_store,
        store::{
            Store,
            engine::{
                backup::{
                    self,
                    restore::{Restored, RevertedAccount},
                },
                copy_to_postgres::{self, CopyProgress},
                epoch::Ended,
            },
        },
    },
    shared::users::rank::Rank,
};

/// Copies a SQLite file to PostgreSQL and closes the file for writing; without a target, reopens the file.
pub async fn copy(copy: Copy) -> CommandResult {
    let from = &copy.file.database;
    let Some(to) = copy.to.filter(|_| !copy.undo) else {
        copy_to_postgres::undo(from).await.map_err(|error| error.to_string())?;
        return print(format!("{} takes messages again.", from.display()));
    };
    print(format!("{} takes nothing more from now on.", from.display()))?;
    let progress = Progress::new();
    let mut printed = Ok(());
    let mut report = |step: CopyProgress<'_>| match step {
        CopyProgress::Copying { table, rows, total } => progress.update(table, rows, total),
        CopyProgress::Comparing { table, rows, total } => {
            progress.update(&format!("{table}, compared"), rows, total);
        }
        CopyProgress::Equal { table, rows } => {
            let line = progress.print(format!("{table}: {rows} rows, equal"));
            printed = printed.clone().and(line);
        }
    };
    let copied = copy_to_postgres::copy(from, &to, &mut report).await;
    drop(progress);
    copied.map_err(|error| format!("can't copy: {error}"))?;
    printed?;
    print(format!("Everything is in {}. Serve that.", redacted(&to)))
}

/// Writes a backup of a SQLite file.
pub async fn back_up(backup: Backup) -> CommandResult {
    let progress = Progress::new();
    let report = |bytes, total| progress.update("backup", bytes, total);
    let written = backup::back_up(&backup.file.database, &backup.to, &report).await;
    drop(progress);
    written.map_err(|error| format!("can't back up: {error}"))?;
    print(format!("A copy is in {}.", backup.to.display()))?;
    // After the database: bytes of files that are deleted meanwhile stay for a day.
    let (from, to) = (file_store::folder_of(&backup.file.database), file_store::folder_of(&backup.to));
    copy_files(&from, &to)
}

/// Puts a backup in place, if one is given, and begins another history: clients drop their cursors and send
/// unacknowledged messages again, and everybody signs in again.
pub async fn restore(restore: Restore) -> CommandResult {
    let database = &restore.database.database;
    let failed = |error: &dyn std::fmt::Display| format!("can't restore: {error}");
    let ended = match &restore.from {
        None => {
            let _lock = backup::lock(database).map_err(|error| failed(&error))?;
            let store = Store::open(database).await?;
            let ended = store.begin_history().await.map_err(|error| failed(&error))?;
            store.close().await;
            ended
        }
        Some(from) => {
            let progress = Progress::new();
            let report = |bytes, total| progress.update("restore", bytes, total);
            let restored = backup::restore::restore(from, database, &report).await;
            drop(progress);
            let restored = restored.map_err(|error| failed(&error))?;
            print_restored(&restored)?;
            let database = Path::new(database);
            copy_files(&file_store::folder_of(from), &file_store::folder_of(database))?;
            restored.ended
        }
    };
    let Ended { sessions, tokens } = ended;
    print(format!("Ended: {sessions} sessions and {tokens} API tokens. Everybody signs in again."))?;
    print(format!(
        "{} is restored: clients start over and send again what was not answered.",
        redacted(database)
    ))
}

/// Copies what is missing of a folder of files. Objects never change, so what is there stays.
fn copy_files(from: &Path, to: &Path) -> CommandResult {
    if !from.is_dir() {
        return Ok(());
    }
    let copied = file_store::copy_missing(from, to).map_err(|error| {
        format!("can't copy the files of {} to {}: {error}", from.display(), to.display())
    })?;
    print(format!("{copied} files were copied from {} to {}.", from.display(), to.display()))
}

fn print_restored(restored: &Restored) -> CommandResult {
    if let Some(kept) = &restored.kept {
        print(format!("What was there is in {}.", kept.display()))?;
    }
    if let Some(damage) = &restored.damage {
        print(format!(
            "It could not be read ({damage}), so nothing is known of what has changed since the backup."
        ))?;
    }
    for account in &restored.reverted {
        print(describe(account))?;
    }
    if !restored.reverted.is_empty() {
        print(
            "These accounts are again as they were when the backup was made. Put right what should not be, before you serve it.",
        )?;
    }
    Ok(())
}

fn describe(account: &RevertedAccount) -> String {
    let suspension =
        account.is_suspended.map(|is| if is { "suspended again" } else { "no longer suspended" });
    let word = Rank::as_str;
    let rank =
        account.rank.map(|(before, after)| format!("rank {} in place of {}", word(after), word(before)));
    let parts: Vec<_> = suspension.map(str::to_owned).into_iter().chain(rank).collect();
    format!("{} ({}): {}", account.name, account.id.0, parts.join(", "))
}
