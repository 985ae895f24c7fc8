//! Deltas: updates that raise a user's sync position by one, without what the client has in its own copy of the
//! summary (protocol 2). A client that lacks the summary polls.

use serde::Serialize;

use crate::shared::{
    conversations::{Conversation, last_sender, participant::Participant},
    ids::{ConversationId, MessageId, UserId},
    json::read_fields,
    messages::Message,
    notifications::{kinds::NotificationKind, totals::UnreadTotals},
    positions::{Seq, SyncSeq, Version},
    values::time::Timestamp,
};

/// A new message.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageDelta {
    /// My sync position after it. The delta applies to a client at the position before.
    pub head: SyncSeq,
    /// My unread messages in this conversation.
    pub unread: i64,
    /// Whether I have muted the conversation: it is not in my total, and notifies me of nothing.
    pub is_muted: bool,
    pub message: Message,
    /// The sender, in a room whose summary does not name all participants.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(nullable = false))]
    pub sender: Option<Participant>,
}

/// A message of mine that this socket sent: it is stored with the text that I sent, and this is its ack as well.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredDelta {
    pub id: MessageId,
    /// My sync position after it.
    pub head: SyncSeq,
    pub seq: Seq,
    pub version: Version,
    pub created_at: Timestamp,
    /// My unread messages in this conversation.
    pub unread: i64,
    /// Whether I have muted the conversation.
    pub is_muted: bool,
}

/// A participant's new delivered or read position.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptDelta {
    /// My sync position after it.
    pub head: SyncSeq,
    pub conversation: ConversationId,
    /// Whose receipt it is. It may be mine, from another device.
    pub user: UserId,
    pub delivered_seq: Seq,
    /// The read position, if it advanced too.
    pub read: Option<ReadDelta>,
    /// My counts after it, if the receipt is mine.
    pub own: Option<OwnCounts>,
}

/// A read position that moved from `from_seq` to `upto_seq`.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadDelta {
    pub from_seq: Seq,
    pub upto_seq: Seq,
    pub at: Timestamp,
}

/// The counts of a reader after reading.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnCounts {
    /// My unread messages that are left in this conversation.
    pub unread: i64,
    /// The sync position up to which my notification of new messages is read.
    pub seen: SyncSeq,
    pub is_muted: bool,
}

impl StoredDelta {
    /// The delta with the message that was sent as `body`.
    pub fn with_body(self, conversation: ConversationId, sender: UserId, body: String) -> MessageDelta {
        let Self { id, head, seq, version, created_at, unread, is_muted } = self;
        let message = Message::stored(id, conversation, (seq, version), sender, body, created_at);
        MessageDelta { head, unread, is_muted, message, sender: None }
    }
}

/// A conversation's summary and the viewer's totals, as the server counts them at one sync position.
pub struct Counts<'c> {
    pub summary: &'c mut Conversation,
    pub unread: &'c mut i64,
    pub totals: &'c mut UnreadTotals,
}

impl Counts<'_> {
    /// Appends a message, which raises the viewer's position to `head`. False, with nothing changed, if its sender is
    /// not known.
    pub fn append(
        &mut self,
        viewer: UserId,
        message: &Message,
        sender: Option<&Participant>,
        (head, unread, is_muted): (SyncSeq, i64, bool),
    ) -> bool {
        let summary = &mut *self.summary;
        if !last_sender::name(summary, viewer, message.sender, sender) {
            return false;
        }
        let is_notified = !is_muted && message.sender != Some(viewer);
        if !is_muted {
            *self.unread += unread - summary.unread;
        }
        if is_notified && !summary.has_unread_notification(self.totals.read_upto) {
            self.totals.add(NotificationKind::Message, 1);
        }
        summary.append(message, head, unread, is_notified);
        true
    }

    /// Applies a receipt. False, with nothing changed, if it is of somebody whom the summary does not name.
    pub fn receive(&mut self, viewer: UserId, receipt: &ReceiptDelta) -> bool {
        let summary = &mut *self.summary;
        if receipt.user == viewer {
            if let (Some(read), Some(own)) = (&receipt.read, &receipt.own) {
                let was_unread = summary.has_unread_notification(self.totals.read_upto);
                if !own.is_muted {
                    *self.unread += own.unread - summary.unread;
                }
                (summary.unread, summary.read_seq, summary.seen) = (own.unread, read.upto_seq, own.seen);
                summary.is_marked = false;
                if was_unread && !summary.has_unread_notification(self.totals.read_upto) {
                    self.totals.add(NotificationKind::Message, -1);
                }
            }
        } else {
            let Some(participant) = summary.people.iter_mut().find(|held| held.person.id == receipt.user)
            else {
                return false;
            };
            participant.delivered_seq = participant.delivered_seq.max(receipt.delivered_seq);
            if let Some(read) = &receipt.read {
                (participant.read_from, participant.read_seq, participant.read_at) =
                    (read.from_seq, read.upto_seq, Some(read.at));
            }
        }
        summary.changed = receipt.head;
        true
    }
}

read_fields! {
    MessageDelta { head, unread, is_muted, message, sender }
    StoredDelta { id, head, seq, version, created_at, unread, is_muted }
    ReceiptDelta { head, conversation, user, delivered_seq, read, own }
    ReadDelta { from_seq, upto_seq, at }
    OwnCounts { unread, seen, is_muted }
}
