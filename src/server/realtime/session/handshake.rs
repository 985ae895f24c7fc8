//! The handshake of a socket: waits for `hello`, answers with `welcome`, `reset` or `reload`, registers the
//! socket and spawns its writer. After `reload`, or if the first frame is no `hello`, it closes the socket.

use std::time::Duration;

use axum::extract::ws::WebSocket;
use futures::StreamExt;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tracing::Instrument;

use super::{
    ANSWERS_MAX, FRAME_RATE, Session, Stream, TYPING_RATE, hold_open,
    inbound::{self, End, Identity, Inbound},
};
use crate::{
    server::{
        auth::access::Credential,
        context::Context,
        domain::{sync, users},
        faults,
        realtime::{operator_notifications, writer},
    },
    shared::{
        errors::{ApiError, ErrorCode},
        positions::SyncSeq,
        sync::wire::{PROTOCOL, ToClient, ToServer, close},
        users::Viewer,
    },
};

/// Time until `hello` must have arrived. Pings before it don't extend it.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// From `hello` until the writer runs. None if the socket has ended.
pub(super) async fn begin(
    socket: WebSocket,
    context: Context,
    site: String,
    viewer: Viewer,
    credential: Credential,
) -> Option<(Session, Stream, JoinHandle<()>)> {
    let (mut sink, mut stream) = socket.split();
    let hello = tokio::select! {
        biased;
        () = context.stopped() => {
            writer::close(&mut sink, close::GOING_AWAY).await;
            return None;
        }
        hello = receive_hello(&mut stream) => hello,
    };
    let (epoch, cursor, protocol) = match hello {
        Ok(hello) => hello,
        Err(NoHello::Closed) => return None,
        Err(NoHello::Refused(identity, error)) => {
            let _ = writer::send(&mut sink, &identity.refused(error)).await;
            writer::close(&mut sink, close::NO_HELLO).await;
            return None;
        }
        Err(NoHello::Close(code)) => {
            writer::close(&mut sink, code).await;
            hold_open(code).await;
            return None;
        }
    };
    if protocol < PROTOCOL {
        let _ = writer::send(&mut sink, &ToClient::Reload).await;
        writer::close(&mut sink, close::TOO_OLD).await;
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
        writer::close(&mut sink, code).await;
        return None;
    }
    let position = sync::position(&context, &viewer).await.ok()?;
    let is_valid = epoch == context.epoch && (0..=position).contains(&cursor);
    let welcome = if is_valid {
        let (epoch, now) = (context.epoch.clone(), Some(context.clock.now()));
        ToClient::Welcome { user: viewer.id, epoch, head: position, site, now }
    } else {
        ToClient::Reset { epoch: context.epoch.clone(), head: position }
    };
    writer::send(&mut sink, &welcome).await.ok()?;
    let (answers, inputs) = mpsc::channel(ANSWERS_MAX);
    let is_continued = is_valid && !faults::is("skipped_sync");
    let socket = context.sockets.add(&viewer, credential, if is_continued { cursor } else { position });
    // Finds the updates between the cursor and now.
    socket.send_queue.request_resync();
    operator_notifications::greet(&context, &socket).await;
    let writer = tokio::spawn(
        writer::run(sink, context.clone(), viewer.clone(), socket.clone(), inputs).in_current_span(),
    );
    let session = Session {
        context,
        viewer,
        socket,
        answers,
        frame_limiter: FRAME_RATE.limiter(),
        typing_limiter: TYPING_RATE.limiter(),
    };
    Some((session, stream, writer))
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

/// The client's epoch, cursor and protocol version.
async fn receive_hello(stream: &mut Stream) -> Result<(String, SyncSeq, u32), NoHello> {
    let deadline = Instant::now() + HELLO_TIMEOUT;
    loop {
        let received = timeout_at(deadline, inbound::next(stream)).await;
        let inbound = received.map_err(|_| NoHello::Close(close::TIMED_OUT))?.map_err(|end| match end {
            End::Closed => NoHello::Closed,
            End::Violation(code) => NoHello::Close(code),
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
