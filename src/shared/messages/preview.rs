//! Message previews: the last message of a conversation as a row of the inbox shows it (A3).

use serde::Serialize;

use super::{Message, MessageKind};
use crate::shared::{
    ids::{MessageId, UserId},
    json::read_fields,
    positions::Seq,
    values::time::Timestamp,
};

/// Longest preview of a text message, in characters.
pub const PREVIEW_MAX_CHARS: usize = 140;

/// Longest preview of a system message, in characters: all of its body.
pub const SYSTEM_PREVIEW_MAX_CHARS: usize = 2_000;

/// The last message of a conversation, as a row of the inbox shows it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastMessage {
    pub id: MessageId,
    pub seq: Seq,
    pub sender: Option<UserId>,
    pub kind: MessageKind,
    /// Its first 140 characters; empty if the message is deleted.
    pub text: String,
    pub created_at: Timestamp,
    pub is_deleted: bool,
}

impl LastMessage {
    /// The preview of this message.
    pub fn of(message: &Message) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            sender: message.sender,
            kind: message.kind,
            text: preview(message.kind, &message.body),
            created_at: message.created_at,
            is_deleted: message.deleted_at.is_some(),
        }
    }
}

/// The start of a text; all of a system message, because a truncated one is not valid JSON.
pub fn preview(kind: MessageKind, body: &str) -> String {
    let max = if kind == MessageKind::System { SYSTEM_PREVIEW_MAX_CHARS } else { PREVIEW_MAX_CHARS };
    body.chars().take(max).collect()
}

read_fields! {
    LastMessage { id, seq, sender, kind, text, created_at, is_deleted }
}
