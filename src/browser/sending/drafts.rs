//! Drafts: typed and unsent text per conversation. Stored in localStorage under the viewer's id, so they
//! survive a reload, and signing out and in again.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::browser::{Live, environment::WebStorage};
use crate::shared::ids::{ConversationId, ListingId, UserId};

#[derive(Clone, Copy)]
pub struct Drafts {
    texts: RwSignal<HashMap<ConversationId, String>>,
}

impl Drafts {
    pub(crate) fn new() -> Self {
        Self { texts: RwSignal::new(HashMap::new()) }
    }

    pub(crate) fn restore(self, viewer: UserId) {
        let prefix = prefix(viewer);
        let texts = WebStorage::Local
            .keys(&prefix)
            .into_iter()
            .filter_map(|key| Some((key.strip_prefix(&prefix)?.parse().ok()?, WebStorage::Local.read(&key)?)))
            .collect();
        self.texts.set(texts);
    }

    /// The draft of a conversation, for its inbox row. None on the server.
    pub fn get(self, id: ConversationId) -> Option<String> {
        self.texts.with(|texts| texts.get(&id).cloned())
    }

    /// All drafts, in no order.
    pub fn all(self) -> Vec<(ConversationId, String)> {
        self.texts.with(|texts| texts.iter().map(|(id, text)| (*id, text.clone())).collect())
    }

    pub(crate) fn count(self) -> usize {
        self.texts.with_untracked(HashMap::len)
    }

    pub fn get_untracked(self, id: ConversationId) -> Option<String> {
        self.texts.with_untracked(|texts| texts.get(&id).cloned())
    }
}

impl Live {
    /// Saves the draft. Blank text deletes it.
    pub fn save_draft(self, id: ConversationId, text: &str) {
        let Some(viewer) = self.viewer else { return };
        let key = format!("{}{id}", prefix(viewer));
        let is_blank = text.trim().is_empty();
        let before = self.drafts.get_untracked(id);
        if is_blank {
            if before.is_some() {
                WebStorage::Local.remove(&key);
                self.drafts.texts.update(|texts| {
                    texts.remove(&id);
                });
            }
        } else if before.as_deref() != Some(text) {
            WebStorage::Local.write(&key, text);
            self.drafts.texts.update(|texts| {
                texts.insert(id, text.to_owned());
            });
        }
    }

    pub fn delete_draft(self, id: ConversationId) {
        self.save_draft(id, "");
    }

    /// The draft of the first message about a listing.
    pub fn first_draft(self, listing: ListingId) -> Option<String> {
        WebStorage::Local.read(&first_draft_key(self.viewer?, listing))
    }

    /// Saves the draft of the first message about a listing. Blank text deletes it.
    pub fn save_first_draft(self, listing: ListingId, text: &str) {
        let Some(viewer) = self.viewer else { return };
        let key = first_draft_key(viewer, listing);
        if text.trim().is_empty() {
            WebStorage::Local.remove(&key);
        } else {
            WebStorage::Local.write(&key, text);
        }
    }
}

/// Prefix of the viewer's draft keys in localStorage.
pub(crate) fn prefix(viewer: UserId) -> String {
    format!("stoa-draft-{viewer}-")
}

fn first_draft_key(viewer: UserId, listing: ListingId) -> String {
    format!("{}listing-{listing}", prefix(viewer))
}
