//! Whether the node lives, and whether it can do its work: what the operator's tools ask. Neither needs
//! a session, and neither says anything but a word.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{extract::State, http::StatusCode};
use tokio::time::timeout;

use super::{node::Node, store::schema};

pub const ALIVE: &str = "/healthz";
pub const READY: &str = "/readyz";
/// What a live node answers at [`ALIVE`].
pub const ALIVE_WORD: &str = "alive\n";
/// A database that takes longer can't serve people either.
const READS_WITHIN: Duration = Duration::from_secs(2);

/// Answers without asking anything else.
pub async fn alive() -> &'static str {
    ALIVE_WORD
}

/// 503 with the reason where requests had better go to another node.
pub async fn ready(State(node): State<Node>) -> (StatusCode, &'static str) {
    let refused = |reason| (StatusCode::SERVICE_UNAVAILABLE, reason);
    if node.is_leaving.load(Ordering::Relaxed) || *node.stopping.borrow() {
        return refused("stopping\n");
    }
    let compared = node.store.read_one(|mut conn| Box::pin(async move { schema::compare(&mut conn).await }));
    match timeout(READS_WITHIN, compared).await {
        // What a newer node has added does not turn all older ones away at once.
        Ok(Ok(schema)) if schema.missing.is_empty() => (StatusCode::OK, "ready\n"),
        Ok(Ok(_)) => refused("schema\n"),
        Ok(Err(_)) | Err(_) => refused("database\n"),
    }
}
