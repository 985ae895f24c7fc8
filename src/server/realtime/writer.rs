//! The socket's writer: the only task that writes to the socket. It sends answers, then updates, then
//! ephemeral events. A delta that advances the client state goes out without a read from the database;
//! otherwise the writer reads everything from its cursor on. A slow reader holds up only its own writer.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use futures::{SinkExt, stream::SplitSink};
use tokio::{sync::mpsc, time::timeout};

use super::client_state::{Advance, ClientState};
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
        sync::{
            changes::{Change, OpenThread, Poll},
            wire::{ToClient, close},
        },
        users::Viewer,
    },
};

/// The client may be gone, so the writer doesn't wait longer until the close frame is sent.
const CLOSE_FRAME_TIMEOUT: Duration = Duration::from_secs(1);
/// Frames that may share one write to the network.
const FRAMES_PER_FLUSH_MAX: usize = 32;

/// Input from the socket's session. It is small, because the channel sets aside room for many of them per
/// socket.
pub enum Input {
    Frame(Box<ToClient>),
    OpenThread(OpenThread),
    CloseThread(ConversationId),
}

pub type Sink = SplitSink<WebSocket, Frame>;

/// The socket can no longer be written.
pub struct SocketClosed;

type Result<T, E = SocketClosed> = std::result::Result<T, E>;

/// Runs until the socket is closed, by this server or by the client.
pub async fn run(
    sink: Sink,
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    mut inputs: mpsc::Receiver<Input>,
) {
    let cursor = socket.cursor.load(Ordering::Relaxed);
    let stopping = context.clone();
    let mut stopped = pin!(stopping.stopped());
    let client = ClientState::at(cursor);
    let mut writer = Writer { sink, context, viewer, socket: socket.clone(), client, unflushed: 0 };
    loop {
        // The futures are boxed: otherwise each idle socket would set aside the memory that they need while
        // they run.
        let sent = tokio::select! {
            biased;
            code = socket.close_requested() => return close(&mut writer.sink, code).await,
            () = &mut stopped => return close(&mut writer.sink, close::GOING_AWAY).await,
            input = inputs.recv() => match input {
                Some(input) => Box::pin(writer.handle(input)).await,
                None => return,
            },
            () = socket.send_queue.wake.notified() => Box::pin(writer.send_pending()).await,
            () = socket.ephemeral.wake.notified() => Box::pin(writer.send_ephemeral()).await,
            // Last, because any other frame would share the flush.
            flushed = writer.sink.flush(), if writer.unflushed > 0 => writer.record_flush(flushed),
        };
        if sent.is_err() {
            metrics::count_socket_closed(None);
            return;
        }
    }
}

struct Writer {
    sink: Sink,
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    client: ClientState,
    /// Frames that may still be in the connection's buffer.
    unflushed: usize,
}

impl Writer {
    async fn handle(&mut self, input: Input) -> Result<()> {
        match input {
            Input::Frame(frame) => self.send_answer(&frame).await,
            Input::OpenThread(thread) => {
                self.client.open_thread(thread);
                self.catch_up().await
            }
            Input::CloseThread(conversation) => {
                self.client.close_thread(conversation);
                Ok(())
            }
        }
    }

    /// Sends an answer. An ack must not overtake the messages before its own in the thread. Their deltas were
    /// queued before the ack; only if they were lost does it take a read from the database.
    async fn send_answer(&mut self, frame: &ToClient) -> Result<()> {
        if let ToClient::Ack { message, .. } = frame
            && self.client.is_behind(message)
        {
            self.send_pending().await?;
            if self.client.is_behind(message) {
                self.catch_up().await?;
            }
        }
        self.send(frame).await?;
        if faults::is("ack_moves_cursor") && matches!(frame, ToClient::Ack { .. }) {
            let position = sync::position(&self.context, &self.viewer).await;
            self.client.cursor = position.map_err(|_| SocketClosed)?;
        }
        Ok(())
    }

    /// The queue is taken before the database is read, so that a later update wakes the writer again.
    async fn send_pending(&mut self) -> Result<()> {
        match self.socket.send_queue.take() {
            Pending::Resync => self.catch_up().await,
            Pending::Deltas(deltas) => self.send_deltas(&deltas).await,
        }
    }

    /// Sends the deltas that advance the client state, coalesced into one change. After a gap it reads the
    /// rest.
    async fn send_deltas(&mut self, deltas: &[Arc<Delta>]) -> Result<()> {
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
        if has_gap { self.catch_up().await } else { Ok(()) }
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

    async fn send_ephemeral(&mut self) -> Result<()> {
        for frame in self.socket.ephemeral.take() {
            self.send(&frame).await?;
        }
        Ok(())
    }

    /// Buffers a frame, and flushes once enough are buffered. If the socket is asked to close while its
    /// reader is slow, it gets nothing more, not even the close frame.
    async fn send(&mut self, frame: &ToClient) -> Result<()> {
        let text = encode(frame)?;
        self.unflushed += 1;
        let must_flush = self.unflushed >= FRAMES_PER_FLUSH_MAX;
        let write =
            async { if must_flush { self.sink.send(text).await } else { self.sink.feed(text).await } };
        let written = tokio::select! {
            biased;
            _ = self.socket.close_requested() => return Err(SocketClosed),
            written = write => written,
        };
        if must_flush { self.record_flush(written) } else { written.map_err(|_| SocketClosed) }
    }

    fn record_flush(&mut self, flushed: Result<(), axum::Error>) -> Result<()> {
        self.unflushed = 0;
        flushed.map_err(|_| SocketClosed)
    }
}

/// Sends a frame at once. The connection itself fails if its reader takes nothing for too long.
pub async fn send(sink: &mut Sink, frame: &ToClient) -> Result<()> {
    sink.send(encode(frame)?).await.map_err(|_| SocketClosed)
}

fn encode(frame: &ToClient) -> Result<Frame> {
    serde_json::to_string(frame).map(|text| Frame::Text(text.into())).map_err(|_| SocketClosed)
}

/// Sends the close frame with this code.
pub async fn close(sink: &mut Sink, code: u16) {
    metrics::count_socket_closed(Some(code));
    let frame = Frame::Close(Some(CloseFrame { code, reason: close::reason(code).into() }));
    let _ = timeout(CLOSE_FRAME_TIMEOUT, sink.send(frame)).await;
}
