//! Local reads: optimistic read marks. A conversation that was read on this device stays read until the
//! server's updates include the receipt, so that its badge does not come back in between (A11).

use std::collections::HashMap;

use super::Inbox;
use crate::shared::{conversations::Conversation, ids::ConversationId, positions::Seq};

/// A local read that the server has not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LocalRead {
    upto: Seq,
    /// Number of read messages that the server still counts as unread.
    hidden: i64,
    /// Whether their notification, which the server still counts, was read with them.
    is_noted: bool,
    /// The last message that the viewer has read, as far as the server knows.
    confirmed: Seq,
}

/// Unconfirmed local reads by conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalReads(HashMap<ConversationId, LocalRead>);

impl LocalReads {
    /// Number of messages that were read locally and that the server still counts as unread.
    pub fn messages(&self) -> i64 {
        self.0.values().map(|read| read.hidden).sum()
    }

    /// Number of message notifications that were read locally and that the server still counts.
    pub fn notifications(&self) -> i64 {
        self.0.values().filter(|read| read.is_noted).count() as i64
    }

    pub fn remove(&mut self, id: ConversationId) {
        self.0.remove(&id);
    }

    /// Applies the local read to a summary from the server. Removes it once the summary includes it.
    pub fn apply_to(&mut self, mut conversation: Conversation) -> Conversation {
        let Some(read) = self.0.get_mut(&conversation.id) else { return conversation };
        if conversation.read_seq >= read.upto {
            self.0.remove(&conversation.id);
            return conversation;
        }
        let counted = conversation.unread;
        let is_newer = conversation.last_seq > read.upto;
        conversation.unread = if is_newer { (counted - read.hidden).max(0) } else { 0 };
        read.confirmed = conversation.read_seq;
        conversation.read_seq = read.upto;
        read.hidden = counted - conversation.unread;
        read.is_noted &= conversation.unread == 0;
        conversation
    }

    /// Undoes what [`apply_to`](Self::apply_to) did: the summary as the server has it.
    pub fn undo_on(&self, conversation: &mut Conversation) {
        if let Some(read) = self.0.get(&conversation.id) {
            conversation.unread += read.hidden;
            conversation.read_seq = read.confirmed;
        }
    }

    /// Records that `unread` more messages were read, after the message `from`, and their notification if `is_noted`.
    fn add(&mut self, id: ConversationId, (from, upto): (Seq, Seq), unread: i64, is_noted: bool) {
        let read = self.0.entry(id).or_insert(LocalRead { upto, hidden: 0, is_noted, confirmed: from });
        (read.upto, read.hidden, read.is_noted) = (upto, read.hidden + unread, read.is_noted || is_noted);
    }

    /// Records that messages of a conversation without a loaded summary were read.
    fn add_unloaded(&mut self, id: ConversationId, upto: Seq, unread: i64) {
        let read = self.0.entry(id).or_insert(LocalRead { upto, hidden: 0, is_noted: false, confirmed: 0 });
        read.upto = read.upto.max(upto);
        read.hidden += unread;
    }
}

impl Inbox {
    /// Marks a conversation as read at once, before the server confirms it.
    pub fn mark_read(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if conversation.unread > 0 {
            let is_noted = conversation.has_unread_notification(self.notifications.read_upto());
            if is_noted {
                self.notifications.count_message_as_read();
            }
            let range = (conversation.read_seq, conversation.last_seq);
            self.local_reads.add(id, range, conversation.unread, is_noted);
        }
        self.unread = (self.unread - conversation.unread).max(0);
        conversation.unread = 0;
        conversation.read_seq = conversation.last_seq;
    }

    /// Marks a conversation as read up to a message before its end, of which `count` were unread.
    pub fn mark_read_upto(&mut self, id: ConversationId, upto: Seq, count: i64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if upto <= conversation.read_seq || upto >= conversation.last_seq {
            return;
        }
        let count = count.clamp(0, conversation.unread);
        let range = (conversation.read_seq, upto);
        conversation.read_seq = upto;
        conversation.unread -= count;
        self.unread = (self.unread - count).max(0);
        self.local_reads.add(id, range, count, false);
    }

    /// Applies a read from another tab: everything up to `upto`, of which `count` messages were unread. The
    /// total drops even if this tab has not loaded the conversation's summary.
    pub fn mark_read_in_other_tab(&mut self, id: ConversationId, upto: Seq, count: i64) {
        match self.conversations.get(&id) {
            Some(row) if row.last_seq <= upto => self.mark_read(id),
            Some(_) => self.mark_read_upto(id, upto, count),
            None => {
                self.local_reads.add_unloaded(id, upto, count);
                self.unread = (self.unread - count).max(0);
            }
        }
    }

