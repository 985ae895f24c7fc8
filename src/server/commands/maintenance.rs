//! Whole databases from the command line: moved, backed up, restored.

use crate::server::{
    config::{Backup, Copy, Done, Restore},
    store::{
        Store,
        engine::{backup, copy_to_postgres},
        shown,
    },
};

pub async fn copy(copy: Copy) -> Done {
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
    println!("Everything is in {}. Serve that.", shown(&to));
    Ok(())
}

pub async fn back_up(backup: Backup) -> Done {
    backup::back_up(&backup.file.database, &backup.to)
        .await
        .map_err(|error| format!("can't back up: {error}"))?;
    println!("A copy is in {}.", backup.to.display());
    Ok(())
}

pub async fn restore(restore: Restore) -> Done {
    let database = &restore.database.database;
    if let Some(from) = &restore.from {
        let kept =
            backup::put_in_place(from, database).await.map_err(|error| format!("can't restore: {error}"))?;
        if let Some(kept) = kept {
            println!("What was there is in {}.", kept.display());
        }
    }
    Store::open(database).await?.renew_epoch().await.map_err(|error| format!("can't restore: {error}"))?;
    println!("{} is restored: clients start over and send again what was not answered.", shown(database));
    Ok(())
}
