//! Operators hear that there may be something new at the desk: at most once a second, and nothing of
//! what it is. The desk's page then asks its one query again.

use std::time::Duration;

use tokio::{sync::broadcast::error::RecvError, time::sleep};

use crate::server::{bus::BusMessage, context::Context};

const EVERY: Duration = Duration::from_secs(1);

/// Runs as long as the node does.
pub async fn follow_desk(context: Context) {
    let follow = async {
        let mut news = context.store.news();
        while !matches!(news.recv().await, Err(RecvError::Closed)) {
            // What comes from here on is told of the next time.
            news = news.resubscribe();
            context.sockets.tell_desk();
            context.bus.say(BusMessage::Desk);
            sleep(EVERY).await;
        }
    };
    tokio::select! {
        () = context.stopped() => {}
        () = follow => {}
    }
}
