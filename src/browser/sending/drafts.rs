//! What was typed and not sent, per conversation. Kept by the browser for all tabs, under the
//! viewer's id, so that neither a reload nor signing out and in again loses it.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::browser::{Live, environment::Area};
use crate::shared::ids::{ConversationId, UserId};

#[derive(Clone, Copy)]
pub struct Drafts {
    held: RwSignal<HashMap<ConversationId, String>>,
}

impl Drafts {
    pub(crate) fn new() -> Self {
        Self { held: RwSignal::new(HashMap::new()) }
    }

    pub(crate) fn restore(self, viewer: UserId) {
        let prefix = prefix(viewer);
        let held = Area::Browser
            .keys(&prefix)
            .into_iter()
            .filter_map(|key| Some((key.strip_prefix(&prefix)?.parse().ok()?, Area::Browser.read(&key)?)))
            .collect();
        self.held.set(held);
    }

    /// The draft of a conversation, for its row in the list. Nothing on the server.
    pub fn get(self, id: ConversationId) -> Option<String> {
        self.held.with(|held| held.get(&id).cloned())
    }

    pub(crate) fn count(self) -> usize {
        self.held.with_untracked(HashMap::len)
    }

    pub fn get_untracked(self, id: ConversationId) -> Option<String> {
        self.held.with_untracked(|held| held.get(&id).cloned())
    }
}

impl Live {
    /// Keeps what is typed; nothing but blanks ends the draft.
    pub fn keep_draft(self, id: ConversationId, text: &str) {
        let Some(viewer) = self.viewer else { return };
        let key = format!("{}{id}", prefix(viewer));
        let is_blank = text.trim().is_empty();
        let before = self.drafts.get_untracked(id);
        if is_blank {
            if before.is_some() {
                Area::Browser.remove(&key);
                self.drafts.held.update(|held| {
                    held.remove(&id);
                });
            }
        } else if before.as_deref() != Some(text) {
            Area::Browser.write(&key, text);
            self.drafts.held.update(|held| {
                held.insert(id, text.to_owned());
            });
        }
    }

    pub fn drop_draft(self, id: ConversationId) {
        self.keep_draft(id, "");
    }
}

pub(crate) fn prefix(viewer: UserId) -> String {
    format!("stoa-draft-{viewer}-")
}
