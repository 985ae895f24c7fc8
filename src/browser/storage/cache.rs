//! What was seen last, kept by this browser so that the list and recent threads are there at once
//! and without a network. The list and its cursor are one record, so they always fit together; a
//! thread is one with its version. Both are brought up to date by the same news as everything else.

use std::collections::HashSet;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::database::{self, ObjectStore, Write};
use crate::browser::{ConnectionStatus, Live, Slot, timers::after};
use crate::shared::sync::pages::ConversationPage;
use crate::shared::{
    ids::ConversationId,
    sync::thread::{CachedThread, Thread},
};

const INBOX: &str = "inbox";
const THREAD: &str = "thread-";
/// What has changed is written down this much later, together.
const PAUSE_MS: i32 = 1_000;
/// Longer texts are not kept.
const THREAD_MAX_BYTES: usize = 256 * 1024;

/// What is to be written down.
#[derive(Default)]
pub struct Unkept {
    threads: HashSet<ConversationId>,
    is_timed: bool,
}

impl Live {
    /// Takes up the list of the last visit, unless the page came with a newer one. News are then
    /// wanted from where that list stood.
    pub(crate) async fn restore_inbox(self) {
        let Ok(Some(text)) = database::get(ObjectStore::Cache, &INBOX.into()).await else { return };
        let Ok(page) = serde_json::from_str::<ConversationPage>(&text) else { return };
        if self.inbox.with_untracked(|inbox| inbox.epoch != page.epoch) {
            self.clear_cache();
        } else if self.inbox.with_untracked(|inbox| !inbox.is_loaded()) {
            self.inbox.update(|inbox| inbox.restore(page));
        }
        self.drop_strangers().await;
    }

    /// What came with the page is kept as well.
    pub(crate) fn keep_page(self) {
        self.keep_soon(None);
        for open in self.open_threads() {
            self.keep_soon(Some(open.conversation));
        }
    }

    /// Takes up a thread of an earlier visit. Says whether there was one.
    pub(crate) async fn restore_thread(self, id: ConversationId) -> bool {
        let text = database::get(ObjectStore::Cache, &key(id)).await.ok().flatten();
        let kept = text.and_then(|text| serde_json::from_str::<CachedThread>(&text).ok());
        // Receipts and bounds come from the list, so without its row a thread is of no use.
        let row = self.inbox.with_untracked(|inbox| inbox.get(id).cloned());
        let (Some(kept), Some(row)) = (kept, row) else { return false };
        self.thread(id).update(|slot| {
            if slot.thread().is_none() {
                *slot = Slot::Ready(Thread::from_kept(kept, &row));
            }
        });
        self.join(id);
        true
    }

    /// The list has changed, and perhaps a thread.
    pub(crate) fn keep_soon(self, thread: Option<ConversationId>) {
        if !self.is_awake.get_untracked() {
            return;
        }
        let is_first = self.unkept.try_update_value(|unkept| {
            unkept.threads.extend(thread);
            !std::mem::replace(&mut unkept.is_timed, true)
        });
        if is_first == Some(true) {
            after(PAUSE_MS, move || self.keep());
        }
    }

    fn keep(self) {
        // What was read here and is not confirmed is not known to be read after a crash.
        let is_settled = self.inbox.with_untracked(|inbox| inbox.unconfirmed().is_empty());
        let threads = self
            .unkept
            .try_update_value(|unkept| {
                unkept.is_timed = false;
                std::mem::take(&mut unkept.threads)
            })
            .unwrap_or_default();
        if self.status.get_untracked() == ConnectionStatus::SignedOut {
            return;
        }
        let mut writes: Vec<_> = threads.into_iter().filter_map(|id| self.kept_thread(id)).collect();
        let page = self.inbox.with_untracked(|inbox| inbox.to_page());
        match page.map(|page| serde_json::to_string(&page)) {
            Some(Ok(text)) if is_settled => writes.push(Write::Put(INBOX.into(), text)),
            Some(_) => self.keep_soon(None),
            None => {}
        }
        if !writes.is_empty() {
            database::write_later(ObjectStore::Cache, writes);
        }
    }

    fn kept_thread(self, id: ConversationId) -> Option<Write> {
        let kept = self.thread(id).with_untracked(|slot| slot.thread().and_then(Thread::to_kept))?;
        let text = serde_json::to_string(&kept).ok().filter(|text| text.len() <= THREAD_MAX_BYTES)?;
        Some(Write::Put(key(id), text))
    }

    pub(crate) fn forget_kept(self, id: ConversationId) {
        self.unkept.update_value(|unkept| {
            unkept.threads.remove(&id);
        });
        database::write_later(ObjectStore::Cache, vec![Write::Delete(key(id))]);
    }

    pub(crate) fn clear_cache(self) {
        self.unkept.update_value(|unkept| unkept.threads.clear());
        database::write_later(ObjectStore::Cache, vec![Write::Clear]);
    }

    /// Drops threads that have gone down the list, so that what is kept stays bounded.
    async fn drop_strangers(self) {
        let Ok(keys) = database::keys(ObjectStore::Cache).await else { return };
        let is_stranger = |key: &JsValue| {
            let id = key.as_string().and_then(|key| key.strip_prefix(THREAD)?.parse().ok());
            id.is_some_and(|id| self.inbox.with_untracked(|inbox| inbox.get(id).is_none()))
        };
        let writes: Vec<_> = keys.into_iter().filter(is_stranger).map(Write::Delete).collect();
        if !writes.is_empty() {
            database::write_later(ObjectStore::Cache, writes);
        }
    }
}

fn key(id: ConversationId) -> JsValue {
    format!("{THREAD}{id}").into()
}
