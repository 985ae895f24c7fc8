//! LMTP (RFC 2033): the mail server on this machine hands over the mail to our domain. Each recipient gets an answer of its
//! own, after what became of the mail is on disk; where the database does not answer, the mail server keeps the mail and
//! comes again.

mod session;

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore, time::sleep};

use crate::server::context::Context;

/// Connections at the same time; further ones wait.
const CONNECTIONS_MAX: usize = 16;
/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the server stops.
pub async fn serve(listener: TcpListener, context: Context) {
    tokio::select! {
        () = context.stopped() => {}
        () = accept(listener, &context) => {}
    }
}

async fn accept(listener: TcpListener, context: &Context) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let context = context.clone();
        tokio::spawn(async move {
            // An error here is the other side's: it went away, or was too slow.
            let _ = session::run(&context, stream).await;
            drop(place);
        });
    }
}
