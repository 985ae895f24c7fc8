//! Monotonic positions: a message's `Seq`, a conversation's `Version`, and a user's sync position, of which
//! each client holds a copy as its cursor.

use serde::{Deserialize, Serialize};

use super::{ids::ConversationId, json::read_fields};

/// A user's sync position: raised once by each transaction that changes something for the user. A client's
/// cursor is the position up to which it has applied every change.
pub type SyncSeq = i64;

/// A message's sequence number in its conversation: 1, 2, 3 … without gaps.
pub type Seq = i64;
/// A conversation's version. Each message that is inserted, edited or deleted raises it by one.
pub type Version = i64;

/// Pagination cursor of the inbox: the next page starts after the row with this position and id.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCursor {
    pub listed: SyncSeq,
    pub id: ConversationId,
}

read_fields! { ListedCursor { listed, id } }
