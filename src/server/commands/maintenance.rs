//! Database maintenance from the command line: migration to PostgreSQL (`stoa copy`), backup and restore.

use crate::server::{
    config::{Backup, CommandResult, Copy, Restore},
    store::{
        Store,
        engine::{backup, copy_to_postgres, database_url::redacted},
    },
};

/// Copies a SQLite file to PostgreSQL and closes the file for writing; without a target, reopens the file.
pub async fn copy(copy: Copy) -> CommandResult {
    let from = &copy.file.database;
    let Some(to) = copy.to else {
        copy_to_postgres::undo(from).await.map_err(|error| error.to_string())?;
        println!("{} takes messages again.", from.display());
        return Ok(());
    };
    println!("{} takes nothing more from now on.", from.display());
    copy_to_postgres::copy(from, &to, |copied| println!("{}: {} rows, equal", copied.table, copied.rows))
        .await
        .map_err(|error| format!("can't copy: {error}"))?;
    println!("Everything is in {}. Serve that.", redacted(&to));
    Ok(())
}

/// Writes a backup of a SQLite file.
pub async fn back_up(backup: Backup) -> CommandResult {
    backup::back_up(&backup.file.database, &backup.to)
        .await
        .map_err(|error| format!("can't back up: {error}"))?;
    println!("A copy is in {}.", backup.to.display());
    Ok(())
}

/// Puts a backup in place, if one is given, and renews the database's epoch, so that clients drop their
/// cursors and send unacknowledged messages again.
pub async fn restore(restore: Restore) -> CommandResult {
    let database = &restore.database.database;
    if let Some(from) = &restore.from {
        let previous =
            backup::restore(from, database).await.map_err(|error| format!("can't restore: {error}"))?;
        if let Some(previous) = previous {
            println!("What was there is in {}.", previous.display());
        }
    }
    Store::open(database).await?.renew_epoch().await.map_err(|error| format!("can't restore: {error}"))?;
    println!("{} is restored: clients start over and send again what was not answered.", redacted(database));
    Ok(())
}
