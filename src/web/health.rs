//! Whether the node lives, and whether it can do its work: what the operator's tools ask. Neither needs
//! a session, and neither says anything but a word.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{extract::State, http::StatusCode};
use tokio::time::timeout;

use crate::server::{config::LIVENESS_TEXT, context::Context, store::engine::schema};

/// Readiness check.
pub const READY: &str = "/readyz";
/// A database that takes longer can't serve people either.
const READS_WITHIN: Duration = Duration::from_secs(2);

/// Answers without asking anything else.
pub async fn alive() -> &'static str {
    LIVENESS_TEXT
}

/// 503 with the reason where requests had better go to another node.
pub async fn ready(State(context): State<Context>) -> (StatusCode, &'static str) {
    let refused = |reason| (StatusCode::SERVICE_UNAVAILABLE, reason);
    if context.is_draining.load(Ordering::Relaxed) || *context.stopping.borrow() {
        return refused("stopping\n");
    }
    let compared =
        context.store.read_one(|mut conn| Box::pin(async move { schema::compare(&mut conn).await }));
    match timeout(READS_WITHIN, compared).await {
        // What a newer node has added does not turn all older ones away at once.
        Ok(Ok(schema)) if schema.missing.is_empty() => (StatusCode::OK, "ready\n"),
        Ok(Ok(_)) => refused("schema\n"),
        Ok(Err(_)) | Err(_) => refused("database\n"),
    }
}
