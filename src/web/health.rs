//! Health checks: liveness and readiness, for load balancers and service managers. Neither needs a session.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{extract::State, http::StatusCode};
use tokio::time::timeout;

use crate::server::{
    config::LIVENESS_TEXT,
    context::Context,
    store::engine::{read_only, schema},
};

/// The path of the readiness check.
pub const READINESS_PATH: &str = "/readyz";
/// A database that takes longer to read from counts as unavailable.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// Liveness check: depends on nothing but the process.
pub async fn liveness() -> &'static str {
    LIVENESS_TEXT
}

/// Readiness check: 503 with the reason (`stopping`, `schema`, `read_only` or `database`) if requests should go to another
/// node.
pub async fn readiness(State(context): State<Context>) -> (StatusCode, &'static str) {
    let unavailable = |reason| (StatusCode::SERVICE_UNAVAILABLE, reason);
    if context.is_draining.load(Ordering::Relaxed) || *context.stopping.borrow() {
        return unavailable("stopping\n");
    }
    let compared = context.store.read_one(|mut conn| {
        Box::pin(
            async move { Ok((schema::compare(&mut conn).await?, read_only::is_read_only(&mut conn).await?)) },
        )
    });
    match timeout(DATABASE_TIMEOUT, compared).await {
        // Additions by a newer node are fine: a rolling upgrade must not make all older nodes unready at
        // once.
        Ok(Ok((_, true))) => {
            // The next check is by a new connection, which shows whether it still is.
            context.store.note_read_only();
            unavailable("read_only\n")
        }
        Ok(Ok((schema, false))) if schema.missing.is_empty() => (StatusCode::OK, "ready\n"),
        Ok(Ok(_)) => unavailable("schema\n"),
        Ok(Err(_)) | Err(_) => unavailable("database\n"),
    }
}
