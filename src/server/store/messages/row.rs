//! The row of a message.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, MessageId, UserId},
        json::Json,
        messages::{Message, MessageKind, attached::Attached},
        values::time::Timestamp,
    },
};

#[derive(Clone, sqlx::FromRow)]
pub(in crate::server::store) struct MessageRow {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub seq: i64,
    pub version: i64,
    pub sender_id: Option<Uuid>,
    pub kind: String,
    pub body: String,
    pub first_hash: Vec<u8>,
    pub created_at: i64,
    pub edited_at: Option<i64>,
    pub deleted_at: Option<i64>,
    /// As JSON.
    pub attached: Option<String>,
    /// The summary of its reactions, as JSON.
    pub reactions: Option<String>,
}

macro_rules! select_message {
    ($tail:literal) => {
        concat!(
            "SELECT id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at, edited_at, ",
            "deleted_at, attached, reactions FROM messages ",
            $tail
        )
    };
}
pub(super) use select_message;

pub(super) const SELECT_MESSAGE_BY_ID: &str = select_message!("WHERE id = $1");

impl MessageRow {
    /// Whether the command that left this message is the one that comes again. An expired message has lost
    /// its text; id, conversation and sender still identify it.
    pub fn is_of(
        &self,
        conversation: ConversationId,
        user: UserId,
        is_same: impl Fn(&SystemMessage) -> bool,
    ) -> bool {
        let is_gone = self.body.is_empty() && self.kind == MessageKind::System.as_str();
        self.conversation_id == conversation.0
            && self.sender_id == Some(user.0)
            && (is_gone || is_same(&SystemMessage::from_body(&self.body)))
    }

    pub fn into_message(self) -> Message {
        Message {
            id: MessageId(self.id),
            conversation: ConversationId(self.conversation_id),
            seq: self.seq,
            version: self.version,
            sender: self.sender_id.map(UserId),
            kind: MessageKind::parse(&self.kind),
            body: self.body,
            created_at: Timestamp(self.created_at),
            edited_at: self.edited_at.map(Timestamp),
            deleted_at: self.deleted_at.map(Timestamp),
            attached: Attached::unread(self.attached.as_deref()),
            reactions: self
                .reactions
                .and_then(|text| serde_json::from_str::<Json>(&text).ok())
                .unwrap_or_default()
                .into(),
        }
    }
}

pub(in crate::server::store) async fn by_id(
    conn: &mut Conn<'_>,
    id: MessageId,
) -> Result<Option<MessageRow>> {
    Ok(on!(conn, c => sqlx::query_as(SELECT_MESSAGE_BY_ID).bind(id.0).fetch_optional(&mut **c).await?))
}

/// The conversation of a message that this user has sent, if it is stored.
pub async fn conversation_of_sent(
    conn: &mut Conn<'_>,
    id: MessageId,
    sender: UserId,
) -> Result<Option<ConversationId>> {
    let row = by_id(conn, id).await?.filter(|row| row.sender_id == Some(sender.0));
    Ok(row.map(|row| ConversationId(row.conversation_id)))
}
