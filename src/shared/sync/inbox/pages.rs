//! Pages of the inbox: loads them, and turns the loaded rows into a page for the browser's cache (A13).

use super::Inbox;
use crate::shared::{
    conversations::{CONVERSATIONS_PAGE, Conversation},
    positions::ListedCursor,
    sync::pages::{ConversationPage, NotificationPage},
};

impl Inbox {
    /// An inbox with its first page.
    pub fn from_page(page: ConversationPage) -> Self {
        let mut inbox = Self::empty_at(page.epoch.clone(), page.head, page.unread, page.totals.clone());
        inbox.add_page(page);
        inbox
    }

    /// Adds a page of the list. The cursor stays: the page is a snapshot at its own head, and applying the
    /// changes between the two again is idempotent. A page of another epoch replaces the inbox.
    pub fn add_page(&mut self, page: ConversationPage) {
        if self.epoch != page.epoch {
            *self = Self::empty_at(page.epoch.clone(), page.head, page.unread, page.totals.clone());
        }
        for conversation in page.conversations {
            self.put(conversation);
        }
        self.next = page.next;
        self.is_loaded = true;
    }

    /// The first page of the loaded rows, for the cache; `None` if no page was loaded.
    pub fn to_page(&self) -> Option<ConversationPage> {
        let mut rows: Vec<Conversation> = self.rows().into_iter().cloned().collect();
        let has_more = self.next.is_some() || rows.len() > CONVERSATIONS_PAGE as usize;
        rows.truncate(CONVERSATIONS_PAGE as usize);
        let last = rows.last().map(|row| ListedCursor { listed: row.listed, id: row.id });
        self.is_loaded.then(|| ConversationPage {
            epoch: self.epoch.clone(),
            head: self.head,
            unread: self.unread,
            totals: self.notifications.totals().clone(),
            next: last.filter(|_| has_more),
            conversations: rows,
        })
    }

    /// Restores a cached page of the same epoch. The cursor becomes the older of the two, so that the changes
    /// since the page are fetched again.
    pub fn restore(&mut self, page: ConversationPage) {
        self.head = self.head.min(page.head);
        self.add_page(page);
    }

    /// Adds a page of notifications. The cursor stays, as in [`add_page`](Self::add_page).
    pub fn add_notifications(&mut self, page: NotificationPage) {
        self.notifications.add_page(&page);
        for conversation in page.conversations {
            self.put(conversation);
        }
    }

    /// Whether the first page is loaded.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// The pagination cursor of the next page; `None` once all pages are loaded.
    pub fn next(&self) -> Option<ListedCursor> {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixtures::{change, row},
        *,
    };
    use crate::shared::{notifications::totals::UnreadTotals, sync::changes::ApplyOutcome};

    #[test]
    fn a13_a_list_that_was_kept_goes_on_from_where_it_stood() {
        let mut seen = Inbox::empty_at("e".into(), 4, 1, UnreadTotals::default());
        assert_eq!(seen.to_page(), None);
        seen.add_page(ConversationPage {
            epoch: "e".into(),
            head: 4,
            conversations: vec![row(3, 3, 2, 1)],
            unread: 1,
            totals: UnreadTotals::default(),
            next: None,
        });
        let cached = seen.to_page().unwrap();
        // The next visit starts at a later head: the changes in between have to be fetched again.
        let mut inbox = Inbox::empty_at("e".into(), 9, 2, UnreadTotals::default());
        inbox.restore(cached.clone());
        assert_eq!((inbox.head, inbox.unread, inbox.is_loaded()), (4, 2, true));
        assert_eq!(inbox.apply(&change(4, 9, Some(row(8, 4, 2, 2)), 2)), ApplyOutcome::Applied);
        assert_eq!(inbox.rows()[0].last_seq, 4);
        // A visit that starts at an older head keeps its own cursor.
        let mut inbox = Inbox::empty_at("e".into(), 2, 0, UnreadTotals::default());
        inbox.restore(cached);
        assert_eq!(inbox.head, 2);
    }
}
