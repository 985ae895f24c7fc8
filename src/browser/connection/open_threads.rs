//! Which conversations are on screen: their messages come along with the news.

use leptos::prelude::*;

use crate::browser::Live;
use crate::shared::{
    ids::ConversationId,
    sync::{changes::OpenThread, wire::ToServer},
};

impl Live {
    /// Says that a conversation is on screen, until the calling component goes. What came in since
    /// it was last on screen is asked for at once.
    pub fn show(self, id: ConversationId) {
        self.screens.update(|screens| screens.push(id));
        self.join(id);
        self.refresh();
        on_cleanup(move || {
            self.screens.try_update(|screens| {
                if let Some(index) = screens.iter().rposition(|shown| *shown == id) {
                    screens.remove(index);
                }
            });
            self.part(id);
        });
    }

    pub(crate) fn has_screens(self) -> bool {
        self.screens.with_untracked(|screens| !screens.is_empty())
    }

    pub(crate) fn is_on_screen(self, id: ConversationId) -> bool {
        self.screens.with_untracked(|screens| screens.contains(&id))
    }

    /// The conversation in front.
    pub fn shown(self) -> Option<ConversationId> {
        self.screens.with(|screens| screens.last().copied())
    }

    /// The thread to name in a poll, so that its messages come along.
    pub(crate) fn open_thread(self) -> Option<OpenThread> {
        let front = self.screens.with_untracked(|screens| screens.last().copied())?;
        self.held_version(front)
    }

    /// All that are on screen here and of which something is held.
    pub(crate) fn open_threads(self) -> Vec<OpenThread> {
        self.screens.get_untracked().into_iter().filter_map(|id| self.held_version(id)).collect()
    }

    /// Tells the server what this tab holds of a conversation on screen, so that it sends the rest.
    /// Before its first page is there nothing can be said.
    pub(crate) fn join(self, id: ConversationId) {
        if !self.is_on_screen(id) {
            return;
        }
        if !self.leads() {
            self.tell_screens();
        } else if let Some(open) = self.held_version(id) {
            self.join_at(open);
        }
    }

    pub(crate) fn join_at(self, open: OpenThread) {
        if self.is_live() {
            self.say(&ToServer::JoinConversation(open));
        }
    }

    /// Everything on screen in any tab, on a new connection.
    pub(crate) fn join_screens(self) {
        for open in self.open_threads().into_iter().chain(self.shown_elsewhere()) {
            self.join_at(open);
        }
    }

    /// No longer on screen, unless it is so somewhere else.
    pub(crate) fn part(self, id: ConversationId) {
        if !self.leads() {
            self.tell_screens();
        } else if self.is_live() && !self.is_on_screen(id) && !self.is_shown_elsewhere(id) {
            self.say(&ToServer::LeaveConversation { conversation: id });
        }
    }

    fn held_version(self, conversation: ConversationId) -> Option<OpenThread> {
        let version =
            self.thread(conversation).with_untracked(|slot| slot.thread().map(|thread| thread.version))?;
        Some(OpenThread { conversation, version })
    }
}
