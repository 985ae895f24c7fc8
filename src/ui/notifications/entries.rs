//! Entries of a list of notifications: notifications, and conversations with new messages.

use std::cmp::Reverse;

use leptos::prelude::*;

use crate::{
    browser::Live,
    shared::{
        ids::{ConversationId, NotificationId},
        notifications::{NotificationCursor, NotificationFilter, kinds::NotificationKind},
        positions::SyncSeq,
        sync::inbox::Inbox,
        values::time::Timestamp,
    },
};

/// One entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListEntry {
    Notification(NotificationId),
    /// The new messages of a conversation.
    Messages(ConversationId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryLine {
    pub entry: ListEntry,
    pub at: Timestamp,
    pub is_unread: bool,
}

/// The entries of a list that is loaded down to `next`, newest first. `next` is `None` once all are loaded.
pub fn entry_lines(
    inbox: &Inbox,
    live: Live,
    filter: NotificationFilter,
    next: Option<NotificationCursor>,
) -> Vec<EntryLine> {
    let (upto, kinds) = (inbox.notifications.read_upto(), live.preferences.get().app);
    let own =
        inbox.notifications.rows(filter, next).into_iter().filter(|one| kinds.has(one.kind)).map(|one| {
            let line = EntryLine {
                entry: ListEntry::Notification(one.id),
                at: one.created_at,
                is_unread: one.is_unread(upto),
            };
            ((one.raised, one.id.0), line)
        });
    let has_messages = filter.kind.is_none_or(|kind| kind == NotificationKind::Message)
        && kinds.has(NotificationKind::Message);
    let rows = if has_messages { inbox.with_notification(next) } else { Vec::new() };
    let rows = rows.into_iter().map(|row| {
        let at = row.last_message.as_ref().map_or(Timestamp::default(), |last| last.created_at);
        let line = EntryLine {
            entry: ListEntry::Messages(row.id),
            at,
            is_unread: row.has_unread_notification(upto),
        };
        ((row.noted, row.id.0), line)
    });
    let rows = rows.filter(|(_, line)| line.is_unread || !filter.is_unread_only);
    let mut all: Vec<((SyncSeq, uuid::Uuid), EntryLine)> = own.chain(rows).collect();
    all.sort_by_key(|(position, _)| Reverse(*position));
    all.into_iter().map(|(_, line)| line).collect()
}
