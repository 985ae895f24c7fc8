//! A message to be appended, and the answer to its sender. Sending is idempotent by the message's id.

use sha2::{Digest, Sha256};

use super::row::{MessageRow, by_id};
use crate::{
    server::{
        faults,
        store::{Conn, Result},
    },
    shared::{
        ids::{ConversationId, MessageId, UserId},
        messages::{Message, MessageKind},
    },
};

/// SHA-256 of kind and text as first sent. It tells a repeated send from a different message under the same
/// id.
pub type FirstHash = [u8; 32];

/// The hash of a message as it is first sent.
pub fn hash_of(kind: MessageKind, body: &str) -> FirstHash {
    let mut hash = Sha256::new();
    hash.update(kind.as_str());
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

/// As [`hash_of`], with what is attached. Where nothing is, both are the same.
pub fn hash_with(kind: MessageKind, body: &str, attached: Option<&str>) -> FirstHash {
    // No text contains a NUL.
    match attached {
        Some(attached) => hash_of(kind, &format!("{body}\0{attached}")),
        None => hash_of(kind, body),
    }
}

#[derive(Clone)]
pub struct NewMessage {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub sender: UserId,
    pub kind: MessageKind,
    pub body: String,
    /// [`Attached`](crate::shared::messages::attached::Attached) as its column.
    pub attached: Option<String>,
    pub first_hash: FirstHash,
}

/// Answer to the append of a message.
pub enum AppendOutcome {
    /// The message as it stands. It was stored now, or before under the same id by the same sender with the
    /// same text.
    Stored(Message),
    /// The id belongs to another message.
    Conflict,
    /// The sender takes part in no such conversation.
    NotParticipant,
    /// The sender takes part, and nobody can write there any more.
    Closed,
}

impl AppendOutcome {
    /// The answer to `new`, given the row that now stands under its id.
    pub(super) fn of(row: Option<MessageRow>, new: &NewMessage) -> Self {
        let Some(row) = row else { return Self::NotParticipant };
        let is_same = row.sender_id == Some(new.sender.0)
            && row.conversation_id == new.conversation.0
            && row.first_hash == new.first_hash
            && !(faults::is("hash_of_current_text") && row.edited_at.is_some());
        if is_same { Self::Stored(row.into_message()) } else { Self::Conflict }
    }
}

/// The answer to `new` if its id is known.
pub async fn find_existing(conn: &mut Conn<'_>, new: &NewMessage) -> Result<Option<AppendOutcome>> {
    Ok(by_id(conn, new.id).await?.map(|row| AppendOutcome::of(Some(row), new)))
}