    /// Local reads that the server has not confirmed, with the last message that was read.
    pub fn unconfirmed_reads(&self) -> Vec<(ConversationId, Seq)> {
        self.local_reads.0.iter().map(|(id, read)| (*id, read.upto)).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{
        super::fixtures::{change, change_with_notifications, row},
        *,
    };
    use crate::shared::notifications::{kinds::KindSet, totals::UnreadTotals};

    const ID: ConversationId = ConversationId(Uuid::nil());

    #[test]
    fn a11_a_badge_that_dropped_does_not_come_back_before_the_server_has_caught_up() {
        let mut inbox = Inbox::empty_at("e".into(), 1, 5, UnreadTotals::default());
        inbox.put(row(1, 3, 1, 2));
        inbox.mark_read(ID);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (3, 0));
        // An update of another conversation, then one more message in this one. The server counts both
        // without the receipt.
        inbox.apply(&change(1, 2, None, 6));
        assert_eq!(inbox.unread, 4);
        inbox.apply(&change(2, 3, Some(row(3, 4, 1, 3)), 7));
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 1));
        // The server has the receipt: its counts hold again.
        inbox.apply(&change(3, 4, Some(row(4, 4, 3, 1)), 5));
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 1));
        assert!(inbox.unconfirmed_reads().is_empty());
    }

    #[test]
    fn b25_what_was_not_on_screen_stays_unread() {
        let mut inbox = Inbox::empty_at("e".into(), 1, 9, UnreadTotals::default());
        inbox.put(row(1, 10, 2, 8));
        inbox.mark_read_upto(ID, 5, 3);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (6, 5));
        inbox.mark_read_upto(ID, 4, 2);
        assert_eq!(inbox.get(ID).unwrap().unread, 5, "one reads forwards");
        // One more message, counted without the receipt.
        inbox.apply(&change(1, 2, Some(row(2, 11, 2, 9)), 10));
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (7, 6));
        inbox.mark_read_in_other_tab(ID, 7, 2);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 4));
        inbox.apply(&change(2, 3, Some(row(3, 11, 7, 4)), 5));
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 4));
        assert!(inbox.unconfirmed_reads().is_empty());
        inbox.mark_read(ID);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (1, 0));
    }

    #[test]
    fn a11_the_total_drops_also_where_the_row_is_not_held() {
        let mut inbox = Inbox::empty_at("e".into(), 1, 5, UnreadTotals::default());
        inbox.mark_read_in_other_tab(ID, 3, 2);
        assert_eq!(inbox.unread, 3);
        inbox.apply(&change(1, 2, None, 5));
        assert_eq!(inbox.unread, 3);
        inbox.apply(&change(2, 3, Some(row(3, 3, 3, 0)), 3));
        assert_eq!(inbox.unread, 3);
        assert!(inbox.unconfirmed_reads().is_empty());
    }

    #[test]
    fn a11_reading_twice_before_the_server_answers_counts_each_message_once() {
        let mut inbox = Inbox::empty_at("e".into(), 1, 2, UnreadTotals::default());
        inbox.put(row(1, 2, 0, 2));
        inbox.mark_read(ID);
        inbox.apply(&change(1, 2, Some(row(2, 3, 0, 3)), 3));
        inbox.mark_read(ID);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (0, 0));
        inbox.apply(&change(2, 3, Some(row(3, 3, 2, 1)), 1));
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (0, 0));
        inbox.apply(&change(3, 4, Some(row(4, 3, 3, 0)), 0));
        assert_eq!(inbox.unread, 0);
        assert!(inbox.unconfirmed_reads().is_empty());
    }

    #[test]
    fn e4_the_bell_drops_with_the_reading_and_does_not_come_back_before_the_server_has_caught_up() {
        let kinds = KindSet::ALL;
        let noted = |row: Conversation, noted| Conversation { noted, ..row };
        let change = change_with_notifications;
        let mut inbox = Inbox::empty_at("e".into(), 1, 0, UnreadTotals::default());
        inbox.apply(&change(1, 2, Some(noted(row(2, 3, 1, 2), 2)), 2, 2));
        assert_eq!(inbox.notifications.unread(kinds), 2);
        inbox.mark_read(ID);
        assert_eq!(inbox.notifications.unread(kinds), 1);
        // The server counts without the receipt.
        inbox.apply(&change(2, 3, None, 2, 2));
        assert_eq!(inbox.notifications.unread(kinds), 1);
        // One more message: there is a notification again.
        inbox.apply(&change(3, 4, Some(noted(row(4, 4, 1, 3), 4)), 3, 2));
        assert_eq!(inbox.notifications.unread(kinds), 2);
        inbox.apply(&change(4, 5, Some(Conversation { seen: 2, ..noted(row(5, 4, 3, 1), 4) }), 1, 2));
        assert_eq!(inbox.notifications.unread(kinds), 2);
        assert!(inbox.unconfirmed_reads().is_empty());
    }
}
