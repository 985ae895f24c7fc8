//! Columns of a conversation's last message. It imports no other noun, so that summaries and the operator
//! orders page can both select them.

use uuid::Uuid;

use crate::shared::{
    ids::{MessageId, UserId},
    messages::{
        MessageKind,
        preview::{LastMessage, preview},
    },
    values::time::Timestamp,
};

/// The last message `m` of a joined row. NULL where the viewer may not see it.
#[derive(sqlx::FromRow)]
pub(in crate::server::store) struct LastMessageColumns {
    message_id: Option<Uuid>,
    message_seq: Option<i64>,
    message_sender: Option<Uuid>,
    message_kind: Option<String>,
    message_body: Option<String>,
    message_at: Option<i64>,
    message_deleted_at: Option<i64>,
}

impl LastMessageColumns {
    pub fn last_message(&self) -> Option<LastMessage> {
        let kind = MessageKind::parse(self.message_kind.as_deref()?);
        Some(LastMessage {
            id: MessageId(self.message_id?),
            seq: self.message_seq?,
            sender: self.message_sender.map(UserId),
            kind,
            text: preview(kind, self.message_body.as_deref()?),
            created_at: Timestamp(self.message_at?),
            is_deleted: self.message_deleted_at.is_some(),
        })
    }
}
