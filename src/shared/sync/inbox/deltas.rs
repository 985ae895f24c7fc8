//! Deltas as changes: what a delta of the server makes of the summary that is loaded and of the totals.

use super::Inbox;
use crate::shared::{
    conversations::{Conversation, update::ConversationUpdate},
    ids::{ConversationId, UserId},
    notifications::{NotificationUpdate, kinds::NotificationKind},
    positions::{SyncSeq, Version},
    sync::{
        changes::{Change, ThreadUpdate},
        deltas::{Counts, MessageDelta, ReceiptDelta},
    },
};

impl Inbox {
    /// The change that a message makes. None if the inbox lacks what it needs: then poll for all changes since the
    /// cursor. `held` is the version of the message's thread, if it is loaded: what stands before the message may still
    /// be missing there, and the answer to joining the conversation brings both.
    pub fn change_by_message(
        &self,
        delta: MessageDelta,
        viewer: UserId,
        held: Option<Version>,
    ) -> Option<Change> {
        let MessageDelta { head, unread, is_muted, message, sender } = delta;
        let mut change = self.change_by(head, message.conversation, |counts| {
            counts.append(viewer, &message, sender.as_ref(), (head, unread, is_muted))
        })?;
        let (conversation, base, version) = (message.conversation, message.version - 1, message.version);
        if held.is_some_and(|held| held >= base) {
            let messages = vec![message];
            change.messages.push(ThreadUpdate { conversation, base, version, messages, is_reload: false });
        }
        Some(change)
    }

    /// The change that a receipt makes. None if the inbox lacks what it needs.
    pub fn change_by_receipt(&self, delta: &ReceiptDelta, viewer: UserId) -> Option<Change> {
        self.change_by(delta.head, delta.conversation, |counts| counts.receive(viewer, delta))
    }

    /// `apply` gets the loaded summary and the totals as the server counts them at the cursor.
    fn change_by(
        &self,
        head: SyncSeq,
        conversation: ConversationId,
        apply: impl FnOnce(&mut Counts) -> bool,
    ) -> Option<Change> {
        let mut unread = self.counted;
        let mut totals = self.notifications.totals().clone();
        totals.add(NotificationKind::Message, self.local_reads.notifications());
        let mut conversations = Vec::new();
        if head == self.head + 1 {
            // One that a search has brought may be ahead of the cursor, and then so are its counts.
            let held = self.conversations.get(&conversation).filter(|held| held.changed <= self.head)?;
            let mut summary = Conversation::clone(held);
            self.local_reads.undo_on(&mut summary);
            let mut counts = Counts { summary: &mut summary, unread: &mut unread, totals: &mut totals };
            if !apply(&mut counts) {
                return None;
            }
            conversations.push(ConversationUpdate::Active(Box::new(summary)));
        }
        let notifications = NotificationUpdate { items: Vec::new(), totals };
        Some(Change { from: head - 1, to: head, conversations, messages: Vec::new(), notifications, unread })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixtures::{change_with_notifications, row},
        *,
    };
    use crate::shared::{
        conversations::{participant::Participant, role::Role},
        ids::MessageId,
        messages::{Message, preview::LastMessage},
        notifications::{kinds::KindSet, totals::UnreadTotals},
        positions::Seq,
        sync::{
            changes::ApplyOutcome,
            deltas::{OwnCounts, ReadDelta},
        },
        users::Person,
        values::time::Timestamp,
    };

    const ID: ConversationId = ConversationId(uuid::Uuid::nil());

    fn delta(sender: UserId, seq: Seq, head: SyncSeq, unread: i64) -> MessageDelta {
        let body = format!("Message {seq}");
        let message = Message::stored(MessageId::new(), ID, (seq, seq), sender, body, Timestamp(seq));
        MessageDelta { head, unread, is_muted: false, message, sender: None }
    }

    fn inbox() -> Inbox {
        let mut inbox = Inbox::empty_at("e".into(), 1, 5, UnreadTotals::default());
        inbox.put(row(1, 3, 1, 2));
        inbox
    }

    fn receive(inbox: &mut Inbox, delta: MessageDelta, me: UserId) -> ApplyOutcome {
        inbox.apply(&inbox.change_by_message(delta, me, None).unwrap())
    }

    #[test]
    fn c1_a_message_makes_of_the_summary_what_the_server_would_send() {
        let (me, other) = (UserId::new(), UserId::new());
        let mut inbox = inbox();
        let mut by_change = inbox.clone();
        let first = delta(other, 4, 2, 3);
        let last_message = Some(LastMessage::of(&first.message));
        let row = Conversation { noted: 2, total: 1, last_message, ..row(2, 4, 1, 3) };
        by_change.apply(&change_with_notifications(1, 2, Some(row), 6, 1));
        assert_eq!(receive(&mut inbox, first.clone(), me), ApplyOutcome::Applied);
        assert_eq!(inbox, by_change);
        // Once more, and then one after the next.
        assert_eq!(receive(&mut inbox, first, me), ApplyOutcome::Duplicate);
        assert_eq!(receive(&mut inbox, delta(other, 6, 4, 5), me), ApplyOutcome::Behind);
        assert_eq!(inbox, by_change);
        // One of my own notifies nobody.
        assert_eq!(receive(&mut inbox, delta(me, 5, 3, 3), me), ApplyOutcome::Applied);
        assert_eq!((inbox.unread, inbox.notifications.unread(KindSet::ALL)), (6, 1));
        assert_eq!(inbox.get(ID).unwrap().noted, 2);
    }

