//! The session of a socket: one task that after the handshake executes the client's commands, and sends it answers and
//! updates, until the socket ends.

mod commands;
mod handshake;
mod inbound;
mod pipeline;

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::extract::ws::WebSocket;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::{Sleep, sleep};

use self::{inbound::End, pipeline::Pipeline};
use super::writer::{Answer, SocketClosed, Writer};
use crate::{
    server::{
        auth::access::Credential,
        connections::{registry::Admission, socket::Socket},
        context::Context,
        telemetry::metrics,
    },
    shared::{
        sync::wire::{ToServer, close},
        users::Viewer,
    },
};

/// After a violation of the protocol the connection stays open this long, unread. Ended at once, with bytes that
/// nobody has read, it would be reset, and the client might never see the close code.
const HOLD_AFTER_VIOLATION: Duration = Duration::from_secs(2);
/// Messages of one socket that wait for their commit at the same time.
const SENDS_IN_FLIGHT_MAX: usize = 32;
/// Frames of one connection, pings of the WebSocket protocol included. A further one is refused.
const FRAME_RATE: Rate = Rate { sustained_per_second: 100, burst: 400 };
/// After a frame beyond the rate the connection is not read for this long, so that neither refusals nor pings, which
/// the WebSocket library answers by itself, can be had at any rate.
const PAUSE_BEYOND_RATE: Duration = Duration::from_millis(100);
/// Typing events of one connection. Further ones are dropped.
const TYPING_RATE: Rate = Rate { sustained_per_second: 4, burst: 8 };

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
    if let Some((session, writer)) = begun {
        Box::pin(session.run(writer)).await;
    }
}

impl Session {
    async fn run(self, mut writer: Writer) {
        let end = self.serve(&mut writer).await.unwrap_or(End::Closed);
        // Before it is removed: a server that stops waits until its sockets are gone.
        match end {
            End::Closed => metrics::count_socket_closed(None),
            End::Code(code) => writer.close(code).await,
        }
        self.context.sockets.remove(&self.socket, self.context.clock.now());
        if let End::Code(code) = end {
            hold_open(code).await;
        }
    }

    /// Executes commands one after the other, so that the commands of a client stay in order. Only messages and
    /// delivery reports are pipelined: the store queues messages in their order, and they share a commit. Meanwhile
    /// updates are sent. Returns why the socket ends.
    async fn serve(&self, writer: &mut Writer) -> Result<End, SocketClosed> {
        let mut running = Pipeline::default();
        // A command that waits for those before it, and whether one runs for which those after it wait.
        let (mut waiting, mut is_exclusive) = (None, false);
        // Boxed: an idle socket sets aside no memory for it.
        let mut pause: Option<Pin<Box<Sleep>>> = None;
        loop {
            if running.is_empty() {
                is_exclusive = false;
                if let Some(command) = waiting.take() {
                    is_exclusive = true;
                    running.push(self.answer(command));
                }
            }
            let may_receive =
                waiting.is_none() && !is_exclusive && pause.is_none() && running.len() < SENDS_IN_FLIGHT_MAX;
            let received = tokio::select! {
                biased;
                () = self.socket.woken() => {
                    if let Some(code) = self.socket.close_code() {
                        return Ok(End::Code(code));
                    }
                    let write = async {
                        writer.send_pending().await?;
                        writer.send_ephemeral().await
                    };
                    running.run_beside(Box::pin(write)).await?;
                    continue;
                }
                answer = running.next() => {
                    if let Some(answer) = answer {
                        running.run_beside(Box::pin(writer.answer(answer))).await?;
                    }
                    continue;
                }
                () = ended(&mut pause) => continue,
                received = writer.receive(may_receive) => received?,
            };
            self.socket.record_frame();
            let inbound = match inbound::read(received) {
                Ok(inbound) => inbound,
                Err(end) => return Ok(end),
            };
            let is_pipelined = inbound.is_pipelined();
            let admitted = if self.is_within_rate() {
                self.admit(inbound)
            } else {
                pause = Some(Box::pin(sleep(PAUSE_BEYOND_RATE)));
                Err(commands::refuse_beyond_rate(&inbound))
            };
            match admitted {
                Err(None) => {}
                Err(Some(refusal)) => running.run_beside(Box::pin(writer.answer(refusal))).await?,
                Ok(ToServer::Delivered { head }) if !writer.is_delivery(head) => {}
                Ok(command) => {
                    writer.expect(&command);
                    if is_pipelined {
                        running.push(self.answer(command));
                    } else {
                        waiting = Some(command);
                    }
                }
            }
        }
    }
}

/// Waits for the end of the pause, and removes it. Never ends where there is none.
async fn ended(pause: &mut Option<Pin<Box<Sleep>>>) {
    match pause {
        Some(sleep) => sleep.await,
        None => std::future::pending().await,
    }
    *pause = None;
}

/// Waits before a connection is dropped whose client may still be writing.
async fn hold_open(code: u16) {
    if matches!(code, close::BROKEN | close::NO_TEXT | close::TOO_LARGE) {
        sleep(HOLD_AFTER_VIOLATION).await;
    }
}
