//! The one writer of a socket, with a cursor of its own: it sends answers, what is passing, and,
//! whenever it is woken, everything from its cursor to the head. A slow reader holds up only this.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::extract::ws::{Message as Frame, WebSocket};
use futures::{SinkExt, stream::SplitSink};
use tokio::{sync::mpsc, time::timeout};

use super::{registry::Socket, session};
use crate::{
    server::{domain::changes, node::Node},
    shared::{
        changes::{Head, OpenThread, Poll},
        ids::ConversationId,
        users::Viewer,
        wire::{ToClient, close},
    },
};

/// A client that takes nothing for this long is gone.
pub const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// What the reading side hands over.
pub enum Input {
    Frame(ToClient),
    /// A conversation came on screen.
    Open(OpenThread),
    Close(ConversationId),
}

type Sink = SplitSink<WebSocket, Frame>;

/// The socket can't be written any more.
pub struct Gone;

pub async fn run(
    sink: Sink,
    node: Node,
    viewer: Viewer,
    socket: Arc<Socket>,
    mut answers: mpsc::Receiver<Input>,
    mut passing: mpsc::Receiver<ToClient>,
) {
    let cursor = socket.cursor.load(Ordering::Relaxed);
    let mut pump = Pump { sink, node, viewer, socket: socket.clone(), cursor, open: Vec::new() };
    let mut stopping = pump.node.stopping.subscribe();
    loop {
        let sent = tokio::select! {
            biased;
            () = socket.end.notified() => return session::end(&mut pump.sink, close::SIGNED_OUT, "signed out").await,
            _ = stopping.changed() => return session::end(&mut pump.sink, close::GOING_AWAY, "restart").await,
            input = answers.recv() => match input {
                Some(input) => pump.take(input).await,
                None => return,
            },
            // The permit is taken before the database is read: what comes later wakes again.
            () = socket.wake.notified() => pump.catch_up().await,
            Some(frame) = passing.recv() => send(&mut pump.sink, &frame).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

struct Pump {
    sink: Sink,
    node: Node,
    viewer: Viewer,
    socket: Arc<Socket>,
    cursor: Head,
    open: Vec<OpenThread>,
}

impl Pump {
    async fn take(&mut self, input: Input) -> Result<(), Gone> {
        match input {
            Input::Frame(frame) => send(&mut self.sink, &frame).await,
            Input::Open(open) => {
                self.open.retain(|held| held.conversation != open.conversation);
                self.open.push(open);
                self.catch_up().await
            }
            Input::Close(conversation) => {
                self.open.retain(|held| held.conversation != conversation);
                Ok(())
            }
        }
    }

    /// Sends pages of changes until there are no more.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            let found = changes::news(&self.node, &self.viewer, self.cursor, self.open.clone()).await;
            // The store can't be read just now; the sweep wakes again.
            let Ok(Poll::News { change, more, .. }) = found else { return Ok(()) };
            for news in &change.messages {
                if let Some(open) = self.open.iter_mut().find(|open| open.conversation == news.conversation) {
                    open.version = news.version;
                }
            }
            let is_news = change.to > self.cursor || !change.messages.is_empty();
            self.cursor = change.to;
            if is_news {
                send(&mut self.sink, &ToClient::Change(change)).await?;
            }
            self.socket.cursor.store(self.cursor, Ordering::Relaxed);
            if !more {
                return Ok(());
            }
        }
    }
}

pub async fn send(sink: &mut Sink, frame: &ToClient) -> Result<(), Gone> {
    let Ok(text) = serde_json::to_string(frame) else { return Err(Gone) };
    match timeout(WRITE_WITHIN, sink.send(Frame::Text(text.into()))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}
