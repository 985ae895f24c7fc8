//! The task that deletes what belonged to a closed account: what a round deletes, in which order, and how far it came.

use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::{ConversationId, UserId},
    positions::{Seq, SyncSeq},
    values::time::{MINUTE, Timestamp},
};

/// Everything is gone through once more after this time: what was on its way when the account was closed has come or failed.
const LATE_WRITES: i64 = 2 * MINUTE;
const ROUNDS: u8 = 2;

/// The key of the task.
pub fn key(user: UserId) -> String {
    format!("closed {}", user.0)
}

/// What a round deletes, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The row of the account.
    Account,
    /// Rooms are left, open orders ended, names taken out of system messages, and texts deleted if they go.
    Conversations(Place),
    Listings,
    /// Notifications of theirs.
    Notifications,
    /// Their name in notifications of others.
    Named,
    SecurityEvents,
    Audit,
    /// All is deleted. What the database keeps beside its tables goes.
    Log,
}

/// How far the conversations are gone through: all that changed for the user up to this position are done, and of the
/// `current` one the messages up to a seq.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub changed: SyncSeq,
    pub conversation: Option<ConversationId>,
    pub current: Option<(ConversationId, Seq)>,
}

/// The body of the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureTask {
    pub user: UserId,
    pub with_texts: bool,
    pub stage: Stage,
    pub round: u8,
}

/// The words that stand in place of what is gone.
#[derive(Clone)]
pub struct Replacements {
    pub name: String,
    /// For the title of a listing or an order.
    pub title: String,
}

impl ErasureTask {
    pub fn new(user: UserId, with_texts: bool) -> Self {
        Self { user, with_texts, stage: Stage::Account, round: 1 }
    }

    pub fn to_body(self) -> String {
        serde_json::to_string(&self).unwrap_or_default()
    }

    pub(super) fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    /// The next stage, once this one finds nothing more. The next round begins later.
    pub(super) fn next(self, now: Timestamp) -> (Self, Timestamp) {
        let stage = match self.stage {
            Stage::Account => Stage::Conversations(Place::default()),
            Stage::Conversations(_) if self.with_texts => Stage::Listings,
            Stage::Conversations(_) | Stage::Listings => Stage::Notifications,
            Stage::Notifications => Stage::Named,
            Stage::Named => Stage::SecurityEvents,
            Stage::SecurityEvents => Stage::Audit,
            Stage::Audit | Stage::Log if self.round < ROUNDS => {
                let again = Self { round: self.round + 1, ..Self::new(self.user, self.with_texts) };
                return (again, now.plus(LATE_WRITES));
            }
            Stage::Audit | Stage::Log => Stage::Log,
        };
        (self.at(stage), now)
    }
}
