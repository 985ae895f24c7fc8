//! The operators' order board: its rows, pages and counts (B2).

use serde::{Deserialize, Serialize};

use super::{Order, workflow::Status};
use crate::shared::messages::preview::LastMessage;
use crate::shared::{
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// An order as the desk lists it, for operators who need not take part in its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskRow {
    pub order: Order,
    /// The last message; nothing of a conversation between a guest and a host, which is theirs.
    pub last_message: Option<LastMessage>,
    pub active_at: Timestamp,
    /// When the guest wrote what nobody at the desk has read.
    pub waiting_since: Option<Timestamp>,
    /// Messages that can be seen.
    pub total: i64,
    /// Those of the guest that no operator has read.
    pub unread: i64,
    /// Whether this operator takes part.
    pub is_joined: bool,
}

/// Where the next page of the desk starts: after the row with this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskCursor {
    pub is_read: bool,
    pub at: Timestamp,
    pub id: ConversationId,
}

/// One page of the desk: unread first, then latest message first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeskPage {
    pub rows: Vec<DeskRow>,
    pub next: Option<DeskCursor>,
    /// How many there are of each status, whatever the filter.
    pub counts: Vec<StatusCount>,
    /// How many have something unread.
    pub unread: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    pub status: Status,
    pub count: i64,
}

read_fields! {
    DeskRow { order, last_message, active_at, waiting_since, total, unread, is_joined }
    DeskCursor { is_read, at, id }
    StatusCount { status, count }
    DeskPage { rows, next, counts, unread }
}

read_by_serde! { DeskPage }
