//! Drafts: typed and unsent text per conversation, and likewise the edit that is under way in it. Stored in
//! localStorage under the viewer's id, so they survive a reload, and signing out and in again.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::browser::{Live, environment::WebStorage};
use crate::shared::{
    ids::{ConversationId, ListingId, UserId},
    positions::Seq,
};

#[derive(Clone, Copy)]
pub struct Drafts {
    /// Tells their keys in localStorage from others.
    name: &'static str,
    texts: RwSignal<HashMap<ConversationId, String>>,
}

impl Drafts {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, texts: RwSignal::new(HashMap::new()) }
    }

    pub(crate) fn restore(self, viewer: UserId) {
        let prefix = self.prefix(viewer);
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

    /// Saves the text. Blank text deletes it.
    pub(crate) fn save(self, viewer: Option<UserId>, id: ConversationId, text: &str) {
        let Some(viewer) = viewer else { return };
        let key = format!("{}{id}", self.prefix(viewer));
        let is_blank = text.trim().is_empty();
        let before = self.get_untracked(id);
        if is_blank {
            if before.is_some() {
                WebStorage::Local.remove(&key);
                self.texts.update(|texts| {
                    texts.remove(&id);
                });
            }
        } else if before.as_deref() != Some(text) {
            WebStorage::Local.write(&key, text);
            self.texts.update(|texts| {
                texts.insert(id, text.to_owned());
            });
        }
    }

    /// Deletes what localStorage holds of the viewer.
    pub(crate) fn forget(self, viewer: UserId) {
        for key in WebStorage::Local.keys(&self.prefix(viewer)) {
            WebStorage::Local.remove(&key);
        }
    }

    /// Prefix of the viewer's keys in localStorage.
    fn prefix(self, viewer: UserId) -> String {
        format!("stoa-{}-{viewer}-", self.name)
    }
}

impl Live {
    pub fn save_draft(self, id: ConversationId, text: &str) {
        self.drafts.save(self.viewer, id, text);
    }

    pub fn delete_draft(self, id: ConversationId) {
        self.save_draft(id, "");
    }

    /// The draft of the first message about a listing.
    pub fn first_draft(self, listing: ListingId) -> Option<String> {
        WebStorage::Local.read(&self.first_draft_key(listing)?)
    }

    /// Saves the draft of the first message about a listing. Blank text deletes it.
    pub fn save_first_draft(self, listing: ListingId, text: &str) {
        let Some(key) = self.first_draft_key(listing) else { return };
        if text.trim().is_empty() {
            WebStorage::Local.remove(&key);
        } else {
            WebStorage::Local.write(&key, text);
        }
    }

    /// The message that the draft replies to.
    pub fn drafted_reply(self, id: ConversationId) -> Option<Seq> {
        WebStorage::Local.read(&self.drafted_reply_key(id)?)?.parse().ok()
    }

    /// Saves which message the draft replies to.
    pub fn save_drafted_reply(self, id: ConversationId, reply: Option<Seq>) {
        let Some(key) = self.drafted_reply_key(id) else { return };
        if let Some(seq) = reply {
            WebStorage::Local.write(&key, &seq.to_string());
        } else {
            WebStorage::Local.remove(&key);
        }
    }

    fn drafted_reply_key(self, id: ConversationId) -> Option<String> {
        Some(format!("{}reply-{id}", self.drafts.prefix(self.viewer?)))
    }

    fn first_draft_key(self, listing: ListingId) -> Option<String> {
        Some(format!("{}listing-{listing}", self.drafts.prefix(self.viewer?)))
    }
}
