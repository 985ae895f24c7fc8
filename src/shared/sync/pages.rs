//! Pages: one page of a list as of one moment, with the cursor from which a client follows updates.

use serde::Serialize;

use crate::shared::{
    conversations::Conversation,
    json::{read_by_serde, read_fields},
    messages::{Message, receipts::Read},
    notifications::{Notification, NotificationCursor, totals::UnreadTotals},
    positions::{ListedCursor, SyncSeq},
};

/// One page of the inbox, latest message first, and the cursor to follow news from.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConversationPage {
    pub epoch: String,
    pub head: SyncSeq,
    pub conversations: Vec<Conversation>,
    /// My unread messages in all conversations.
    pub unread: i64,
    /// My unread notifications.
    pub totals: UnreadTotals,
    pub next: Option<ListedCursor>,
}

/// A stretch of a conversation, oldest first, as of one moment.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessagePage {
    pub epoch: String,
    pub head: SyncSeq,
    /// The summary at the same moment; its version is the thread's cursor.
    pub conversation: Conversation,
    pub messages: Vec<Message>,
    /// When the others read these messages, oldest first.
    pub reads: Vec<Read>,
}

/// One page, newest first, and the cursor to follow news from.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotificationPage {
    pub epoch: String,
    pub head: SyncSeq,
    pub notifications: Vec<Notification>,
    /// Conversations with new messages since `seen`, in the order of `noted` between the others.
    pub conversations: Vec<Conversation>,
    pub totals: UnreadTotals,
    pub next: Option<NotificationCursor>,
}

/// One page of a dashboard: the orders' conversations, each with its badge, latest message first.
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
}
read_by_serde! { ConversationPage, MessagePage, NotificationPage, OrderPage }
