//! The operators' order board: its rows, pages and counts (B2).

use serde::{Deserialize, Serialize};

use super::{Order, workflow::Status};
use crate::shared::{
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    messages::preview::LastMessage,
    values::time::Timestamp,
};

/// Numbers on the board are counted up to this.
pub const COUNTED_MAX: i64 = 1_000;

/// An order on the board. The operator need not be a participant of its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderBoardRow {
    pub order: Order,
    /// The last message; `None` for a conversation between a guest and a host, which is private to them.
    pub last_message: Option<LastMessage>,
    pub active_at: Timestamp,
    /// When the guest sent the first message that no operator has read.
    pub waiting_since: Option<Timestamp>,
    /// The number of visible messages.
    pub total: i64,
    /// The guest's messages that no operator has read.
    pub unread: i64,
    /// Whether this operator is a participant of the conversation.
    pub is_joined: bool,
}

/// Pagination cursor of the board: the next page starts after the row with these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBoardCursor {
    pub is_read: bool,
    pub at: Timestamp,
    pub id: ConversationId,
}

/// One page of the board: unread orders first, then by latest message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrderBoardPage {
    pub rows: Vec<OrderBoardRow>,
    pub next: Option<OrderBoardCursor>,
    /// The number of orders by status, regardless of the filter, up to [`COUNTED_MAX`] each.
    pub counts: Vec<StatusCount>,
    /// The number of orders with unread messages, up to [`COUNTED_MAX`].
    pub unread: i64,
}

/// The number of orders with one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    pub status: Status,
    pub count: i64,
}

read_fields! {
    OrderBoardRow { order, last_message, active_at, waiting_since, total, unread, is_joined }
    OrderBoardCursor { is_read, at, id }
    StatusCount { status, count }
    OrderBoardPage { rows, next, counts, unread }
}

read_by_serde! { OrderBoardPage }
