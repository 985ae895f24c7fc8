//! What a commit has for its users: whose heads were raised, and what was appended, with all that
//! somebody who knows everything before it needs to know. Hints: the database is the truth.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use crate::{
    server::metrics::metrics,
    shared::{changes::Head, conversations::Participant, ids::UserId, messages::Message},
};

#[derive(Default)]
pub struct News {
    /// Users who have to look what is new.
    pub raised: Vec<UserId>,
    /// In the order in which they were stored.
    pub appended: Vec<Arc<Append>>,
    /// What was stored, to be counted: messages, and notifications.
    pub messages: u64,
    pub notifications: u64,
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

impl Append {
    /// A socket has taken it over.
    pub fn is_handed_over(&self) {
        if let Some(at) = self.committed_at.get() {
            metrics().fan_out_seconds.record(at.elapsed());
        }
    }
}

/// What a new message means to one participant.
pub struct Told {
    pub user: UserId,
    /// His head, which this message alone has raised by one.
    pub head: Head,
    /// His unread messages in this conversation.
    pub unread: i64,
    /// Whether they are left out of his total.
    pub is_muted: bool,
}

impl News {
    pub fn is_empty(&self) -> bool {
        self.raised.is_empty() && self.appended.is_empty()
    }

    /// All of it is on disk, by so many commands in so much time.
    pub fn is_committed(&self, commands: usize, took: Duration) {
        let now = Instant::now();
        for append in &self.appended {
            let _ = append.committed_at.set(now);
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
        self.appended.extend(other.appended);
        self.messages += other.messages;
        self.notifications += other.notifications;
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
