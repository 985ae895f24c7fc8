//! Realtime updates over WebSockets: the session of each socket, the writer that sends it updates, and the tasks
//! behind them (reconciliation, presence, cluster membership, operator notifications). Frames carry the same
//! commands and the same updates as HTTP.

pub mod client_state;
pub mod cluster_membership;
pub mod operator_notifications;
pub mod presence;
pub mod reconciliation;
pub mod session;
pub mod writer;

use std::time::Duration;

use tokio::time::timeout;

use super::context::Context;

/// How long a stopping server waits until its sockets have been told to reconnect.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Spawns the tasks that all sockets share.
pub fn start(context: &Context) {
    tokio::spawn(reconciliation::follow_news(context.clone()));
    tokio::spawn(presence::follow_presence(context.clone()));
    tokio::spawn(cluster_membership::follow_nodes(context.clone()));
    tokio::spawn(operator_notifications::follow_desk(context.clone()));
}

/// Ends the sockets of a stopping server: waits until each has been told to reconnect, then stores when their users
/// were last seen.
pub async fn finish(context: &Context) {
    if timeout(CLOSE_TIMEOUT, context.sockets.emptied()).await.is_err() {
        tracing::warn!("some sockets could not be told that the server is stopping");
    }
    presence::keep_all(context).await;
}
