//! Operator notifications: after a commit that touches an order or its conversation, the sockets of operators get
//! a wake-up that the order board may have changed. It is throttled and carries only the number of unread orders,
//! for the badge on every page; the page of the board then repeats its one query.

use std::time::Duration;

use tokio::time::sleep;

use crate::server::{bus::BusMessage, connections::socket::Socket, context::Context, domain::orders};

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
    loop {
        context.board_wake_up.notified().await;
        wake(context).await;
        context.bus.publish(BusMessage::OperatorWakeUp);
        sleep(INTERVAL).await;
    }
}

/// Wakes the operators on this node. If the number can't be read now, a later commit wakes them.
pub async fn wake(context: &Context) {
    if context.sockets.has_operators()
        && let Ok(unread) = orders::unread_on_board(context).await
    {
        context.sockets.wake_operators(unread);
    }
}

/// Sends the number of unread orders to an operator's new socket: it may have changed since the page was made.
pub async fn greet(context: &Context, socket: &Socket) {
    if socket.is_operator()
        && let Ok(unread) = orders::unread_on_board(context).await
    {
        socket.push_board_wake_up(unread);
    }
}
