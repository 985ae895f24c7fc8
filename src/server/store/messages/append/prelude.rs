//! Transaction statements of SQLite that a command runs first, in the same round trip.

macro_rules! begin_transaction {
    () => {
        "BEGIN IMMEDIATE; SAVEPOINT command; "
    };
}
pub(super) use begin_transaction;

/// Keeps the previous command, and lets the next one be rolled back alone.
macro_rules! next_savepoint {
    () => {
        "RELEASE command; SAVEPOINT command; "
    };
}
pub(super) use next_savepoint;

/// Statements that run first, in the same round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prelude {
    /// The caller has begun a transaction and a savepoint.
    Nothing,
    Transaction,
    /// Keeps what ran before, and lets the batch be rolled back alone.
    Savepoint,
}

impl Prelude {
    pub fn statements(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Transaction => begin_transaction!(),
            Self::Savepoint => next_savepoint!(),
        }
    }
}
