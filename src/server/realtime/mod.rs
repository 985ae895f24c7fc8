//! Realtime updates over WebSockets: the session of each socket, fan-out of the store's updates to them, and the
//! tasks behind them (reconciliation, delivery receipts, presence, cluster membership, operator notifications).
//! Frames carry the same commands and the same updates as HTTP.

pub mod client_state;
pub mod cluster_membership;
pub mod delivery_receipts;
mod deltas;
mod fan_out;
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
    fan_out::subscribe(context);
    tokio::spawn(reconciliation::run(context.clone()));
    tokio::spawn(delivery_receipts::run(context.clone()));
    tokio::spawn(presence::run(context.clone()));
    tokio::spawn(cluster_membership::run(context.clone()));
    tokio::spawn(operator_notifications::run(context.clone()));
}

/// Ends the sockets of a stopping server: waits until each has been told to reconnect, then stores what they
/// reported last, and when their users were last seen.
pub async fn finish(context: &Context) {
    if timeout(ALL_CLOSED_TIMEOUT, context.sockets.all_closed()).await.is_err() {
        tracing::warn!("some sockets could not be told that the server is stopping");
    }
    delivery_receipts::store_reports(context).await;
    presence::store_online_users(context, context.clock.now()).await;
}
