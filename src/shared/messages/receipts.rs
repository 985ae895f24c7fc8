//! Read receipts of messages (A4).

use serde::Serialize;

use crate::shared::{
    ids::{ConversationId, UserId},
    json::{read_by_serde, read_fields},
    positions::Seq,
    values::time::Timestamp,
};

/// One read receipt of a participant: they read, at `at`, the messages up to `upto_seq` that no earlier
/// receipt of theirs covers.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = Read))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReadReceipt {
    pub user: UserId,
    pub upto_seq: Seq,
    pub at: Timestamp,
}

/// The answer to a read receipt.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = Marked))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReadOutcome {
    pub conversation: ConversationId,
    pub read_seq: Seq,
    /// My messages in this conversation that are still unread.
    pub unread: i64,
    /// My messages in all conversations that are still unread.
    pub unread_total: i64,
}

read_fields! {
    ReadReceipt { user, upto_seq, at }
    ReadOutcome { conversation, read_seq, unread, unread_total }
}

read_by_serde! { ReadOutcome }
