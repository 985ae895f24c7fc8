//! What a commit has for its users: whose heads were raised, and what was appended, with all that
//! somebody who knows everything before it needs to know. Hints: the database is the truth.

use std::sync::Arc;

use crate::shared::{changes::Head, ids::UserId, messages::Message};

#[derive(Default)]
pub struct News {
    /// Users who have to look what is new.
    pub raised: Vec<UserId>,
    /// In the order in which they were stored.
    pub appended: Vec<Arc<Append>>,
}

/// A new message, and what it raised.
pub struct Append {
    pub message: Message,
    pub told: Vec<Told>,
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

    /// Takes in what another command of the same commit has.
    pub fn extend(&mut self, other: Self) {
        self.raised.extend(other.raised);
        self.appended.extend(other.appended);
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
