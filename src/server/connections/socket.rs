//! An open socket, as other tasks and threads reach it: its queues, its cursor, and a request to close it. Each of
//! them wakes its session.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{
    ephemeral::EphemeralQueue,
    send_queue::{Pending, SendQueue},
};
use crate::{
    server::{auth::access::Credential, store::sync::updates::Delta},
    shared::{
        ids::{ConversationId, UserId},
        positions::SyncSeq,
        sync::wire::ToClient,
        users::{Viewer, presence::Presence, rank::Rank},
    },
};

pub struct Socket {
    pub(super) id: u64,
    pub user: UserId,
    pub credential: Credential,
    /// The user's rank when the socket was opened. Only operators get wake-ups for the order board.
    pub rank: Rank,
    send_queue: SendQueue,
    ephemeral: EphemeralQueue,
    /// The sync position up to which updates have been written to the socket.
    pub cursor: AtomicI64,
    opened_at: Instant,
    /// Milliseconds from `opened_at` to the last frame of the client.
    last_frame_ms: AtomicU64,
    wake: Notify,
    close_requested: Notify,
    close_code: OnceLock<u16>,
}

impl Socket {
    pub(super) fn new(id: u64, viewer: &Viewer, credential: Credential, cursor: SyncSeq) -> Self {
        Self {
            id,
            user: viewer.id,
            credential,
            rank: viewer.rank,
            send_queue: SendQueue::default(),
            ephemeral: EphemeralQueue::default(),
            cursor: AtomicI64::new(cursor),
            opened_at: Instant::now(),
            last_frame_ms: AtomicU64::new(0),
            wake: Notify::new(),
            close_requested: Notify::new(),
            close_code: OnceLock::new(),
        }
    }

    /// Waits until there may be something to take, or a request to close the socket.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Asks the session to close the socket with this code. The code of the first call counts.
    pub fn close(&self, code: u16) {
        let _ = self.close_code.set(code);
        self.close_requested.notify_one();
        self.wake.notify_one();
    }

    /// Waits for a request to close the socket.
    pub async fn close_requested(&self) {
        self.close_requested.notified().await;
    }

    /// The code with which the socket must be closed, if it must.
    pub fn close_code(&self) -> Option<u16> {
        self.close_code.get().copied()
    }

    pub fn push(&self, delta: &Arc<Delta>) {
        self.send_queue.push(delta);
        self.wake.notify_one();
    }

    /// Has the session read all updates from the database.
    pub fn request_resync(&self) {
        self.send_queue.request_resync();
        self.wake.notify_one();
    }

    /// Takes the updates that wait.
    pub fn take_pending(&self) -> Pending {
        self.send_queue.take()
    }

    pub fn push_typing(&self, conversation: ConversationId, user: UserId, is_typing: bool) {
        self.ephemeral.push_typing(conversation, user, is_typing);
        self.wake.notify_one();
    }

    pub fn push_presence(&self, presence: Presence) {
        self.ephemeral.push_presence(presence);
        self.wake.notify_one();
    }

    /// Tells an operator's client that the order board may have changed.
    pub fn push_board_wake_up(&self, unread: i64) {
        self.ephemeral.push_board_wake_up(unread);
        self.wake.notify_one();
    }

    /// Takes the ephemeral events that wait, as frames.
    pub fn take_ephemeral(&self) -> Vec<ToClient> {
        self.ephemeral.take()
    }

    /// Notes that the client has sent a frame.
    pub fn record_frame(&self) {
        let elapsed = u64::try_from(self.opened_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_frame_ms.store(elapsed, Ordering::Relaxed);
    }

    /// The time since the client's last frame.
    pub fn silence(&self) -> Duration {
        let last_frame = Duration::from_millis(self.last_frame_ms.load(Ordering::Relaxed));
        self.opened_at.elapsed().saturating_sub(last_frame)
    }

    /// Whether this socket makes its user online for others. That of a token which may only read does not.
    pub(super) fn shows_presence(&self) -> bool {
        self.credential.access.may_write()
    }

    pub fn is_operator(&self) -> bool {
        self.rank != Rank::Member
    }
}
