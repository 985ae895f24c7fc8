//! Cache of inbox and recent threads, so that they are shown at once and without a network.
//!
//! The inbox and its cursor are one record, so they always match; so are a thread and its version. The
//! normal updates bring both up to date.

use std::collections::HashSet;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::database::{self, ObjectStore, Write};
use crate::browser::{Live, ThreadSlot, timers::after};
use crate::shared::sync::pages::ConversationPage;
use crate::shared::{
    ids::ConversationId,
    sync::thread::{Thread, cache::CachedThread},
};

const INBOX: &str = "inbox";
const THREAD: &str = "thread-";
/// Changes are coalesced and written after this delay.
const SAVE_DELAY_MS: i32 = 1_000;
/// Larger threads are not cached.
const THREAD_MAX_BYTES: usize = 256 * 1024;

/// Changes that are not written yet.
#[derive(Default)]
pub struct UnsavedCache {
    threads: HashSet<ConversationId>,
    is_scheduled: bool,
}

impl Live {
    /// Loads the inbox of the last visit, unless the page came with a newer one. Updates are then fetched
    /// from its cursor.
    pub(crate) async fn restore_inbox(self) {
        let Ok(Some(text)) = database::get(ObjectStore::Cache, &INBOX.into()).await else { return };
        let Ok(page) = serde_json::from_str::<ConversationPage>(&text) else { return };
        if self.inbox.with_untracked(|inbox| inbox.epoch != page.epoch) {
            self.clear_cache();
        } else if self.inbox.with_untracked(|inbox| !inbox.is_loaded()) {
            self.inbox.update(|inbox| inbox.restore(page));
        }
        self.evict_unlisted_threads().await;
    }

    /// Caches the data that came with the page.
    pub(crate) fn save_page(self) {
        self.save_cache_soon(None);
        for open in self.open_threads() {
            self.save_cache_soon(Some(open.conversation));
        }
    }

    /// Loads a thread of an earlier visit. Returns whether there was one.
    pub(crate) async fn restore_thread(self, id: ConversationId) -> bool {
        let text = database::get(ObjectStore::Cache, &key(id)).await.ok().flatten();
        let cached = text.and_then(|text| serde_json::from_str::<CachedThread>(&text).ok());
        // Receipts and retention floor come from the inbox row; without it a cached thread is unusable.
        let row = self.inbox.with_untracked(|inbox| inbox.get(id).cloned());
        let (Some(cached), Some(row)) = (cached, row) else { return false };
        self.thread(id).update(|slot| {
            if slot.thread().is_none() {
                *slot = ThreadSlot::Ready(Thread::from_cache(cached, &row));
            }
        });
        self.join_thread(id);
        true
    }

    /// Schedules a write of the inbox and of a thread, if one is given.
    pub(crate) fn save_cache_soon(self, thread: Option<ConversationId>) {
        if !self.is_hydrated.get_untracked() {
            return;
        }
        let is_first = self.unsaved_cache.try_update_value(|unsaved| {
            unsaved.threads.extend(thread);
            !std::mem::replace(&mut unsaved.is_scheduled, true)
        });
        if is_first == Some(true) {
            after(SAVE_DELAY_MS, move || self.save_cache());
        }
    }

    fn save_cache(self) {
        // The inbox is not written while reads are unconfirmed: after a crash the server may not know them.
        let is_settled = self.inbox.with_untracked(|inbox| inbox.unconfirmed_reads().is_empty());
        let threads = self
            .unsaved_cache
            .try_update_value(|unsaved| {
                unsaved.is_scheduled = false;
                std::mem::take(&mut unsaved.threads)
            })
            .unwrap_or_default();
        if self.status.get_untracked().is_over() {
            return;
        }
        let mut writes: Vec<_> = threads.into_iter().filter_map(|id| self.cached_thread(id)).collect();
        let page = self.inbox.with_untracked(|inbox| inbox.to_page());
        match page.map(|page| serde_json::to_string(&page)) {
            Some(Ok(text)) if is_settled => writes.push(Write::Put(INBOX.into(), text)),
            Some(_) => self.save_cache_soon(None),
            None => {}
        }
        if !writes.is_empty() {
            database::write_later(ObjectStore::Cache, writes);
        }
    }

    fn cached_thread(self, id: ConversationId) -> Option<Write> {
        let cached = self.thread(id).with_untracked(|slot| slot.thread().and_then(Thread::to_cache))?;
        let text = serde_json::to_string(&cached).ok().filter(|text| text.len() <= THREAD_MAX_BYTES)?;
        Some(Write::Put(key(id), text))
    }

    pub(crate) fn evict_thread(self, id: ConversationId) {
        self.unsaved_cache.update_value(|unsaved| {
            unsaved.threads.remove(&id);
        });
        database::write_later(ObjectStore::Cache, vec![Write::Delete(key(id))]);
    }

    pub(crate) fn clear_cache(self) {
        self.unsaved_cache.update_value(|unsaved| unsaved.threads.clear());
        database::write_later(ObjectStore::Cache, vec![Write::Clear]);
    }

    /// Evicts threads whose conversation is not in the inbox any more, to bound the cache.
    async fn evict_unlisted_threads(self) {
        let Ok(keys) = database::keys(ObjectStore::Cache).await else { return };
        let is_unlisted = |key: &JsValue| {
            let id = key.as_string().and_then(|key| key.strip_prefix(THREAD)?.parse().ok());
            id.is_some_and(|id| self.inbox.with_untracked(|inbox| inbox.get(id).is_none()))
        };
        let writes: Vec<_> = keys.into_iter().filter(is_unlisted).map(Write::Delete).collect();
        if !writes.is_empty() {
            database::write_later(ObjectStore::Cache, writes);
        }
    }
}

fn key(id: ConversationId) -> JsValue {
    format!("{THREAD}{id}").into()
}
