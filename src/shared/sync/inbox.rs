//! The state of one user's inbox: a cursor, summaries, and the unread total.

use std::collections::HashMap;

use super::changes::{Applied, Change};
use super::pages::{ConversationPage, NotificationPage};
use crate::shared::positions::SyncSeq;
use crate::shared::positions::{ListedCursor, Seq};
use crate::shared::{conversations::update::ConversationUpdate, notifications::totals::UnreadTotals};
use crate::shared::{
    conversations::{CONVERSATIONS_PAGE, Conversation},
    ids::ConversationId,
    notifications::{NotificationCursor, state::NotificationState},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    pub epoch: String,
    pub head: SyncSeq,
    pub unread: i64,
    pub bell: NotificationState,
    conversations: HashMap<ConversationId, Conversation>,
    /// What was read here and is not yet in the server's news, so that no badge comes back.
    marks: HashMap<ConversationId, Mark>,
    /// Rows from the top down to here are complete; `None` once everything is loaded.
    next: Option<ListedCursor>,
    is_loaded: bool,
}

/// Reading that is ahead of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    upto: Seq,
    /// How many of the messages that the server still counts as unread were read here.
    hidden: i64,
    /// Whether their notification, which the server still counts, was read with them.
    is_noted: bool,
}

impl Inbox {
    /// An inbox that knows where it stands but holds no rows yet.
    pub fn at(epoch: String, head: SyncSeq, unread: i64, totals: UnreadTotals) -> Self {
        Self { epoch, head, unread, bell: NotificationState::of(totals), ..Self::default() }
    }

    /// The first page as a client takes it up.
    pub fn from_page(page: ConversationPage) -> Self {
        let mut inbox = Self::at(page.epoch.clone(), page.head, page.unread, page.totals.clone());
        inbox.add_page(page);
        inbox
    }

    /// Adds a page of the list. The cursor stays where it is: a page is as new as its head, and
    /// news between the two is applied again without harm.
    pub fn add_page(&mut self, page: ConversationPage) {
        if self.epoch != page.epoch {
            *self = Self::at(page.epoch.clone(), page.head, page.unread, page.totals.clone());
        }
        for conversation in page.conversations {
            self.put(conversation);
        }
        self.next = page.next;
        self.is_loaded = true;
    }

    /// The list as it can be kept for the next visit; none if it was never loaded.
    pub fn to_page(&self) -> Option<ConversationPage> {
        let mut rows: Vec<Conversation> = self.rows().into_iter().cloned().collect();
        let has_more = self.next.is_some() || rows.len() > CONVERSATIONS_PAGE as usize;
        rows.truncate(CONVERSATIONS_PAGE as usize);
        let last = rows.last().map(|row| ListedCursor { listed: row.listed, id: row.id });
        self.is_loaded.then(|| ConversationPage {
            epoch: self.epoch.clone(),
            head: self.head,
            unread: self.unread,
            totals: self.bell.totals().clone(),
            next: last.filter(|_| has_more),
            conversations: rows,
        })
    }

    /// Takes up a list that was kept, of the same history. What has changed since is wanted again,
    /// so the cursor goes to the older one of the two.
    pub fn restore(&mut self, page: ConversationPage) {
        self.head = self.head.min(page.head);
        self.add_page(page);
    }

    /// Takes in news. Rows that are not newer than what is held change nothing.
    pub fn apply(&mut self, change: &Change) -> Applied {
        if change.from > self.head {
            return Applied::Behind;
        }
        if change.to <= self.head {
            return Applied::Known;
        }
        for news in &change.conversations {
            match news {
                ConversationUpdate::Active(conversation) => self.put((**conversation).clone()),
                ConversationUpdate::Left { id, .. } => {
                    self.conversations.remove(id);
                    self.marks.remove(id);
                }
            }
        }
        let hidden: i64 = self.marks.values().map(|mark| mark.hidden).sum();
        self.unread = (change.unread - hidden).max(0);
        let hidden = self.marks.values().filter(|mark| mark.is_noted).count();
        self.bell.apply(&change.notifications, hidden as i64);
        self.head = change.to;
        Applied::Yes
    }

