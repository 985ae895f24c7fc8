//! `stoa import`: what a marketplace had elsewhere (decision 51). Everything is read first, converted into lines where another system wrote
//! it, and sorted; then it is stored in that order. What can't be read or stored is refused line by line, and counted.

mod chatwoot;
mod convert;
mod counts;
mod json;
mod read;
mod sendbird;
mod spool;
mod stream;
mod talkjs;

use super::{
    output::{note, print},
    progress::Progress,
};
use crate::server::{
    clock::Clock,
    config::{CommandResult, Import, ImportSource},
    domain::operators::external::{history::History, lines::Line, sender_as},
    store::{Store, engine::backup},
};
use convert::{Converted, Lines};
use counts::Counts;
use json::Object;
use read::Input;
use spool::{Sorted, Spool};

/// Lines between two reports of progress.
const REPORT_LINES: u64 = 1_000;

/// How the exports of a system are read.
struct Converter {
    /// The fields in which they have lists of objects.
    lists: &'static [&'static str],
    convert: fn(&Object<'_>, &mut Lines<'_>) -> Converted,
}

impl ImportSource {
    fn converter(self) -> Converter {
        match self {
            Self::Talkjs => Converter { lists: talkjs::LISTS, convert: talkjs::convert },
            Self::Stream => Converter { lists: stream::LISTS, convert: stream::convert },
            Self::Sendbird => Converter { lists: sendbird::LISTS, convert: sendbird::convert },
            Self::Chatwoot => Converter { lists: chatwoot::LISTS, convert: chatwoot::convert },
        }
    }
}

/// Imports the files. The error says how many lines were refused, if there are any.
pub async fn run(import: Import) -> CommandResult {
    let mut counts = Counts::new(&import.files);
    if import.print {
        read::print_lines(&import, &mut counts)?;
        return counts.end();
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

/// Says what was refused, to the person at the terminal.
fn refuse(text: impl std::fmt::Display) {
    note(text);
}

/// A line of the result.
fn tell(text: impl std::fmt::Display) -> CommandResult {
    print(text)
}
