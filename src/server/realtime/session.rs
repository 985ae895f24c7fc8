//! One socket's conversation with its client: hello, then commands until it ends.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message as Frame, WebSocket};
use futures::{
    StreamExt,
    stream::{FuturesOrdered, SplitStream},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tracing::Instrument;

use super::writer::{self, Gone, Input};
use crate::server::connections::registry::Socket;
use crate::{
    server::{
        bus::BusMessage,
        context::Context,
        domain::{
            messages::{self, receipts, typing},
            sync,
            users::presence,
        },
        faults,
        store::users::sessions::TokenHash,
        telemetry::metrics,
    },
    shared::{
        conversations::rooms::MENTION,
        errors::{ApiError, ErrorCode, Result},
        ids::ConversationId,
        messages::Sent,
        sync::{
            changes::OpenThread,
            wire::{PROTOCOL, ToClient, ToServer, close},
        },
        users::{Viewer, presence::PRESENCE_MAX},
    },
};

/// In which `hello` has to come, whatever else comes before it.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A client pings every 30 s; two missed and it is gone.
const SILENT_FOR: Duration = Duration::from_secs(70);
/// Answers that wait for the network; a client that sends faster than it reads has to wait.
const ANSWERS: usize = 64;
/// Messages of one socket that wait for the disk at once.
const SENDS: usize = 32;
/// Frames a second that one connection may send on average, and at once.
const FRAMES: (u32, u32) = (100, 400);
/// How often somebody may start and stop typing; what is more is dropped.
const TYPING: (u32, u32) = (4, 8);

type Stream = SplitStream<WebSocket>;

/// What one connection is made of.
struct Connection {
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    answers: mpsc::Sender<Input>,
    rate: DefaultDirectRateLimiter,
    typing_rate: DefaultDirectRateLimiter,
}

/// What comes from a client.
enum Heard {
    Command(ToServer),
    /// A ping of the protocol itself: the client is there.
    Alive,
}

impl Heard {
    /// A message for which nothing has to be read before it is stored.
    fn is_plain_send(&self) -> bool {
        matches!(self, Self::Command(ToServer::SendMessage { body, .. }) if !body.contains(MENTION))
    }
}

pub async fn run(socket: WebSocket, context: Context, site: String, viewer: Viewer, session: TokenHash) {
    // Boxed, because room for all that it takes to begin would stay set aside for each idle socket.
    if let Some((connection, stream, pump)) = Box::pin(begin(socket, context, site, viewer, session)).await {
        connection.listen(stream, pump).await;
    }
}

/// From `hello` until news flows.
async fn begin(
    socket: WebSocket,
    context: Context,
    site: String,
    viewer: Viewer,
    session: TokenHash,
) -> Option<(Connection, Stream, JoinHandle<()>)> {
    let (mut sink, mut stream) = socket.split();
    let hello = tokio::select! {
        biased;
        () = context.stopped() => {
            writer::end(&mut sink, close::GOING_AWAY).await;
            return None;
        }
        hello = hello(&mut stream) => hello,
    };
    let Some((epoch, head, protocol)) = hello else {
        writer::end(&mut sink, close::TIMED_OUT).await;
        return None;
    };
    if protocol < PROTOCOL {
        let _ = writer::send(&mut sink, &ToClient::Reload).await;
        return None;
    }
    let latest = sync::head(&context, &viewer).await.ok()?;
    let is_known = epoch == context.epoch && (0..=latest).contains(&head);
    let welcome = if is_known {
        ToClient::Welcome { user: viewer.id, epoch: context.epoch.clone(), head: latest, site }
    } else {
        ToClient::Reset { epoch: context.epoch.clone(), head: latest }
    };
    writer::send(&mut sink, &welcome).await.ok()?;
    let (answers, queue) = mpsc::channel(ANSWERS);
    let is_synced = is_known && !faults::is("skipped_sync");
    let socket = context.sockets.add(&viewer, session, if is_synced { head } else { latest });
    socket.hints.look();
    let pump = tokio::spawn(
        writer::run(sink, context.clone(), viewer.clone(), socket.clone(), queue).in_current_span(),
    );
    let connection =
        Connection { context, viewer, socket, answers, rate: rate(FRAMES), typing_rate: rate(TYPING) };
    Some((connection, stream, pump))
}

async fn hello(stream: &mut Stream) -> Option<(String, i64, u32)> {
    let until = Instant::now() + HELLO_WITHIN;
    loop {
        match timeout_at(until, next(stream)).await.ok()?? {
            Heard::Command(ToServer::Hello { epoch, head, protocol }) => {
                return Some((epoch, head, protocol));
            }
            Heard::Command(_) => return None,
            Heard::Alive => {}
        }
    }
}

impl Connection {
    /// Takes commands one after the other, so that what one client sends stays in order. Only messages
    /// don't wait for each other: they stand in the store's queue in their order, and share a commit.
    async fn listen(self, mut stream: Stream, mut pump: JoinHandle<()>) {
        let mut is_silent = false;
        let mut sends = FuturesOrdered::new();
        loop {
            let heard = tokio::select! {
                biased;
                _ = &mut pump => break,
                Some(answer) = sends.next() => {
                    if self.give(answer).await.is_err() {
                        break;
                    }
                    continue;
                }
                heard = timeout(SILENT_FOR, next(&mut stream)), if sends.len() < SENDS => heard,
            };
            is_silent = heard.is_err();
            if matches!(heard, Ok(None)) {
                metrics::closed(None);
            }
            let Ok(Some(heard)) = heard else { break };
            if heard.is_plain_send() {
                sends.push_back(Box::pin(self.answer(heard)));
                continue;
            }
            while let Some(answer) = sends.next().await {
                // Should it be gone, the last answer is told so too.
                let _ = self.give(answer).await;
            }
            if self.give(self.answer(heard).await).await.is_err() {
                break;
            }
        }
        drop(sends);
        self.context.sockets.remove(&self.socket, self.context.clock.now());
        if is_silent {
            self.socket.close(close::TIMED_OUT);
            let _ = pump.await;
        } else {
            pump.abort();
        }
    }

    async fn give(&self, answer: Option<Input>) -> std::result::Result<(), Gone> {
        match answer {
            Some(answer) => self.answers.send(answer).await.map_err(|_| Gone),
            None => Ok(()),
        }
    }

    async fn answer(&self, heard: Heard) -> Option<Input> {
        let is_in_time = self.rate.check().inspect_err(|_| metrics::refused("frames")).is_ok();
        let refused = |id, error: ApiError| {
            metrics::erred(error.code);
            Some(Input::Frame(Box::new(ToClient::Refused { id, error })))
        };
        match heard {
            Heard::Alive if is_in_time => None,
            Heard::Alive => refused(None, ApiError::too_fast(1)),
            Heard::Command(command) if !is_in_time => refused(command.message(), ApiError::too_fast(1)),
            Heard::Command(command) => {
                let id = command.message();
                // The same as over HTTP, on whatever sockets he is.
                if let Err(error) = self.context.limits.request(Some(self.viewer.id), "") {
                    return refused(id, error);
                }
                // Boxed, because what a command needs would otherwise be set aside for each idle socket.
                Box::pin(self.obey(command)).await.unwrap_or_else(|error| refused(id, error))
            }
        }
    }

    async fn obey(&self, command: ToServer) -> Result<Option<Input>> {
        let (context, viewer) = (&self.context, &self.viewer);
        let ack = |id, Sent { message }| frame(ToClient::Ack { id, message });
        Ok(match command {
            ToServer::SendMessage { id, conversation, body } => {
                ack(id, messages::send(context, viewer, conversation, id, body).await?)
            }
            ToServer::EditMessage { id, seen_version, body } => {
                ack(id, messages::edit(context, viewer, id, seen_version, body).await?)
            }
            ToServer::DeleteMessage { id, seen_version } => {
                ack(id, messages::delete(context, viewer, id, seen_version).await?)
            }
            ToServer::JoinConversation(open) => Some(self.join(open).await?),
            ToServer::LeaveConversation { conversation } => Some(Input::Close(conversation)),
            ToServer::Typing { conversation, is_typing } => self.type_in(conversation, is_typing).await?,
            ToServer::Delivered { head } => {
                sync::report_delivered(context, viewer, head).await?;
                None
            }
            ToServer::MarkRead { conversation, upto_seq } => {
                receipts::mark_read(context, viewer, conversation, upto_seq, &context.epoch).await?;
                None
            }
            ToServer::Ping => frame(ToClient::Pong { head: sync::head(context, viewer).await? }),
            ToServer::Hello { .. } | ToServer::Unknown => {
                return Err(ApiError::new(ErrorCode::Invalid, "We don’t know this frame."));
            }
        })
    }

    /// On screen: its messages come along, and whether the others are online.
    async fn join(&self, open: OpenThread) -> Result<Input> {
        if open.version < 0 {
            return Err(ApiError::invalid("version", "A version is 0 or more."));
        }
        for (user, last_seen) in
            presence::others(&self.context, &self.viewer, open.conversation, PRESENCE_MAX).await?
        {
            self.context.sockets.show_presence(&self.socket, user, last_seen);
        }
        Ok(Input::Open(open))
    }

    async fn type_in(&self, conversation: ConversationId, is_typing: bool) -> Result<Option<Input>> {
        if self.typing_rate.check().inspect_err(|_| metrics::refused("typing")).is_ok() {
            let others = typing::heard_by(&self.context, &self.viewer, conversation).await?;
            let by = self.viewer.id;
            self.context.sockets.tell_typing(&others, conversation, by, is_typing);
            let to = self.context.sockets.elsewhere(&others);
            if !to.is_empty() {
                self.context.bus.say(BusMessage::Typing { conversation, by, is_typing, to });
            }
        }
        Ok(None)
    }
}

fn frame(frame: ToClient) -> Option<Input> {
    Some(Input::Frame(Box::new(frame)))
}

/// So many a second on average, and so many at once.
fn rate((per_second, at_once): (u32, u32)) -> DefaultDirectRateLimiter {
    let quota = Quota::per_second(per_second.try_into().expect("more than none"));
    RateLimiter::direct(quota.allow_burst(at_once.try_into().expect("more than none")))
}

/// What comes next; a frame that can't be read is `Unknown`, and the end is none.
async fn next(stream: &mut Stream) -> Option<Heard> {
    Some(match stream.next().await?.ok()? {
        Frame::Text(text) => {
            faults::die("die_before_parse");
            Heard::Command(serde_json::from_str(&text).unwrap_or(ToServer::Unknown))
        }
        Frame::Binary(_) => Heard::Command(ToServer::Unknown),
        Frame::Close(_) => return None,
        Frame::Ping(_) | Frame::Pong(_) => Heard::Alive,
    })
}
