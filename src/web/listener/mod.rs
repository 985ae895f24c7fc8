//! The listener: accepts TCP connections up to a maximum, with timeouts against slow clients (slowloris), and
//! shuts down gracefully within a bounded time.

mod connections;
mod head_timeout;
pub mod lmtp;
pub mod request_body;

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, Request, StatusCode, header},
    response::Response,
};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1::Builder,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt;

use crate::server::config::trusted_proxies::TrustedProxy;
use connections::{Connections, Permit};
use head_timeout::{HeadTimeout, Serving};
use request_body::{Patience, RequestBody};

/// How long clients may take.
#[derive(Clone, Copy)]
pub struct Timeouts {
    /// Between two requests on one connection. Longer than the pools of usual proxies keep one (60 s), so that
    /// it is they who close it.
    pub idle: Duration,
    /// For a request's head once it has begun.
    pub head: Duration,
    /// For a request's whole body.
    pub body: Duration,
    /// A connection is closed when the client has accepted no byte for this long. A slow client stays: each
    /// byte restarts the timeout.
    pub write: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let [idle, head, body, write] = [75, 15, 60, 10].map(Duration::from_secs);
        Self { idle, head, body, write }
    }
}

/// The buffer for a request's head, and with it the longest head; a longer one is answered with 431.
const HEAD_MAX_BYTES: usize = 32 * 1024;
/// The grace period for running requests when the server stops. Service managers grant 10 seconds in all; the
/// rest is for notifying sockets and storing "last seen" on a slow disk.
const SHUTDOWN_GRACE_PERIOD: Duration = Duration::from_secs(4);

/// Serves until `stopped` resolves, then waits for running requests within the grace period.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    trusted_proxies: Vec<TrustedProxy>,
    timeouts: Timeouts,
    stopped: impl Future<Output = ()>,
) {
    let connections = Arc::new(Connections::new(trusted_proxies));
    let stopping = watch::Sender::new(false);
    let mut stopped = pin!(stopped);
    loop {
        let next = tokio::select! {
            next = accept(&listener, &connections) => next,
            () = &mut stopped => break,
        };
        let Some((stream, peer, permit)) = next else { continue };
        let connection = serve_connection(stream, peer, router.clone(), timeouts, stopping.subscribe());
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    if timeout(SHUTDOWN_GRACE_PERIOD, connections.all_closed()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Serves the requests of one connection in turn. Ends when the connection is upgraded to a socket.
async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    timeouts: Timeouts,
    mut stopping: watch::Receiver<bool>,
) {
    let serving = Serving::default();
    let of_requests = serving.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (router, serving) = (router.clone(), of_requests.clone());
        async move { Ok::<_, Infallible>(respond(router, request, peer, &serving, timeouts.body).await) }
    });
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(timeouts.write));
    let stream = HeadTimeout::new(Box::pin(stream), serving, timeouts.head);
    let mut server = Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(timeouts.idle).max_buf_size(HEAD_MAX_BYTES);
    let connection = server.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    // An error here means that the client disconnected, so it is ignored.
    tokio::select! {
        _ = &mut connection => return,
        _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// The response to one request. It says so if the connection is closed after it.
async fn respond(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    serving: &Serving,
    body_timeout: Duration,
) -> Response {
    serving.begin();
    let (mut parts, incoming) = request.into_parts();
    parts.extensions.insert(ConnectInfo::<SocketAddr>(peer));
    // A client that waits for permission to send its body has not begun with it.
    let is_waiting = parts.headers.contains_key(header::EXPECT);
    let body = (!incoming.is_end_stream()).then(|| RequestBody::new(incoming));
    let patience = Patience::default();
    let forwarded = body.as_ref().map(|body| body.within(body_timeout, patience.clone())).unwrap_or_default();
    parts.extensions.insert(patience);
    let request = Request::from_parts(parts, forwarded);
    let mut response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    if let Some(body) = body
        && !body.is_read()
        && (is_waiting || !body.discard_rest().await)
    {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        // From now on it is a socket: nothing that arrives is a head.
        return response;
    }
    response.map(|body| serving.until_dropped(body))
}

/// Accepts one connection once there is a permit; `None` after an error, or if the client's IP has as many as
/// it may.
async fn accept(
    listener: &TcpListener,
    connections: &Connections,
) -> Option<(TcpStream, SocketAddr, Permit)> {
    let permit = connections.permit().await?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let permit = connections.admit(permit, peer.ip())?;
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
