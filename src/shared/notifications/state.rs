//! Notification state of one client: the bell's counts, and the notifications that were loaded. Notifications
//! of new messages are in the inbox.

use std::collections::HashMap;

use super::{
    Notification, NotificationCursor, NotificationFilter, NotificationUpdate,
    kinds::{KindSet, NotificationKind},
    totals::UnreadTotals,
};
use crate::shared::{ids::NotificationId, positions::SyncSeq, sync::pages::NotificationPage};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationState {
    totals: UnreadTotals,
    items: HashMap<NotificationId, Notification>,
}

impl NotificationState {
    /// A state with counts and no notifications.
    pub fn of(totals: UnreadTotals) -> Self {
        Self { totals, items: HashMap::new() }
    }

    /// Applies an update. `read_locally` is the number of message notifications that this client has read and
    /// the server still counts.
    pub fn apply(&mut self, update: &NotificationUpdate, read_locally: i64) {
        for item in &update.items {
            self.put(item.clone());
        }
        self.totals = update.totals.clone();
        self.totals.add(NotificationKind::Message, -read_locally);
    }

    /// Counts one message notification as read, before the server confirms it.
    pub fn count_message_as_read(&mut self) {
        self.totals.add(NotificationKind::Message, -1);
    }

    pub fn add_page(&mut self, page: &NotificationPage) {
        for item in &page.notifications {
            self.put(item.clone());
        }
    }

    /// The number of unread notifications of these kinds.
    pub fn unread(&self, kinds: KindSet) -> i64 {
        let counts = self.totals.unread.iter().filter(|count| kinds.has(count.kind));
        counts.map(|count| count.count).sum()
    }

    pub fn totals(&self) -> &UnreadTotals {
        &self.totals
    }

    pub fn read_upto(&self) -> SyncSeq {
        self.totals.read_upto
    }

    pub fn get(&self, id: NotificationId) -> Option<&Notification> {
        self.items.get(&id)
    }

    /// The notifications of a list that is loaded down to the cursor `next`, in no order.
    pub fn rows(&self, filter: NotificationFilter, next: Option<NotificationCursor>) -> Vec<&Notification> {
        let is_wanted = |item: &&Notification| {
            !item.is_deleted
                && filter.kind.is_none_or(|kind| item.kind == kind)
                && (!filter.is_unread_only || item.is_unread(self.totals.read_upto))
                && next.is_none_or(|next| (item.raised, item.id) >= (next.raised, next.id))
        };
        self.items.values().filter(is_wanted).collect()
    }

    /// All loaded notifications, also those that are deleted.
    pub fn all(&self) -> &HashMap<NotificationId, Notification> {
        &self.items
    }

    fn put(&mut self, item: Notification) {
        match self.items.get(&item.id) {
            Some(held) if held.changed > item.changed => {}
            _ => drop(self.items.insert(item.id, item)),
        }
    }
}
