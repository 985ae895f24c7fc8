//! Accepting connections: each has to say what it wants in time and to take what it is sent, and
//! stopping doesn't wait for ever.

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

/// A request's headers have to be there within this time, also on a connection that is kept.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// A client to whom nothing could be written for this long is gone. A slow one is not: each byte
/// that it takes counts.
const NOTHING_WRITTEN_FOR: Duration = Duration::from_secs(10);
/// Requests that run when the server is to stop get this long. With what follows (sockets are told,
/// last seen is stored) that leaves some seconds of the 10 that are granted to a slow disk.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// Serves until `stopped` is ready, then finishes what runs.
pub async fn serve(listener: TcpListener, router: Router, stopped: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    let stopping = watch::Sender::new(false);
    let mut stopped = pin!(stopped);
    loop {
        let next = tokio::select! {
            next = accept(&listener, &places) => next,
            () = &mut stopped => break,
        };
        let Some((stream, address, place)) = next else { continue };
        let connection = connection(stream, address, router.clone(), stopping.subscribe());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    if timeout(STOP_WITHIN, places.acquire_many(CONNECTIONS_MAX)).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Answers one request after the other. A socket goes on without it.
async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(address));
            Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(NOTHING_WRITTEN_FOR));
    let mut server = Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    let connection = server.serve_connection(TokioIo::new(Box::pin(stream)), service).with_upgrades();
    let mut connection = pin!(connection);
    // A client that goes away in the middle is no fault of ours.
    tokio::select! {
        _ = &mut connection => return,
        _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, address, place))
        }
        Err(error) => {
            // Out of files, most likely: some come back when connections end.
            tracing::error!(%error, "a connection was not accepted");
            sleep(Duration::from_millis(100)).await;
            None
        }
    }
}
