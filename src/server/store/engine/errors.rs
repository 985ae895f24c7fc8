//! What PostgreSQL's errors mean for who sent the command.

use std::{future::Future, time::Duration};

use crate::server::store::{Result, StoreError};

/// Commands that met in a deadlock, or stepped on each other's snapshot, are tried again.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(2);

/// Two commands met, and this one was undone for the other's sake.
pub(crate) fn is_collision(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

/// A lost connection and a full disk are no faults of the program: the same command may be sent
/// again.
pub(crate) fn settled(error: StoreError) -> StoreError {
    let StoreError::Database(error) = error else { return error };
    if code(&error).as_deref() == Some("53100") {
        return StoreError::Full;
    }
    if is_collision(&error) || is_out_of_reach(&error) {
        tracing::warn!(%error, "the database could not do it just now");
        return StoreError::Retry;
    }
    StoreError::Database(error)
}

fn is_out_of_reach(error: &sqlx::Error) -> bool {
    use sqlx::Error;
    match error {
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::BeginFailed => true,
        // Connections that end or are too many, a server that starts, stops or is a standby, time
        // limits of a statement or of a transaction.
        Error::Database(_) => code(error).is_some_and(|code| {
            code.starts_with("08")
                || ["53300", "57P01", "57P02", "57P03", "57014", "55P03", "25P03", "25006", "55000"]
                    .contains(&&*code)
        }),
        _ => false,
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Runs what was undone by a meeting with others again, a few times.
pub(crate) async fn retried<T, R: Future<Output = Result<T>>>(mut attempt: impl FnMut() -> R) -> Result<T> {
    for count in 1..ATTEMPTS {
        match attempt().await {
            Err(StoreError::Database(error)) if is_collision(&error) => {
                tracing::debug!(%error, count, "a command is tried again");
                tokio::time::sleep(PAUSE * count).await;
            }
            done => return done,
        }
    }
    attempt().await
}
