//! Read receipts (A4).

use serde::Serialize;

use crate::shared::positions::Seq;
use crate::shared::{
    ids::{ConversationId, UserId},
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// One step of somebody's reading: everything up to `upto_seq` not covered by an earlier step
/// was read at `at`.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    pub user: UserId,
    pub upto_seq: Seq,
    pub at: Timestamp,
}

/// The answer to a read receipt.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Marked {
    pub conversation: ConversationId,
    pub read_seq: Seq,
    /// What is still unread in this conversation.
    pub unread: i64,
    /// What is still unread in all of mine.
    pub unread_total: i64,
}

read_fields! {
    Read { user, upto_seq, at }
    Marked { conversation, read_seq, unread, unread_total }
}

read_by_serde! { Marked }
