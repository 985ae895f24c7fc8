//! Updates of a commit, published after COMMIT: users to wake up, and deltas that a client whose cursor is
//! just one position behind can apply without a read. They may be lost: the database is the truth.

use std::{
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use crate::{
    server::telemetry::{metrics::metrics, security_log::SecurityLogLine},
    shared::{
        conversations::participant::Participant,
        ids::{ConversationId, UserId},
        messages::Message,
        positions::{Seq, SyncSeq},
        sync::deltas::{OwnCounts, ReadDelta, ReceiptDelta},
    },
};

/// Called with the updates of each commit, by the thread that committed and before the commit is answered: it is
/// short and waits for nothing.
type Subscriber = Box<dyn Fn(&Updates) + Send + Sync>;

/// Hands the updates of each commit on this node to its subscribers.
#[derive(Clone, Default)]
pub struct Publisher(Arc<RwLock<Vec<Subscriber>>>);

impl Publisher {
    pub fn subscribe(&self, subscriber: Subscriber) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(subscriber);
    }

    /// Call it only after COMMIT has returned.
    pub(in crate::server::store) fn publish(&self, updates: &Updates) {
        if !updates.is_empty() {
            let subscribers = self.0.read().unwrap_or_else(PoisonError::into_inner);
            subscribers.iter().for_each(|subscriber| subscriber(updates));
        }
    }
}

/// Updates of one transaction, or of all transactions of one commit.
#[derive(Default)]
pub struct Updates {
    /// Users who must read their updates.
    pub raised: Vec<UserId>,
    /// In the order of storing.
    pub deltas: Vec<Arc<Delta>>,
    /// First messages of conversations: nobody can apply them as deltas, and those who are away are told of them all the same.
    pub first_messages: Vec<Arc<Delta>>,
    /// Conversations in which something has changed that is no delta: messages may have.
    pub conversations: Vec<Uuid>,
    /// An order or its conversation has changed: the order board shows it.
    pub has_order: bool,
    /// Counters for metrics: stored messages and notifications.
    pub messages: u64,
    pub notifications: u64,
    /// Tasks that were inserted, or are due again.
    pub tasks: u64,
    /// Events that were inserted and are no messages.
    pub events: u64,
    /// Lines of security events that the commit writes to the log.
    pub security_log: Vec<SecurityLogLine>,
}

/// A self-contained update of one conversation.
#[expect(clippy::large_enum_variant, reason = "each is in an `Arc` of its own")]
pub enum Delta {
    Append(Append),
    Receipt(Receipt),
}

/// A new message, with the counters that it raised.
pub struct Append {
    pub message: Message,
    pub recipients: Vec<Recipient>,
    /// The sender, for a room whose summary lists only some members and the last sender.
    pub sender: Option<Participant>,
    /// Time of the commit, on this node only.
    committed_at: OnceLock<Instant>,
    encoded: OnceLock<Box<EncodedMessage>>,
}

/// What is the same in the frames for all recipients, as JSON.
pub struct EncodedMessage {
    pub message: Box<RawValue>,
    pub sender: Option<Box<RawValue>>,
}

impl Append {
    pub fn new(message: Message, recipients: Vec<Recipient>, sender: Option<Participant>) -> Self {
        Self { message, recipients, sender, committed_at: OnceLock::new(), encoded: OnceLock::new() }
    }

    /// The message and its sender as JSON, encoded by whoever asks first.
    pub fn encoded(&self) -> serde_json::Result<&EncodedMessage> {
        if let Some(encoded) = self.encoded.get() {
            return Ok(encoded);
        }
        let message = to_raw_value(&self.message)?;
        let sender = self.sender.as_ref().map(to_raw_value).transpose()?;
        Ok(self.encoded.get_or_init(|| Box::new(EncodedMessage { message, sender })))
    }
}

impl Delta {
    pub fn conversation(&self) -> ConversationId {
        match self {
            Self::Append(append) => append.message.conversation,
            Self::Receipt(receipt) => receipt.conversation,
        }
    }

