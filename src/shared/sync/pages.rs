//! Pages: one page of a list from one snapshot, with the sync position from which a client follows updates.

use serde::Serialize;

use crate::shared::{
    conversations::Conversation,
    json::{read_by_serde, read_fields},
    messages::{Message, receipts::ReadReceipt},
    notifications::{Notification, NotificationCursor, totals::UnreadTotals},
    orders::{Order, OrderEvent},
    positions::{ListedCursor, SyncSeq},
};

/// One page of the inbox, latest message first, with the sync position from which the client follows updates.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConversationPage {
    pub epoch: String,
    pub head: SyncSeq,
    pub conversations: Vec<Conversation>,
    /// The number of my unread messages in all conversations.
    pub unread: i64,
    /// The numbers of my unread notifications.
    pub totals: UnreadTotals,
    pub next: Option<ListedCursor>,
}

/// One page of a conversation's messages, oldest first, from one snapshot.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessagePage {
    pub epoch: String,
    pub head: SyncSeq,
    /// The conversation's summary in the same snapshot. Its version is the thread's cursor.
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// The read receipts of the other participants for these messages, oldest first.
    pub reads: Vec<ReadReceipt>,
}

/// One page of notifications, newest first, with the sync position from which the client follows updates.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotificationPage {
    pub epoch: String,
    pub head: SyncSeq,
    pub notifications: Vec<Notification>,
    /// Conversations with a notification of new messages. The list merges both kinds, ordered by `noted` and
    /// `raised`.
    pub conversations: Vec<Conversation>,
    pub totals: UnreadTotals,
    pub next: Option<NotificationCursor>,
}

/// An order for its own page, with the viewer's summary of its conversation if they take part in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderDetails {
    pub order: Order,
    pub conversation: Option<Conversation>,
    /// What happened to it, oldest first. None of it for who does not take part.
    pub history: Vec<OrderEvent>,
}

/// One page of orders: their conversations, latest message first.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrderPage {
    pub orders: Vec<Conversation>,
    pub next: Option<ListedCursor>,
}

read_fields! {
    ConversationPage { epoch, head, conversations, unread, totals, next }
    MessagePage { epoch, head, conversation, messages, reads }
    NotificationPage { epoch, head, notifications, conversations, totals, next }
    OrderPage { orders, next }
    OrderDetails { order, conversation, history }
}
read_by_serde! { ConversationPage, MessagePage, NotificationPage, OrderPage, OrderDetails }
