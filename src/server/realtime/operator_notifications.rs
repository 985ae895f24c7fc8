//! Operator notifications: after any commit, the sockets of operators get a wake-up that the order board may
//! have changed. It is throttled and carries no data; the page of the board then repeats its one query.

use std::time::Duration;

use tokio::{sync::broadcast::error::RecvError, time::sleep};

use crate::server::{bus::BusMessage, context::Context};

/// The shortest time between two wake-ups.
const INTERVAL: Duration = Duration::from_secs(1);

/// Runs until the server stops.
pub async fn run(context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = forward_commits(&context) => {}
    }
}

async fn forward_commits(context: &Context) {
    let mut updates = context.store.subscribe();
    while !matches!(updates.recv().await, Err(RecvError::Closed)) {
        // Skips the commits so far, which this wake-up covers. Later ones cause the next.
        updates = updates.resubscribe();
        context.sockets.wake_operators();
        context.bus.publish(BusMessage::OperatorWakeUp);
        sleep(INTERVAL).await;
    }
}
