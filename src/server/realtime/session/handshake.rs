//! The handshake of a socket: waits for `hello`, answers with `welcome`, `reset` or `reload`, registers the
//! socket. After `reload`, or if the first frame is no `hello`, it closes the socket.

use std::{sync::atomic::Ordering, time::Duration};

use axum::extract::ws::WebSocket;
use futures::StreamExt;
use governor::DefaultDirectRateLimiter;
use tokio::time::{Instant, timeout_at};

use super::{
    FRAME_RATE, Session, TYPING_RATE, hold_open,
    inbound::{self, End, Identity, Inbound},
};
use crate::{
    server::{
        auth::access::Credential,
        context::Context,
        domain::{sync, users},
        faults,
        realtime::{
            operator_notifications,
            writer::{self, Writer},
        },
    },
    shared::{
        errors::{ApiError, ErrorCode},
        positions::SyncSeq,
        sync::wire::{PROTOCOL_MIN, ToClient, ToServer, close},
        users::Viewer,
    },
};

/// Time until `hello` must have arrived. Pings before it don't extend it.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// From the upgrade until the socket is registered. None if it has ended.
pub(super) async fn begin(
    mut websocket: WebSocket,
    context: Context,
    site: String,
    viewer: Viewer,
    credential: Credential,
) -> Option<(Session, Writer)> {
    let frame_limiter = FRAME_RATE.limiter();
    let hello = tokio::select! {
        biased;
        () = context.stopped() => Err(NoHello::Close(close::GOING_AWAY)),
        hello = receive_hello(&mut websocket, &frame_limiter) => hello,
    };
    let (epoch, cursor, protocol) = match hello {
        Ok(hello) => hello,
        Err(NoHello::Closed) => return None,
        Err(NoHello::Refused(identity, error)) => {
            let _ = writer::send(&mut websocket, &identity.refused(error)).await;
            writer::close(&mut websocket, close::NO_HELLO).await;
            return None;
        }
        Err(NoHello::Close(code)) => {
            writer::close(&mut websocket, code).await;
            hold_open(code).await;
            return None;
        }
    };
    if protocol < PROTOCOL_MIN {
        let _ = writer::send(&mut websocket, &ToClient::Reload).await;
        writer::close(&mut websocket, close::TOO_OLD).await;
        return None;
    }
    // It may have ended since the upgrade, and reconciliation does not know this socket yet.
    let ended = match users::sessions::is_valid(&context, credential).await {
        Ok(true) => None,
        Ok(false) => Some(close::SIGNED_OUT),
        Err(error) if error.code == ErrorCode::Suspended => Some(close::SUSPENDED),
        Err(_) => Some(close::GOING_AWAY),
    };
    if let Some(code) = ended {
        writer::close(&mut websocket, code).await;
        return None;
    }
    // Registered first: what is committed after the read comes as a delta.
    let socket = context.sockets.add(&viewer, credential, cursor);
    let session = Session { context, viewer, socket, frame_limiter, typing_limiter: TYPING_RATE.limiter() };
    match session.welcome(&mut websocket, &epoch, cursor, site).await {
        Some(()) => {
            let (context, viewer) = (session.context.clone(), session.viewer.clone());
            let writer = Writer::new(websocket, context, viewer, session.socket.clone(), protocol);
            Some((session, writer))
        }
        None => {
            session.context.sockets.remove(&session.socket, session.context.clock.now());
            None
        }
    }
}

impl Session {
    /// Answers `hello`, and lets the socket go on from the client's cursor, or from the present if that belongs to
    /// another epoch. None if the socket has ended.
    async fn welcome(
        &self,
        websocket: &mut WebSocket,
        epoch: &str,
        cursor: SyncSeq,
        site: String,
    ) -> Option<()> {
        let (context, viewer, socket) = (&self.context, &self.viewer, &self.socket);
        let position = sync::position(context, viewer).await.ok()?;
        let is_valid = epoch == context.epoch && (0..=position).contains(&cursor);
        let (epoch, now) = (context.epoch.clone(), Some(context.clock.now()));
        let answer = if is_valid {
            ToClient::Welcome { user: viewer.id, epoch, head: position, site, now }
        } else {
            ToClient::Reset { epoch, head: position }
        };
        writer::send(websocket, &answer).await.ok()?;
        if !is_valid || faults::is("skipped_sync") {
            socket.cursor.store(position, Ordering::Relaxed);
        } else if cursor < position {
            socket.request_resync();
        }
        operator_notifications::greet(context, socket).await;
        Some(())
    }
}

/// Why there is no session.
enum NoHello {
    /// The client is gone.
    Closed,
    /// The first frame is another one, or can't be read.
    Refused(Identity, ApiError),
    /// The socket is closed with this code.
    Close(u16),
}

/// The client's epoch, cursor and protocol version. Pings before it are read no faster than the rate of frames.
async fn receive_hello(
    websocket: &mut WebSocket,
    frame_limiter: &DefaultDirectRateLimiter,
) -> Result<(String, SyncSeq, u32), NoHello> {
    let deadline = Instant::now() + HELLO_TIMEOUT;
    loop {
        let receive = async {
            frame_limiter.until_ready().await;
            websocket.next().await
        };
        let received = timeout_at(deadline, receive).await;
        let received = received.map_err(|_| NoHello::Close(close::TIMED_OUT))?;
        let inbound = inbound::read(received).map_err(|end| match end {
            End::Closed => NoHello::Closed,
            End::Code(code) => NoHello::Close(code),
        })?;
        let identity = inbound.identity();
        match inbound {
            Inbound::Command(ToServer::Hello { epoch, head, protocol }) => {
                return Ok((epoch, head, protocol));
            }
            Inbound::Command(_) => {
                let error = ApiError::new(ErrorCode::Invalid, "Say hello first.");
                return Err(NoHello::Refused(identity, error));
            }
            Inbound::Unreadable(_, error) => return Err(NoHello::Refused(identity, error)),
            Inbound::KeepAlive => {}
        }
    }
}
