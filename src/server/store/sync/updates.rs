//! What a commit has for its users: whose heads were raised, and messages and receipts with all that
//! somebody who knows everything before them needs to know. Hints: the database is the truth.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use crate::shared::conversations::participant::Participant;
use crate::shared::positions::{Seq, SyncSeq};
use crate::{
    server::telemetry::metrics::metrics,
    shared::{
        ids::{ConversationId, UserId},
        messages::Message,
        values::time::Timestamp,
    },
};

#[derive(Default)]
pub struct Updates {
    /// Users who have to look what is new.
    pub raised: Vec<UserId>,
    /// In the order in which they were stored.
    pub steps: Vec<Arc<Step>>,
    /// What was stored, to be counted: messages, and notifications.
    pub messages: u64,
    pub notifications: u64,
}

/// What happened in one conversation.
pub enum Step {
    Append(Append),
    Receipt(Receipt),
}

/// A new message, and what it raised.
pub struct Append {
    pub message: Message,
    pub told: Vec<Told>,
    /// Who wrote it, in a room whose summaries name only some and whoever wrote last.
    pub sender: Option<Participant>,
    /// When it was on disk; only known here.
    pub committed_at: OnceLock<Instant>,
}

impl Step {
    pub fn conversation(&self) -> ConversationId {
        match self {
            Self::Append(append) => append.message.conversation,
            Self::Receipt(receipt) => receipt.conversation,
        }
    }

    /// Whom it concerns.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        let (appended, received) = match self {
            Self::Append(append) => (&append.told[..], &[][..]),
            Self::Receipt(receipt) => (&[][..], &receipt.told[..]),
        };
        appended.iter().map(|told| &told.user).chain(received.iter().map(|(user, _)| user))
    }

    /// This user's head, which this alone has raised by one.
    pub fn head_of(&self, user: UserId) -> Option<SyncSeq> {
        match self {
            Self::Append(append) => append.told.iter().find(|told| told.user == user).map(|told| told.head),
            Self::Receipt(receipt) => {
                receipt.told.iter().find(|(told, _)| *told == user).map(|(_, head)| *head)
            }
        }
    }

    /// A socket has taken it over.
    pub fn is_handed_over(&self) {
        if let Self::Append(append) = self
            && let Some(at) = append.committed_at.get()
        {
            metrics().fan_out_seconds.record(at.elapsed());
        }
    }
}

/// How far somebody has come with a conversation.
pub struct Receipt {
    pub conversation: ConversationId,
    pub by: UserId,
    pub delivered_seq: Seq,
    /// What he has read now, where it is more than that it came.
    pub read: Option<ReadStep>,
    /// The heads that this alone has raised by one.
    pub told: Vec<(UserId, SyncSeq)>,
}

pub struct ReadStep {
    pub from_seq: Seq,
    pub upto_seq: Seq,
    pub at: Timestamp,
    /// What he has not read yet.
    pub unread: i64,
    /// Up to which head he has read what he was told of its messages.
    pub seen: SyncSeq,
    pub is_muted: bool,
}

/// What a new message means to one participant.
pub struct Told {
    pub user: UserId,
    /// His head, which this message alone has raised by one.
    pub head: SyncSeq,
    /// His unread messages in this conversation.
    pub unread: i64,
    /// Whether they are left out of his total.
    pub is_muted: bool,
}

impl Updates {
    pub fn is_empty(&self) -> bool {
        self.raised.is_empty() && self.steps.is_empty()
    }

    /// All of it is on disk, by so many commands in so much time.
    pub fn is_committed(&self, commands: usize, took: Duration) {
        let now = Instant::now();
        for step in &self.steps {
            if let Step::Append(append) = &**step {
                let _ = append.committed_at.set(now);
            }
        }
        let metrics = metrics();
        metrics.commit_seconds.record(took);
        metrics.commit_size.record(commands as f64);
        metrics.messages.increment(self.messages);
        metrics.notifications.increment(self.notifications);
    }

    /// Takes in what another command of the same commit has.
    pub fn extend(&mut self, other: Self) {
        self.raised.extend(other.raised);
        self.steps.extend(other.steps);
        self.messages += other.messages;
        self.notifications += other.notifications;
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
