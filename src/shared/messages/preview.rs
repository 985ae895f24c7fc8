//! Message previews: the last message of a conversation as a row of the inbox shows it (A3).

use serde::Serialize;

use super::{Message, MessageKind};
use crate::shared::positions::Seq;
use crate::shared::{
    ids::{MessageId, UserId},
    json::read_fields,
    values::time::Timestamp,
};

/// Characters of the last message that a summary carries.
pub const PREVIEW_CHARS: usize = 140;

/// Characters of an event's body at most.
pub const EVENT_MAX_CHARS: usize = 2_000;

/// The last message, as a row of the inbox shows it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastMessage {
    pub id: MessageId,
    pub seq: Seq,
    pub sender: Option<UserId>,
    pub kind: MessageKind,
    /// Its first 140 characters; empty if deleted.
    pub text: String,
    pub created_at: Timestamp,
    pub is_deleted: bool,
}

impl LastMessage {
    /// How the inbox shows this message.
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

/// The start of a body, as a summary carries it; of an event all of it, since half of one says nothing.
pub fn preview(kind: MessageKind, body: &str) -> String {
    let max = if kind == MessageKind::System { EVENT_MAX_CHARS } else { PREVIEW_CHARS };
    body.chars().take(max).collect()
}

read_fields! {
    LastMessage { id, seq, sender, kind, text, created_at, is_deleted }
}
