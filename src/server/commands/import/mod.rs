//! `stoa import`: what a marketplace had elsewhere (decision 51). Everything is read first, converted into lines where another system wrote
//! it, and sorted; then it is stored in that order. What can't be read or stored is refused line by line, and counted.

mod chatwoot;
mod convert;
mod converter;
mod counts;
mod json;
mod read;
mod sendbird;
mod spool;
mod stream;
mod talkjs;

use super::progress::Progress;
use crate::server::{
    clock::Clock,
    config::{CommandResult, Import},
    domain::operators::external::{history::History, lines::Line, sender_as},
    store::{Store, engine::backup},
};
use counts::Counts;
use read::Input;
use spool::{Sorted, Spool};

/// Lines between two reports of progress.
const REPORT_LINES: u64 = 1_000;

/// Imports the files. The error says how many lines were refused, if there are any.
pub async fn run(import: Import) -> CommandResult {
    let mut counts = Counts::new(&import.files);
    if import.print {
        read::print_lines(&import, &mut counts)?;
        return counts.end_printed();
    }
    // Before anything is read for a long time: whatever stands against it.
    let _lock = backup::lock(&import.database.database).map_err(|error| error.to_string())?;
    let store = Store::open(&import.database.database).await?;
    let sender = sender_as(&store, None, import.issuer.as_deref()).await.map_err(|error| {
        format!("{} `stoa embed-key create` makes one, and --issuer names one", error.message)
    })?;
    let mut spool = Spool::default();
    let read = Input { import: &import, counts: &mut counts }.into_spool(&mut spool)?;
    let unsorted = |error: std::io::Error| {
        format!("can't sort what was read in a temporary file: {error}; choose a folder with TMPDIR")
    };
    let sorted = spool.into_sorted().map_err(unsorted)?;
    let progress = Progress::new();
    let mut report = |number, kind, id: &str, outcome| counts.add(number, kind, id, outcome);
    let history = History::new(store.clone(), sender, Clock::default().now(), &mut report);
    let stored = store_all(history, sorted, read, &progress).await;
    drop(progress);
    store.close().await;
    stored?;
    counts.end()
}

async fn store_all(
    mut history: History<'_>,
    mut sorted: Sorted,
    total: u64,
    progress: &Progress,
) -> CommandResult {
    let stopped = |error: &dyn std::fmt::Display| {
        format!("the import stopped: {error} What is stored stays; the same command goes on")
    };
    let mut done = 0;
    while let Some(line) = sorted.next().map_err(|error| stopped(&format!("{error}.")))? {
        let parsed = Line::parse(&line.json).map_err(|error| stopped(&error))?;
        history.take(line.number, parsed).await.map_err(|error| stopped(&error))?;
        done += 1;
        if done % REPORT_LINES == 0 {
            progress.update("import", done, total);
        }
    }
    history.finish().await.map_err(|error| stopped(&error))
}
