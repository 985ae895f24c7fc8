//! One socket's conversation with its client: hello, then commands until it ends.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{sync::mpsc, time::timeout};

use super::{pump, pump::Input, registry::Socket};
use crate::{
    server::{
        domain::{changes, conversations, messages, receipts},
        node::Node,
        store::sessions::TokenHash,
    },
    shared::{
        changes::OpenThread,
        errors::{ApiError, ErrorCode, Result},
        ids::MessageId,
        messages::Sent,
        users::Viewer,
        wire::{PROTOCOL, ToClient, ToServer, close},
    },
};

const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A client pings every 30 s; two missed and it is gone.
const SILENT_FOR: Duration = Duration::from_secs(70);
/// Answers that wait for the network; a client that sends faster than it reads has to wait.
const ANSWERS: usize = 64;
const PASSING: usize = 32;
/// Frames a second that one connection may send on average, and at once.
const FRAMES_PER_SECOND: u32 = 100;
const FRAMES_AT_ONCE: u32 = 400;

type Sink = SplitSink<WebSocket, Frame>;
type Stream = SplitStream<WebSocket>;

/// What one connection is made of.
struct Connection {
    node: Node,
    viewer: Viewer,
    socket: Arc<Socket>,
    answers: mpsc::Sender<Input>,
    rate: DefaultDirectRateLimiter,
}

pub async fn run(socket: WebSocket, node: Node, viewer: Viewer, session: TokenHash) {
    let (mut sink, mut stream) = socket.split();
    let Some(ToServer::Hello { epoch, head, protocol }) =
        timeout(HELLO_WITHIN, next(&mut stream)).await.ok().flatten()
    else {
        return end(&mut sink, close::TIMED_OUT, "hello").await;
    };
    if protocol < PROTOCOL {
        let _ = pump::send(&mut sink, &ToClient::Reload).await;
        return;
    }
    let Ok(latest) = changes::head(&node, &viewer).await else { return };
    let is_known = epoch == node.epoch && (0..=latest).contains(&head);
    let welcome = if is_known {
        ToClient::Welcome { user: viewer.id, epoch: node.epoch.clone(), head: latest }
    } else {
        ToClient::Reset { epoch: node.epoch.clone(), head: latest }
    };
    if pump::send(&mut sink, &welcome).await.is_err() {
        return;
    }
    let (answers, queue) = mpsc::channel(ANSWERS);
    let (passing, passed) = mpsc::channel(PASSING);
    let cursor = if is_known { head } else { latest };
    let socket = node.sockets.add(viewer.id, session, cursor, passing);
    socket.wake.notify_one();
    let pump = tokio::spawn(pump::run(sink, node.clone(), viewer.clone(), socket.clone(), queue, passed));
    let quota = Quota::per_second(FRAMES_PER_SECOND.try_into().expect("more than none"));
    let rate = RateLimiter::direct(quota.allow_burst(FRAMES_AT_ONCE.try_into().expect("more than none")));
    let connection = Connection { node, viewer, socket, answers, rate };
    connection.listen(&mut stream, pump).await;
}

impl Connection {
    /// Takes commands one after the other, so that what one client sends stays in order.
    async fn listen(self, stream: &mut Stream, mut pump: tokio::task::JoinHandle<()>) {
        loop {
            let frame = tokio::select! {
                frame = timeout(SILENT_FOR, next(stream)) => frame.ok().flatten(),
                _ = &mut pump => None,
            };
            let Some(frame) = frame else { break };
            let done = if self.rate.check().is_ok() {
                self.obey(frame).await
            } else {
                Err((None, ApiError::too_fast()))
            };
            let answer = match done {
                Ok(answer) => answer,
                Err((id, error)) => Some(Input::Frame(ToClient::Refused { id, error })),
            };
            if let Some(answer) = answer
                && self.answers.send(answer).await.is_err()
            {
                break;
            }
        }
        self.node.sockets.remove(&self.socket);
        pump.abort();
    }

    async fn obey(
        &self,
        frame: ToServer,
    ) -> std::result::Result<Option<Input>, (Option<MessageId>, ApiError)> {
        let (node, viewer) = (&self.node, &self.viewer);
        let ack = |id, done: Result<Sent>| match done {
            Ok(sent) => Ok(Some(Input::Frame(ToClient::Ack { id, message: sent.message }))),
            Err(error) => Err((Some(id), error)),
        };
        match frame {
            ToServer::SendMessage { id, conversation, body } => {
                ack(id, messages::send(node, viewer, conversation, id, body).await)
            }
            ToServer::EditMessage { id, seen_version, body } => {
                ack(id, messages::edit(node, viewer, id, seen_version, body).await)
            }
            ToServer::DeleteMessage { id, seen_version } => {
                ack(id, messages::delete(node, viewer, id, seen_version).await)
            }
            other => self.note(other).await.map_err(|error| (None, error)),
        }
    }

    /// What wants no answer, or one from the pump.
    async fn note(&self, frame: ToServer) -> Result<Option<Input>> {
        let (node, viewer) = (&self.node, &self.viewer);
        match frame {
            ToServer::JoinConversation(open) => self.join(open).await.map(Some),
            ToServer::LeaveConversation { conversation } => {
                node.sockets.hide(&self.socket, conversation);
                Ok(Some(Input::Close(conversation)))
            }
            ToServer::Typing { conversation, is_typing } => {
                // Only for conversations that this socket has joined, which was authorised.
                if node.sockets.shows(&self.socket, conversation) {
                    let frame = ToClient::Typing { conversation, user: viewer.id, is_typing };
                    node.sockets.pass(conversation, viewer.id, &frame);
                }
                Ok(None)
            }
            ToServer::Delivered { head } => {
                changes::report_delivered(node, viewer, head).await.map(|()| None)
            }
            ToServer::MarkRead { conversation, upto_seq } => {
                receipts::mark_read(node, viewer, conversation, upto_seq, &node.epoch).await.map(|_| None)
            }
            ToServer::Ping => {
                Ok(Some(Input::Frame(ToClient::Pong { head: changes::head(node, viewer).await? })))
            }
            _ => Err(ApiError::new(ErrorCode::Invalid, "We don’t know this frame.")),
        }
    }

    async fn join(&self, open: OpenThread) -> Result<Input> {
        conversations::get(&self.node, &self.viewer, open.conversation).await?;
        self.node.sockets.show(&self.socket, open.conversation);
        Ok(Input::Open(open))
    }
}

/// The next frame; one that can't be read is `Unknown`, and the end is none.
async fn next(stream: &mut Stream) -> Option<ToServer> {
    loop {
        match stream.next().await?.ok()? {
            Frame::Text(text) => return Some(serde_json::from_str(&text).unwrap_or(ToServer::Unknown)),
            Frame::Binary(_) => return Some(ToServer::Unknown),
            Frame::Close(_) => return None,
            Frame::Ping(_) | Frame::Pong(_) => {}
        }
    }
}

pub(super) async fn end(sink: &mut Sink, code: u16, reason: &'static str) {
    let close = Frame::Close(Some(CloseFrame { code, reason: reason.into() }));
    let _ = timeout(pump::WRITE_WITHIN, sink.send(close)).await;
}
