//! Open threads: conversations on screen. The server sends the messages of open threads along with the
//! updates.

use leptos::prelude::*;

use crate::browser::Live;
use crate::shared::{
    ids::ConversationId,
    sync::{changes::OpenThread, wire::ToServer},
};

impl Live {
    /// Marks a conversation as open until the calling component is cleaned up, and fetches what came in
    /// since it was last open.
    pub fn show(self, id: ConversationId) {
        self.open_conversations.update(|open| open.push(id));
        self.join_thread(id);
        self.refresh();
        on_cleanup(move || {
            self.open_conversations.try_update(|open| {
                if let Some(index) = open.iter().rposition(|other| *other == id) {
                    open.remove(index);
                }
            });
            self.leave_thread(id);
        });
    }

    pub(crate) fn has_open_threads(self) -> bool {
        self.open_conversations.with_untracked(|open| !open.is_empty())
    }

    pub(crate) fn is_thread_open(self, id: ConversationId) -> bool {
        self.open_conversations.with_untracked(|open| open.contains(&id))
    }

    /// The conversation on top. Tracks the signal.
    pub fn front_conversation(self) -> Option<ConversationId> {
        self.open_conversations.with(|open| open.last().copied())
    }

    /// The thread to name in a poll, so that its messages come along.
    pub(crate) fn front_thread(self) -> Option<OpenThread> {
        let front = self.open_conversations.with_untracked(|open| open.last().copied())?;
        self.loaded_thread(front)
    }

    /// The open threads of this tab that are loaded, with their versions.
    pub(crate) fn open_threads(self) -> Vec<OpenThread> {
        self.open_conversations.get_untracked().into_iter().filter_map(|id| self.loaded_thread(id)).collect()
    }

    /// Tells the server which version of the thread this tab has, so that it sends the rest. Does nothing
    /// until the first page is loaded.
    pub(crate) fn join_thread(self, id: ConversationId) {
        if !self.is_thread_open(id) {
            return;
        }
        if !self.is_leader() {
            self.report_open_threads();
        } else if let Some(open) = self.loaded_thread(id) {
            self.send_join(open);
        }
    }

    pub(crate) fn send_join(self, open: OpenThread) {
        if self.is_live() {
            self.send_frame(&ToServer::JoinConversation(open));
        }
    }

    /// Joins the open threads of all tabs on a new connection.
    pub(crate) fn join_open_threads(self) {
        for open in self.open_threads().into_iter().chain(self.open_threads_of_other_tabs()) {
            self.send_join(open);
        }
    }

    /// Leaves a thread that is no longer open in this tab, unless another tab shows it.
    pub(crate) fn leave_thread(self, id: ConversationId) {
        if !self.is_leader() {
            self.report_open_threads();
        } else if self.is_live() && !self.is_thread_open(id) && !self.is_open_in_other_tab(id) {
            self.send_frame(&ToServer::LeaveConversation { conversation: id });
        }
    }

    fn loaded_thread(self, conversation: ConversationId) -> Option<OpenThread> {
        let version =
            self.thread(conversation).with_untracked(|slot| slot.thread().map(|thread| thread.version))?;
        Some(OpenThread { conversation, version })
    }
}
