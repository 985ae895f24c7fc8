//! Inbox: the client's state of one user's conversations. It holds the cursor, the loaded summaries, the
//! unread total and the notification state.

mod deltas;
#[cfg(test)]
mod fixtures;
pub mod local_reads;
pub mod pages;

use std::{cmp::Reverse, collections::HashMap};

use super::changes::{ApplyOutcome, Change};
use crate::shared::{
    conversations::{Conversation, update::ConversationUpdate},
    ids::ConversationId,
    notifications::{NotificationCursor, state::NotificationState, totals::UnreadTotals},
    positions::{ListedCursor, SyncSeq},
};
use local_reads::LocalReads;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    pub epoch: String,
    /// The cursor: the sync position up to which all changes were applied.
    pub head: SyncSeq,
    pub unread: i64,
    /// The unread total as the server counts it at the cursor, local reads included.
    counted: i64,
    pub notifications: NotificationState,
    conversations: HashMap<ConversationId, Conversation>,
    local_reads: LocalReads,
    /// Pagination cursor: all rows from the top down to it are loaded. `None` once all pages are.
    next: Option<ListedCursor>,
    is_loaded: bool,
}

impl Inbox {
    /// An inbox with a cursor and counts, but without rows.
    pub fn empty_at(epoch: String, head: SyncSeq, unread: i64, totals: UnreadTotals) -> Self {
        let notifications = NotificationState::of(totals);
        Self { epoch, head, unread, counted: unread, notifications, ..Self::default() }
    }

    /// Applies a change. Summaries that are not newer than the loaded ones are ignored.
    pub fn apply(&mut self, change: &Change) -> ApplyOutcome {
        if change.from > self.head {
            return ApplyOutcome::Behind;
        }
        if change.to <= self.head {
            return ApplyOutcome::Duplicate;
        }
        for update in &change.conversations {
            match update {
                ConversationUpdate::Active(conversation) => self.put((**conversation).clone()),
                ConversationUpdate::Left { id, .. } => {
                    self.conversations.remove(id);
                    self.local_reads.remove(*id);
                }
            }
        }
        self.counted = change.unread;
        self.unread = (change.unread - self.local_reads.messages()).max(0);
        self.notifications.apply(&change.notifications, self.local_reads.notifications());
        self.head = change.to;
        ApplyOutcome::Applied
    }

    /// Conversations in which this change raises the retention floor above the known one.
    pub fn truncated_by(&self, change: &Change) -> Vec<ConversationId> {
        let is_truncated = |row: &Conversation| {
            let known = self.conversations.get(&row.id).map_or(0, |held| held.floor_seq);
            row.floor_seq > known
        };
        let rows = change.conversations.iter().filter_map(|update| match update {
            ConversationUpdate::Active(row) => Some(&**row),
            ConversationUpdate::Left { .. } => None,
        });
        rows.filter(|row| is_truncated(row)).map(|row| row.id).collect()
    }

    /// Adds or replaces a summary, unless the loaded one is newer.
    pub fn put(&mut self, conversation: Conversation) {
        let held = self.conversations.get(&conversation.id);
        if held.is_some_and(|held| held.changed > conversation.changed) {
            return;
        }
        let conversation = self.local_reads.apply_to(conversation);
        self.conversations.insert(conversation.id, conversation);
    }

    /// The loaded conversations with a notification of new messages, for a list that is loaded down to the
    /// cursor `next`. In no order.
    pub fn with_notification(&self, next: Option<NotificationCursor>) -> Vec<&Conversation> {
        let is_wanted = |row: &&Conversation| {
            row.noted > 0 && next.is_none_or(|next| (row.noted, row.id.0) >= (next.raised, next.id.0))
        };
        self.conversations.values().filter(is_wanted).collect()
    }

    pub fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.get(&id)
    }

    /// Rows in the order of the inbox, without those that are archived: latest message first. Below the last loaded page rows may be missing,
    /// so rows there are left out until that page is loaded.
    pub fn rows(&self) -> Vec<&Conversation> {
        let mut rows: Vec<_> = self
            .conversations
            .values()
            .filter(|row| {
                !row.is_archived
                    && self.next.is_none_or(|next| (row.listed, row.id) >= (next.listed, next.id))
            })
            .collect();
        rows.sort_by_key(|row| Reverse((row.listed, row.id)));
        rows
    }

    /// All loaded summaries, for tests that compare two states.
    pub fn all(&self) -> &HashMap<ConversationId, Conversation> {
        &self.conversations
    }
}

#[cfg(test)]
mod tests {
    use super::{
        fixtures::{change, row},
        *,
    };

    #[test]
    fn a_change_applies_once_and_only_where_it_fits() {
        let change = |from, to| change(from, to, None, to);
        let mut inbox = Inbox::empty_at("e".into(), 5, 0, UnreadTotals::default());
        assert_eq!(inbox.apply(&change(6, 7)), ApplyOutcome::Behind);
        assert_eq!(inbox.apply(&change(3, 5)), ApplyOutcome::Duplicate);
        assert_eq!(inbox.apply(&change(4, 7)), ApplyOutcome::Applied);
        assert_eq!((inbox.head, inbox.unread), (7, 7));
        assert_eq!(inbox.apply(&change(4, 7)), ApplyOutcome::Duplicate);
    }

    #[test]
    fn b7_news_of_deleted_messages_are_told_once() {
        let mut inbox = Inbox::empty_at("e".into(), 1, 0, UnreadTotals::default());
        inbox.put(row(1, 3, 3, 0));
        let truncating = change(1, 2, Some(Conversation { floor_seq: 2, ..row(2, 3, 3, 0) }), 0);
        assert_eq!(inbox.truncated_by(&change(1, 2, Some(row(2, 4, 3, 1)), 1)), []);
        assert_eq!(inbox.truncated_by(&truncating), [Conversation::sample().id]);
        inbox.apply(&truncating);
        assert_eq!(inbox.truncated_by(&truncating), []);
    }
}
