//! What a task of a mail is about.

use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::{ConversationId, NotificationId, UserId},
    positions::Seq,
};

/// The body of a task of this queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailTask {
    /// The unread messages of a conversation. `upto` is fixed before they are sent.
    Conversation {
        conversation: ConversationId,
        user: UserId,
        upto: Option<Seq>,
    },
    Notification(NotificationId),
    /// The proof that an address is its owner's.
    ConfirmAddress(UserId),
}

impl MailTask {
    pub fn to_body(self) -> String {
        serde_json::to_string(&self).unwrap_or_default()
    }
}
