//! The session of a socket: after the handshake it executes the client's commands until the socket ends. Its
//! writer, a task of its own, sends the answers.

mod commands;
mod handshake;
mod inbound;

use std::{sync::Arc, time::Duration};

use axum::extract::ws::WebSocket;
use futures::stream::FuturesOrdered;
use futures::{StreamExt, stream::SplitStream};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};

use self::inbound::End;
use super::writer::{Input, SocketClosed};
use crate::{
    server::{
        auth::access::Credential,
        connections::{registry::Admission, socket::Socket},
        context::Context,
        telemetry::metrics,
    },
    shared::{sync::wire::close, users::Viewer},
};

/// A client pings every 30 s. A session without any frame for this long has missed two pings and is closed.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(70);
/// After a violation of the protocol the connection stays open this long, unread. Ended at once, with bytes that
/// nobody has read, it would be reset, and the client might never see the close code.
const HOLD_AFTER_VIOLATION: Duration = Duration::from_secs(2);
/// Answers that wait for the network. Backpressure: a client that sends faster than it reads has to wait.
const ANSWERS_MAX: usize = 64;
/// Messages of one socket that wait for their commit at the same time.
const SENDS_IN_FLIGHT_MAX: usize = 32;
/// Frames of one connection. Further ones are refused.
const FRAME_RATE: Rate = Rate { sustained_per_second: 100, burst: 400 };
/// Typing events of one connection. Further ones are dropped.
const TYPING_RATE: Rate = Rate { sustained_per_second: 4, burst: 8 };

type Stream = SplitStream<WebSocket>;

struct Rate {
    sustained_per_second: u32,
    burst: u32,
}

impl Rate {
    fn limiter(&self) -> DefaultDirectRateLimiter {
        let quota = Quota::per_second(self.sustained_per_second.try_into().expect("more than 0"));
        RateLimiter::direct(quota.allow_burst(self.burst.try_into().expect("more than 0")))
    }
}

struct Session {
    context: Context,
    viewer: Viewer,
    socket: Arc<Socket>,
    answers: mpsc::Sender<Input>,
    frame_limiter: DefaultDirectRateLimiter,
    typing_limiter: DefaultDirectRateLimiter,
}

/// Runs the session of a new WebSocket to its end. `site` is the name of this deployment, as `Welcome`
/// reports it.
pub async fn run(
    socket: WebSocket,
    context: Context,
    site: String,
    (viewer, credential, admission): (Viewer, Credential, Admission),
) {
    // Boxed: otherwise each idle socket would set aside the memory that the handshake needs.
    let begun = Box::pin(handshake::begin(socket, context, site, viewer, credential)).await;
    // From here on the registry counts it.
    drop(admission);
    if let Some((session, stream, writer)) = begun {
        session.receive(stream, writer).await;
    }
}

impl Session {
    /// Executes commands one after the other, so that the commands of a client stay in order. Only messages
    /// are pipelined: the store queues them in their order, and they share a commit.
    async fn receive(self, mut stream: Stream, mut writer: JoinHandle<()>) {
        let mut close_code = None;
        let mut sends = FuturesOrdered::new();
        loop {
            let received = tokio::select! {
                biased;
                _ = &mut writer => break,
                Some(answer) = sends.next() => {
                    if self.hand_to_writer(answer).await.is_err() {
                        break;
                    }
                    continue;
                }
                received = timeout(SILENCE_TIMEOUT, inbound::next(&mut stream)),
                    if sends.len() < SENDS_IN_FLIGHT_MAX => received,
            };
            let inbound = match received {
                Ok(Ok(inbound)) => inbound,
                Ok(Err(End::Closed)) => {
                    metrics::count_socket_closed(None);
                    break;
                }
                Ok(Err(End::Violation(code))) => {
                    close_code = Some(code);
                    break;
                }
                Err(_) => {
                    close_code = Some(close::TIMED_OUT);
                    break;
                }
            };
            if inbound.is_plain_send() {
                sends.push_back(Box::pin(self.answer(inbound)));
                continue;
            }
            while let Some(answer) = sends.next().await {
                // If the writer has ended, the answer below fails as well.
                let _ = self.hand_to_writer(answer).await;
            }
            if self.hand_to_writer(self.answer(inbound).await).await.is_err() {
                break;
            }
        }
        drop(sends);
        self.context.sockets.remove(&self.socket, self.context.clock.now());
        if let Some(code) = close_code {
            self.socket.close(code);
            let _ = writer.await;
            hold_open(code).await;
        } else {
            writer.abort();
        }
    }

    async fn hand_to_writer(&self, answer: Option<Input>) -> Result<(), SocketClosed> {
        match answer {
            Some(answer) => self.answers.send(answer).await.map_err(|_| SocketClosed),
            None => Ok(()),
        }
    }
}

/// Waits before a connection is dropped whose client may still be writing.
async fn hold_open(code: u16) {
    if matches!(code, close::BROKEN | close::NO_TEXT | close::TOO_LARGE) {
        sleep(HOLD_AFTER_VIOLATION).await;
    }
}
