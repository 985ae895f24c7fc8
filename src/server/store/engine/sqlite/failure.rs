//! Classification of SQLite's errors: a full disk, a failed write, a statement that took too long, and a database
//! that has been moved.

use super::file::MOVED;
use crate::server::store::StoreError;

const SQLITE_CONSTRAINT_TRIGGER: i32 = 1811;
const SQLITE_FULL: i32 = 13;
const SQLITE_IOERR: i32 = 10;
const SQLITE_INTERRUPT: i32 = 9;

/// Outcome of the commit that a command was part of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Outcome {
    Committed,
    Full,
    Unknown,
}

/// A failure that ends the whole transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Failure {
    Full,
    Io,
    /// The time limit. SQLite has rolled the whole transaction back.
    Interrupted,
    Moved,
}

impl Failure {
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Database(error) = error else { return None };
        let error = error.as_database_error()?;
        Self::of_code(error.code()?.parse().ok()?, error.message())
    }

    pub(super) fn of_append(error: &rusqlite::Error) -> Option<Self> {
        let rusqlite::Error::SqliteFailure(failure, message) = error else { return None };
        Self::of_code(failure.extended_code, message.as_deref().unwrap_or_default())
    }

    fn of_code(code: i32, message: &str) -> Option<Self> {
        if code == SQLITE_CONSTRAINT_TRIGGER && message == MOVED {
            return Some(Self::Moved);
        }
        match code & 0xff {
            SQLITE_FULL => Some(Self::Full),
            SQLITE_IOERR => Some(Self::Io),
            SQLITE_INTERRUPT => Some(Self::Interrupted),
            _ => None,
        }
    }
}

/// Maps the error of a read: one that took too long may succeed when there is less to do.
pub(super) fn classify(error: StoreError) -> StoreError {
    if Failure::of(&error) == Some(Failure::Interrupted) {
        tracing::warn!("a read took too long and was interrupted");
        return StoreError::Retry;
    }
    error
}

pub(super) fn outcome_of(error: StoreError) -> Outcome {
    tracing::error!(%error, "a transaction failed");
    Failure::of(&error).map_or(Outcome::Unknown, outcome_of_failure)
}

pub(super) fn outcome_of_failure(failure: Failure) -> Outcome {
    match failure {
        Failure::Full => Outcome::Full,
        Failure::Interrupted => {
            tracing::error!("a command took too long and was interrupted");
            Outcome::Unknown
        }
        Failure::Moved => stop_since_moved(),
        Failure::Io => {
            // After a failed fsync the kernel may have dropped the pages. A retry would report success for
            // data that is not on disk.
            tracing::error!(
                "the database could not be written; stopping, because a failed fsync can't be retried"
            );
            std::process::exit(74);
        }
    }
}

pub(super) fn stop_since_moved() -> ! {
    tracing::error!("the data has been moved to another database; stopping");
    std::process::exit(75);
}
