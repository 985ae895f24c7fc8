//! Test fixtures: summaries of one conversation, and changes with one of them.

use crate::shared::{
    conversations::{Conversation, update::ConversationUpdate},
    notifications::{NotificationUpdate, kinds::NotificationKind},
    positions::{Seq, SyncSeq},
    sync::changes::Change,
};

pub fn row(changed: SyncSeq, last_seq: Seq, read_seq: Seq, unread: i64) -> Conversation {
    Conversation {
        unread,
        read_seq,
        last_seq,
        version: last_seq,
        changed,
        listed: changed,
        ..Conversation::sample()
    }
}

pub fn change(from: SyncSeq, to: SyncSeq, row: Option<Conversation>, unread: i64) -> Change {
    change_with_notifications(from, to, row, unread, 0)
}

/// A change whose totals count `notifications` unread message notifications.
pub fn change_with_notifications(
    from: SyncSeq,
    to: SyncSeq,
    row: Option<Conversation>,
    unread: i64,
    notifications: i64,
) -> Change {
    let conversations = row.into_iter().map(|row| ConversationUpdate::Active(Box::new(row))).collect();
    let mut update = NotificationUpdate::default();
    update.totals.add(NotificationKind::Message, notifications);
    Change { from, to, conversations, messages: vec![], notifications: update, unread }
}
