//! The state of one user's notifications as far as they are held: the bell's count, and the list.
//! Those of new messages are in the inbox.

use std::collections::HashMap;

use super::{Notification, NotificationCursor, NotificationFilter, NotificationUpdate};
use super::{
    kinds::{KindSet, NotificationKind},
    totals::UnreadTotals,
};
use crate::shared::ids::NotificationId;
use crate::shared::positions::SyncSeq;
use crate::shared::sync::pages::NotificationPage;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationState {
    totals: UnreadTotals,
    items: HashMap<NotificationId, Notification>,
}

impl NotificationState {
    pub fn of(totals: UnreadTotals) -> Self {
        Self { totals, items: HashMap::new() }
    }

    /// Takes in news. `hidden` notifications of messages were read here, and the server has not heard
    /// of it.
    pub fn apply(&mut self, news: &NotificationUpdate, hidden: i64) {
        for item in &news.items {
            self.put(item.clone());
        }
        self.totals = news.totals.clone();
        self.totals.add(NotificationKind::Message, -hidden);
    }

    /// One notification of new messages was read here.
    pub fn hide_message(&mut self) {
        self.totals.add(NotificationKind::Message, -1);
    }

    pub fn add_page(&mut self, page: &NotificationPage) {
        for item in &page.notifications {
            self.put(item.clone());
        }
    }

    /// Unread ones of these kinds.
    pub fn unread(&self, kinds: KindSet) -> i64 {
        let held = self.totals.unread.iter().filter(|held| kinds.has(held.kind));
        held.map(|held| held.count).sum()
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

    /// Those of a list that is complete down to `next`, in no order.
    pub fn rows(&self, filter: NotificationFilter, next: Option<NotificationCursor>) -> Vec<&Notification> {
        let is_wanted = |item: &&Notification| {
            !item.is_deleted
                && filter.kind.is_none_or(|kind| item.kind == kind)
                && (!filter.is_unread_only || item.is_unread(self.totals.read_upto))
                && next.is_none_or(|next| (item.raised, item.id) >= (next.raised, next.id))
        };
        self.items.values().filter(is_wanted).collect()
    }

    /// Everything held, for comparing two states.
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
