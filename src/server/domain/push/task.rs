//! What a task of a push is about.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::shared::ids::{ConversationId, NotificationId, UserId};

/// The body of a task of this queue: one push to one browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushTask {
    pub subscription: Uuid,
    pub about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// The unread messages of a conversation.
    Conversation {
        conversation: ConversationId,
        user: UserId,
    },
    Notification(NotificationId),
}

impl PushTask {
    pub fn to_body(self) -> String {
        serde_json::to_string(&self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::push::notifications::task_body;

    #[test]
    fn the_store_writes_what_is_read_here() {
        let (id, subscription) = (NotificationId::new(), Uuid::now_v7());
        let task = PushTask { subscription, about: About::Notification(id) };
        assert_eq!(serde_json::from_str::<PushTask>(&task_body(id, subscription)).unwrap(), task);
        assert_eq!(task.to_body(), task_body(id, subscription));
    }
}