    /// The users for whom this changes something.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        let (appended, received) = match self {
            Self::Append(append) => (&append.recipients[..], &[][..]),
            Self::Receipt(receipt) => (&[][..], &receipt.recipients[..]),
        };
        appended.iter().map(|recipient| &recipient.user).chain(received.iter().map(|(user, _)| user))
    }

    /// The sync position of this user after this delta, which alone has raised it by one.
    pub fn head_of(&self, user: UserId) -> Option<SyncSeq> {
        match self {
            Self::Append(append) => append
                .recipients
                .iter()
                .find(|recipient| recipient.user == user)
                .map(|recipient| recipient.head),
            Self::Receipt(receipt) => {
                receipt.recipients.iter().find(|(recipient, _)| *recipient == user).map(|(_, head)| *head)
            }
        }
    }

    /// Whether it raises the notification of new messages of this user.
    pub fn notifies(&self, user: UserId) -> bool {
        let Self::Append(append) = self else { return false };
        let recipient = append.recipients.iter().find(|recipient| recipient.user == user);
        append.message.sender != Some(user) && recipient.is_some_and(|recipient| !recipient.is_muted)
    }

    /// Records the fan-out time when a socket takes the delta over.
    pub fn record_fan_out(&self) {
        if let Self::Append(append) = self
            && let Some(at) = append.committed_at.get()
        {
            metrics().fan_out_seconds.record(at.elapsed());
        }
    }
}

/// A participant's new delivered or read position.
pub struct Receipt {
    pub conversation: ConversationId,
    pub by: UserId,
    pub delivered_seq: Seq,
    /// The read position, if it advanced too.
    pub read: Option<ReadAdvance>,
    /// Users and their sync positions, each raised by one by this receipt alone.
    pub recipients: Vec<(UserId, SyncSeq)>,
}

/// A read position that moved from `from_seq` to `upto_seq`.
pub struct ReadAdvance {
    pub span: ReadDelta,
    /// The reader's own counts after it.
    pub counts: OwnCounts,
}

impl Receipt {
    /// The receipt as this user is told of it, whose sync position is `head` after it.
    pub fn delta(&self, user: UserId, head: SyncSeq) -> ReceiptDelta {
        let read = self.read.as_ref();
        ReceiptDelta {
            head,
            conversation: self.conversation,
            user: self.by,
            delivered_seq: self.delivered_seq,
            read: read.map(|read| read.span.clone()),
            own: read.filter(|_| self.by == user).map(|read| read.counts.clone()),
        }
    }
}

/// A participant's counters after a new message.
pub struct Recipient {
    pub user: UserId,
    /// The sync position, raised by one by this message alone.
    pub head: SyncSeq,
    /// The participant's unread messages in this conversation.
    pub unread: i64,
    /// Whether the conversation is left out of the participant's total.
    pub is_muted: bool,
}

impl Updates {
    pub fn is_empty(&self) -> bool {
        self.raised.is_empty() && self.deltas.is_empty() && !self.has_order && self.tasks + self.events == 0
    }

    /// Records that all of it is on disk: `commands` of them, after `took`.
    pub fn mark_committed(&mut self, commands: usize, took: Duration) {
        let now = Instant::now();
        for delta in &self.deltas {
            if let Delta::Append(append) = &**delta {
                let _ = append.committed_at.set(now);
            }
        }
        let metrics = metrics();
        metrics.commit_seconds.record(took);
        metrics.commit_size.record(commands as f64);
        metrics.messages.increment(self.messages);
        metrics.notifications.increment(self.notifications);
        self.security_log.drain(..).for_each(|line| line.write());
    }

    /// Adds the updates of another command of the same commit.
    pub fn extend(&mut self, other: Self) {
        self.raised.extend(other.raised);
        self.deltas.extend(other.deltas);
        self.first_messages.extend(other.first_messages);
        self.conversations.extend(other.conversations);
        self.has_order |= other.has_order;
        self.messages += other.messages;
        self.notifications += other.notifications;
        self.tasks += other.tasks;
        self.events += other.events;
        self.security_log.extend(other.security_log);
    }

    /// Drops the updates of a command that failed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
