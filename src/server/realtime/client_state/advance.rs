//! Advancing the client state by one delta: a message or a receipt that follows directly on it changes the
//! summary and the totals just as a read from the database would.

use super::ClientState;
use crate::{
    server::store::sync::updates::{Append, Delta, Receipt},
    shared::{ids::UserId, positions::SyncSeq, sync::deltas::Counts},
};

/// How a delta relates to the client state.
#[derive(Debug, PartialEq, Eq)]
pub enum Advance {
    /// It is part of the state.
    AlreadySent,
    /// It follows directly and is now part of the state; [`ClientState::take_change`] returns the change.
    Applied,
    /// An earlier delta is missing, or the state lacks data that this one needs. Read from the database.
    Gap,
}

impl ClientState {
    /// Moves the state on by a delta that the client applies by itself, to its own summary, if it follows directly.
    pub fn advance_position(&mut self, user: UserId, delta: &Delta) -> Advance {
        let position = delta.head_of(user).filter(|position| *position > self.cursor);
        let Some(position) = position else { return Advance::AlreadySent };
        if position != self.cursor + 1 {
            return Advance::Gap;
        }
        if let Delta::Append(Append { message, .. }) = delta {
            let base = message.version - 1;
            let open = self.open.iter_mut().find(|open| open.conversation == message.conversation);
            if open.as_ref().is_some_and(|open| open.version < base) {
                return Advance::Gap;
            }
            if let Some(open) = open.filter(|open| open.version == base) {
                open.version = message.version;
            }
            if message.sender != Some(user) {
                self.delivering = position;
            }
        }
        self.cursor = position;
        Advance::Applied
    }

    /// Applies a delta if it follows directly, and coalesces it with the pending ones.
    pub fn advance(&mut self, user: UserId, delta: &Delta) -> Advance {
        let position = delta.head_of(user).filter(|position| *position > self.cursor);
        let Some(position) = position else { return Advance::AlreadySent };
        let is_applied = position == self.cursor + 1
            && match delta {
                Delta::Append(append) => self.append(user, append),
                Delta::Receipt(receipt) => self.record_receipt(user, receipt, position),
            };
        if !is_applied {
            return Advance::Gap;
        }
        self.pending.from.get_or_insert(self.cursor);
        self.cursor = position;
        let conversation = delta.conversation();
        if !self.pending.conversations.contains(&conversation) {
            self.pending.conversations.push(conversation);
        }
        Advance::Applied
    }

    /// Applies a new message. False, with nothing changed, if the state lacks data that it needs.
    fn append(&mut self, user: UserId, append: &Append) -> bool {
        let Append { message, recipients, .. } = append;
        let summary = self.summaries.iter_mut().find(|summary| summary.id == message.conversation);
        let recipient = recipients.iter().find(|recipient| recipient.user == user);
        let (Some((unread, totals)), Some(summary), Some(recipient)) = (&mut self.unread, summary, recipient)
        else {
            return false;
        };
        let base = message.version - 1;
        let open = self.open.iter_mut().find(|open| open.conversation == message.conversation);
        if message.sender != Some(user) {
            self.delivering = recipient.head;
        }
        if open.as_ref().is_some_and(|open| open.version < base) {
            return false;
        }
        let mut counts = Counts { summary, unread, totals };
        let raised = (recipient.head, recipient.unread, recipient.is_muted);
        if !counts.append(user, message, append.sender.as_ref(), raised) {
            return false;
        }
        if let Some(open) = open.filter(|open| open.version == base) {
            open.version = message.version;
            self.pending.add(message);
        }
        true
    }

