//! Error classification for PostgreSQL (retryable, serialization failure, deadlock, full), and retries with
//! backoff.

use std::{future::Future, time::Duration};

use crate::server::store::{Result, StoreError};

/// Attempts of a command that ends in a deadlock or a serialization failure. The pause grows linearly with
/// each.
const ATTEMPTS_MAX: u32 = 6;
const BACKOFF: Duration = Duration::from_millis(2);

/// A serialization failure or a deadlock: PostgreSQL rolled the transaction back, and a new attempt may
/// succeed.
pub(crate) fn is_retryable(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

/// The database takes no writes: a standby, or a setting of its role.
pub(crate) fn is_read_only(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(error) if code(error).as_deref() == Some("25006"))
}

/// Maps errors to the answer for the sender: a full disk and an unavailable database are temporary, so the
/// client may send the same command again.
pub(crate) fn classify(error: StoreError) -> StoreError {
    let StoreError::Database(error) = error else { return error };
    if code(&error).as_deref() == Some("53100") {
        return StoreError::Full;
    }
    if is_retryable(&error) || is_unavailable(&error) {
        tracing::warn!(%error, "the database could not do it just now");
        return StoreError::Retry;
    }
    StoreError::Database(error)
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    use sqlx::Error;
    match error {
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::BeginFailed => true,
        // SQLSTATE codes of: a lost connection, too many connections, a server that starts, stops or is a
        // standby, and timeouts of a statement or a transaction.
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

/// Runs `attempt` again after a serialization failure or a deadlock, at most [`ATTEMPTS_MAX`] times in all.
pub(crate) async fn with_retries<T, R: Future<Output = Result<T>>>(
    mut attempt: impl FnMut() -> R,
) -> Result<T> {
    for count in 1..ATTEMPTS_MAX {
        match attempt().await {
            Err(StoreError::Database(error)) if is_retryable(&error) => {
                tracing::debug!(%error, count, "a command is tried again");
                tokio::time::sleep(BACKOFF * count).await;
            }
            done => return done,
        }
    }
    attempt().await
}
