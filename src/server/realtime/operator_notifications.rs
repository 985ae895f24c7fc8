//! Operator notifications: after a commit that touches an order or its conversation, the sockets of operators get
//! a wake-up that the order board may have changed. It is throttled and carries no data; the page of the board
//! then repeats its one query.

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
    loop {
        match updates.recv().await {
            Ok(updates) if !updates.has_order => continue,
            // Commits that were missed may have touched an order.
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        // Skips the commits so far, which this wake-up covers. Later ones cause the next.
        updates = updates.resubscribe();
        context.sockets.wake_operators();
        context.bus.publish(BusMessage::OperatorWakeUp);
        sleep(INTERVAL).await;
    }
}