    /// Conversations of which these news say that more has been deleted as too old than is known here.
    pub fn emptied_by(&self, change: &Change) -> Vec<ConversationId> {
        let is_emptied = |row: &Conversation| {
            let known = self.conversations.get(&row.id).map_or(0, |held| held.floor_seq);
            row.floor_seq > known
        };
        let rows = change.conversations.iter().filter_map(|news| match news {
            ConversationUpdate::Active(row) => Some(&**row),
            ConversationUpdate::Left { .. } => None,
        });
        rows.filter(|row| is_emptied(row)).map(|row| row.id).collect()
    }

    /// Adds or replaces a summary, unless the one held is newer.
    pub fn put(&mut self, conversation: Conversation) {
        match self.conversations.get(&conversation.id) {
            Some(held) if held.changed > conversation.changed => {}
            _ => {
                let conversation = self.with_mark(conversation);
                self.conversations.insert(conversation.id, conversation);
            }
        }
    }

    /// What the viewer has just read, shown before the server's news of it comes. It stays
    /// read until the server has caught up, whatever news of other things comes in between.
    pub fn mark_read(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if conversation.unread > 0 {
            let before = self.marks.get(&id).copied();
            let hidden = before.map_or(0, |mark| mark.hidden) + conversation.unread;
            let is_noted = conversation.is_noted(self.bell.read_upto());
            if is_noted {
                self.bell.hide_message();
            }
            let is_noted = is_noted || before.is_some_and(|mark| mark.is_noted);
            self.marks.insert(id, Mark { upto: conversation.last_seq, hidden, is_noted });
        }
        self.unread = (self.unread - conversation.unread).max(0);
        conversation.unread = 0;
        conversation.read_seq = conversation.last_seq;
    }

    /// What another tab has read: everything up to `upto`, of which `count` messages were unread.
    /// The row may not be held here; the total drops all the same.
    pub fn mark_read_elsewhere(&mut self, id: ConversationId, upto: Seq, count: i64) {
        match self.conversations.get(&id) {
            Some(row) if row.last_seq <= upto => self.mark_read(id),
            Some(_) => {}
            None => {
                let mark = self.marks.entry(id).or_insert(Mark { upto, hidden: 0, is_noted: false });
                mark.upto = mark.upto.max(upto);
                mark.hidden += count;
                self.unread = (self.unread - count).max(0);
            }
        }
    }

    /// What was read here and the server's news don't know of yet.
    pub fn unconfirmed(&self) -> Vec<(ConversationId, Seq)> {
        self.marks.iter().map(|(id, mark)| (*id, mark.upto)).collect()
    }

    /// A summary from the server, less what was read here since; the mark ends once the server
    /// knows of it.
    fn with_mark(&mut self, mut conversation: Conversation) -> Conversation {
        let Some(mark) = self.marks.get_mut(&conversation.id) else { return conversation };
        if conversation.read_seq >= mark.upto {
            self.marks.remove(&conversation.id);
            return conversation;
        }
        let counted = conversation.unread;
        let is_newer = conversation.last_seq > mark.upto;
        conversation.unread = if is_newer { (counted - mark.hidden).max(0) } else { 0 };
        conversation.read_seq = mark.upto;
        mark.hidden = counted - conversation.unread;
        mark.is_noted &= conversation.unread == 0;
        conversation
    }

    /// Adds a page of notifications. The cursor stays where it is, as with a page of the list.
    pub fn add_notifications(&mut self, page: NotificationPage) {
        self.bell.add_page(&page);
        for conversation in page.conversations {
            self.put(conversation);
        }
    }

    /// Conversations with a notification of new messages, of a list that is complete down to `next`,
    /// in no order.
    pub fn noted(&self, next: Option<NotificationCursor>) -> Vec<&Conversation> {
        let is_wanted = |row: &&Conversation| {
            row.noted > 0 && next.is_none_or(|next| (row.noted, row.id.0) >= (next.raised, next.id.0))
        };
        self.conversations.values().filter(is_wanted).collect()
    }

