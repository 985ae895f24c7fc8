//! The client state: what this socket's client already has, as far as its writer knows. It lets the writer
//! send a message or receipt that follows directly without a read from the database (`advance`).

mod advance;
mod pending;

use crate::shared::{
    conversations::{Conversation, update::ConversationUpdate},
    ids::ConversationId,
    messages::Message,
    notifications::{NotificationUpdate, totals::UnreadTotals},
    positions::SyncSeq,
    sync::changes::{Change, OpenThread},
};

pub use advance::Advance;
use pending::PendingChange;

/// Open threads of one socket. A further one replaces the oldest, whose messages are then no longer sent.
const OPEN_THREADS_MAX: usize = 8;
/// Summaries of conversations that are kept, the ones that were sent last.
const SUMMARIES_MAX: usize = 8;

pub struct ClientState {
    /// Everything up to this sync position has been sent or is pending.
    pub cursor: SyncSeq,
    /// The user's unread messages and notifications at the cursor. None while the totals may be ahead of it.
    unread: Option<(i64, UnreadTotals)>,
    /// Whether the client keeps summaries itself and applies deltas to them.
    pub applies_deltas: bool,
    /// Summaries as of the cursor: any change to one of them raises the user's sync position. None are kept for a
    /// client that applies deltas.
    summaries: Vec<Conversation>,
    open: Vec<OpenThread>,
    pending: PendingChange,
    /// The last sync position that may have brought messages of others.
    delivering: SyncSeq,
    /// Up to here the client has reported what it has applied.
    reported: SyncSeq,
}

impl ClientState {
    /// The state of a client that has everything up to the cursor, of which nothing more is known.
    pub fn at(cursor: SyncSeq, applies_deltas: bool) -> Self {
        Self {
            cursor,
            applies_deltas,
            unread: None,
            summaries: Vec::new(),
            open: Vec::new(),
            pending: PendingChange::default(),
            // What the client had before this socket may not be reported yet.
            delivering: cursor,
            reported: -1,
        }
    }

    /// Whether this report of the client may deliver messages: since its last one there have been some of others.
    pub fn is_delivery(&mut self, applied: SyncSeq) -> bool {
        let is_delivery = applied > self.reported && self.delivering > self.reported;
        self.reported = self.reported.max(applied);
        is_delivery
    }

    pub fn open_threads(&self) -> &[OpenThread] {
        &self.open
    }

    pub fn open_thread(&mut self, thread: OpenThread) {
        self.close_thread(thread.conversation);
        if self.open.len() >= OPEN_THREADS_MAX {
            self.open.remove(0);
        }
        self.open.push(thread);
    }

    pub fn close_thread(&mut self, conversation: ConversationId) {
        self.open.retain(|open| open.conversation != conversation);
    }

    /// Applies a change that was read from the database from the cursor on. `more` says that there is another
    /// page.
    pub fn apply(&mut self, change: &Change, more: bool) {
        self.cursor = change.to;
        let is_unread = |update: &ConversationUpdate| match update {
            ConversationUpdate::Active(summary) => summary.unread > 0,
            ConversationUpdate::Left { .. } => false,
        };
        if change.conversations.iter().any(is_unread) {
            self.delivering = change.to;
        }
        if !self.applies_deltas {
            self.keep_summaries(change, more);
        }
        for update in &change.messages {
            if let Some(open) = self.open.iter_mut().find(|open| open.conversation == update.conversation) {
                open.version = update.version;
            }
        }
    }

    fn keep_summaries(&mut self, change: &Change, more: bool) {
        self.unread = (!more).then(|| (change.unread, change.notifications.totals.clone()));
        for update in &change.conversations {
            self.summaries.retain(|summary| summary.id != update.id());
            if let ConversationUpdate::Active(summary) = update {
                if self.summaries.len() >= SUMMARIES_MAX {
                    self.summaries.remove(0);
                }
                self.summaries.push((**summary).clone());
            }
        }
    }

    /// Whether the message's thread is open and the client lacks something that stands before the message.
    pub fn is_behind(&self, message: &Message) -> bool {
        let open = self.open.iter().find(|open| open.conversation == message.conversation);
        open.is_some_and(|open| open.version < message.version - 1)
    }

    /// Takes all deltas since the last call that advanced the state, as one change. None if there are none.
    pub fn take_change(&mut self) -> Option<Change> {
        let PendingChange { from, conversations, messages } = std::mem::take(&mut self.pending);
        let (from, (unread, totals)) = (from?, self.unread.as_ref()?);
        let changed = self.summaries.iter().filter(|summary| conversations.contains(&summary.id));
        Some(Change {
            from,
            to: self.cursor,
            conversations: changed
                .map(|summary| ConversationUpdate::Active(Box::new(summary.clone())))
                .collect(),
            messages,
            notifications: NotificationUpdate { items: Vec::new(), totals: totals.clone() },
            unread: *unread,
        })
    }
}