    /// Applies a receipt, which raised the user's sync position to `position`. False, with nothing changed,
    /// if the state lacks data that it needs.
    fn record_receipt(&mut self, user: UserId, receipt: &Receipt, position: SyncSeq) -> bool {
        let summary = self.summaries.iter_mut().find(|summary| summary.id == receipt.conversation);
        let (Some((unread, totals)), Some(summary)) = (&mut self.unread, summary) else { return false };
        Counts { summary, unread, totals }.receive(user, &receipt.delta(user, position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        server::store::sync::updates::Recipient,
        shared::{
            conversations::{Conversation, update::ConversationUpdate},
            ids::MessageId,
            messages::{Message, MessageKind},
            notifications::NotificationUpdate,
            positions::Seq,
            sync::changes::{Change, OpenThread},
            values::time::Timestamp,
        },
    };

    fn appended(user: UserId, seq: Seq, head: SyncSeq, unread: i64) -> Delta {
        let message = Message {
            id: MessageId::new(),
            conversation: Conversation::sample().id,
            seq,
            version: seq,
            sender: Some(UserId::new()),
            kind: MessageKind::Text,
            body: format!("Message {seq}"),
            created_at: Timestamp(seq),
            edited_at: None,
            deleted_at: None,
            attached: Default::default(),
            reactions: Default::default(),
        };
        let recipients = vec![Recipient { user, head, unread, is_muted: false }];
        Delta::Append(Append::new(message, recipients, None))
    }

    /// A client at sync position 5, with three messages in a conversation, one of them unread, and one more
    /// unread message in another conversation.
    fn client() -> ClientState {
        let summary = Conversation { last_seq: 3, version: 3, unread: 1, ..Conversation::sample() };
        let conversations = vec![ConversationUpdate::Active(Box::new(summary))];
        let mut client = ClientState::at(4, false);
        let notifications = NotificationUpdate::default();
        client.apply(
            &Change { from: 4, to: 5, conversations, messages: vec![], notifications, unread: 2 },
            false,
        );
        client
    }

    #[test]
    fn c1_a_message_that_comes_next_is_told_as_a_read_would_tell_it() {
        let (user, mut client) = (UserId::new(), client());
        let append = appended(user, 4, 6, 2);
        assert_eq!(client.advance(user, &append), Advance::Applied);
        let change = client.take_change().unwrap();
        assert_eq!((change.from, change.to, change.unread, change.messages.len()), (5, 6, 3, 0));
        let [ConversationUpdate::Active(summary)] = &change.conversations[..] else { panic!("one summary") };
        assert_eq!((summary.last_seq, summary.version, summary.unread), (4, 4, 2));
        assert_eq!((summary.changed, summary.listed), (6, 6));
        assert_eq!(summary.last_message.as_ref().unwrap().text, "Message 4");
        assert_eq!(client.advance(user, &append), Advance::AlreadySent);
    }

    #[test]
    fn c1_the_message_comes_along_where_its_thread_is_on_screen_and_up_to_date() {
        let (user, mut client) = (UserId::new(), client());
        client.open_thread(OpenThread { conversation: Conversation::sample().id, version: 3 });
        assert_eq!(client.advance(user, &appended(user, 4, 6, 2)), Advance::Applied);
        let change = client.take_change().unwrap();
        assert_eq!((change.messages[0].base, change.messages[0].version), (3, 4));
        // A page that the client has fetched since contains the message.
        client.open_thread(OpenThread { conversation: Conversation::sample().id, version: 5 });
        assert_eq!(client.advance(user, &appended(user, 5, 7, 3)), Advance::Applied);
        let change = client.take_change().unwrap();
        assert_eq!(change.messages, []);
        client.open_thread(OpenThread { conversation: Conversation::sample().id, version: 4 });
        assert_eq!(client.advance(user, &appended(user, 6, 8, 4)), Advance::Gap);
    }

    #[test]
    fn c1_messages_that_come_at_once_are_told_as_one_change() {
        let (user, mut client) = (UserId::new(), client());
        client.open_thread(OpenThread { conversation: Conversation::sample().id, version: 3 });
        for (seq, head, unread) in [(4, 6, 2), (5, 7, 3), (6, 8, 4)] {
            assert_eq!(client.advance(user, &appended(user, seq, head, unread)), Advance::Applied);
        }
        assert_eq!(client.advance(user, &appended(user, 8, 10, 6)), Advance::Gap);
        let change = client.take_change().unwrap();
        assert_eq!((change.from, change.to, change.unread, change.conversations.len()), (5, 8, 5, 1));
        let [update] = &change.messages[..] else { panic!("one thread") };
        assert_eq!((update.base, update.version, update.messages.len()), (3, 6, 3));
        assert_eq!(client.take_change(), None);
    }

    #[test]
    fn c4_what_does_not_follow_is_read() {
        let user = UserId::new();
        assert_eq!(client().advance(user, &appended(user, 5, 7, 3)), Advance::Gap);
        assert_eq!(ClientState::at(5, false).advance(user, &appended(user, 4, 6, 2)), Advance::Gap);
        assert_eq!(client().advance(UserId::new(), &appended(user, 4, 6, 2)), Advance::AlreadySent);
        // While there are further pages to read, the unread total may be ahead of the cursor.
        let mut behind = client();
        let notifications = NotificationUpdate::default();
        let later =
            Change { from: 5, to: 6, conversations: vec![], messages: vec![], notifications, unread: 9 };
        behind.apply(&later, true);
        assert_eq!(behind.advance(user, &appended(user, 5, 7, 3)), Advance::Gap);
    }
}
