//! The listener: accepts TCP connections up to a maximum, with timeouts against slow clients (slowloris), and
//! shuts down gracefully within a bounded time.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1::Builder};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt;

use crate::server::config::CONNECTIONS_MAX;

/// The time to receive a request's headers, which also bounds how long a kept-alive connection may be idle.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(15);
/// A connection is closed when the client has accepted no byte for this long. A slow client stays: each byte
/// restarts the timeout.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// The grace period for running requests when the server stops. Service managers grant 10 seconds in all; the
/// rest is for notifying sockets and storing "last seen" on a slow disk.
const SHUTDOWN_GRACE_PERIOD: Duration = Duration::from_secs(4);

/// Serves until `stopped` resolves, then waits for running requests within the grace period.
pub async fn serve(listener: TcpListener, router: Router, stopped: impl Future<Output = ()>) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    let stopping = watch::Sender::new(false);
    let mut stopped = pin!(stopped);
    loop {
        let next = tokio::select! {
            next = accept(&listener, &permits) => next,
            () = &mut stopped => break,
        };
        let Some((stream, peer, permit)) = next else { continue };
        let connection = serve_connection(stream, peer, router.clone(), stopping.subscribe());
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    if timeout(SHUTDOWN_GRACE_PERIOD, permits.acquire_many(CONNECTIONS_MAX)).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Serves the requests of one connection in turn. Ends when the connection is upgraded to a socket.
async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(WRITE_TIMEOUT));
    let mut server = Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_READ_TIMEOUT);
    let connection = server.serve_connection(TokioIo::new(Box::pin(stream)), service).with_upgrades();
    let mut connection = pin!(connection);
    // An error here means that the client disconnected, so it is ignored.
    tokio::select! {
        _ = &mut connection => return,
        _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Accepts one connection once there is a permit; `None` after an error.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = permits.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            // Most likely out of file descriptors; some become free when connections end.
            tracing::error!(%error, "a connection was not accepted");
            sleep(Duration::from_millis(100)).await;
            None
        }
    }
}
