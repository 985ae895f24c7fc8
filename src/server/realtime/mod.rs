//! Realtime updates over WebSockets: the session of each socket, the writer that sends it updates, and the
//! tasks behind them (reconciliation, presence, cluster membership, operator notifications). Frames carry the
//! same commands and the same updates as HTTP.

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
const ALL_CLOSED_TIMEOUT: Duration = Duration::from_secs(2);

/// Spawns the tasks that all sockets share. They run until the server stops.
pub fn start(context: &Context) {
    tokio::spawn(reconciliation::run(context.clone()));
    tokio::spawn(presence::run(context.clone()));
    tokio::spawn(cluster_membership::run(context.clone()));
    tokio::spawn(operator_notifications::run(context.clone()));
}

/// Ends the sockets of a stopping server: waits until each has been told to reconnect, then stores when their
/// users were last seen.
pub async fn finish(context: &Context) {
    if timeout(ALL_CLOSED_TIMEOUT, context.sockets.all_closed()).await.is_err() {
        tracing::warn!("some sockets could not be told that the server is stopping");
    }
    presence::store_online_users(context, context.clock.now()).await;
}
