//! The handshake of a socket: waits for `hello`, answers with `welcome`, `reset` or `reload`, registers the
//! socket and spawns its writer.

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
    ANSWERS_MAX, FRAME_RATE, Session, Stream, TYPING_RATE,
    inbound::{self, Inbound},
};
use crate::{
    server::{
        context::Context,
        domain::{sync, users},
        faults,
        realtime::{operator_notifications, writer},
        store::users::sessions::TokenHash,
    },
    shared::{
        errors::ErrorCode,
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
    session: TokenHash,
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
    let Some((epoch, cursor, protocol)) = hello else {
        writer::close(&mut sink, close::TIMED_OUT).await;
        return None;
    };
    if protocol < PROTOCOL {
        let _ = writer::send(&mut sink, &ToClient::Reload).await;
        return None;
    }
    // It may have ended since the upgrade, and reconciliation does not know this socket yet.
    let ended = match users::use_session(&context, session).await {
        Ok(Some(_)) => None,
        Ok(None) => Some(close::SIGNED_OUT),
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
    let socket = context.sockets.add(&viewer, session, if is_continued { cursor } else { position });
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

/// The client's epoch, cursor and protocol version. None if they don't come in time, or another command comes
/// first.
async fn receive_hello(stream: &mut Stream) -> Option<(String, SyncSeq, u32)> {
    let deadline = Instant::now() + HELLO_TIMEOUT;
    loop {
        match timeout_at(deadline, inbound::next(stream)).await.ok()?? {
            Inbound::Command(ToServer::Hello { epoch, head, protocol }) => {
                return Some((epoch, head, protocol));
            }
            Inbound::Command(_) => return None,
            Inbound::KeepAlive => {}
        }
    }
}
