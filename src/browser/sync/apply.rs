//! Applies updates of the server to the inbox and to loaded threads.

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{
    ConnectionStatus, Live,
    connection::{backoff::backoff_ms, tab_message::TabMessage},
};
use crate::shared::{
    conversations::update::ConversationUpdate,
    ids::ConversationId,
    sync::{
        changes::{ApplyOutcome, Change},
        inbox::Inbox,
        thread::Thread,
    },
};

/// A reset that fails is retried with the backoff delay of this many failures.
const RESET_BACKOFF_FAILURES: usize = 3;

impl Live {
    /// Applies updates to the inbox and to every loaded thread. Idempotent: updates that were applied
    /// before change nothing.
    pub fn apply(self, change: &Change) -> ApplyOutcome {
        let mut applied = ApplyOutcome::Duplicate;
        let before = self.inbox.with_untracked(|inbox| inbox.head);
        let emptied = self.inbox.with_untracked(|inbox| inbox.truncated_by(change));
        self.inbox.update(|inbox| applied = inbox.apply(change));
        if applied == ApplyOutcome::Applied {
            self.alert_viewer(change, before);
        }
        if applied == ApplyOutcome::Behind {
            return applied;
        }
        for message in change.messages.iter().flat_map(|update| &update.messages) {
            self.end_typing_of(message);
        }
        for update in &change.messages {
            let update_thread = |thread: &mut Thread| {
                if let Some(row) = change.summary(update.conversation) {
                    thread.apply_bounds(row);
                }
                thread.apply(update)
            };
            if self.change_thread(update.conversation, update_thread).is_some() {
                self.refetch_if_stale(update.conversation);
                self.save_cache_soon(Some(update.conversation));
            }
            self.remove_arrived(update.conversation);
        }
        for update in &change.conversations {
            match update {
                ConversationUpdate::Active(conversation) => {
                    self.change_thread(conversation.id, |thread| thread.apply_summary(conversation));
                    self.reload_after_return(conversation.id);
                }
                // Unsent messages stay in the outbox: the server tells for each whether it was stored before
                // the viewer left. What it refuses is parked with the reason.
                ConversationUpdate::Left { id, .. } => {
                    self.edit_to_draft(*id);
                    self.end_thread(*id);
                    self.evict_thread(*id);
                }
            }
        }
        // Their cached copy holds deleted texts.
        for id in emptied {
            self.evict_thread(id);
            self.save_cache_soon(Some(id));
        }
        if applied == ApplyOutcome::Applied {
            self.save_cache_soon(None);
        }
        applied
    }

    /// Handles a new epoch (a restored database): drops and fetches everything again, except the outbox.
    pub(crate) fn reset(self) {
        self.drop_socket();
        self.set_status(ConnectionStatus::Connecting);
        self.clear_cache();
        spawn_local(async move {
            let Ok(page) = self.fetch_inbox_page(None).await else {
                self.retry_in(backoff_ms(RESET_BACKOFF_FAILURES));
                return;
            };
            self.inbox.set(Inbox::from_page(page));
            let held = self.threads.with_value(|threads| threads.keys().copied().collect::<Vec<_>>());
            let shown = self.open_conversations.get_untracked();
            for id in held {
                if shown.contains(&id) {
                    self.refetch(id);
                } else {
                    self.drop_thread(id);
                }
            }
            self.connect();
            self.send_to_tabs(&TabMessage::Ping);
        });
    }

    /// Fetches the newest page of an open thread that updates can't repair.
    pub(super) fn refetch_if_stale(self, id: ConversationId) {
        let is_stale = self.thread(id).with_untracked(|slot| slot.thread().is_some_and(Thread::is_stale));
        if is_stale && self.is_thread_open(id) {
            self.refetch(id);
        }
    }
}
