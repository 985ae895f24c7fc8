//! The socket's writer: sends answers, then updates, then ephemeral events. A delta that advances the client state goes
//! out without a read from the database, as it is or as a change; otherwise the writer reads everything from its cursor
//! on. A slow reader holds up only its own socket.

use std::{
    future::poll_fn,
    sync::{Arc, atomic::Ordering},
    task::Poll as Progress,
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use futures::{SinkExt, StreamExt};
use tokio::time::timeout;

use super::{
    client_state::{Advance, ClientState},
    deltas::{self, AwaitedMessages},
};
use crate::{
    server::{
        connections::{send_queue::Pending, socket::Socket},
        context::Context,
        domain::sync,
        faults,
        store::sync::updates::Delta,
        telemetry::metrics,
    },
    shared::{
        ids::ConversationId,
        positions::SyncSeq,
        sync::{
            changes::{Change, OpenThread, Poll},
            wire::{PROTOCOL_WITH_DELTAS, ToClient, ToServer, close},
        },
        users::Viewer,
    },
};

/// The client may be gone, so the writer doesn't wait longer until the close frame is sent.
const CLOSE_FRAME_TIMEOUT: Duration = Duration::from_secs(1);
/// Frames that may share one write to the network.
const FRAMES_PER_FLUSH_MAX: usize = 32;

/// What a command of the client has the writer do.
pub enum Answer {
    Frame(Box<ToClient>),
    OpenThread(OpenThread),
    CloseThread(ConversationId),
}

/// The socket can no longer be written.
pub struct SocketClosed;

type Result<T, E = SocketClosed> = std::result::Result<T, E>;

/// A frame from the connection; None once it has ended.
pub type Received = Option<std::result::Result<Frame, axum::Error>>;

pub struct Writer {
    websocket: WebSocket,
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    client: ClientState,
    awaited: AwaitedMessages,
    /// Frames that may still be in the connection's buffer.
    unflushed: usize,
}

impl Writer {
    pub fn new(
        websocket: WebSocket,
        context: Context,
        viewer: Viewer,
        socket: Arc<Socket>,
        protocol: u32,
    ) -> Self {
        let cursor = socket.cursor.load(Ordering::Relaxed);
        let client = ClientState::at(cursor, protocol >= PROTOCOL_WITH_DELTAS);
        Self { websocket, context, viewer, socket, client, awaited: AwaitedMessages::default(), unflushed: 0 }
    }

    /// Notes a command that this socket's client waits for.
    pub fn expect(&mut self, command: &ToServer) {
        if self.client.applies_deltas {
            self.awaited.expect(command);
        }
    }

    /// Writes what is buffered, and receives the next frame if `may_receive`.
    pub async fn receive(&mut self, may_receive: bool) -> Result<Received> {
        poll_fn(|task| {
            if self.unflushed > 0
                && let Progress::Ready(flushed) = self.websocket.poll_flush_unpin(task)
            {
                self.record_flush(flushed)?;
            }
            if may_receive { self.websocket.poll_next_unpin(task).map(Ok) } else { Progress::Pending }
        })
        .await
    }

    /// Sends the close frame with this code.
    pub async fn close(&mut self, code: u16) {
        close(&mut self.websocket, code).await;
    }

    /// Whether the report that the client has applied everything up to this position says something new: what it was
    /// sent since its last report has messages of others.
    pub fn is_delivery(&mut self, applied: SyncSeq) -> bool {
        self.client.is_delivery(applied)
    }

    pub async fn answer(&mut self, answer: Answer) -> Result<()> {
        match answer {
            Answer::Frame(frame) => self.send_answer(&frame).await,
            Answer::OpenThread(thread) => {
                self.client.open_thread(thread);
                if self.is_current(thread).await { Ok(()) } else { Box::pin(self.catch_up()).await }
            }
            Answer::CloseThread(conversation) => {
                self.client.close_thread(conversation);
                Ok(())
            }
        }
    }

    /// Whether the client has everything, in this thread and otherwise. A read of two numbers, where catching up
    /// reads summaries.
    async fn is_current(&mut self, thread: OpenThread) -> bool {
        let found = Box::pin(sync::positions(&self.context, &self.viewer, thread.conversation)).await;
        found.is_ok_and(|(head, version)| head == self.client.cursor && version == Some(thread.version))
    }

    /// Sends an answer. An ack must not overtake the messages before its own in the thread. Their deltas were
    /// queued before the ack; only if they were lost does it take a read from the database.
    async fn send_answer(&mut self, frame: &ToClient) -> Result<()> {
        if let ToClient::Ack { message, .. } = frame
            && (self.client.is_behind(message) || self.awaited.has(message.id))
        {
            self.send_pending().await?;
            if self.client.is_behind(message) {
                Box::pin(self.catch_up()).await?;
            }
        }
        match frame {
            ToClient::Ack { id, .. } if self.awaited.take_answer(*id) => return Ok(()),
            ToClient::Refused { id: Some(id), .. } => {
                if let Ok(id) = id.parse() {
                    self.awaited.take_answer(id);
                }
            }
            _ => {}
        }
        self.send(frame).await?;
        if faults::is("ack_moves_cursor") && matches!(frame, ToClient::Ack { .. }) {
            let position = sync::position(&self.context, &self.viewer).await;
            self.client.cursor = position.map_err(|_| SocketClosed)?;
        }
        Ok(())
    }

    /// Sends the updates that wait. They are taken before the database is read, so that a later one wakes the session
    /// again.
    pub async fn send_pending(&mut self) -> Result<()> {
        match self.socket.take_pending() {
            Pending::Resync => Box::pin(self.catch_up()).await,
            Pending::Deltas(deltas) => self.send_deltas(&deltas).await,
        }
    }

    /// Sends the deltas that advance the client state, coalesced into one change. After a gap it reads the
    /// rest.
    async fn send_deltas(&mut self, deltas: &[Arc<Delta>]) -> Result<()> {
        if self.client.applies_deltas {
            return self.send_each(deltas).await;
        }
        let (mut applied, mut has_gap) = (Vec::new(), false);
        for delta in deltas {
            match self.client.advance(self.viewer.id, delta) {
                Advance::AlreadySent => {}
                Advance::Applied => applied.push(delta),
                Advance::Gap => {
                    has_gap = true;
                    break;
                }
            }
        }
        if let Some(change) = self.client.take_change() {
            self.send_change(change).await?;
            applied.iter().for_each(|delta| delta.record_fan_out());
        }
        if has_gap { Box::pin(self.catch_up()).await } else { Ok(()) }
    }

    /// Sends each delta that follows directly as it is. After a gap it reads the rest.
    async fn send_each(&mut self, deltas: &[Arc<Delta>]) -> Result<()> {
        for delta in deltas {
            match self.client.advance_position(self.viewer.id, delta) {
                Advance::AlreadySent => {}
                Advance::Gap => return Box::pin(self.catch_up()).await,
                Advance::Applied => {
                    let text = deltas::encode(delta, self.viewer.id, self.client.cursor, &mut self.awaited);
                    self.send_text(text.ok_or(SocketClosed)?).await?;
                    let notified = u64::from(delta.notifies(self.viewer.id));
                    metrics::metrics().notifications_delivered.increment(notified);
                    self.socket.cursor.store(self.client.cursor, Ordering::Relaxed);
                    delta.record_fan_out();
                }
            }
        }
        Ok(())
    }

    /// Reads and sends pages of changes from the cursor on until there are no more. Pages after the first count
    /// against the user's rate of requests, as polls do.
    async fn catch_up(&mut self) -> Result<()> {
        loop {
            let (since, open) = (self.client.cursor, self.client.open_threads().to_vec());
            let found = sync::updates_since(&self.context, &self.viewer, since, open).await;
            // If the store can't be read now, reconciliation wakes the writer again.
            let Ok(Poll::News { change, more, .. }) = found else { return Ok(()) };
            self.client.apply(&change, more);
            if change.to > since || !change.messages.is_empty() {
                self.send_change(change).await?;
            }
            if !more {
                return Ok(());
            }
            tokio::select! {
                biased;
                _ = self.socket.close_requested() => return Err(SocketClosed),
                () = self.context.stopped() => return Ok(()),
                () = self.context.limits.request_when_due(self.viewer.id) => {}
            }
        }
    }

    async fn send_change(&mut self, change: Change) -> Result<()> {
        let new_notifications = change.new_notifications() as u64;
        self.send(&ToClient::Change(change)).await?;
        metrics::metrics().notifications_delivered.increment(new_notifications);
        self.socket.cursor.store(self.client.cursor, Ordering::Relaxed);
        Ok(())
    }

    pub async fn send_ephemeral(&mut self) -> Result<()> {
        for frame in self.socket.take_ephemeral() {
            self.send(&frame).await?;
        }
        Ok(())
    }

    /// Buffers a frame, and flushes once enough are buffered. If the socket is asked to close while its
    /// reader is slow, it gets nothing more, not even the close frame.
    async fn send(&mut self, frame: &ToClient) -> Result<()> {
        self.send_text(encode(frame)?).await
    }

    async fn send_text(&mut self, text: Frame) -> Result<()> {
        self.unflushed += 1;
        let must_flush = self.unflushed >= FRAMES_PER_FLUSH_MAX;
        let write = async {
            if must_flush { self.websocket.send(text).await } else { self.websocket.feed(text).await }
        };
        let written = tokio::select! {
            biased;
            written = write => written,
            () = self.socket.close_requested() => return Err(SocketClosed),
        };
        if must_flush { self.record_flush(written) } else { written.map_err(|_| SocketClosed) }
    }

    fn record_flush(&mut self, flushed: Result<(), axum::Error>) -> Result<()> {
        self.unflushed = 0;
        flushed.map_err(|_| SocketClosed)
    }
}

/// Sends a frame at once. The connection itself fails if its reader takes nothing for too long.
pub async fn send(websocket: &mut WebSocket, frame: &ToClient) -> Result<()> {
    websocket.send(encode(frame)?).await.map_err(|_| SocketClosed)
}

fn encode(frame: &ToClient) -> Result<Frame> {
    serde_json::to_string(frame).map(|text| Frame::Text(text.into())).map_err(|_| SocketClosed)
}

/// Sends the close frame with this code.
pub async fn close(websocket: &mut WebSocket, code: u16) {
    metrics::count_socket_closed(Some(code));
    let frame = Frame::Close(Some(CloseFrame { code, reason: close::reason(code).into() }));
    let _ = timeout(CLOSE_FRAME_TIMEOUT, websocket.send(frame)).await;
}
