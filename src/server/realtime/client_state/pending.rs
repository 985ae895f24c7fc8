//! The pending change: deltas that have advanced the client state and have not been sent, coalesced.

use crate::shared::{
    ids::ConversationId, messages::Message, positions::SyncSeq, sync::changes::ThreadUpdate,
};

#[derive(Default)]
pub(super) struct PendingChange {
    /// The cursor before the first delta. None if there are none.
    pub from: Option<SyncSeq>,
    /// Conversations whose summaries have changed.
    pub conversations: Vec<ConversationId>,
    /// New messages of open threads.
    pub messages: Vec<ThreadUpdate>,
}

impl PendingChange {
    /// Adds a message to its thread's update if it follows on that, and else in an update of its own.
    pub fn add(&mut self, message: &Message) {
        let (conversation, version) = (message.conversation, message.version);
        let last = self.messages.iter_mut().find(|update| update.conversation == conversation);
        if let Some(update) = last.filter(|update| update.version == version - 1) {
            update.version = version;
            update.messages.push(message.clone());
        } else {
            let messages = vec![message.clone()];
            let update =
                ThreadUpdate { conversation, base: version - 1, version, messages, is_reload: false };
            self.messages.push(update);
        }
    }
}
