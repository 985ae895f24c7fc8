//! Loaded threads: one signal per conversation.

use leptos::prelude::*;

use crate::browser::Live;
use crate::shared::{
    errors::ApiError,
    ids::ConversationId,
    positions::Seq,
    sync::{pages::MessagePage, thread::Thread},
};

/// State of one thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ThreadSlot {
    /// Not requested yet, or being loaded.
    #[default]
    Loading,
    Ready(Thread),
    /// The first page could not be loaded.
    Failed(ApiError),
}

impl ThreadSlot {
    pub fn thread(&self) -> Option<&Thread> {
        match self {
            Self::Ready(thread) => Some(thread),
            _ => None,
        }
    }

    /// Position of the newest loaded message; 0 without one.
    pub fn last_loaded(&self) -> Seq {
        self.thread().and_then(Thread::last).map_or(0, |message| message.seq)
    }
}

/// Reference-counted, so that it outlives the component that requested it first.
pub type ThreadSignal = ArcRwSignal<ThreadSlot>;

impl Live {
    /// The signal of one thread.
    pub fn thread(self, id: ConversationId) -> ThreadSignal {
        self.threads
            .try_update_value(|threads| {
                threads.entry(id).or_insert_with(|| ArcRwSignal::new(ThreadSlot::Loading)).clone()
            })
            .unwrap_or_else(|| ArcRwSignal::new(ThreadSlot::Loading))
    }

    /// Whether the thread is loaded and not stale.
    pub fn has_thread(self, id: ConversationId) -> bool {
        self.thread(id).with_untracked(|slot| slot.thread().is_some_and(|thread| !thread.is_stale()))
    }

    pub(crate) fn last_loaded(self, id: ConversationId) -> Seq {
        self.thread(id).with_untracked(ThreadSlot::last_loaded)
    }

    /// Adds the newest page of a thread. A loaded thread of this version or a later one stays as it is.
    pub fn add_thread_page(self, page: MessagePage) {
        let id = page.conversation.id;
        let is_ahead = self.inbox.with_untracked(|inbox| page.head > inbox.head);
        let row = self.inbox.with_untracked(|inbox| inbox.get(id).cloned());
        self.inbox.update(|inbox| inbox.put(page.conversation.clone()));
        self.thread(id).update(|slot| match slot {
            ThreadSlot::Ready(held) if !held.is_stale() && held.version >= page.conversation.version => {}
            _ => {
                let mut thread = Thread::from_page(page);
                // The inbox row may know of deletions that the page does not.
                row.iter().for_each(|row| thread.apply_bounds(row));
                *slot = ThreadSlot::Ready(thread);
            }
        });
        self.remove_arrived(id);
        self.save_cache_soon(Some(id));
        // The server then sends the changes since the page was made.
        self.join_thread(id);
        // The page is ahead of the inbox: its totals must follow.
        if is_ahead && self.is_hydrated.get_untracked() {
            self.refresh();
        }
    }

    /// Shows why a thread could not be loaded. A loaded thread stays.
    pub fn fail_thread(self, id: ConversationId, error: ApiError) {
        self.thread(id).update(|slot| {
            if slot.thread().is_none() {
                *slot = ThreadSlot::Failed(error);
            }
        });
    }

    /// Changes a loaded thread. None if it is not loaded.
    pub(crate) fn change_thread<T>(
        self,
        id: ConversationId,
        change: impl FnOnce(&mut Thread) -> T,
    ) -> Option<T> {
        self.thread_if_any(id)?
            .try_update(|slot| match slot {
                ThreadSlot::Ready(thread) => Some(change(thread)),
                _ => None,
            })
            .flatten()
    }

    pub(super) fn thread_if_any(self, id: ConversationId) -> Option<ThreadSignal> {
        self.threads.with_value(|threads| threads.get(&id).cloned())
    }

    /// Ends the thread of a conversation that the viewer has left: a pane that shows it says so.
    pub(super) fn end_thread(self, id: ConversationId) {
        if let Some(thread) = self.thread_if_any(id) {
            thread.set(ThreadSlot::Failed(ApiError::no_longer_participant()));
        }
    }

    /// Loads a thread again after the viewer has come back to its conversation.
    pub(super) fn reload_after_return(self, id: ConversationId) {
        let has_ended = self
            .thread_if_any(id)
            .is_some_and(|thread| thread.with_untracked(|slot| matches!(slot, ThreadSlot::Failed(_))));
        if has_ended {
            self.load_thread(id);
        }
    }

    /// Drops a thread, which is loaded again when it is shown.
    pub(super) fn drop_thread(self, id: ConversationId) {
        if let Some(thread) = self.thread_if_any(id) {
            thread.set(ThreadSlot::Loading);
        }
        self.threads.update_value(|threads| {
            threads.remove(&id);
        });
    }
}
