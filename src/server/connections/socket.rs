//! An open socket, as other tasks reach it: its queues, its cursor, and a request to close it.

use std::sync::{OnceLock, atomic::AtomicI64};

use tokio::sync::Notify;

use super::{ephemeral::EphemeralQueue, send_queue::SendQueue};
use crate::{
    server::auth::access::Credential,
    shared::{
        ids::UserId,
        positions::SyncSeq,
        sync::wire::close,
        users::{Viewer, rank::Rank},
    },
};

pub struct Socket {
    pub(super) id: u64,
    pub user: UserId,
    pub credential: Credential,
    /// The user's rank when the socket was opened. Only operators get wake-ups for the order board.
    pub rank: Rank,
    pub send_queue: SendQueue,
    pub ephemeral: EphemeralQueue,
    /// The sync position up to which updates have been written to the socket.
    pub cursor: AtomicI64,
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
            close_requested: Notify::new(),
            close_code: OnceLock::new(),
        }
    }

    /// Asks the writer to close the socket with this code. The code of the first call counts.
    pub fn close(&self, code: u16) {
        let _ = self.close_code.set(code);
        self.close_requested.notify_one();
    }

    /// Waits for a request to close the socket and returns its code.
    pub async fn close_requested(&self) -> u16 {
        self.close_requested.notified().await;
        self.close_code.get().copied().unwrap_or(close::GOING_AWAY)
    }

    /// Whether this socket makes its user online for others. That of a token which may only read does not.
    pub(super) fn shows_presence(&self) -> bool {
        self.credential.access.may_write()
    }

    pub fn is_operator(&self) -> bool {
        self.rank != Rank::Member
    }
}