    pub fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.get(&id)
    }

    /// Whether a first page is there.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    pub fn next(&self) -> Option<ListedCursor> {
        self.next
    }

    /// Rows in the order of the inbox: latest message first. Below the last loaded page rows may
    /// be missing, so what stands there waits until that page is loaded.
    pub fn rows(&self) -> Vec<&Conversation> {
        let mut rows: Vec<_> = self
            .conversations
            .values()
            .filter(|row| self.next.is_none_or(|next| (row.listed, row.id) >= (next.listed, next.id)))
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.listed, row.id)));
        rows
    }

    /// Everything held, for comparing two states.
    pub fn all(&self) -> &HashMap<ConversationId, Conversation> {
        &self.conversations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::notifications::NotificationUpdate;
    use crate::shared::notifications::kinds::{KindSet, NotificationKind};

    fn change(from: SyncSeq, to: SyncSeq) -> Change {
        let notifications = NotificationUpdate::default();
        Change { from, to, conversations: vec![], messages: vec![], notifications, unread: to }
    }

    fn row(changed: SyncSeq, last_seq: Seq, read_seq: Seq, unread: i64) -> Conversation {
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

    fn news(from: SyncSeq, to: SyncSeq, row: Option<Conversation>, unread: i64) -> Change {
        news_and_noted(from, to, row, unread, 0)
    }

    fn news_and_noted(
        from: SyncSeq,
        to: SyncSeq,
        row: Option<Conversation>,
        unread: i64,
        noted: i64,
    ) -> Change {
        let conversations = row.into_iter().map(|row| ConversationUpdate::Active(Box::new(row))).collect();
        let mut notifications = NotificationUpdate::default();
        notifications.totals.add(NotificationKind::Message, noted);
        Change { from, to, conversations, messages: vec![], notifications, unread }
    }

    #[test]
    fn a_change_applies_once_and_only_where_it_fits() {
        let mut inbox = Inbox::at("e".into(), 5, 0, UnreadTotals::default());
        assert_eq!(inbox.apply(&change(6, 7)), Applied::Behind);
        assert_eq!(inbox.apply(&change(3, 5)), Applied::Known);
        assert_eq!(inbox.apply(&change(4, 7)), Applied::Yes);
        assert_eq!((inbox.head, inbox.unread), (7, 7));
        assert_eq!(inbox.apply(&change(4, 7)), Applied::Known);
    }

    #[test]
    fn a13_a_list_that_was_kept_goes_on_from_where_it_stood() {
        let mut seen = Inbox::at("e".into(), 4, 1, UnreadTotals::default());
        assert_eq!(seen.to_page(), None);
        seen.add_page(ConversationPage {
            epoch: "e".into(),
            head: 4,
            conversations: vec![row(3, 3, 2, 1)],
            unread: 1,
            totals: UnreadTotals::default(),
            next: None,
        });
        let kept = seen.to_page().unwrap();
        // The next visit begins at a later head: what changed in between has to come again.
        let mut inbox = Inbox::at("e".into(), 9, 2, UnreadTotals::default());
        inbox.restore(kept.clone());
        assert_eq!((inbox.head, inbox.unread, inbox.is_loaded()), (4, 2, true));
        assert_eq!(inbox.apply(&news(4, 9, Some(row(8, 4, 2, 2)), 2)), Applied::Yes);
        assert_eq!(inbox.rows()[0].last_seq, 4);
        // A page that is older than what was kept asks from its own head.
        let mut inbox = Inbox::at("e".into(), 2, 0, UnreadTotals::default());
        inbox.restore(kept);
        assert_eq!(inbox.head, 2);
    }

    #[test]
    fn a11_a_badge_that_dropped_does_not_come_back_before_the_server_has_caught_up() {
        let id = ConversationId(uuid::Uuid::nil());
        let mut inbox = Inbox::at("e".into(), 1, 5, UnreadTotals::default());
        inbox.put(row(1, 3, 1, 2));
        inbox.mark_read(id);
        assert_eq!((inbox.unread, inbox.get(id).unwrap().unread), (3, 0));
        // News of another conversation, then one more message here: both counted by a server
        // that has not heard of the reading.
        inbox.apply(&news(1, 2, None, 6));
        assert_eq!(inbox.unread, 4);
        inbox.apply(&news(2, 3, Some(row(3, 4, 1, 3)), 7));
        assert_eq!((inbox.unread, inbox.get(id).unwrap().unread), (5, 1));
        // The server has caught up: its word counts alone again.
        inbox.apply(&news(3, 4, Some(row(4, 4, 3, 1)), 5));
        assert_eq!((inbox.unread, inbox.get(id).unwrap().unread), (5, 1));
        assert!(inbox.marks.is_empty());
    }

    #[test]
    fn b7_news_of_deleted_messages_are_told_once() {
        let mut inbox = Inbox::at("e".into(), 1, 0, UnreadTotals::default());
        inbox.put(row(1, 3, 3, 0));
        let emptied = news(1, 2, Some(Conversation { floor_seq: 2, ..row(2, 3, 3, 0) }), 0);
        assert_eq!(inbox.emptied_by(&news(1, 2, Some(row(2, 4, 3, 1)), 1)), []);
        assert_eq!(inbox.emptied_by(&emptied), [Conversation::sample().id]);
        inbox.apply(&emptied);
        assert_eq!(inbox.emptied_by(&emptied), []);
    }

    #[test]
    fn a11_the_total_drops_also_where_the_row_is_not_held() {
        let id = ConversationId(uuid::Uuid::nil());
        let mut inbox = Inbox::at("e".into(), 1, 5, UnreadTotals::default());
        inbox.mark_read_elsewhere(id, 3, 2);
        assert_eq!(inbox.unread, 3);
        inbox.apply(&news(1, 2, None, 5));
        assert_eq!(inbox.unread, 3);
        inbox.apply(&news(2, 3, Some(row(3, 3, 3, 0)), 3));
        assert_eq!(inbox.unread, 3);
        assert!(inbox.marks.is_empty());
    }

    #[test]
    fn a11_reading_twice_before_the_server_answers_counts_each_message_once() {
        let id = ConversationId(uuid::Uuid::nil());
        let mut inbox = Inbox::at("e".into(), 1, 2, UnreadTotals::default());
        inbox.put(row(1, 2, 0, 2));
        inbox.mark_read(id);
        inbox.apply(&news(1, 2, Some(row(2, 3, 0, 3)), 3));
        inbox.mark_read(id);
        assert_eq!((inbox.unread, inbox.get(id).unwrap().unread), (0, 0));
        inbox.apply(&news(2, 3, Some(row(3, 3, 2, 1)), 1));
        assert_eq!((inbox.unread, inbox.get(id).unwrap().unread), (0, 0));
        inbox.apply(&news(3, 4, Some(row(4, 3, 3, 0)), 0));
        assert_eq!(inbox.unread, 0);
        assert!(inbox.marks.is_empty());
    }

    #[test]
    fn e4_the_bell_drops_with_the_reading_and_does_not_come_back_before_the_server_has_caught_up() {
        let kinds = KindSet::ALL;
        let id = ConversationId(uuid::Uuid::nil());
        let noted = |row: Conversation, noted| Conversation { noted, ..row };
        let mut inbox = Inbox::at("e".into(), 1, 0, UnreadTotals::default());
        inbox.apply(&news_and_noted(1, 2, Some(noted(row(2, 3, 1, 2), 2)), 2, 2));
        assert_eq!(inbox.bell.unread(kinds), 2);
        inbox.mark_read(id);
        assert_eq!(inbox.bell.unread(kinds), 1);
        // Counted by a server that has not heard of the reading.
        inbox.apply(&news_and_noted(2, 3, None, 2, 2));
        assert_eq!(inbox.bell.unread(kinds), 1);
        // One more message: there is a notification again.
        inbox.apply(&news_and_noted(3, 4, Some(noted(row(4, 4, 1, 3), 4)), 3, 2));
        assert_eq!(inbox.bell.unread(kinds), 2);
        inbox.apply(&news_and_noted(4, 5, Some(Conversation { seen: 2, ..noted(row(5, 4, 3, 1), 4) }), 1, 2));
        assert_eq!(inbox.bell.unread(kinds), 2);
        assert!(inbox.marks.is_empty());
    }
}
