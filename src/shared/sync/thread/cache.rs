//! Cached thread: the newest messages of a thread, which the browser stores for the next visit (A13).

use serde::Serialize;

use super::{Thread, read_spans::ReadSpans};
use crate::shared::{
    conversations::Conversation,
    ids::ConversationId,
    json::{read_by_serde, read_fields},
    messages::{MESSAGES_PAGE, Message},
    positions::{Seq, Version},
};

/// A thread as the browser stores it. A renamed field would make stored threads unreadable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CachedThread {
    conversation: ConversationId,
    version: Version,
    last_seq: Seq,
    messages: Vec<Message>,
    steps: ReadSpans,
}

read_fields! { CachedThread { conversation, version, last_seq, messages, steps } }
read_by_serde! { CachedThread }

impl CachedThread {
    pub fn into_messages(self) -> Vec<Message> {
        self.messages
    }
}

impl Thread {
    /// The newest page of messages for the cache; `None` if the thread is stale.
    pub fn to_cache(&self) -> Option<CachedThread> {
        let tail = self.tail();
        let first = tail.len().saturating_sub(MESSAGES_PAGE as usize);
        (!self.is_stale).then(|| CachedThread {
            conversation: self.conversation,
            version: self.version,
            last_seq: self.last_seq,
            messages: tail[first..].iter().map(|message| (*message).clone()).collect(),
            steps: self.read_spans.clone(),
        })
    }

    /// Restores a cached thread. Participants, receipts and bounds come from the conversation's summary.
    pub fn from_cache(cached: CachedThread, row: &Conversation) -> Self {
        let mut thread = Self {
            conversation: cached.conversation,
            version: cached.version,
            first_seq: row.first_seq(),
            last_seq: cached.last_seq,
            read_spans: cached.steps,
            messages: cached.messages.into_iter().map(|message| (message.seq, message)).collect(),
            people: Vec::new(),
            is_stale: false,
        };
        thread.apply_summary(row);
        thread
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixtures::{message, page, update},
        *,
    };
    use crate::shared::sync::changes::ApplyOutcome;

    #[test]
    fn a13_a_thread_that_was_kept_is_brought_up_to_date_by_its_version() {
        let thread = Thread::from_page(page(21..=120, 120, 120));
        let text = serde_json::to_string(&thread.to_cache().unwrap()).unwrap();
        let row = page(0..=0, 122, 122).conversation;
        let mut again = Thread::from_cache(serde_json::from_str(&text).unwrap(), &row);
        assert_eq!((again.version, again.last_seq(), again.tail().len()), (120, 122, 50));
        let news = update(120, vec![message(121, 121), message(122, 122)]);
        assert_eq!(again.apply(&news), ApplyOutcome::Applied);
        assert_eq!(again.missing(71, 122), None);
        // Retention has deleted more messages since.
        let row = Conversation { floor_seq: 100, ..row };
        assert_eq!(Thread::from_cache(serde_json::from_str(&text).unwrap(), &row).tail().len(), 20);
    }
}