    #[test]
    fn c1_a_message_comes_into_a_thread_that_lacks_nothing_before_it() {
        let (me, other) = (UserId::new(), UserId::new());
        let threads = |held| inbox().change_by_message(delta(other, 4, 2, 3), me, held).unwrap().messages;
        assert_eq!((threads(None), threads(Some(2))), (vec![], vec![]));
        assert_eq!((threads(Some(3))[0].base, threads(Some(4))[0].version), (3, 4));
    }

    #[test]
    fn c1_a_message_of_a_muted_conversation_counts_in_no_total() {
        let (me, other) = (UserId::new(), UserId::new());
        let mut inbox = inbox();
        receive(&mut inbox, MessageDelta { is_muted: true, ..delta(other, 4, 2, 3) }, me);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 3));
        assert_eq!(inbox.notifications.unread(KindSet::ALL), 0);
    }

    #[test]
    fn c4_without_a_summary_of_the_cursor_a_poll_is_needed() {
        let me = UserId::new();
        let next = |inbox: &Inbox| inbox.change_by_message(delta(UserId::new(), 4, 2, 3), me, None);
        assert_eq!(next(&Inbox::empty_at("e".into(), 1, 5, UnreadTotals::default())), None);
        let mut ahead = inbox();
        ahead.put(row(2, 4, 1, 3));
        assert_eq!(next(&ahead), None);
        assert!(next(&inbox()).is_some());
    }

    #[test]
    fn a11_a_badge_that_dropped_stays_when_a_message_comes_before_the_receipt() {
        let (me, other) = (UserId::new(), UserId::new());
        let mut inbox = inbox();
        inbox.mark_read(ID);
        assert_eq!(inbox.unread, 3);
        receive(&mut inbox, delta(other, 4, 2, 3), me);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (4, 1));
        receive(&mut inbox, delta(other, 5, 3, 4), me);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 2));
        assert_eq!(inbox.unconfirmed_reads(), [(ID, 3)]);
        // The server's receipt of what was read.
        let read = Some(ReadDelta { from_seq: 1, upto_seq: 3, at: Timestamp(1) });
        let own = Some(OwnCounts { unread: 2, seen: 0, is_muted: false });
        let receipt = ReceiptDelta { head: 4, conversation: ID, user: me, delivered_seq: 5, read, own };
        let change = inbox.change_by_receipt(&receipt, me).unwrap();
        assert_eq!(inbox.apply(&change), ApplyOutcome::Applied);
        assert_eq!((inbox.unread, inbox.get(ID).unwrap().unread), (5, 2));
        assert!(inbox.unconfirmed_reads().is_empty());
    }

    #[test]
    fn c1_a_receipt_of_another_moves_their_marks() {
        let (me, other) = (UserId::new(), UserId::new());
        let participant = Participant {
            person: Person::new(other, "Noor".into(), 1),
            role: Role::Guest,
            delivered_seq: 2,
            read_seq: 1,
            read_at: None,
            read_from: 0,
        };
        let mut inbox = Inbox::empty_at("e".into(), 1, 0, UnreadTotals::default());
        inbox.put(Conversation { people: vec![participant], ..row(1, 3, 3, 0) });
        let delivered =
            ReceiptDelta { head: 2, conversation: ID, user: other, delivered_seq: 3, read: None, own: None };
        let change = inbox.change_by_receipt(&delivered, me).unwrap();
        assert_eq!(inbox.apply(&change), ApplyOutcome::Applied);
        let held = &inbox.get(ID).unwrap().people[0];
        assert_eq!((held.delivered_seq, held.read_seq), (3, 1));
        let read = Some(ReadDelta { from_seq: 1, upto_seq: 3, at: Timestamp(7) });
        let change = inbox.change_by_receipt(&ReceiptDelta { head: 3, read, ..delivered }, me).unwrap();
        inbox.apply(&change);
        let held = &inbox.get(ID).unwrap().people[0];
        assert_eq!((held.read_from, held.read_seq, held.read_at), (1, 3, Some(Timestamp(7))));
        let stranger = ReceiptDelta {
            head: 4,
            conversation: ID,
            user: UserId::new(),
            delivered_seq: 3,
            read: None,
            own: None,
        };
        assert_eq!(inbox.change_by_receipt(&stranger, me), None);
    }
}
