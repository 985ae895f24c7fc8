//! The one writer of a socket, with a cursor of its own: it sends answers, what it is told of news,
//! and last what is passing. News that follows on what the client has is sent as it comes; otherwise
//! everything from the cursor to the head is read. A slow reader holds up only this.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use futures::{SinkExt, stream::SplitSink};
use tokio::{sync::mpsc, time::timeout};

use super::client_state::{ClientState, Follows};
use crate::server::connections::{registry::Socket, send_queue::Hint};
use crate::{
    server::{context::Context, domain::sync, faults, store::sync::updates::Step, telemetry::metrics},
    shared::{
        ids::ConversationId,
        sync::{
            changes::{Change, OpenThread, Poll},
            wire::{ToClient, close},
        },
        users::Viewer,
    },
};

/// The reason for closing is not waited for longer, since nobody may be there to take it.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// Frames that wait for each other, so that they take one write, at most.
const FRAMES_TOGETHER: usize = 32;

/// What the reading side hands over. Small, because room for many is set aside for each socket.
pub enum Input {
    Frame(Box<ToClient>),
    /// A conversation came on screen.
    Open(OpenThread),
    Close(ConversationId),
}

pub type Sink = SplitSink<WebSocket, Frame>;

/// The socket can't be written any more.
pub struct Gone;

pub async fn run(
    sink: Sink,
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    mut answers: mpsc::Receiver<Input>,
) {
    let cursor = socket.cursor.load(Ordering::Relaxed);
    let stopping = context.clone();
    let mut stopped = pin!(stopping.stopped());
    let known = ClientState::at(cursor);
    let mut pump = Pump { sink, context, viewer, socket: socket.clone(), known, unflushed: 0 };
    loop {
        // What is done is boxed: otherwise room for it would be set aside for each idle socket.
        let sent = tokio::select! {
            biased;
            code = socket.ended() => return end(&mut pump.sink, code).await,
            () = &mut stopped => return end(&mut pump.sink, close::GOING_AWAY).await,
            input = answers.recv() => match input {
                Some(input) => Box::pin(pump.take(input)).await,
                None => return,
            },
            () = socket.hints.wake.notified() => Box::pin(pump.follow()).await,
            () = socket.passing.wake.notified() => Box::pin(pump.pass()).await,
            // Nothing else is there to go along.
            flushed = pump.sink.flush(), if pump.unflushed > 0 => pump.is_flushed(flushed),
        };
        if sent.is_err() {
            metrics::closed(None);
            return;
        }
    }
}

struct Pump {
    sink: Sink,
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    known: ClientState,
    /// Frames that may still be in the buffer of the connection.
    unflushed: usize,
}

impl Pump {
    async fn take(&mut self, input: Input) -> Result<(), Gone> {
        match input {
            Input::Frame(frame) => {
                // An answer never overtakes what stands before its message in the thread. The hint of
                // it was given before the answer; only where it is lost that has to be read.
                if let ToClient::Ack { message, .. } = &*frame
                    && self.known.is_behind(message)
                {
                    self.follow().await?;
                    if self.known.is_behind(message) {
                        self.catch_up().await?;
                    }
                }
                self.send(&frame).await?;
                if faults::is("ack_moves_cursor") && matches!(*frame, ToClient::Ack { .. }) {
                    self.known.cursor = sync::head(&self.context, &self.viewer).await.map_err(|_| Gone)?;
                }
                Ok(())
            }
            Input::Open(open) => {
                self.known.open(open);
                self.catch_up().await
            }
            Input::Close(conversation) => {
                self.known.close(conversation);
                Ok(())
            }
        }
    }

    /// The hints are taken before the database is read: what comes later wakes again.
    async fn follow(&mut self) -> Result<(), Gone> {
        match self.socket.hints.take() {
            Hint::Look => self.catch_up().await,
            Hint::Steps(steps) => self.extend(&steps).await,
        }
    }

    /// What comes at once goes together.
    async fn extend(&mut self, steps: &[Arc<Step>]) -> Result<(), Gone> {
        let (mut next, mut is_apart) = (Vec::new(), false);
        for step in steps {
            match self.known.follow(self.viewer.id, step) {
                Follows::Known => {}
                Follows::Next => next.push(step),
                Follows::Apart => {
                    is_apart = true;
                    break;
                }
            }
        }
        if let Some(change) = self.known.take() {
            self.send_change(change).await?;
            next.iter().for_each(|step| step.is_handed_over());
        }
        if is_apart { self.catch_up().await } else { Ok(()) }
    }

    /// Sends pages of changes until there are no more.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            let (since, open) = (self.known.cursor, self.known.on_screen().to_vec());
            let found = sync::news(&self.context, &self.viewer, since, open).await;
            // The store can't be read just now; the sweep wakes again.
            let Ok(Poll::News { change, more, .. }) = found else { return Ok(()) };
            self.known.apply(&change, more);
            if change.to > since || !change.messages.is_empty() {
                self.send_change(change).await?;
            }
            if !more {
                return Ok(());
            }
        }
    }

    async fn send_change(&mut self, change: Change) -> Result<(), Gone> {
        self.send(&ToClient::Change(change)).await?;
        self.socket.cursor.store(self.known.cursor, Ordering::Relaxed);
        Ok(())
    }

    async fn pass(&mut self) -> Result<(), Gone> {
        for frame in self.socket.passing.take() {
            self.send(&frame).await?;
        }
        Ok(())
    }

    /// A session that ends while its reader is slow gets nothing more, not even a reason.
    async fn send(&mut self, frame: &ToClient) -> Result<(), Gone> {
        let text = encode(frame)?;
        self.unflushed += 1;
        let is_enough = self.unflushed >= FRAMES_TOGETHER;
        let written = tokio::select! {
            biased;
            _ = self.socket.ended() => return Err(Gone),
            written = async { if is_enough { self.sink.send(text).await } else { self.sink.feed(text).await } } => written,
        };
        if is_enough { self.is_flushed(written) } else { written.map_err(|_| Gone) }
    }

    fn is_flushed(&mut self, flushed: Result<(), axum::Error>) -> Result<(), Gone> {
        self.unflushed = 0;
        flushed.map_err(|_| Gone)
    }
}

/// The connection itself gives up on a reader to whom nothing could be written for a while.
pub async fn send(sink: &mut Sink, frame: &ToClient) -> Result<(), Gone> {
    sink.send(encode(frame)?).await.map_err(|_| Gone)
}

fn encode(frame: &ToClient) -> Result<Frame, Gone> {
    serde_json::to_string(frame).map(|text| Frame::Text(text.into())).map_err(|_| Gone)
}

pub async fn end(sink: &mut Sink, code: u16) {
    metrics::closed(Some(code));
    let close = Frame::Close(Some(CloseFrame { code, reason: close::reason(code).into() }));
    let _ = timeout(CLOSE_WITHIN, sink.send(close)).await;
}
